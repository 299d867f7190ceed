/**
 * The emulator's log: a line an event on standard error, so that standard output stays the ready line alone.
 */
export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Log {
	error(message: string): void;
	warn(message: string): void;
	info(message: string): void;
	debug(message: string): void;
}

/** @param write takes whole lines */
export function makeLog(level: LogLevel, write: (line: string) => void): Log {
	const rank = LOG_LEVELS.indexOf(level);
	const at = (own: LogLevel) => (message: string) => {
		if (LOG_LEVELS.indexOf(own) <= rank)
			write(`${own}: ${printable(message)}\n`);
	};
	return {
		error: at("error"),
		warn: at("warn"),
		info: at("info"),
		debug: at("debug"),
	};
}

/** A key may hold anything: no line of a log is to be made by a client. */
export const printable = (message: string): string =>
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
	message.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, escaped);

function escaped(character: string): string {
	const inJson = JSON.stringify(character).slice(1, -1);
	if (inJson !== character) return inJson;
	const digits = character.charCodeAt(0).toString(16).padStart(4, "0");
	return `\\u${digits}`;
}
