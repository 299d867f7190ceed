/**
 * Why a subcommand failed, in one line.
 */
export class CommandError extends Error {
	override readonly name = "CommandError";
	/** 1: it is not there; 2: wrong usage, or no emulator. */
	readonly code: 1 | 2;

	constructor(code: 1 | 2, message: string) {
		super(message);
		this.code = code;
	}
}
