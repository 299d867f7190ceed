/**
 * Inserts the buckets whose rows are lost with a page of the database, so that a repair keeps their objects. Their
 * names are in the unique index too, and the rows as of a snapshot may exist; everything else is a default.
 */
import type { Sqlite } from "../schema.ts";

type Row = {
	readonly owner: string;
	readonly created_ms: number;
	readonly acl: string;
	readonly storage_class: string;
	readonly redundancy: string;
	readonly location: string;
	readonly versioning: string;
};

/** The account and the region of an emulator without flags. */
const DEFAULT_OWNER = "1000000000000001";
const DEFAULT_LOCATION = "oss-cn-hangzhou";

/** Inside a transaction of `to`, which has all other readable rows. @returns lines for users */
export function recoverBuckets(from: Sqlite, to: Sqlite): string[] {
	const names = readNames(from);
	const lost = to
		.prepare<[], number>(
			`SELECT bucket FROM version UNION SELECT bucket FROM upload UNION SELECT bucket FROM configuration
       EXCEPT SELECT id FROM bucket`,
		)
		.pluck()
		.all();
	const known = to.prepare("SELECT 1 FROM bucket WHERE id = ?");
	const empty = [...names.keys()].filter((id) => !known.get(id));
	const insert = to.prepare(
		`INSERT OR IGNORE INTO bucket (id, name, owner, created_ms, acl, storage_class, redundancy, location, versioning)
     VALUES (@id, @name, @owner, @created_ms, @acl, @storage_class, @redundancy, @location, @versioning)`,
	);
	return [...new Set([...lost, ...empty])].flatMap((id) => {
		const name = names.get(id) ?? `recovered-${id}`;
		const former = formerRow(to, id);
		const row = former ?? guessRow(to, id, name);
		const { changes } = insert.run({ ...row, id, name });
		if (changes === 0) return [];
		const source = former
			? "with the settings that it had in a snapshot"
			: `with the owner ${row.owner}, the ACL ${row.acl} and other default settings`;
		return [`recovered: the bucket ${name}, ${source}`];
	});
}

/** The names in the index, up to its unreadable pages. */
function readNames(from: Sqlite): Map<number, string> {
	const names = new Map<number, string>();
	for (const order of ["ASC", "DESC"]) {
		try {
			const rows = from
				.prepare<[], { id: number; name: string }>(
					`SELECT id, name FROM bucket INDEXED BY sqlite_autoindex_bucket_1 ORDER BY name ${order}`,
				)
				.iterate();
			for (const { id, name } of rows) names.set(id, name);
			return names;
		} catch {
			// Unreadable pages, or no such table: the names read so far are all that there is.
		}
	}
	return names;
}

const formerRow = (to: Sqlite, id: number): Row | undefined =>
	to
		.prepare<[number], Row>(
			`SELECT owner, created_ms, acl, storage_class, redundancy, location, versioning FROM former_bucket
       WHERE id = ? AND existed = 1 ORDER BY snapshot DESC LIMIT 1`,
		)
		.get(id);

function guessRow(to: Sqlite, id: number, name: string): Row {
	const read = (sql: string, ...values: readonly unknown[]): unknown =>
		to.prepare<unknown[]>(sql).pluck().get(values);
	const owner =
		read(
			"SELECT account FROM delivery WHERE bucket = ? AND account <> '' LIMIT 1",
			name,
		) ?? read(MOST_FREQUENT("owner"));
	const created = read(
		"SELECT min(modified_ms) FROM version WHERE bucket = ?",
		id,
	);
	const isVersioned = read(
		"SELECT 1 FROM version WHERE bucket = ? AND version_id <> 'null' LIMIT 1",
		id,
	);
	return {
		owner: String(owner ?? DEFAULT_OWNER),
		created_ms: Number(created ?? Date.now()),
		acl: "private",
		storage_class: "Standard",
		redundancy: "LRS",
		location: String(read(MOST_FREQUENT("location")) ?? DEFAULT_LOCATION),
		versioning: isVersioned ? "Enabled" : "",
	};
}

const MOST_FREQUENT = (column: "owner" | "location"): string =>
	`SELECT ${column} FROM bucket GROUP BY ${column} ORDER BY count(*) DESC LIMIT 1`;
