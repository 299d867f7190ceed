/**
 * GetBucketAcl, PutObjectACL, GetObjectACL.
 *
 * Source: docs of these names; EC 0015-00000204. Setting an object's ACL counts as a modification (docs, FAQ on
 * LastModified).
 */
import type { Emulator } from "../../emulator.ts";
import { type BucketAcl, isBucketAcl } from "../../oss/acl.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { ownerElement } from "../bucket/listing.ts";
import { changeObject, findObject } from "../object/find-object.ts";
import { readObjectAcl, versionHeader } from "../object/object-headers.ts";

/** @throws OssError InvalidArgument */
export function readBucketAcl(acl: string | undefined): BucketAcl | undefined {
	if (acl === undefined || isBucketAcl(acl)) return acl;
	throw invalidArgument(
		"x-oss-acl",
		acl,
		"no such bucket access control exists",
		"0015-00000204",
	);
}

export async function getBucketAcl(
	_emulator: Emulator,
	_request: OssRequest,
	{ owner, acl }: StoredBucket,
): Promise<Reply> {
	return accessControlPolicy(owner, acl);
}

export async function putObjectAcl(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const acl = readObjectAcl(request.headers);
	if (acl === undefined) throw new OssError("MissingArgument");
	const object = await changeObject(emulator, request, bucket, () => ({
		acl,
		modified: request.receivedAt,
	}));
	return empty(200, versionHeader(object));
}

export async function getObjectAcl(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const object = await findObject(emulator, request, bucket);
	return accessControlPolicy(bucket.owner, object.acl, versionHeader(object));
}

const accessControlPolicy = (owner: string, acl: string, headers = {}): Reply =>
	xml(
		writeXml("AccessControlPolicy", {
			Owner: ownerElement(owner),
			AccessControlList: { Grant: acl },
		}),
		headers,
	);
