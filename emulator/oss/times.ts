/**
 * The formats in which OSS writes times.
 *
 * Pure. Source: docs «Common HTTP headers», «Signature version 4»; the SDKs' parsers require every digit.
 */

export const DAY_MS = 86_400_000;

/** `2022-12-28T10:27:41.000Z`: XML; the milliseconds are always zero. */
export function isoTime(moment: Date): string {
	return `${moment.toISOString().slice(0, 19)}.000Z`;
}

/** `Wed, 28 Dec 2022 10:27:41 GMT`: headers. Every answer has one or two, and formatting one takes 0.6 µs. */
export function httpTime(moment: Date): string {
	const second = wholeSeconds(moment);
	const at = second & (WRITTEN_MAX - 1);
	const known = written[at];
	if (known?.second === second) return known.text;
	const text = moment.toUTCString();
	written[at] = { second, text };
	return text;
}

/** The number of cached texts; a power of two. */
const WRITTEN_MAX = 64;
const written: { readonly second: number; readonly text: string }[] = [];

/** `20221228T102741Z`: `x-oss-date` of V4. */
export function compactTime(moment: Date): string {
	return `${moment.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** Reads the format of `compactTime`. @returns undefined for text in another format */
export function readCompactTime(text: string): Date | undefined {
	// The requests of a client within one second have the same time.
	if (text !== latest.text)
		latest = { text, ms: parseCompactTime(text)?.getTime() };
	return latest.ms === undefined ? undefined : new Date(latest.ms);
}

let latest: { readonly text: string; readonly ms: number | undefined } = {
	text: "",
	ms: undefined,
};

function parseCompactTime(text: string): Date | undefined {
	const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
	if (!parts) return undefined;
	const [, year, month, day, hour, minute, second] = parts;
	return readTime(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Reads the formats of `httpTime` and `isoTime`, and all other formats of `Date`. */
export function readTime(text: string | undefined): Date | undefined {
	if (text === undefined) return undefined;
	const moment = new Date(text);
	return Number.isNaN(moment.getTime()) ? undefined : moment;
}

/** Conditions and listings compare whole seconds, because headers have no fractions. */
export function wholeSeconds(moment: Date): number {
	return Math.floor(moment.getTime() / 1000);
}
