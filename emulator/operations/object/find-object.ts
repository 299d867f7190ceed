/**
 * Finds the object that a request reads, with OSS's errors for objects that are missing, deleted or archived.
 *
 * Source: docs «GetObject», «Overview of versioning», «RestoreObject».
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import type { OssRequest, Query } from "../../oss/request.ts";
import type { OpenObject } from "../../storage/objects.ts";
import type { StoredBucket, StoredObject } from "../../storage/types.ts";
import { findDocument } from "../configurations/kind.ts";
import { ARCHIVE_DIRECT_READ } from "../configurations/switches.ts";
import { requireReadable, termsOf } from "../restore/restoration.ts";
import { noSuchKey } from "../store-protocol.ts";

/** The object that a request names in a bucket. */
type Named = Pick<OssRequest, "key" | "query"> & {
	/** For the error for a delete marker; default: GET. */
	readonly method?: string;
};

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
	if (text !== "")
		throw invalidArgument("versionId", text, "Invalid version id specified.");
	const message = "Version id can not be the empty string.";
	throw invalidArgument("versionId", text, message, "0012-00000201");
}

/**
 * Finds the object itself; links are not followed.
 *
 * @throws OssError NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker that is named by its id
 */
export async function findObject(
	{ store }: Emulator,
	named: Named,
	bucket: StoredBucket,
): Promise<StoredObject> {
	const versionId = readVersionId(named.query);
	return requireObject(
		await store.objects.find(bucket.name, named.key, versionId),
		bucket,
		named,
		versionId,
	);
}

/**
 * Changes the object that a request names; `change` returns the new values for those in the transaction.
 *
 * @throws OssError like `findObject`; errors of `change`
 */
export async function changeObject(
	emulator: Emulator,
	request: Named,
	bucket: StoredBucket,
	change: Parameters<Emulator["store"]["objects"]["change"]>[3],
): Promise<StoredObject> {
	const { versionId } = await findObject(emulator, request, bucket);
	return emulator.store.objects.change(
		bucket.name,
		request.key,
		versionId,
		change,
	);
}

/** Like `findObject`, and retains the content; the caller must read or release it. */
export async function openObject(
	{ store }: Emulator,
	named: Named,
	bucket: StoredBucket,
): Promise<OpenObject> {
	const { key, query } = named;
	const versionId = readVersionId(query);
	const opened = await store.objects.open(bucket.name, key, versionId);
	requireObject(opened?.object, bucket, named, versionId);
	if (!opened) throw noSuchKey(key);
	return opened;
}

function requireObject(
	object: StoredObject | undefined,
	bucket: StoredBucket,
	{ key, method = "GET" }: Named,
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
		details: { Method: method, ResourceType: "DeleteMarker" },
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
