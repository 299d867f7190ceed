/**
 * PutSymlink, GetSymlink, and reading an object through a symlink.
 *
 * Source: docs «PutSymlink», «GetSymlink»; ali-oss's suite for a link to a link, java1's for a link's own metadata.
 */
import { hash } from "node:crypto";
import type { Emulator } from "../../emulator.ts";
import { encodeKey, formDecode } from "../../oss/encoding.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { requireKey } from "../../oss/names.ts";
import { empty, type Reply } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { httpTime } from "../../oss/times.ts";
import type { OpenObject } from "../../storage/objects.ts";
import type { StoredBucket, StoredObject } from "../../storage/types.ts";
import { requireAccess } from "../access/access.ts";
import { findObject } from "./find-object.ts";
import { prepareObject } from "./new-object.ts";
import {
	metadataHeaders,
	versionHeader,
	writtenHeaders,
} from "./object-headers.ts";

const TARGET = "x-oss-symlink-target";

export async function putSymlink(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { store } = emulator;
	const given = await prepareObject(emulator, request, request.headers);
	const target = formDecode(request.headers[TARGET] ?? "");
	if (target === undefined)
		throw invalidArgument(TARGET, request.headers[TARGET] ?? "");
	requireKey(target);
	// A link has no content to encrypt.
	const { encryption: _, ...own } = given.properties;
	const properties = { ...own, symlinkTarget: target };
	const etag = hash("md5", target, "hex").toUpperCase();
	const link = await store.objects.putSymlink({ ...given, properties }, etag);
	return empty(200, {
		...writtenHeaders(link),
		"x-oss-hash-crc64ecma": undefined,
	});
}

export async function getSymlink(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const link = await findObject(emulator, request, bucket);
	const { symlinkTarget, contentType } = link.properties;
	if (symlinkTarget === undefined) throw new OssError("NotSymlink");
	return empty(200, {
		"Content-Type": contentType,
		...metadataHeaders(link.properties),
		[TARGET]: encodeKey(symlinkTarget),
		ETag: `"${link.etag}"`,
		"Last-Modified": httpTime(link.modified),
		...versionHeader(link),
	});
}

/**
 * Returns the object that a reader of `object` gets: for a link, the target's content with the link's own metadata.
 *
 * @throws OssError AccessDenied for a caller who cannot read the target; SymlinkTargetNotExist, InvalidTargetType
 */
export async function followLink(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
	object: StoredObject,
): Promise<StoredObject> {
	const key = object.properties.symlinkTarget;
	if (key === undefined) return object;
	await requireTargetAccess(emulator, request, bucket, object);
	const { objects } = emulator.store;
	const target = await objects.find(request.bucket, key);
	return show(object, requireTarget(target, key));
}

/**
 * Reading through a link requires access to both the link and the target: docs «PutSymlink», for ACLs; the same for
 * policies is a guess.
 *
 * @throws OssError AccessDenied
 */
export async function requireTargetAccess(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
	{ properties: { symlinkTarget: key } }: StoredObject,
): Promise<void> {
	if (key === undefined) return;
	const query = new Map(request.query);
	query.delete("versionId"); // the version id is the link's
	const reading = { ...request, key, query };
	await requireAccess(emulator, bucket, reading, "oss:GetObject");
}

/** `object` has the bytes; `shown` has the properties for the reply. */
export type OpenLink = OpenObject & { readonly shown: StoredObject };

/**
 * Like `followLink`, for content, without a check of the caller's rights.
 *
 * @param opened released here if it is a link; otherwise the caller must release it
 * @throws OssError SymlinkTargetNotExist, InvalidTargetType; nothing is retained then
 */
export async function openTarget(
	{ store }: Emulator,
	{ bucket }: Pick<OssRequest, "bucket">,
	opened: OpenObject,
): Promise<OpenLink> {
	const key = opened.object.properties.symlinkTarget;
	if (key === undefined) return { ...opened, shown: opened.object };
	opened.content.release();
	const target = await store.objects.open(bucket, key);
	try {
		const object = requireTarget(target?.object, key);
		if (!target) throw new OssError("SymlinkTargetNotExist");
		return { ...target, shown: show(opened.object, object) };
	} catch (error) {
		target?.content.release();
		throw error;
	}
}

function requireTarget(
	target: StoredObject | undefined,
	key: string,
): StoredObject {
	if (!target || target.type === "DeleteMarker") {
		throw new OssError("SymlinkTargetNotExist", { details: { Key: key } });
	}
	if (target.type === "Symlink") throw new OssError("InvalidTargetType");
	return target;
}

const show = (link: StoredObject, target: StoredObject): StoredObject => ({
	...link,
	size: target.size,
	etag: target.etag,
	crc64: target.crc64,
	contentMd5: target.contentMd5,
	modified: new Date(Math.max(+link.modified, +target.modified)),
});
