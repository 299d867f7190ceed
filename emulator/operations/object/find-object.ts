/**
 * Finds the object that a request reads, with OSS's errors for objects that are missing, deleted or archived.
 *
 * Source: docs «GetObject», «Overview of versioning», «RestoreObject».
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import type { ReplyHeaders } from "../../oss/reply.ts";
import type { OssRequest, Query } from "../../oss/request.ts";
import type { OpenObject } from "../../storage/objects.ts";
import type { StoredBucket, StoredObject } from "../../storage/types.ts";
import { findDocument } from "../configurations/kind.ts";
import { ARCHIVE_DIRECT_READ } from "../configurations/switches.ts";
import { requireReadable, termsOf } from "../restore/restoration.ts";
import { noSuchKey } from "../store-protocol.ts";
import { versionHeader } from "./object-headers.ts";

type ObjectRequest = Pick<OssRequest, "bucket" | "key" | "query">;

/** @throws OssError InvalidArgument for an empty id, and like `requireVersionId` */
export function readVersionId(query: Query): string | undefined {
	const versionId = query.get("versionId");
	return versionId === undefined ? undefined : requireVersionId(versionId);
}

/** All observed ids have this length; the allowed characters are a guess. */
const VERSION_ID = /^(null|[\w.-]{64})$/;

/** @throws OssError InvalidArgument for an impossible version id. Source: docs «GetObject»; py1's suite */
export function requireVersionId(text: string): string {
	if (VERSION_ID.test(text)) return text;
	const message =
		text === ""
			? "Version id can not be the empty string."
			: "Invalid version id specified.";
	throw invalidArgument("versionId", text, message);
}

/**
 * Finds the object itself; links are not followed.
 *
 * @throws OssError NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker that is named by its id
 */
export async function findObject(
	{ store }: Emulator,
	{ bucket, key, query }: ObjectRequest,
): Promise<StoredObject> {
	const versionId = readVersionId(query);
	const stored = await store.buckets.get(bucket);
	return requireObject(
		await store.objects.find(bucket, key, versionId),
		stored,
		key,
		versionId,
	);
}

/** Like `findObject`, and holds the content; the caller must read or release it. */
export async function openObject(
	{ store }: Emulator,
	{ bucket, key, query }: ObjectRequest,
): Promise<OpenObject> {
	const versionId = readVersionId(query);
	const stored = await store.buckets.get(bucket);
	const opened = await store.objects.open(bucket, key, versionId);
	requireObject(opened?.object, stored, key, versionId);
	if (!opened) throw noSuchKey(key);
	return opened;
}

/** The header with the version id of `object`. */
export const versionOf = async (
	{ store }: Emulator,
	object: StoredObject,
): Promise<ReplyHeaders> =>
	versionHeader(object, await store.buckets.get(object.bucket));

function requireObject(
	object: StoredObject | undefined,
	bucket: StoredBucket,
	key: string,
	versionId: string | undefined,
): StoredObject {
	if (!object) {
		if (versionId === undefined || bucket.versioning === "")
			throw noSuchKey(key);
		throw new OssError("NoSuchVersion", {
			details: { Key: key, VersionId: versionId },
		});
	}
	if (object.type !== "DeleteMarker") return object;
	const headers = {
		"x-oss-delete-marker": "true",
		"x-oss-version-id": object.versionId,
	};
	if (versionId === undefined)
		throw new OssError("NoSuchKey", { details: { Key: key }, headers });
	throw new OssError("MethodNotAllowed", {
		ec: "0003-00000016",
		details: { Method: "GET", ResourceType: "DeleteMarker" },
		headers: { ...headers, Allow: "DELETE" },
	});
}

/**
 * Requires that an archived object has been restored before its content is read. A link has no content.
 *
 * @throws OssError InvalidObjectState
 */
export async function requireRestored(
	emulator: Emulator,
	object: StoredObject,
	now: Date,
): Promise<void> {
	if (!termsOf(object.storageClass) || object.type === "Symlink") return;
	const direct = await findDocument(
		emulator,
		ARCHIVE_DIRECT_READ,
		object.bucket,
	);
	requireReadable(object, direct?.Enabled === true, now);
}
