/**
 * The reason why the emulator cannot start: one line with the mistake and its correction.
 *
 * `main.ts` prints the line and exits with 2; nothing has been touched then.
 */
export class StartError extends Error {
	override readonly name = "StartError";
}
