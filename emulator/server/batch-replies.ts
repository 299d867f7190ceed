/**
 * The end of a turn of the event loop, when all the requests that had arrived have been looked at.
 *
 * Answers wait for it and go out together: each that is written while its reader sleeps wakes it, which costs as much
 * as answering. Measured with 32 connections, GET of 1 KiB: 100 µs of processor time without this, 63 with it.
 */
let turn: Promise<void> | undefined;

export function endOfTurn(): Promise<void> {
	turn ??= new Promise((resolve) => {
		setImmediate(() => {
			turn = undefined;
			resolve();
		});
	});
	return turn;
}
