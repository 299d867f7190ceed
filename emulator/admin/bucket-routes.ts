/**
 * Lists and describes buckets and objects.
 */

import { noSuchKey } from "../operations/store-protocol.ts";
import { lastOf } from "../oss/page.ts";
import type { StoredObject } from "../storage/types.ts";
import type { AdminContext, Routes } from "./context.ts";
import { viewBucket, viewObject } from "./object-view.ts";
import {
	answers,
	listOf,
	OF_ACCOUNT,
	type OfAccount,
	parameters,
	record,
	refer,
} from "./route-schema.ts";

const PAGE_MAX = 1000;

const bucketName = {
	bucket: { type: "string", description: "The bucket's name." },
} as const;

export const bucketRoutes: Routes = (app, { emulator }) => {
	const { buckets, objects } = emulator.store;

	app.get<{ Querystring: OfAccount }>(
		"/api/buckets",
		{ schema: listBuckets },
		async ({ query: { account } }) => ({
			buckets: (await buckets.all())
				.filter(({ owner }) => account === undefined || owner === account)
				.map(viewBucket),
		}),
	);

	app.get<{ Params: BucketParams; Querystring: ObjectsQuery }>(
		"/api/buckets/:bucket/objects",
		{ schema: listObjects },
		async ({ params, query }) => {
			const { prefix, delimiter, marker, limit } = query;
			const listing = { prefix, delimiter, after: marker, max: limit };
			const page = await objects.list(params.bucket, listing);
			return {
				objects: page.entries.map(viewObject),
				prefixes: page.prefixes,
				isTruncated: page.isTruncated,
				nextMarker: page.isTruncated ? lastOf(page) : "",
			};
		},
	);

	app.get<{ Params: BucketParams; Querystring: { key: string } }>(
		"/api/buckets/:bucket/object",
		{ schema: getObject },
		async ({ params, query }) => {
			const versions = await versionsOf(emulator, params.bucket, query.key);
			if (versions.length === 0) throw noSuchKey(query.key);
			return { versions: versions.map(viewObject) };
		},
	);
};

/** Routes that `cloud-routes.ts` does not have. */
export const wholeBucketRoutes: Routes = (app, { emulator }) => {
	const { objects } = emulator.store;

	app.get<{ Params: BucketParams }>(
		"/api/buckets/:bucket/stat",
		{ schema: getBucketStat },
		async ({ params }) => {
			const { classes, ...stat } = await emulator.store.stat(params.bucket);
			const all = [...classes.values()];
			return {
				objects: all.reduce((sum, { count }) => sum + count, 0),
				bytes: all.reduce((sum, { size }) => sum + size, 0),
				deleteMarkers: stat.deleteMarkers,
				uploads: stat.uploads,
			};
		},
	);

	app.get<{ Params: BucketParams; Querystring: VersionsQuery }>(
		"/api/buckets/:bucket/versions",
		{ schema: listVersions },
		async ({ params, query }) => {
			const { prefix, delimiter, marker, versionMarker, limit } = query;
			const page = await objects.listVersions(params.bucket, {
				prefix,
				delimiter,
				after: marker,
				max: limit,
				...(versionMarker === "" ? {} : { afterVersionId: versionMarker }),
			});
			const next = page.isTruncated ? lastOf(page) : "";
			const last = page.entries.at(-1);
			return {
				versions: page.entries.map(viewObject),
				prefixes: page.prefixes,
				isTruncated: page.isTruncated,
				nextMarker: next,
				nextVersionMarker: last?.key === next ? last.versionId : "",
			};
		},
	);
};

type BucketParams = { readonly bucket: string };

type ObjectsQuery = {
	readonly prefix: string;
	readonly delimiter: string;
	readonly marker: string;
	readonly limit: number;
};

type VersionsQuery = ObjectsQuery & { readonly versionMarker: string };

/** The latest `PAGE_MAX` versions. */
async function versionsOf(
	{ store }: AdminContext["emulator"],
	bucket: string,
	key: string,
): Promise<StoredObject[]> {
	// The key itself is the first of all keys that begin with it.
	const listing = { prefix: key, delimiter: "", after: "", max: PAGE_MAX };
	const { entries } = await store.objects.listVersions(bucket, listing);
	return entries.filter((version) => version.key === key);
}

export const listBuckets = {
	operationId: "listBuckets",
	tags: ["objects"],
	summary: "Buckets, by default of all accounts",
	querystring: OF_ACCOUNT,
	response: answers(
		"The buckets, by name.",
		record({ buckets: listOf(refer("Bucket")) }),
	),
} as const;

export const getBucketStat = {
	operationId: "getBucketStat",
	tags: ["objects"],
	summary: "The size of a bucket's content",
	params: parameters(bucketName, "bucket"),
	response: answers(
		"As in GetBucketStat; earlier versions are included.",
		record({
			objects: { type: "integer" },
			bytes: { type: "integer" },
			deleteMarkers: { type: "integer" },
			uploads: { type: "integer" },
		}),
	),
} as const;

const pageParameters = {
	prefix: { type: "string", default: "" },
	delimiter: {
		type: "string",
		default: "",
		description: "/ groups keys into folders",
	},
	marker: {
		type: "string",
		default: "",
		description: "nextMarker of the previous page",
	},
	limit: { type: "integer", minimum: 1, maximum: PAGE_MAX, default: 100 },
} as const;

export const listObjects = {
	operationId: "listObjects",
	tags: ["objects"],
	summary: "A page of a bucket's current objects",
	params: parameters(bucketName, "bucket"),
	querystring: parameters(pageParameters),
	response: answers("A page, by key.", refer("ObjectPage")),
} as const;

const listVersions = {
	operationId: "listVersions",
	tags: ["objects"],
	summary: "A page of a bucket's versions, delete markers included",
	params: parameters(bucketName, "bucket"),
	querystring: parameters({
		...pageParameters,
		versionMarker: {
			type: "string",
			default: "",
			description: "nextVersionMarker of the previous page",
		},
	}),
	response: answers(
		"A page, by key, the latest version of a key first.",
		refer("VersionPage"),
	),
} as const;

export const getObject = {
	operationId: "getObject",
	tags: ["objects"],
	summary: "An object's properties and versions",
	params: parameters(bucketName, "bucket"),
	querystring: parameters({ key: { type: "string", minLength: 1 } }, "key"),
	response: answers(
		"The versions, latest first, including delete markers.",
		record({ versions: listOf(refer("Object")) }),
	),
} as const;
