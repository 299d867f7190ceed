/**
 * The emulator's log: one line per event on standard error, so that standard output contains only the ready line.
 */
export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** The fields of a line in addition to its message; programs read them in the format `json`. */
export type LogFields = Readonly<Record<string, string | number>>;

type Write = (message: string, fields?: LogFields) => void;

export interface Log {
	readonly error: Write;
	readonly warn: Write;
	readonly info: Write;
	readonly debug: Write;
	/** Whether lines of this level are written. */
	readonly has: (level: LogLevel) => boolean;
}

export type AdjustableLog = Log & {
	/** May be changed at any time. */
	level: LogLevel;
};

/** @param write receives whole lines */
export function makeLog(
	level: LogLevel,
	write: (line: string) => void,
	format: LogFormat = "text",
): AdjustableLog {
	const has = (own: LogLevel): boolean =>
		LOG_LEVELS.indexOf(own) <= LOG_LEVELS.indexOf(log.level);
	const at =
		(own: LogLevel): Write =>
		(message, fields = {}) => {
			if (!has(own)) return;
			if (format === "text") write(`${own}: ${printable(message)}\n`);
			else write(`${JSON.stringify(toJson(own, message, fields))}\n`);
		};
	const log: AdjustableLog = {
		level,
		error: at("error"),
		warn: at("warn"),
		info: at("info"),
		debug: at("debug"),
		has,
	};
	return log;
}

const toJson = (level: LogLevel, message: string, fields: LogFields) => ({
	time: new Date().toISOString(),
	level,
	message,
	...fields,
});

/** Escapes control characters: a key may contain any, and a client must not be able to add lines to the log. */
export const printable = (message: string): string =>
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern replaces them
	message.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, escaped);

function escaped(character: string): string {
	const inJson = JSON.stringify(character).slice(1, -1);
	if (inJson !== character) return inJson;
	const digits = character.charCodeAt(0).toString(16).padStart(4, "0");
	return `\\u${digits}`;
}
