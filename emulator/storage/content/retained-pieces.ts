/**
 * The rows of contents that are being read: the counterpart of `blobs.ts` for bytes in rows.
 *
 * They are read from their rows one by one, so that an object of many small appends needs no memory. The
 * bytes are copied into memory only if the rows are removed during a read.
 */

/** A row: its bytes are in a file from an offset on, or in `data`. */
export type PieceRow = {
	readonly id: number;
	readonly start: number;
	readonly size: number;
	readonly file: string | null;
	readonly offset: number;
	readonly data: Buffer | null;
};

/** A content with readers. */
export type RetainedPieces = {
	readonly name: string;
	readers: number;
	/** By the ids of the rows: the bytes that these readers must receive. */
	readonly removed: Map<number, Buffer>;
	/** The rows, in their order, if they have been removed since; for readers that have not begun yet. */
	rows: readonly PieceRow[] | undefined;
};

export class PieceRetainer {
	readonly #contents = new Map<string, RetainedPieces>();

	retain(name: string): RetainedPieces {
		const pieces = this.#contents.get(name) ?? {
			name,
			readers: 0,
			removed: new Map(),
			rows: undefined,
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
	 * Copies the rows that are about to be removed or replaced, for the present readers. Later readers read
	 * the rows of that name again, which a restored snapshot may have brought back.
	 *
	 * @param read called only if there is a reader
	 */
	save(name: string, read: () => readonly PieceRow[]): void {
		const pieces = this.#contents.get(name);
		if (!pieces) return;
		pieces.rows = read();
		for (const { id, data } of pieces.rows)
			if (data) pieces.removed.set(id, data);
		this.#contents.delete(name);
	}

	/** Like `save`, for the rows of all contents. */
	saveAll(read: (name: string) => readonly PieceRow[]): void {
		for (const name of [...this.#contents.keys()])
			this.save(name, () => read(name));
	}
}
