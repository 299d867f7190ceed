/**
 * The reason why the emulator cannot start: one line that says what is wrong and what to do.
 *
 * `main.ts` prints the line and exits with 2; nothing has been touched then.
 */
export class StartError extends Error {
	override readonly name = "StartError";
}
