/**
 * Small pieces of contents that are being read: what `blobs.ts` is for files, this is for bytes kept in rows.
 *
 * They are read from their rows one by one, so that an object of many small appends needs no memory; only when the rows
 * go while somebody reads are the bytes kept here.
 */

export type SmallPiece = { readonly id: number; readonly data: Buffer };

type Held = { readers: number; readonly kept: Map<number, Buffer> };

export class HeldPieces {
	readonly #contents = new Map<string, Held>();

	hold(content: string): void {
		const held = this.#contents.get(content);
		if (held) held.readers++;
		else this.#contents.set(content, { readers: 1, kept: new Map() });
	}

	release(content: string): void {
		const held = this.#contents.get(content);
		if (!held) throw new Error(`content ${content} is not held`);
		held.readers--;
		if (held.readers === 0) this.#contents.delete(content);
	}

	/** @param read gives the rows that are about to go; asked only when there is a reader */
	keep(content: string, read: () => readonly SmallPiece[]): void {
		const held = this.#contents.get(content);
		if (!held) return;
		for (const { id, data } of read()) held.kept.set(id, data);
	}

	/** As `keep`, when the rows of all contents are about to go. */
	keepAll(read: (content: string) => readonly SmallPiece[]): void {
		for (const content of this.#contents.keys())
			this.keep(content, () => read(content));
	}

	/** The bytes of a piece whose row has gone. */
	find(content: string, id: number): Buffer {
		const data = this.#contents.get(content)?.kept.get(id);
		if (!data) throw new Error(`piece ${id} of ${content} was not kept`);
		return data;
	}
}
