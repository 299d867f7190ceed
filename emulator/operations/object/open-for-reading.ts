/**
 * Opens an object's content for an authorized reader: follows a symlink, requires that an archived object is restored,
 * and checks the request's conditions.
 *
 * Source: docs «GetObject», «PutSymlink», «RestoreObject».
 */
import type { Emulator } from "../../emulator.ts";
import { requireConditions } from "../../oss/conditions.ts";
import { expiryTimeOf, type OssRequest } from "../../oss/request.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { recordAccess } from "../lifecycle/access-monitor.ts";
import { openObject, requireRestored } from "./find-object.ts";
import { type OpenLink, openTarget, requireTargetAccess } from "./symlink.ts";

/**
 * The caller must read the content or release it.
 *
 * @throws OssError like `openObject`, `requireTargetAccess`, `openTarget`, `requireRestored` and `requireConditions`;
 *   nothing is retained then
 */
export async function openForReading(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<OpenLink> {
	const link = await openObject(emulator, request, bucket);
	try {
		await requireTargetAccess(emulator, request, bucket, link.object);
	} catch (error) {
		link.content.release();
		throw error;
	}
	const opened = await openTarget(emulator, request, link);
	try {
		await requireRestored(emulator, opened.object, expiryTimeOf(request));
		requireConditions(request.headers, opened.shown);
		await recordAccess(emulator, opened.object, request.receivedAt);
		return opened;
	} catch (error) {
		opened.content.release();
		throw error;
	}
}
