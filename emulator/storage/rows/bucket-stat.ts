/**
 * How much a bucket holds, counted when asked: nothing has to be kept in step.
 *
 * Source: docs «GetBucketStat».
 */
import type { StorageClass } from "../../oss/storage-class.ts";
import type { Sqlite } from "../schema.ts";

/** Of all versions of one storage class; bytes. */
export type ClassStat = {
	readonly count: number;
	readonly size: number;
	/** As it is billed: a small object counts as the minimum. */
	readonly billed: number;
};

export type BucketStat = {
	readonly classes: ReadonlyMap<StorageClass, ClassStat>;
	readonly deleteMarkers: number;
	readonly uploads: number;
	readonly parts: number;
	/** undefined for a bucket with nothing in it. */
	readonly modified: Date | undefined;
};

type VersionsRow = ClassStat & {
	readonly storage_class: StorageClass;
	readonly is_marker: number;
	readonly modified_ms: number;
};
type UploadsRow = { readonly uploads: number; readonly parts: number };

export function readStat(
	db: Sqlite,
	bucket: number,
	billedBytesMin: number,
): BucketStat {
	const ofListed = (listed: 0 | 1): string =>
		`SELECT storage_class, type, size, modified_ms FROM version WHERE bucket = @bucket AND listed = ${listed}`;
	const rows = db
		.prepare<[object], VersionsRow>(
			`SELECT storage_class, type = 'DeleteMarker' AS is_marker, count(*) AS count, sum(size) AS size,
              sum(max(size, @min)) AS billed, max(modified_ms) AS modified_ms
       FROM (${ofListed(1)} UNION ALL ${ofListed(0)}) GROUP BY storage_class, is_marker`,
		)
		.all({ bucket, min: billedBytesMin });
	const uploads = db
		.prepare<[number], UploadsRow>(
			`SELECT count(DISTINCT upload.id) AS uploads, count(part.number) AS parts
       FROM upload LEFT JOIN part ON part.upload = upload.id WHERE upload.bucket = ?`,
		)
		.get(bucket);
	const objects = rows.filter(({ is_marker }) => is_marker === 0);
	const modified = Math.max(...rows.map(({ modified_ms }) => modified_ms));
	return {
		classes: new Map(objects.map((row) => [row.storage_class, row])),
		deleteMarkers: rows
			.filter(({ is_marker }) => is_marker === 1)
			.reduce((sum, { count }) => sum + count, 0),
		uploads: uploads?.uploads ?? 0,
		parts: uploads?.parts ?? 0,
		modified: rows.length > 0 ? new Date(modified) : undefined,
	};
}
