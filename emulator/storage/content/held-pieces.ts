/**
 * Small pieces of contents that are being read: the counterpart of `blobs.ts` for bytes in rows.
 *
 * They are read from their rows one by one, so that an object of many small appends needs no memory; the bytes are
 * held here only if the rows are removed during a read.
 */

export type SmallPiece = { readonly id: number; readonly data: Buffer };

/** A content with readers. */
export type HeldContent = {
	readonly name: string;
	readers: number;
	/** By the ids of the rows: the bytes that these readers must receive. */
	readonly removed: Map<number, Buffer>;
};

export class HeldPieces {
	readonly #contents = new Map<string, HeldContent>();

	hold(name: string): HeldContent {
		const held = this.#contents.get(name) ?? {
			...{ name, readers: 0 },
			removed: new Map(),
		};
		held.readers++;
		this.#contents.set(name, held);
		return held;
	}

	release(held: HeldContent): void {
		held.readers--;
		if (held.readers === 0 && this.#contents.get(held.name) === held)
			this.#contents.delete(held.name);
	}

	/**
	 * Copies the bytes of rows that are about to be removed or replaced, for the present readers. Later readers read
	 * the rows of that name again, which a restored snapshot may have brought back.
	 *
	 * @param read called only if there is a reader
	 */
	keep(name: string, read: () => readonly SmallPiece[]): void {
		const held = this.#contents.get(name);
		if (!held) return;
		for (const { id, data } of read()) held.removed.set(id, data);
		this.#contents.delete(name);
	}

	/** Like `keep`, for the rows of all contents. */
	keepAll(read: (name: string) => readonly SmallPiece[]): void {
		for (const name of [...this.#contents.keys()])
			this.keep(name, () => read(name));
	}
}
