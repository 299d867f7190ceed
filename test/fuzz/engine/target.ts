/** The type of a target of the fuzzer, and its assertions about errors. */
import { OssError } from "../../../emulator/oss/errors.ts";

export type Target = {
	/** One line for the table: the reader of the bytes, and the comparison. */
	readonly about: string;
	/** Initial inputs: small, and of every kind that the reader accepts. */
	readonly seeds: readonly (string | Buffer)[];
	/** Texts to insert, in addition to the literals of the files that run. */
	readonly words?: readonly string[];
	/** Bytes of the largest input; 4096 by default. */
	readonly bytesMax?: number;
	/** Called once before the first run; the result stops it. */
	readonly start?: () => Promise<() => Promise<void>>;
	/** @throws if there is a finding: an unexpected error, or two results that differ */
	readonly run: (input: Buffer) => void | Promise<void>;
};

/** A check of the target has failed. */
export class Disagreement extends Error {
	override readonly name = "Disagreement";
}

export function agree(what: string, actual: unknown, expected: unknown): void {
	const [a, b] = [show(actual), show(expected)];
	if (a !== b) throw new Disagreement(`${what}: ${a} is not ${b}`);
}

const show = (value: unknown): string =>
	JSON.stringify(value, (_, one) => {
		if (typeof one === "bigint") return `${one}n`;
		if (one instanceof Map) return [...one];
		if (one instanceof Uint8Array) return Buffer.from(one).toString("latin1");
		return one;
	}) ?? "undefined";

/** Absolute paths of this machine, frames of a stack, and the default account's secret. */
const PRIVATE = [process.cwd(), "node_modules", "\n    at ", "emulator-secret"];

export function requireNoLeak(text: string, input: Buffer): void {
	const leak = PRIVATE.find(
		(one) => text.includes(one) && !input.includes(one),
	);
	if (leak) throw new Disagreement(`an error shows ${leak}: ${text}`);
}

/** Everything that a client receives of an error. */
const textOf = (error: unknown): string =>
	error instanceof OssError
		? JSON.stringify([error.message, error.details, error.headers])
		: String(error);

type ErrorClass = abstract new (...parameters: never[]) => Error;

/**
 * The result of a reader, or undefined for an OssError that does not reveal anything private.
 *
 * @param others additional classes of errors that the reader documents
 * @throws any other error
 */
export async function reading<T>(
	input: Buffer,
	read: () => T | Promise<T>,
	...others: readonly ErrorClass[]
): Promise<T | undefined> {
	try {
		return await read();
	} catch (error) {
		const isExpected =
			error instanceof OssError || others.some((one) => error instanceof one);
		if (!isExpected) throw error;
		requireNoLeak(textOf(error), input);
		return undefined;
	}
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
	const found: T[] = [];
	for await (const item of items) found.push(item);
	return found;
}

/** Splits the input into pieces whose lengths are given by its first bytes, so that the boundaries are fuzzed too. */
export function* pieces(input: Buffer, cuts: Buffer): Generator<Buffer> {
	let at = 0;
	for (const cut of cuts) {
		const bytes = 1 + cut;
		if (at >= input.length) return;
		yield input.subarray(at, at + bytes);
		at += bytes;
	}
	if (at < input.length) yield input.subarray(at);
}
