/**
 * Contents in pieces: ranges of blobs, shared by all contents that have the same bytes.
 *
 * Completing an upload concatenates the parts' pieces, and copying an object duplicates its pieces; neither copies
 * bytes. A blob is removed with its last piece. Small pieces have their bytes in their row.
 */
import { randomBytes } from "node:crypto";
import type { Statement } from "better-sqlite3";
import type { Sqlite } from "../schema.ts";
import type { Transactions } from "../transactions.ts";
import type { Blobs } from "./blobs.ts";
import { namedSize } from "./disk-blobs.ts";
import { INLINE_BYTES_MAX, type Received } from "./receive.ts";
import {
	PieceRetainer,
	type PieceRow,
	type RetainedPieces,
} from "./retained-pieces.ts";

/** The location of the bytes of a row: in the row, or in pieces. */
export type ContentColumns = {
	readonly content: string | null;
	readonly data: Buffer | null;
};

/** Consecutive bytes of a file or of the row's own data. */
export type Piece = {
	readonly id: number;
	readonly size: number;
	readonly file: string | null;
	/** The position in the file, or in the data, at which they begin. */
	readonly offset: number;
};

/** A range of bytes, both ends included; `at` is the position of a copy of them. */
type PieceRange = {
	readonly source: string;
	readonly first: number;
	readonly last: number;
	readonly target?: string;
	readonly at?: number;
};

type Tail = Piece & { readonly start: number; readonly data: Buffer | null };

/** The pieces of a range, cut to it; found by the index, without scanning earlier pieces. */
const CUT = `
  min(start + size, @last + 1) - max(start, @first) AS size, file, "offset" + max(start, @first) - start AS "offset"`;
const IN_RANGE = `
  FROM piece WHERE content = @source AND start <= @last
   AND start >= (SELECT max(start) FROM piece WHERE content = @source AND start <= @first) ORDER BY start`;

const OF_UPLOAD =
	"content IN (SELECT content FROM part WHERE upload = @upload AND content IS NOT NULL)";

/** A file of a content, and the end of the range used in it. */
type UsedFile = { readonly file: string; readonly end: number };

/** The maximum number of inspected files, 3 µs each; damage to other files is found while they are read. */
const INSPECTED_MAX = 1000;

/** The parts of a content that a reader retains. */
export type RetainedContent = {
	readonly used: readonly UsedFile[];
	readonly files: readonly string[];
	readonly pieces: RetainedPieces;
};

export class Contents {
	readonly blobs: Blobs;
	readonly report: (error: unknown) => void;
	readonly #db: Sqlite;
	readonly #afterwards: Transactions["afterwards"];
	readonly #retained = new PieceRetainer();
	readonly #insert: Statement<
		[string, number, number, string | null, number, Buffer | null]
	>;
	readonly #piecesInRange: Statement<[PieceRange], Piece>;
	readonly #repeat: Statement<[PieceRange]>;
	readonly #join: Statement<[object]>;
	readonly #tail: Statement<[string], Tail>;
	readonly #lengthen: Statement<[number, Buffer, number]>;
	readonly #data: Statement<[number, string], { readonly data: Buffer }>;
	readonly #rows: Statement<[string], PieceRow>;
	readonly #files: Statement<[string], UsedFile>;
	readonly #delete: Statement<[string]>;
	readonly #isNamed: Statement<[string, string], unknown>;

