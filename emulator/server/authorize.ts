/**
 * Whether the caller may: the bucket's owner may everything, others what ACLs allow.
 */
import type { Emulator } from "../emulator.ts";
import { requireAccess } from "../operations/access.ts";
import type { Row } from "../operations/select.ts";
import { OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";
import { noSuchBucket } from "../storage/buckets.ts";

/** @throws OssError NoSuchBucket, AccessDenied */
export async function authorize(
	emulator: Emulator,
	request: OssRequest,
	operation: Row,
): Promise<void> {
	const isAnonymous = request.caller.uid === "";
	if (operation.target === "service" || operation.action === "oss:PutBucket") {
		if (!isAnonymous) return;
		throw new OssError("AccessDenied", {
			message: "Anonymous access is forbidden for this operation.",
			ec: "0003-00001201",
		});
	}
	const bucket = await emulator.store.buckets.find(request.bucket);
	if (!bucket) throw noSuchBucket(request.bucket);
	// A form says itself who sends it, and a preflight asks for nothing yet.
	if (
		operation.action === "oss:OptionObject" ||
		operation.name === "PostObject"
	)
		return;
	await requireAccess(emulator, bucket, request, operation.action);
}
