/**
 * MD5 and CRC-64 of a body while it passes.
 *
 * Pure. MD5 is the platform's; CRC-64/XZ is hash-wasm's, twenty times faster than JavaScript can be. Its instances are
 * asynchronous to make and are used again.
 */
import { createHash, hash } from "node:crypto";
import type { IHasher } from "hash-wasm";

export type Digests = {
	/** 16 bytes. */
	readonly md5: Buffer;
	readonly crc64: bigint;
};

/** For bodies in memory. Made for the first of them, because WebAssembly costs a start 1 MiB and some milliseconds. */
let whole: Promise<IHasher> | undefined;
const idle: IHasher[] = [];
/** Each keeps 130 KiB. */
const IDLE_MAX = 16;

async function makeHasher(): Promise<IHasher> {
	const { default: hashWasm } = await import("hash-wasm/dist/crc64.umd.min.js");
	return hashWasm.createCRC64();
}

const crc64Of = (hasher: IHasher): bigint => BigInt(`0x${hasher.digest()}`);

/** For a body that is in memory whole. */
export async function digestsOf(data: Buffer): Promise<Digests> {
	whole ??= makeHasher();
	const hasher = await whole;
	hasher.init().update(data);
	return { md5: hash("md5", data, "buffer"), crc64: crc64Of(hasher) };
}

/** For a body that is not. `release` must be called in the end, once. */
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

/** For bytes that are stored already: reads to the end and discards them. */
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
