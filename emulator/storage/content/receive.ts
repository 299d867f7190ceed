/**
 * Receives a body: a small one into memory, to be stored in a row; a larger one into a blob; computes digests of
 * both.
 *
 * Node.js computes MD5; hash-wasm computes CRC-64/XZ, twenty times faster than JavaScript. Its instances are created
 * asynchronously and are reused.
 */

import { createHash, hash } from "node:crypto";
import type { IHasher } from "hash-wasm";
import type { Refuse } from "../facts.ts";
import type { Expected } from "../types.ts";
import type { Blobs, BlobWriter } from "./blobs.ts";

/** Measured: a row of 1 KiB takes 28 µs, creating a small file 130 µs and more. */
export const INLINE_BYTES_MAX = 64 * 1024;

export type Received = Digests & {
	readonly size: number;
	/** The whole content, if it is small. */
	readonly data: Buffer | null;
	/** The blob that contains it, if it is not. */
	readonly blob: string | null;
};

/**
 * Does not read the rest of a refused body: the owner of the connection drains it or closes the connection.
 *
 * @throws that the body is too large, does not match the expected facts, or failed; then no blob remains
 */
export async function receive(
	body: AsyncIterable<Buffer>,
	blobs: Pick<Blobs, "create">,
	expected: Expected,
	refuse: Refuse,
): Promise<Received> {
	const head: Buffer[] = [];
	let size = 0;
	const source = new Source(
		body,
		expected.sizeMax ?? Number.POSITIVE_INFINITY,
		refuse,
	);
	for (let chunk = await source.next(); chunk; chunk = await source.next()) {
		head.push(chunk);
		size += chunk.length;
		if (size > INLINE_BYTES_MAX)
			return receiveBlob(head, source, blobs, expected, refuse);
	}
	const [only] = head;
	const data = head.length === 1 && only ? only : Buffer.concat(head, size);
	const digests = await digestsOf(data);
	requireExpected(digests, expected, refuse);
	return { ...digests, size, data, blob: null };
}

async function receiveBlob(
	head: readonly Buffer[],
	source: Source,
	blobs: Pick<Blobs, "create">,
	expected: Expected,
	refuse: Refuse,
): Promise<Received> {
	const digests = await RunningDigests.start();
	try {
		const writer = await blobs.create();
		try {
			return await pass(head, source, writer, digests, expected, refuse);
		} catch (error) {
			await writer.abandon();
			throw error;
		}
	} finally {
		digests.release();
	}
}

async function pass(
	head: readonly Buffer[],
	source: Source,
	writer: BlobWriter,
	digests: RunningDigests,
	expected: Expected,
	refuse: Refuse,
): Promise<Received> {
	let size = 0;
	const take = (chunk: Buffer): Promise<void> => {
		size += chunk.length;
		const written = writer.write(chunk);
		digests.update(chunk);
		return written;
	};
	for (const chunk of head) await take(chunk);
	for (let chunk = await source.next(); chunk; chunk = await source.next())
		await take(chunk);
	const finished = digests.finish();
	requireExpected(finished, expected, refuse);
	return { ...finished, size, data: null, blob: await writer.finish() };
}

/** Yields the body, up to a limit. */
class Source {
	readonly #chunks: AsyncIterator<Buffer>;
	readonly #sizeMax: number;
	readonly #refuse: Refuse;
	#size = 0;

	constructor(body: AsyncIterable<Buffer>, sizeMax: number, refuse: Refuse) {
		this.#refuse = refuse;
		this.#chunks = body[Symbol.asyncIterator]();
		this.#sizeMax = sizeMax;
	}

	async next(): Promise<Buffer | undefined> {
		const { done, value } = await this.#chunks.next().catch((error) => {
			throw this.#refuse({ is: "body-failed", error });
		});
		if (done) return undefined;
		this.#size += value.length;
		if (this.#size > this.#sizeMax)
			throw this.#refuse({ is: "body-too-large" });
		return value;
	}
}

function requireExpected(
	digests: Digests,
	{ md5, crc64 }: Expected,
	refuse: Refuse,
): void {
	if (md5 !== undefined && md5 !== digests.md5.toString("base64"))
		throw refuse({ is: "md5-differs", expected: md5 });
	if (crc64 !== undefined && crc64 !== String(digests.crc64))
		throw refuse({ is: "crc64-differs" });
}

export type Digests = {
	/** 16 bytes. */
	readonly md5: Buffer;
	readonly crc64: bigint;
};

/**
 * The hasher of bodies in memory. Made for the first body, because WebAssembly takes 1 MiB and some milliseconds.
 */
let whole: Promise<IHasher> | undefined;
const idle: IHasher[] = [];
/** The number of instances that are reused; each takes 130 KiB. */
const IDLE_MAX = 16;

async function makeHasher(): Promise<IHasher> {
	const { default: hashWasm } = await import("hash-wasm/dist/crc64.umd.min.js");
	return hashWasm.createCRC64();
}

const crc64Of = (hasher: IHasher): bigint => BigInt(`0x${hasher.digest()}`);

/** Digests a body that is completely in memory. */
export async function digestsOf(data: Buffer): Promise<Digests> {
	whole ??= makeHasher().catch((error) => {
		whole = undefined; // too many open files, for example: the next body tries again
		throw error;
	});
	const hasher = await whole;
	hasher.init().update(data);
	return { md5: hash("md5", data, "buffer"), crc64: crc64Of(hasher) };
}

/** Digests a body in chunks. `release` must be called once at the end. */
export class RunningDigests {
	readonly #md5 = createHash("md5");
	readonly #crc64: IHasher;

	private constructor(crc64: IHasher) {
		this.#crc64 = crc64;
	}

	static async start(): Promise<RunningDigests> {
		const hasher = idle.pop() ?? (await makeHasher());
		return new RunningDigests(hasher.init());
	}

	update(chunk: Buffer): void {
		this.#md5.update(chunk);
		this.#crc64.update(chunk);
	}

	finish(): Digests {
		return { md5: this.#md5.digest(), crc64: crc64Of(this.#crc64) };
	}

	release(): void {
		if (idle.length < IDLE_MAX) idle.push(this.#crc64);
	}
}

/** Digests bytes that are stored already: reads to the end and discards them. */
export async function digestsOfStored(
	content: Buffer | AsyncIterable<Buffer>,
): Promise<Digests> {
	if (Buffer.isBuffer(content)) return digestsOf(content);
	const digests = await RunningDigests.start();
	try {
		for await (const chunk of content) digests.update(chunk);
		return digests.finish();
	} finally {
		digests.release();
	}
}
