/**
 * A row of a version: its columns, and the object that it represents.
 *
 * Rows are written and found by position, because names cost 1.5 µs more for an insert, and 1 µs for a `get`.
 */
import type { ContentColumns } from "../content/contents.ts";
import type {
	ObjectProperties,
	ObjectState,
	StoredBucket,
	StoredObject,
} from "../types.ts";

/** A version without its position in a key's history. */
export type NewVersion = ContentColumns &
	Omit<StoredObject, "bucket" | "versionId" | "isLatest" | "isVersioned">;

export type VersionRow = ContentColumns & {
	readonly id: number;
	readonly key: string;
	readonly version_id: string;
	readonly listed: number;
	readonly type: StoredObject["type"];
	readonly size: number;
	readonly etag: string;
	readonly crc64: string;
	readonly md5: string;
	readonly modified_ms: number;
	readonly storage_class: StoredObject["storageClass"];
	readonly acl: StoredObject["acl"];
	readonly properties: string;
	/** null stands for {}: most objects have no state. */
	readonly state: string | null;
};

/** The columns that a writer sets, in the order of `Written`. */
export const WRITTEN_COLUMNS = [
	"type",
	"size",
	"etag",
	"crc64",
	"md5",
	"modified_ms",
	"storage_class",
	"acl",
	"properties",
	"state",
	"content",
	"data",
] as const;

/** The columns before these in a `ListedRow`. */
const NAMING_COLUMNS = ["id", "key", "version_id"] as const;

/** All columns of a listed row except `data`, which a HEAD or a listing does not read. */
export const LISTED_COLUMNS = [...NAMING_COLUMNS, ...WRITTEN_COLUMNS]
	.filter((column) => column !== "data")
	.join(", ");

/** The same columns of any row. */
export const COLUMNS = `${LISTED_COLUMNS}, listed`;

type Values<Columns extends readonly (keyof VersionRow)[]> = {
	readonly [I in keyof Columns]: VersionRow[Columns[I]];
};

export type Written = Values<typeof WRITTEN_COLUMNS>;

/** The values of `LISTED_COLUMNS`, and `data`. */
export type ListedRow = Values<
	readonly [...typeof NAMING_COLUMNS, ...typeof WRITTEN_COLUMNS]
>;

export const toListedRow = (row: ListedRow): VersionRow => ({
	id: row[0],
	key: row[1],
	version_id: row[2],
	listed: 1,
	type: row[3],
	size: row[4],
	etag: row[5],
	crc64: row[6],
	md5: row[7],
	modified_ms: row[8],
	storage_class: row[9],
	acl: row[10],
	properties: row[11],
	state: row[12],
	content: row[13],
	data: row[14],
});

export const toWritten = (version: NewVersion): Written => [
	version.type,
	version.size,
	version.etag,
	version.crc64,
	version.contentMd5,
	version.modified.getTime(),
	version.storageClass,
	version.acl,
	JSON.stringify(version.properties),
	writeState(version.state),
	version.content,
	version.data,
];

export const NO_PROPERTIES: ObjectProperties = {
	contentType: "",
	headers: {},
	userMetadata: {},
	tags: {},
};

export function toObject(
	bucket: StoredBucket,
	row: VersionRow,
	isLatest: boolean,
): StoredObject {
	return {
		bucket: bucket.name,
		key: row.key,
		versionId: row.version_id,
		isLatest,
		isVersioned: bucket.versioning !== "",
		type: row.type,
		size: row.size,
		etag: row.etag,
		crc64: row.crc64,
		contentMd5: row.md5,
		modified: new Date(row.modified_ms),
		storageClass: row.storage_class,
		acl: row.acl,
		properties: readProperties(row.properties),
		state: readState(row.state),
	};
}

/** Most objects have only a media type, and the number of different media types is small. */
function readProperties(text: string): ObjectProperties {
	if (text === latest.text) return latest.properties;
	const properties: ObjectProperties = JSON.parse(text);
	latest = { text, properties };
	return properties;
}

let latest = { text: "", properties: NO_PROPERTIES };

const NO_STATE: ObjectState = {};

export const readState = (text: string | null): ObjectState =>
	text === null ? NO_STATE : JSON.parse(text);

/** @returns null for {}: most objects have no state */
export function writeState(state: ObjectState): string | null {
	const text = JSON.stringify(state);
	return text === "{}" ? null : text;
}
