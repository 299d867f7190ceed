/**
 * What ACLs allow to those who do not own the bucket.
 *
 * Source: docs «Bucket ACL», «Object ACL»; captures of AccessDenied and its EC in the spec.
 */
import type { Emulator } from "../emulator.ts";
import { OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";
import type { StoredBucket } from "../storage/types.ts";

/** What a public-read ACL allows to everybody: to read objects, not to list them … */
const READS = new Set(["oss:GetObject", "oss:GetSymlink"]);
/** … and what public-read-write allows besides. */
const WRITES = new Set([
	"oss:PutObject",
	"oss:DeleteObject",
	"oss:AbortMultipartUpload",
	"oss:ListParts",
]);

/** @throws OssError AccessDenied unless the caller owns the bucket, or ACLs let everybody do `action` */
export async function requireAccess(
	{ store }: Emulator,
	bucket: StoredBucket,
	{ key, query, caller }: Pick<OssRequest, "key" | "query" | "caller">,
	action: string,
): Promise<void> {
	if (caller.uid === bucket.owner) return;
	const isRead = READS.has(action);
	if (key === "" || !(isRead || WRITES.has(action)))
		throw deniedBucket(caller.uid === "");
	const object = await store.objects.find(
		bucket.name,
		key,
		query.get("versionId"),
	);
	const own = object && object.acl !== "default" ? object.acl : undefined;
	const acl = own ?? bucket.acl;
	if (acl === "public-read-write" || (acl === "public-read" && isRead)) return;
	throw own ? deniedByObject(isRead) : deniedByBucket();
}

const deniedBucket = (isAnonymous: boolean): OssError =>
	isAnonymous
		? new OssError("AccessDenied", { ec: "0003-00000905" })
		: new OssError("AccessDenied", {
				message: "The bucket you visit is not belong to you.",
			});

const deniedByBucket = (): OssError =>
	new OssError("AccessDenied", {
		message: "You have no right to access this object because of bucket acl.",
		ec: "0003-00000001",
	});

const deniedByObject = (isRead: boolean): OssError =>
	new OssError("AccessDenied", {
		message: `You do not have ${isRead ? "read" : "write"} permission on this object.`,
		ec: isRead ? "0003-00000005" : "0003-00000006",
	});
