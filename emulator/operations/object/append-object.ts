/**
 * AppendObject: appends to an object at the position that the uploader states.
 *
 * According to the docs, later appends must not have object headers, but no error is documented: they are ignored
 * even invalid ones, except for the ACL. A CRC-64, which no page mentions, is ignored too: it would be the
 * CRC-64 of the whole object. A version cannot be named; the page of the EC does not state the code.
 *
 * Source: docs «AppendObject», EC 0016-00000501, -502, -504; go1's suite for the ACL, py1's for too many tags.
 */

import type { Emulator } from "../../emulator.ts";
import { readDecimal } from "../../oss/decimal.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { readExpected, UPLOAD_BYTES_MAX } from "../body.ts";
import { openUpload } from "./body-limits.ts";
import { findProtect, readEncryptedObject } from "./new-object.ts";
import { writtenHeaders } from "./object-headers.ts";

export async function appendObject(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { store } = emulator;
	const position = readPosition(request.query.get("position"));
	const versionId = request.query.get("versionId");
	if (versionId !== undefined)
		throw invalidArgument("versionId", versionId, undefined, "0016-00000504");
	const acl = request.headers["x-oss-object-acl"];
	const objectHeaders =
		position === 0 ? request.headers : { "x-oss-object-acl": acl };
	const given = {
		...(await readEncryptedObject(emulator, request, objectHeaders)),
		protect: await findProtect(emulator, request),
	};
	const upload = await openUpload(emulator, request);
	const { crc64: _ofTheWhole, ...expected } = readExpected(request.headers);
	const object = await store.objects.append(
		given,
		position,
		upload.body,
		// No page states the code for an object that would become too large; the code for a body that is too large is used
		//
		{ ...expected, sizeMax: Math.max(0, UPLOAD_BYTES_MAX - position) },
	);
	return empty(200, {
		...writtenHeaders(object),
		...upload.headers(),
		"x-oss-next-append-position": String(object.size),
	});
}

/** @throws OssError MissingArgument, InvalidArgument */
export function readPosition(text: string | undefined): number {
	if (text === undefined)
		throw new OssError("MissingArgument", { ec: "0016-00000501" });
	const position = readDecimal(text);
	if (position === undefined)
		throw invalidArgument("position", text, undefined, "0016-00000502");
	return position;
}
