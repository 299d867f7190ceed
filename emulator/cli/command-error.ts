/**
 * The error of a subcommand, in one line.
 */
export class CommandError extends Error {
	override readonly name = "CommandError";
	/** 1: not found; 2: wrong usage, or no emulator. */
	readonly code: 1 | 2;

	constructor(code: 1 | 2, message: string) {
		super(message);
		this.code = code;
	}
}
