/**
 * An object's bytes, retained for a reader: changes to the object do not affect them.
 */
import { Readable } from "node:stream";
import { UnreadableBlob } from "./blob-reader.ts";
import type {
	ContentColumns,
	Contents,
	Piece,
	RetainedContent,
} from "./contents.ts";

export class OpenContent {
	readonly #contents: Contents;
	readonly #columns: ContentColumns;
	readonly #size: number;
	/** null for a content in its row, and after it is released. */
	#retained: RetainedContent | null;
	readonly #report: (error: unknown) => void;

	/** Must be created in the same turn in which the row was read, before the row can be replaced. */
	constructor(contents: Contents, columns: ContentColumns, size: number) {
		this.#report = contents.report;
		this.#contents = contents;
		this.#columns = columns;
		this.#size = size;
		this.#retained = columns.content ? contents.retain(columns.content) : null;
	}

	/**
	 * Reads bytes `first` to `last`, both included; by default all. Bytes of a stream belong to the reader. Releases the
	 * content: immediately, or when the stream ends, is destroyed or fails. Either this or `release` must be called once.
	 */
	read(first = 0, last = this.#size - 1): Buffer | Readable {
		const { content, data } = this.#columns;
		const retained = this.#retained;
		if (!content) return data?.subarray(first, last + 1) ?? Buffer.alloc(0);
		if (!retained) throw new Error("a released content cannot be read");
		const pieces = this.#contents.pieces(retained, first, last);
		const [only] = pieces;
		const stream =
			pieces.length === 1 && only?.file
				? this.#readFile(only.file, only)
				: Readable.from(this.#readAll(retained, pieces), { objectMode: false });
		stream.once("error", (error) => {
			if (error instanceof UnreadableBlob) this.#report(error);
		});
		return stream.once("close", () => this.release());
	}

	/** Reads the whole content into memory. */
	async readWhole(first?: number, last?: number): Promise<Buffer> {
		const content = this.read(first, last);
		return Buffer.isBuffer(content)
			? content
			: Buffer.concat(await content.toArray());
	}

	async *#readAll(
		retained: RetainedContent,
		pieces: readonly Piece[],
	): AsyncGenerator<Buffer> {
		for (const piece of pieces) {
			if (piece.file) yield* this.#readFile(piece.file, piece);
			else yield Buffer.from(this.#contents.dataOf(retained, piece));
		}
	}

	#readFile(file: string, { offset, size }: Piece): Readable {
		return this.#contents.blobs.read(file, offset, offset + size - 1);
	}

	/** @returns the damage to the content that is visible before it is read */
	findDamage(): string | undefined {
		return this.#retained
			? this.#contents.findDamage(this.#retained)
			: undefined;
	}

	/** May be called more than once. */
	release(): void {
		if (this.#retained) this.#contents.release(this.#retained);
		this.#retained = null;
	}
}
