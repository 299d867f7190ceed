/**
 * Whether the caller may: each operation by its action, before it runs.
 */
import type { Emulator } from "../emulator.ts";
import { requireAccess, requireServiceAccess } from "../operations/access.ts";
import type { Row } from "../operations/select.ts";
import { OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";
import { noSuchBucket } from "../storage/buckets.ts";

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
	const bucket = await emulator.store.buckets.find(request.bucket);
	if (!bucket) throw noSuchBucket(request.bucket);
	if (!ASKING_LATER.has(name) && action !== "oss:OptionObject")
		await requireAccess(emulator, bucket, request, action);
}

/** What is asked for stands in the body, in a form even who asks. A preflight asks for nothing yet. */
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
