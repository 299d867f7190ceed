/** The type of a probe, and functions that describe OSS's answers. */
import { type Answer, refusal, textsOf } from "../client.ts";
import type { ApplicationServer } from "./application-server.ts";
import { CannotProbe, type Cloud } from "./cloud.ts";

/** A precondition of a probe, in addition to the bucket. */
export type Need =
	/** A server that can receive callbacks from the cloud. */
	| "application server"
	/** STS accepts the same key. */
	| "STS"
	/** The package sharp, which reads the pixels of an image. */
	| "sharp"
	/** Versioning, which cannot be disabled again: these probes run last. */
	| "versions"
	/** An emulator that refuses private addresses as OSS does. */
	| "--strict";

export type ProbeContext = {
	readonly cloud: Cloud;
	/** @throws CannotProbe if there is no application server */
	readonly application: ApplicationServer;
	/** A URL for callbacks whose arrival is not checked. */
	readonly anyUrl: string;
};

export type Probe = {
	/** `A-15`. */
	readonly id: string;
	/** The assumption, a sentence. */
	readonly assumes: string;
	/** The request, and the part of the answer that is read. */
	readonly sends: string;
	/** What `run` returns for the emulator. */
	readonly expects: readonly string[];
	readonly needs?: readonly Need[];
	/** @throws CannotProbe if a preparatory step is refused */
	readonly run: (context: ProbeContext) => Promise<readonly string[]>;
};

/** `200`, or status, code, EC and message: `404 NoSuchKey 0026-00000001: The specified key does not exist.` */
export const outcomeOf = (answer: Answer): string =>
	answer.status < 300 && answer.status !== 203
		? String(answer.status)
		: answer.status === 304
			? "304"
			: refusal(answer);

/** Status, code and EC, for errors whose message is documented or repeats the request. */
export const code = (answer: Answer): string =>
	outcomeOf(answer).replace(/:.*$/s, "").trim();

/** Returns one line per case: its name and the answer. */
export async function each<T>(
	cases: Readonly<Record<string, T>>,
	send: (one: T) => Promise<Answer | string>,
): Promise<string[]> {
	const lines: string[] = [];
	for (const [name, one] of Object.entries(cases)) {
		const answer = await send(one);
		lines.push(
			`${name}: ${typeof answer === "string" ? answer : outcomeOf(answer)}`,
		);
	}
	return lines;
}

/** The texts of the elements of that name, or the refusal. */
export const elements = (answer: Answer, name: string): string =>
	answer.status < 300 ? textsOf(answer, name).join(", ") : outcomeOf(answer);

/** The text of the only element of that name. @throws CannotProbe if it does not exist */
export function element(answer: Answer, name: string): string {
	const [text] = textsOf(answer, name);
	if (text === undefined) throw new CannotProbe(`the answer has no <${name}>`);
	return text;
}

export const base64 = (text: string | object): string =>
	Buffer.from(typeof text === "string" ? text : JSON.stringify(text)).toString(
		"base64",
	);
