/**
 * DeleteObject: a missing object is not an error.
 *
 * Source: docs «DeleteObject».
 */
import type { Emulator } from "../../emulator.ts";
import { empty, type Reply } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { readVersionId } from "./find-object.ts";
import { findProtect, readBypass } from "./new-object.ts";

export async function deleteObject(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const versionId = readVersionId(request.query);
	const bypass = await readBypass(emulator, request, bucket);
	const deleted = await emulator.store.objects.delete(
		request.bucket,
		request.key,
		versionId,
		request.receivedAt,
		await findProtect(emulator, request, bypass),
	);
	return empty(204, {
		"x-oss-version-id": deleted.versionId || undefined,
		// oss2 treats any value as true, so the header is sent only when it is true.
		"x-oss-delete-marker": deleted.deleteMarker ? "true" : undefined,
	});
}
