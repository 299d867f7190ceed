/**
 * Changes to buckets, objects and documents, carried out as the bucket's owner, for the console and the command line.
 * The rules and errors of OSS apply.
 */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { OperationName } from "../operations/table.ts";
import { decodeWireText } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import { inGroups } from "../oss/in-groups.ts";
import type { Reply } from "../oss/reply.ts";
import type {
	StoredBucket,
	StoredObject,
	StoredUpload,
} from "../storage/types.ts";
import { AdminError } from "./admin-error.ts";
import { type Performed, performAsOwner } from "./as-owner.ts";
import { requireAccount } from "./clean-up.ts";
import type { AdminContext, Routes } from "./context.ts";
import {
	DOCUMENTS,
	type DocumentOperations,
	writeAsSent,
} from "./documents.ts";
import {
	createBucket,
	deleteObject,
	emptyBucket,
	getDocument,
	listDocuments,
	putContent,
	putDocument,
	removeBucket,
	removeDocument,
} from "./edit-schemas.ts";
import { viewBucket } from "./object-view.ts";
import { DOCUMENT_BYTES_MAX } from "./read-json.ts";

type Emulator = AdminContext["emulator"];
type OfBucket = { Params: { readonly bucket: string } };
type OfDocument = {
	Params: { readonly bucket: string; readonly name: string };
};

export const editRoutes: Routes = (app, context) => {
	bucketRoutes(app, context);
	objectRoutes(app, context);
	documentRoutes(app, context);
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
			await perform(emulator, { operation: "DeleteBucket", bucket });
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
			await perform(emulator, {
				operation: "DeleteObject",
				bucket,
				key,
				query: versionId === undefined ? {} : { versionId },
			});
			return { deleted: 1 };
		},
	);
};

const documentRoutes: Routes = (app, { emulator }) => {
	app.get<OfBucket>(
		"/api/buckets/:bucket/documents",
		{ schema: listDocuments },
		async ({ params: { bucket } }) => {
			await emulator.store.buckets.get(bucket);
			const documents: Record<string, string> = {};
			for (const [name, { get }] of DOCUMENTS) {
				const document = await read(emulator, bucket, get).catch(ifRefused);
				if (document !== undefined) documents[name] = document;
			}
			return { documents };
		},
	);

	app.get<OfDocument>(
		"/api/buckets/:bucket/documents/:name",
		{ schema: getDocument },
		async ({ params: { bucket, name } }) => {
			const { get } = operationsOf(name);
			return { name, document: await read(emulator, bucket, get) };
		},
	);

	app.put<OfDocument & { Body: { readonly document: unknown } }>(
		"/api/buckets/:bucket/documents/:name",
		{ schema: putDocument, bodyLimit: DOCUMENT_BYTES_MAX },
		async ({ params: { bucket, name }, body }) => {
			const { put: operation, get } = operationsOf(name);
			const text = writeDocument(name, body.document);
			await perform(emulator, { operation, bucket, body: text });
			return { name, document: await read(emulator, bucket, get) };
		},
	);

	app.delete<OfDocument>(
		"/api/buckets/:bucket/documents/:name",
		{ schema: removeDocument },
		async ({ params: { bucket, name } }) => {
			const { remove } = operationsOf(name);
			if (remove === undefined)
				throw invalid(`${name} cannot be removed, only changed`);
			await perform(emulator, { operation: remove, bucket });
			return { deleted: 1 };
		},
	);
};

/** @throws OssError NoSuchBucket, and the operation's errors */
async function perform(
	emulator: Emulator,
	performed: Omit<Performed, "account">,
): Promise<Reply> {
	const { owner } = await emulator.store.buckets.get(performed.bucket);
	return performAsOwner(emulator, { ...performed, account: owner });
}

async function makeBucket(
	emulator: Emulator,
	bucket: string,
	{ owner, acl, versioning, storageClass }: NonNullable<NewBucket>,
): Promise<StoredBucket> {
	const account = owner ?? emulator.accounts.default.uid;
	requireAccount(emulator, account);
	const target = { account, bucket };
	await performAsOwner(emulator, {
		operation: "PutBucket",
		...target,
		headers: { "x-oss-acl": acl },
		body:
			storageClass === undefined
				? ""
				: `<CreateBucketConfiguration><StorageClass>${storageClass}</StorageClass></CreateBucketConfiguration>`,
	});
	if (versioning !== undefined)
		await performAsOwner(emulator, {
			operation: "PutBucketVersioning",
			...target,
			body: `<VersioningConfiguration><Status>${versioning}</Status></VersioningConfiguration>`,
		});
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
		const { status, headers, body } = await perform(emulator, performed);
		return {
			status,
			etag: (headers.ETag ?? "").replaceAll('"', ""),
			versionId: headers["x-oss-version-id"] ?? "null",
			answer: Buffer.isBuffer(body) ? body.toString() : "",
		};
	} catch (error) {
		if (!(error instanceof OssError) || error.code !== "CallbackFailed")
			throw error;
		const { status, message } = error;
		return {
			status,
			answer: message,
			etag: (error.headers.ETag ?? "").replaceAll('"', ""),
			versionId: error.headers["x-oss-version-id"] ?? "null",
		};
	}
}

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
			perform(emulator, {
				operation: "DeleteObject",
				bucket,
				key,
				query: { versionId },
			});
		for await (const _ of inGroups(entries, remove)) deleted += 1;
	}
	const started = { prefix: "", keyMarker: "", uploadIdMarker: "" };
	const abort = ({ key, id }: StoredUpload) =>
		perform(emulator, {
			operation: "AbortMultipartUpload",
			bucket,
			key,
			query: { uploadId: id },
		});
	const all = uploads.list(bucket, started);
	for await (const _ of inGroups(all, abort)) deleted += 1;
	return deleted;
}

function operationsOf(name: string): DocumentOperations {
	const operations = DOCUMENTS.get(name);
	if (operations) return operations;
	throw new AdminError(
		404,
		"NoSuchDocument",
		`there is no document ${name}: use one of ${[...DOCUMENTS.keys()].join(", ")}`,
	);
}

async function read(
	emulator: Emulator,
	bucket: string,
	operation: OperationName,
): Promise<string> {
	const { body } = await perform(emulator, { operation, bucket });
	if (body === null) return "";
	return (Buffer.isBuffer(body) ? body : await buffer(body)).toString();
}

/** The error for a document that the bucket does not have. */
function ifRefused(error: unknown): undefined {
	if (!(error instanceof OssError)) throw error;
	return undefined;
}

function writeDocument(name: string, document: unknown): string {
	try {
		return writeAsSent(name, document);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		throw invalid(`document ${error.message}`);
	}
}

const invalid = (message: string): AdminError =>
	new AdminError(400, "InvalidArgument", message);
