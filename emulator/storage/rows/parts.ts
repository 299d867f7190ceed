/**
 * Rows of parts: the parts that an upload has received so far.
 *
 * Every method that writes is called inside a transaction.
 */
import type { Statement } from "better-sqlite3";
import type { ContentColumns, Contents } from "../content/contents.ts";
import { OpenContent } from "../content/open-content.ts";
import type { Refuse } from "../facts.ts";
import type { Sqlite } from "../schema.ts";
import type { StoredPart, StoredUpload } from "../types.ts";

type PartRow = Omit<StoredPart, "modified"> & {
	readonly modified_ms: number;
	readonly content: string | null;
};

/** A part without the bytes in its row, which are read when they are needed. */
export type PartWithContent = StoredPart & { readonly content: string | null };

/** A LIMIT that returns all rows. */
const ALL = -1;

export class Parts {
	readonly #contents: Contents;
	readonly #refuse: Refuse;
	readonly #find: Statement<[string, number], PartRow>;
	readonly #after: Statement<[string, number, number], PartRow>;
	readonly #data: Statement<[string, number], { readonly data: Buffer | null }>;
	readonly #insert: Statement<[object]>;
	readonly #delete: Statement<[string, number]>;
	readonly #deleteAll: Statement<[string]>;

	constructor(db: Sqlite, contents: Contents, refuse: Refuse) {
		this.#contents = contents;
		this.#refuse = refuse;
		const columns = "number, size, etag, crc64, modified_ms, content";
		const where = "FROM part WHERE upload = ? AND number = ?";
		this.#find = db.prepare(`SELECT ${columns} ${where}`);
		this.#after = db.prepare(
			`SELECT ${columns} FROM part WHERE upload = ? AND number > ? ORDER BY number LIMIT ?`,
		);
		this.#data = db.prepare(`SELECT data ${where}`);
		this.#insert = db.prepare(
			`INSERT INTO part (upload, number, size, etag, crc64, modified_ms, content, data)
       VALUES (@upload, @number, @size, @etag, @crc64, @modifiedMs, @content, @data)`,
		);
		this.#delete = db.prepare(`DELETE ${where}`);
		this.#deleteAll = db.prepare("DELETE FROM part WHERE upload = ?");
	}

	list(upload: string, after = 0, max = ALL): PartWithContent[] {
		return this.#after.all(upload, after, max).map(toPart);
	}

	/** Makes one content of several parts; the parts are not changed. */
	join(upload: string, parts: readonly PartWithContent[]): ContentColumns {
		return this.#contents.join(parts.map((part) => this.#read(upload, part)));
	}

	/** Holds the content of a part for reading. */
	open(upload: string, part: PartWithContent): OpenContent {
		return new OpenContent(this.#contents, this.#read(upload, part), part.size);
	}

	#read(
		upload: string,
		{ number, content, size }: PartWithContent,
	): ContentColumns & { readonly size: number } {
		const data = content ? null : this.#data.get(upload, number)?.data;
		return { content, size, data: data ?? null };
	}

	/** @throws that the previous part is missing */
	replace(upload: StoredUpload, part: ContentColumns & StoredPart): void {
		if (upload.sequential) this.#requirePrevious(upload.id, part.number);
		this.#remove(upload.id, this.#find.get(upload.id, part.number));
		const { modified, ...columns } = part;
		const modifiedMs = modified.getTime();
		this.#insert.run({ ...columns, upload: upload.id, modifiedMs });
	}

	#requirePrevious(upload: string, number: number): void {
		if (number > 1 && !this.#find.get(upload, number - 1))
			throw this.#refuse({ is: "part-missing" });
	}

	/** Uses three statements: a statement for each of 10,000 parts would delay other requests. */
	removeAll(upload: string): void {
		this.#contents.dropOfUpload(upload);
		this.#deleteAll.run(upload);
	}

	#remove(
		upload: string,
		part: Pick<PartRow, "number" | "content"> | undefined,
	): void {
		if (!part) return;
		this.#contents.drop(part);
		this.#delete.run(upload, part.number);
	}
}

const toPart = ({ modified_ms, ...part }: PartRow): PartWithContent => ({
	...part,
	modified: new Date(modified_ms),
});
