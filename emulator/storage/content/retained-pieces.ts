/**
 * Small pieces of contents that are being read: the counterpart of `blobs.ts` for bytes in rows.
 *
 * They are read from their rows one by one, so that an object of many small appends needs no memory. The
 * bytes are copied into memory only if the rows are removed during a read.
 */

export type SmallPiece = { readonly id: number; readonly data: Buffer };

/** A content with readers. */
export type RetainedPieces = {
	readonly name: string;
	readers: number;
	/** By the ids of the rows: the bytes that these readers must receive. */
	readonly removed: Map<number, Buffer>;
};

export class PieceRetainer {
	readonly #contents = new Map<string, RetainedPieces>();

	retain(name: string): RetainedPieces {
		const pieces = this.#contents.get(name) ?? {
			name,
			readers: 0,
			removed: new Map(),
		};
		pieces.readers++;
		this.#contents.set(name, pieces);
		return pieces;
	}

	release(pieces: RetainedPieces): void {
		pieces.readers--;
		if (pieces.readers === 0 && this.#contents.get(pieces.name) === pieces)
			this.#contents.delete(pieces.name);
	}

	/**
	 * Copies the bytes of rows that are about to be removed or replaced, for the present readers. Later readers read
	 * the rows of that name again, which a restored snapshot may have brought back.
	 *
	 * @param read called only if there is a reader
	 */
	save(name: string, read: () => readonly SmallPiece[]): void {
		const pieces = this.#contents.get(name);
		if (!pieces) return;
		for (const { id, data } of read()) pieces.removed.set(id, data);
		this.#contents.delete(name);
	}

	/** Like `save`, for the rows of all contents. */
	saveAll(read: (name: string) => readonly SmallPiece[]): void {
		for (const name of [...this.#contents.keys()])
			this.save(name, () => read(name));
	}
}
