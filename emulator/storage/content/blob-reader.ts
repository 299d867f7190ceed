/**
 * Reads a range of a file completely or fails: if the file is too short, the stream ends with an error, whereas
 * Node.js would end it normally.
 */
import { close, open, read } from "node:fs";
import { Readable } from "node:stream";

const READ_BYTES = 128 * 1024;

/** The error for a file that cannot be read to its end. */
export class UnreadableBlob extends Error {
	override readonly name = "UnreadableBlob";
}

export class BlobReader extends Readable {
	readonly #path: string;
	readonly #end: number;
	#position: number;
	#file: number | undefined;
	#isReading = false;
	/** Called when the read under way has ended: until then the file must remain open. */
	#afterRead: (() => void) | undefined;

	/** Reads from `first` to `last`, both included. Each chunk has separate memory, which the reader may detach. */
	constructor(path: string, first: number, last: number) {
		super({ highWaterMark: READ_BYTES });
		this.#path = path;
		this.#position = first;
		this.#end = last + 1;
	}

	override _construct(done: (error?: Error | null) => void): void {
		open(this.#path, "r", (error, file) => {
			this.#file = file;
			done(error && this.#unreadable(error.message));
		});
	}

	override _read(): void {
		const size = Math.min(READ_BYTES, this.#end - this.#position);
		if (size <= 0) {
			this.push(null);
			return;
		}
		const buffer = Buffer.allocUnsafeSlow(size);
		this.#isReading = true;
		read(this.#file ?? -1, buffer, 0, size, this.#position, (error, bytes) => {
			this.#isReading = false;
			this.#afterRead?.();
			if (this.destroyed) return;
			if (error) this.destroy(this.#unreadable(error.message));
			else if (bytes === 0)
				this.destroy(
					this.#unreadable("it is shorter than when it was written"),
				);
			else this.#take(buffer.subarray(0, bytes));
		});
	}

	#unreadable(why: string): UnreadableBlob {
		return new UnreadableBlob(`${this.#path} cannot be read: ${why}`);
	}

	#take(chunk: Buffer): void {
		this.#position += chunk.length;
		this.push(chunk);
		if (this.#position === this.#end) this.push(null);
	}

	override _destroy(
		reason: Error | null,
		done: (error?: Error | null) => void,
	): void {
		const file = this.#file;
		const finish = (): void => {
			if (file === undefined) done(reason);
			else close(file, (error) => done(reason ?? error));
		};
		if (this.#isReading) this.#afterRead = finish;
		else finish();
	}
}
