/**
 * SealAppendObject: nothing can be appended after it. Sealing again changes nothing, not even the time of the seal.
 *
 * The errors for later appends, and for sealing other objects, appear only in the table of errors, with 409; a suite
 * that has never run expects 400.
 *
 * Source: docs «SealAppendObject».
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import { empty, type Reply } from "../../oss/reply.ts";
import { expiryTimeOf, type OssRequest } from "../../oss/request.ts";
import { httpTime } from "../../oss/times.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { readPosition } from "./append-object.ts";
import { findObject } from "./find-object.ts";
import { versionHeader } from "./object-headers.ts";
import { stateHeaders } from "./state-headers.ts";

export async function sealAppendObject(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const { key, receivedAt } = request;
	const position = readPosition(request.query.get("position"));
	await findObject(emulator, { key, query: new Map() }, bucket);
	const object = await emulator.store.objects.change(
		bucket.name,
		key,
		undefined,
		({ type, size, state }) => {
			if (type !== "Appendable")
				throw new OssError("AppendSealedObjectNotAllowed");
			if (position !== size) throw wrongPosition(size);
			return { state: { sealed: receivedAt.getTime(), ...state } };
		},
	);
	return empty(200, {
		ETag: `"${object.etag}"`,
		"Last-Modified": httpTime(object.modified),
		"x-oss-object-type": object.type,
		"x-oss-storage-class": object.storageClass,
		...stateHeaders(object, expiryTimeOf(request)),
		...versionHeader(object),
	});
}

const wrongPosition = (size: number): OssError =>
	new OssError("PositionNotEqualToLength", {
		headers: { "x-oss-next-append-position": String(size) },
	});
