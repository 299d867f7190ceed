/**
 * Whether the caller may: each operation by its action, before it runs.
 */
import type { Emulator } from "../emulator.ts";
import {
	requireAccess,
	requireServiceAccess,
} from "../operations/access/access.ts";
import type { Row } from "../operations/match-operation.ts";
import {
	bucketAlreadyExists,
	noSuchBucket,
} from "../operations/store-protocol.ts";
import { OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";
import type { StoredBucket } from "../storage/types.ts";

/** @throws OssError NoSuchBucket, AccessDenied */
export async function authorize(
	emulator: Emulator,
	request: OssRequest,
	{ target, action, name }: Row,
): Promise<void> {
	if (target === "service" || action === "oss:PutBucket") {
		if (request.caller.uid === "") throw forbidden();
		const resource = request.bucket || "*";
		return requireServiceAccess(emulator, request, action, resource);
	}
	// A preflight asks for nothing yet.
	if (action === "oss:OptionObject") return;
	const bucket = await emulator.store.buckets.find(request.bucket);
	if (name === "PutBucketAcl" && !ownedBy(bucket, request))
		return authorizeNewAcl(emulator, bucket, request, action);
	if (!bucket && TAKEN_FOR_PUT_BUCKET.has(name))
		throw new OssError("MalformedXML", { ec: "0015-00000231" });
	if (!bucket) throw noSuchBucket(request.bucket);
	if (!ASKING_LATER.has(name))
		await requireAccess(emulator, bucket, request, action);
}

const ownedBy = (
	bucket: StoredBucket | undefined,
	{ caller }: OssRequest,
): boolean => bucket?.owner === caller.uid;

/**
 * PutBucketAcl is PutBucket to OSS: it makes the bucket that is not there, and what is somebody else's exists already.
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

/** Of a bucket that is not there: their documents are no CreateBucketConfiguration. Source: go2's suite. */
const TAKEN_FOR_PUT_BUCKET = new Set([
	"PutBucketObjectWorm",
	"PutBucketOverwriteConfig",
]);

/** What is asked for stands in the body, in a form even who asks. */
const ASKING_LATER = new Set([
	"PostObject",
	"DeleteMultipleObjects",
	"PutObjectTagging",
]);

const forbidden = (): OssError =>
	new OssError("AccessDenied", {
		message: "Anonymous access is forbidden for this operation.",
		ec: "0003-00001201",
	});
