/** The emulator's time. Everything that asks for it asks here, so that it can be moved. */
export interface Clock {
	now(): Date;
}
