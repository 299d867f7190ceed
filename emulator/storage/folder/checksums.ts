/**
 * Compares all stored contents with their checksums: bytes that changed on the disk are otherwise served.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { blobPath } from "../content/disk-blobs.ts";
import { digestsOfStored } from "../content/receive.ts";
import type { Sqlite } from "../schema.ts";

type Row = {
	/** For users: the object or part. */
	readonly what: string;
	readonly crc64: string;
	/** The name of its pieces; null if it is in `data`. */
	readonly content: string | null;
	readonly data: Buffer | null;
};

type Piece = {
	readonly file: string | null;
	readonly offset: number;
	readonly size: number;
	readonly data: Buffer | null;
};

/** Each has the content of a row in columns of the same names. */
const ROWS = [
	`SELECT coalesce(bucket.name, '') || '/' || key || ', version ' || version_id AS what, crc64, content, data
   FROM version LEFT JOIN bucket ON bucket.id = version.bucket`,
	`SELECT 'part ' || number || ' of upload ' || upload AS what, crc64, content, data FROM part`,
] as const;

/** The size of the stretches in which a blob is read. */
const STRETCH_BYTES = 1024 * 1024;

/**
 * @param unreadable names of contents that are known to be unreadable
 * @param tolerate runs a function, and returns undefined if a damaged page prevents it
 * @returns descriptions of the contents that differ
 */
export async function findChanged(
	db: Sqlite,
	folder: string,
	unreadable: ReadonlyMap<string, string>,
	tolerate: <Result>(read: () => Result) => Result | undefined,
): Promise<string[]> {
	const found: string[] = [];
	for (const sql of ROWS) {
		const rows = db.prepare<[], Row>(sql).iterate();
		for (;;) {
			const next = tolerate(() => rows.next());
			if (!next || next.done) break;
			const { what, crc64, content, data } = next.value;
			if (content === null && data === null) continue;
			if (content !== null && unreadable.has(content)) continue;
			const bytes = content === null ? data : piecesOf(db, folder, content);
			const digests = await digestsOfStored(bytes ?? Buffer.alloc(0));
			if (String(digests.crc64) !== crc64)
				found.push(`${what}: its content has changed since it was stored`);
		}
	}
	return found;
}

async function* piecesOf(
	db: Sqlite,
	folder: string,
	content: string,
): AsyncGenerator<Buffer> {
	const pieces = db
		.prepare<[string], Piece>(
			`SELECT file, "offset", size, data FROM piece WHERE content = ? ORDER BY start`,
		)
		.all(content);
	for (const { file, offset, size, data } of pieces) {
		if (file !== null) yield* stretchesOf(blobPath(folder, file), offset, size);
		else if (data) yield data.subarray(offset, offset + size);
	}
}

function* stretchesOf(
	path: string,
	offset: number,
	size: number,
): Generator<Buffer> {
	const file = openSync(path, "r");
	try {
		for (let at = 0; at < size; at += STRETCH_BYTES) {
			const stretch = Buffer.alloc(Math.min(STRETCH_BYTES, size - at));
			readSync(file, stretch, 0, stretch.length, offset + at);
			yield stretch;
		}
	} finally {
		closeSync(file);
	}
}