	/** @param report called with errors that occur while a content is read */
	constructor(
		db: Sqlite,
		transactions: Transactions,
		blobs: Blobs,
		report: (error: unknown) => void,
	) {
		this.report = report;
		this.blobs = blobs;
		this.#db = db;
		this.#afterwards = (step) => transactions.afterwards(step);
		this.#insert = db.prepare(
			`INSERT INTO piece (content, start, size, file, "offset", data) VALUES (?, ?, ?, ?, ?, ?)`,
		);
		this.#piecesInRange = db.prepare(`SELECT rowid AS id, ${CUT} ${IN_RANGE}`);
		this.#repeat = db.prepare(
			`INSERT INTO piece (content, start, size, file, "offset", data)
       SELECT @target, @at + max(start, @first) - @first, ${CUT}, data ${IN_RANGE}`,
		);
		// One statement: 10,000 statements, one for each part of an upload, would delay other requests.
		this.#join = db.prepare(
			`INSERT INTO piece (content, start, size, file, "offset", data)
       SELECT @target, named.at + start, size, file, "offset", data
       FROM (SELECT value ->> 0 AS content, value ->> 1 AS at FROM json_each(@named)) AS named
       CROSS JOIN piece ON piece.content = named.content`,
		);
		this.#tail = db.prepare(
			`SELECT rowid AS id, start, size, file, "offset", data FROM piece WHERE content = ? ORDER BY start DESC LIMIT 1`,
		);
		this.#lengthen = db.prepare(
			"UPDATE piece SET size = ?, data = ? WHERE rowid = ?",
		);
		this.#data = db.prepare(
			"SELECT data FROM piece WHERE rowid = ? AND content = ?",
		);
		this.#rows = db.prepare(
			'SELECT rowid AS id, start, size, file, "offset", data FROM piece WHERE content = ? ORDER BY start',
		);
		this.#files = db.prepare(
			`SELECT file, max("offset" + size) AS end FROM piece WHERE content = ? AND file IS NOT NULL GROUP BY file`,
		);
		this.#delete = db.prepare("DELETE FROM piece WHERE content = ?");
		this.#isNamed = db.prepare(
			`SELECT 1 FROM piece WHERE file = ? UNION ALL SELECT 1 FROM former_piece WHERE file = ? LIMIT 1`,
		);
	}

	/** Inside a transaction: the columns of a row for `received`. */
	keep({
		size,
		data,
		blob,
	}: Pick<Received, "size" | "data" | "blob">): ContentColumns {
		if (!blob) return { content: null, data };
		const content = newName();
		this.#insert.run(content, 0, size, blob, 0, null);
		return { content, data: null };
	}

	/** Inside a transaction: concatenates contents to a new content; the sources are not changed. */
	join(
		parts: readonly (ContentColumns & { readonly size: number })[],
	): ContentColumns {
		const [only] = parts;
		if (parts.length === 1 && only && !only.content)
			return { content: null, data: only.data };
		if (!only) return { content: null, data: Buffer.alloc(0) };
		const target = newName();
		const named: (readonly [content: string, at: number])[] = [];
		let at = 0;
		for (const { content, data, size } of parts) {
			if (content) named.push([content, at]);
			else if (size > 0) this.#insert.run(target, at, size, null, 0, data);
			at += size;
		}
		this.#join.run({ target, named: JSON.stringify(named) });
		return { content: target, data: null };
	}

	/** Inside a transaction: makes a content of a range of another one, both ends included. */
	copy(source: ContentColumns, first: number, last: number): ContentColumns {
		if (!source.content)
			return {
				content: null,
				data: source.data?.subarray(first, last + 1) ?? null,
			};
		const target = newName();
		this.#repeat.run({ source: source.content, first, last, target, at: 0 });
		return { content: target, data: null };
	}

	/** Inside a transaction: appends to a content of `size` bytes; only its last, small piece is rewritten. */
	extend(
		whole: ContentColumns,
		size: number,
		added: Pick<Received, "size" | "data" | "blob">,
	): ContentColumns {
		if (whole.content) {
			this.#append(whole.content, size, added);
			return { content: whole.content, data: null };
		}
		const data = added.data && concat(whole.data, added.data);
		if (data && data.length <= INLINE_BYTES_MAX) return { content: null, data };
		const content = newName();
		if (size > 0) this.#insert.run(content, 0, size, null, 0, whole.data);
		this.#append(content, size, added);
		return { content, data: null };
	}

	#append(
		content: string,
		size: number,
		added: Pick<Received, "size" | "data" | "blob">,
	): void {
		const tail = this.#tail.get(content);
		if (
			tail?.data &&
			added.data &&
			tail.size + added.size <= INLINE_BYTES_MAX
		) {
			const bytes = tail.data.subarray(0, tail.offset + tail.size);
			const data = concat(bytes, added.data);
			this.#lengthen.run(tail.size + added.size, data, tail.id);
		} else {
			this.#insert.run(content, size, added.size, added.blob, 0, added.data);
		}
	}

	/** The pieces of a retained content that contain bytes `first` to `last`, both included, cut to this range. */
	pieces({ pieces }: RetainedContent, first: number, last: number): Piece[] {
		if (last < first) return [];
		const { name: source, rows } = pieces;
		if (!rows) return this.#piecesInRange.all({ source, first, last });
		return rows.flatMap(({ id, start, size, file, offset }) => {
			const from = Math.max(start, first);
			const length = Math.min(start + size, last + 1) - from;
			if (length <= 0) return [];
			return [{ id, size: length, file, offset: offset + from - start }];
		});
	}

	/** The blobs that a content consists of. */
	files(content: string): string[] {
		return this.#files.all(content).map(({ file }) => file);
	}

	/** The bytes of a small piece of a retained content. */
	dataOf({ pieces }: RetainedContent, { id, offset, size }: Piece): Buffer {
		const data =
			pieces.removed.get(id) ?? this.#data.get(id, pieces.name)?.data;
		if (!data)
			throw new Error(`piece ${id} of ${pieces.name} was not retained`);
		return data.subarray(offset, offset + size);
	}

	/** Retains a content: until `release` its pieces can be read, even if it is deleted or replaced meanwhile. */
	retain(content: string): RetainedContent {
		const used = this.#files.all(content);
		const files = used.map(({ file }) => file);
		this.blobs.retain(files);
		return { used, files, pieces: this.#retained.retain(content) };
	}

	/** @returns the damage to the blobs of a retained content that is visible from their sizes */
	findDamage({ used }: RetainedContent): string | undefined {
		for (const { file, end } of used.slice(0, INSPECTED_MAX)) {
			const size = this.blobs.sizeOf(file);
			if (size === undefined) return `blob ${file} is missing`;
			const right = namedSize(file) ?? Math.max(end, size);
			if (size !== right)
				return `blob ${file} has ${size} bytes instead of ${right}`;
		}
		return undefined;
	}

	release({ files, pieces }: RetainedContent): void {
		this.blobs.release(files);
		this.#retained.release(pieces);
	}

	/** Inside a transaction, after which blobs without rows are removed. */
	drop({ content }: Pick<ContentColumns, "content">): void {
		if (!content) return;
		const files = this.files(content);
		this.#retained.save(content, () => this.#rows.all(content));
		this.#delete.run(content);
		this.removeUnnamed(files);
	}

	/** Inside a transaction, before the rows of its parts are deleted. */
	dropOfUpload(upload: string): void {
		const files = this.#filesWhere(OF_UPLOAD, { upload });
		this.saveRetained();
		this.#db.prepare(`DELETE FROM piece WHERE ${OF_UPLOAD}`).run({ upload });
		this.removeUnnamed(files);
	}

	#filesWhere(condition: string, values: object = {}): string[] {
		return this.#db
			.prepare<[object], string>(
				`SELECT DISTINCT file FROM piece WHERE file IS NOT NULL AND ${condition}`,
			)
			.pluck()
			.all(values);
	}

	/** Must be called before many rows change, so that readers can finish the contents that they have opened. */
	saveRetained(): void {
		this.#retained.saveAll((content) => this.#rows.all(content));
	}

	/** Inside a transaction: removes, once it is committed, the given blobs to which no row refers. */
	removeUnnamed(files: readonly string[]): void {
		if (files.length > 0)
			this.#afterwards(() => this.removeUnnamedFiles(files));
	}

	/** Like `removeUnnamed`, after the commit. */
	removeUnnamedFiles(files: Iterable<string>): void {
		this.blobs.removeUnless(files, (file) => this.isNamed(file));
	}

	/** Whether a row refers to the blob, now or in a snapshot. */
	isNamed(blob: string): boolean {
		return this.#isNamed.get(blob, blob) !== undefined;
	}
}

const newName = (): string => randomBytes(12).toString("hex");

const concat = (first: Buffer | null, second: Buffer): Buffer =>
	first ? Buffer.concat([first, second]) : second;
