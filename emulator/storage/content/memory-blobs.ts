/** Blobs in memory: `--memory`. */
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { BlobStore, BlobWriter } from "./blobs.ts";

export class MemoryBlobs implements BlobStore {
	readonly #chunks = new Map<string, Buffer[]>();

	async create(): Promise<BlobWriter> {
		const chunks: Buffer[] = [];
		return {
			write: async (chunk) => {
				chunks.push(chunk);
			},
			finish: async () => {
				const name = randomBytes(12).toString("hex");
				this.#chunks.set(name, chunks);
				return name;
			},
			abandon: async () => {},
		};
	}

	read(name: string, first: number, last: number): Readable {
		return Readable.from(slices(this.#chunks.get(name) ?? [], first, last), {
			objectMode: false,
		});
	}

	sizeOf(name: string): number | undefined {
		return this.#chunks.get(name)?.reduce((sum, { length }) => sum + length, 0);
	}

	remove(name: string): void {
		this.#chunks.delete(name);
	}

	async sweep(): Promise<void> {} // memory is empty at start

	async settled(): Promise<void> {} // removals are synchronous

	async close(): Promise<void> {
		this.#chunks.clear();
	}
}

function* slices(
	chunks: readonly Buffer[],
	first: number,
	last: number,
): Generator<Buffer> {
	let start = 0;
	for (const chunk of chunks) {
		const slice = chunk.subarray(
			Math.max(0, first - start),
			Math.max(0, last + 1 - start),
		);
		if (slice.length > 0) yield Buffer.from(slice);
		start += chunk.length;
		if (start > last) return;
	}
}
