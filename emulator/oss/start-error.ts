/**
 * The reason why the emulator cannot start: one line with the error and how to correct it.
 *
 * `main.ts` prints the line and exits with 2; no file has been changed by then.
 */
export class StartError extends Error {
	override readonly name = "StartError";
}
