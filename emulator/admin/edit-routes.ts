/**
 * Changes to buckets and objects, carried out as the bucket's owner, for the console and the command line.
 * The rules and errors of OSS apply.
 */
import { Readable } from "node:stream";
import { decodeWireText } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import { inGroups } from "../oss/in-groups.ts";
import type { ReplyHeaders } from "../oss/reply.ts";
import type {
	StoredBucket,
	StoredObject,
	StoredUpload,
} from "../storage/types.ts";
import {
	type Performed,
	performAsBucketOwner,
	putBucketAsOwner,
} from "./as-owner.ts";
import { requireAccount } from "./clean-up.ts";
import type { AdminContext, Routes } from "./context.ts";
import {
	createBucket,
	deleteObject,
	emptyBucket,
	putContent,
	removeBucket,
} from "./edit-schemas.ts";
import { viewBucket } from "./object-view.ts";

type Emulator = AdminContext["emulator"];
type OfBucket = { Params: { readonly bucket: string } };

export const editRoutes: Routes = (app, context) => {
	bucketRoutes(app, context);
	objectRoutes(app, context);
};

type NewBucket = {
	readonly owner?: string;
	readonly acl?: string;
	readonly versioning?: "Enabled" | "Suspended";
	readonly storageClass?: string;
} | null;

const bucketRoutes: Routes = (app, { emulator }) => {
	app.put<OfBucket & { Body: NewBucket }>(
		"/api/buckets/:bucket",
		{ schema: createBucket },
		async ({ params: { bucket }, body }, outgoing) => {
			const made = await makeBucket(emulator, bucket, body ?? {});
			return outgoing.code(201).send(viewBucket(made));
		},
	);

	app.delete<OfBucket & { Querystring: { readonly force: boolean } }>(
		"/api/buckets/:bucket",
		{ schema: removeBucket },
		async ({ params: { bucket }, query: { force } }) => {
			if (force) await removeAll(emulator, bucket);
			await performAsBucketOwner(emulator, {
				operation: "DeleteBucket",
				bucket,
			});
			return { deleted: 1 };
		},
	);

	app.delete<OfBucket>(
		"/api/buckets/:bucket/objects",
		{ schema: emptyBucket },
		async ({ params: { bucket } }) => ({
			deleted: await removeAll(emulator, bucket),
		}),
	);
};

const objectRoutes: Routes = (app, { emulator }) => {
	app.register(async (raw) => {
		// The Content-Type of an object may be JSON.
		raw.removeAllContentTypeParsers();
		raw.addContentTypeParser("*", (_incoming, body, done) => done(null, body));
		raw.put<OfBucket & { Querystring: { readonly key: string } }>(
			"/api/buckets/:bucket/content",
			{ schema: putContent },
			async ({ params: { bucket }, query: { key }, headers, body }) =>
				put(emulator, {
					operation: "PutObject",
					bucket,
					key,
					headers: ownHeaders(headers),
					body: body instanceof Readable ? body : "",
				}),
		);
	});

	app.delete<
		OfBucket & {
			Querystring: { readonly key: string; readonly versionId?: string };
		}
	>(
		"/api/buckets/:bucket/object",
		{ schema: deleteObject },
		async ({ params: { bucket }, query: { key, versionId } }) => {
			await performAsBucketOwner(emulator, {
				operation: "DeleteObject",
				bucket,
				key,
				query: versionId === undefined ? {} : { versionId },
			});
			return { deleted: 1 };
		},
	);
};

async function makeBucket(
	emulator: Emulator,
	bucket: string,
	{ owner, acl, versioning, storageClass }: NonNullable<NewBucket>,
): Promise<StoredBucket> {
	const account = owner ?? emulator.accounts.default.uid;
	requireAccount(emulator, account);
	const change = { acl, versioning, storageClass };
	await putBucketAsOwner(emulator, { account, bucket, ...change });
	return emulator.store.buckets.get(bucket);
}

/** The headers that describe the object or request a callback. */
const ownHeaders = (
	headers: Readonly<Record<string, unknown>>,
): Record<string, string> =>
	Object.fromEntries(
		Object.entries(headers)
			.filter(([name]) => OBJECT_HEADERS.test(name))
			.map(([name, value]) => [name, decodeWireText(String(value))]),
	);

const OBJECT_HEADERS =
	/^(content-(type|md5|encoding|language|disposition)|cache-control|expires|x-oss-.*|x-emulator-.*)$/;

/** A failed callback does not remove the object, and does not make the upload fail here. */
async function put(emulator: Emulator, performed: Omit<Performed, "account">) {
	try {
		const { status, headers, body } = await performAsBucketOwner(
			emulator,
			performed,
		);
		const answer = Buffer.isBuffer(body) ? body.toString() : "";
		return viewUpload(status, headers, answer);
	} catch (error) {
		if (!(error instanceof OssError) || error.code !== "CallbackFailed")
			throw error;
		return viewUpload(error.status, error.headers, error.message);
	}
}

const viewUpload = (status: number, headers: ReplyHeaders, answer: string) => ({
	status,
	etag: (headers.ETag ?? "").replaceAll('"', ""),
	versionId: headers["x-oss-version-id"] ?? "null",
	answer,
});

const PAGE_MAX = 1000;

/** Removes versions, delete markers and uploads. @returns the number removed */
async function removeAll(emulator: Emulator, bucket: string): Promise<number> {
	const { objects, uploads } = emulator.store;
	const listing = { prefix: "", delimiter: "", after: "", max: PAGE_MAX };
	let deleted = 0;
	for (;;) {
		const { entries } = await objects.listVersions(bucket, listing);
		if (entries.length === 0) break;
		const remove = ({ key, versionId }: StoredObject) =>
			performAsBucketOwner(emulator, {
				operation: "DeleteObject",
				bucket,
				key,
				query: { versionId },
			});
		for await (const _ of inGroups(entries, remove)) deleted += 1;
	}
	const started = { prefix: "", keyMarker: "", uploadIdMarker: "" };
	const abort = ({ key, id }: StoredUpload) =>
		performAsBucketOwner(emulator, {
			operation: "AbortMultipartUpload",
			bucket,
			key,
			query: { uploadId: id },
		});
	const all = uploads.list(bucket, started);
	for await (const _ of inGroups(all, abort)) deleted += 1;
	return deleted;
}
