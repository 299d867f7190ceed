/**
 * Checks whether the caller is allowed to perform an operation, by the action of its row, before it runs.
 */
import type { Emulator } from "../emulator.ts";
import {
	requireAccess,
	requireServiceAccess,
} from "../operations/access/access.ts";
import type { Row } from "../operations/row.ts";
import {
	bucketAlreadyExists,
	noSuchBucket,
} from "../operations/store-protocol.ts";
import { OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";
import type { StoredBucket } from "../storage/types.ts";

/**
 * @param bucket the request's bucket; undefined if it does not exist, or the request names no bucket
 * @throws OssError NoSuchBucket, AccessDenied
 */
export async function authorize(
	emulator: Emulator,
	request: OssRequest,
	{ access, action, withoutBucket }: Row,
	bucket: StoredBucket | undefined,
): Promise<void> {
	if (access === "none") return;
	if (access === "account") {
		if (request.caller.uid === "") throw forbidden();
		const resource = request.bucket || "*";
		return requireServiceAccess(emulator, request, action, resource);
	}
	if (access === "account for a new bucket" && !ownedBy(bucket, request))
		return authorizeNewAcl(emulator, bucket, request, action);
	if (!bucket)
		throw withoutBucket === "MalformedXML"
			? new OssError("MalformedXML", { ec: "0015-00000231" })
			: noSuchBucket(request.bucket);
	if (access !== "by the operation")
		await requireAccess(emulator, bucket, request, action);
}

const ownedBy = (
	bucket: StoredBucket | undefined,
	{ caller }: OssRequest,
): boolean => bucket?.owner === caller.uid;

/**
 * PutBucketAcl behaves like PutBucket: it creates a missing bucket, and reports that another account's bucket exists.
 *
 * Source: the suites of ali-oss (it creates) and java1 (BucketAlreadyExists).
 *
 * @throws OssError AccessDenied, BucketAlreadyExists
 */
async function authorizeNewAcl(
	emulator: Emulator,
	bucket: StoredBucket | undefined,
	request: OssRequest,
	action: string,
): Promise<void> {
	const isAnonymous = request.caller.uid === "";
	if (!bucket && isAnonymous) throw forbidden();
	if (!bucket)
		return requireServiceAccess(emulator, request, action, request.bucket);
	try {
		await requireAccess(emulator, bucket, request, action);
	} catch (error) {
		if (!(error instanceof OssError) || error.code !== "AccessDenied")
			throw error;
		throw isAnonymous ? error : bucketAlreadyExists(bucket.name);
	}
}

const forbidden = (): OssError =>
	new OssError("AccessDenied", {
		message: "Anonymous access is forbidden for this operation.",
		ec: "0003-00001201",
	});
