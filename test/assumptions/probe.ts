/** The type of a probe, and the functions with which probes describe an answer. */
import { type Answer, refusal, textsOf } from "../client.ts";
import type { ApplicationServer } from "./application-server.ts";
import { CannotAsk, type Cloud } from "./cloud.ts";

/** A precondition besides the bucket; without it the probe cannot run. */
export type Need =
	/** A server that the cloud can call back. */
	| "application server"
	/** STS, with the same key. */
	| "STS"
	/** sharp, which reads the pixels of an image. */
	| "sharp"
	/** Object versions, which a bucket cannot switch off again: these probes come last. */
	| "versions"
	/** An emulator that refuses private addresses as OSS does. */
	| "--strict";

export type Asking = {
	readonly cloud: Cloud;
	/** @throws CannotAsk if it does not exist */
	readonly application: ApplicationServer;
	/** A URL for callbacks that no probe has to receive. */
	readonly anyUrl: string;
};

export type Probe = {
	/** `A-15`. */
	readonly id: string;
	/** The assumption, a sentence. */
	readonly assumes: string;
	/** The request, and the part of the answer that is read. */
	readonly sends: string;
	/** The emulator's answer, as `ask` describes it. */
	readonly expects: readonly string[];
	readonly needs?: readonly Need[];
	/** @throws CannotAsk when a step before the question is refused */
	readonly ask: (asking: Asking) => Promise<readonly string[]>;
};

/** `200`, or status, code, EC and message: `404 NoSuchKey 0026-00000001: The specified key does not exist.` */
export const said = (answer: Answer): string =>
	answer.status < 300 && answer.status !== 203
		? String(answer.status)
		: answer.status === 304
			? "304"
			: refusal(answer);

/** Status, code and EC, where the text is documented or repeats the request. */
export const code = (answer: Answer): string =>
	said(answer).replace(/:.*$/s, "").trim();

/** One line per case: its name, and the answer. */
export async function each<T>(
	cases: Readonly<Record<string, T>>,
	send: (one: T) => Promise<Answer | string>,
): Promise<string[]> {
	const lines: string[] = [];
	for (const [name, one] of Object.entries(cases)) {
		const answer = await send(one);
		lines.push(
			`${name}: ${typeof answer === "string" ? answer : said(answer)}`,
		);
	}
	return lines;
}

/** The texts of the elements of that name, or the refusal. */
export const elements = (answer: Answer, name: string): string =>
	answer.status < 300 ? textsOf(answer, name).join(", ") : said(answer);

/** The only element of that name. @throws CannotAsk if it does not exist */
export function element(answer: Answer, name: string): string {
	const [text] = textsOf(answer, name);
	if (text === undefined) throw new CannotAsk(`an answer without <${name}>`);
	return text;
}

export const base64 = (text: string | object): string =>
	Buffer.from(typeof text === "string" ? text : JSON.stringify(text)).toString(
		"base64",
	);
