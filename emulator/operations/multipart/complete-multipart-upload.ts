/**
 * CompleteMultipartUpload: joins the parts into an object, then calls the application server if the request has a
 * callback.
 *
 * The callback's answer replaces the XML. A malformed callback leaves the upload open. An ACL in this request takes
 * precedence over the ACL with which the upload was initiated. Whether Last-Modified is the time of completion or of
 * initiation is not documented; here it is the time of completion (A-612).
 *
 * Source: docs «CompleteMultipartUpload», «Callback»; EC 0042-00000216, 0042-00000205; py2's suite for the ACL.
 */

import type { Emulator } from "../../emulator.ts";
import { readDecimal } from "../../oss/decimal.ts";
import { invalidArgument, OssError, underEc } from "../../oss/errors.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredBucket, StoredPart } from "../../storage/types.ts";
import { childrenNamed, childText, readXml } from "../../xml/read.ts";
import { writeXml } from "../../xml/write.ts";
import { readDocument } from "../body.ts";
import { readEncodingType } from "../bucket/listing.ts";
import { requireCapacity } from "../object/body-limits.ts";
import { findProtect, refuseEncryption } from "../object/new-object.ts";
import {
	forbidsOverwrite,
	readObjectAcl,
	writtenHeaders,
} from "../object/object-headers.ts";
import { callBack } from "../object/upload-callback.ts";
import { objectUrl } from "../service/endpoint.ts";
import { requireCompleteEncryption } from "./client-encryption.ts";
import { joinParts, type NamedPart } from "./completion.ts";
import { findUpload } from "./multipart.ts";

const COMPLETE_ALL = "x-oss-complete-all";
const MALFORMED_EC = "0042-00000205";

export async function completeMultipartUpload(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const { store, callbacks } = emulator;
	const encoding = readEncodingType(request.query);
	const callback = await callbacks.read(request);
	const document = await readDocument(request);
	const upload = await findUpload(store, request, "0042-00000002");
	refuseEncryption(request.headers);
	const named = await readParts(request, document);
	const numbers = named
		? named.map(({ number }) => number)
		: (await store.uploads.parts(upload)).map(({ number }) => number);
	requireCompleteEncryption(request.headers, upload, numbers);
	const acl = readObjectAcl(request.headers);
	await requireCapacity(emulator, request.bucket, async () =>
		sizeOf(await store.uploads.parts(upload), named),
	);
	const object = await store.uploads.complete(
		acl ? { ...upload, acl } : upload,
		joinParts(named),
		request.receivedAt,
		forbidsOverwrite(request.headers),
		await findProtect(emulator, request),
	);
	const headers = writtenHeaders(object);
	const called = await callBack(
		emulator,
		request,
		callback,
		{ object, owner: bucket.owner },
		"CompleteMultipartUpload",
		headers,
	);
	if (called) return called;
	return xml(
		writeXml("CompleteMultipartUploadResult", {
			EncodingType: encoding.type,
			Location: objectUrl(request),
			Bucket: object.bucket,
			Key: encoding.encode(object.key),
			ETag: `"${object.etag}"`,
		}),
		headers,
	);
}

function sizeOf(
	stored: readonly StoredPart[],
	named: readonly NamedPart[] | null,
): number {
	const numbers = new Set(named?.map(({ number }) => number));
	const parts = stored.filter(({ number }) => !named || numbers.has(number));
	return parts.reduce((sum, { size }) => sum + size, 0);
}

/** @returns null for `x-oss-complete-all: yes`, which means all uploaded parts */
async function readParts(
	request: OssRequest,
	document: Buffer,
): Promise<readonly NamedPart[] | null> {
	const all = request.headers[COMPLETE_ALL];
	if (all?.toLowerCase() === "yes") {
		if (document.length === 0) return null;
		// The spelling is that of OSS.
		const message =
			"Should not speficy both complete all header and http body.";
		throw invalidArgument(COMPLETE_ALL, all, message, "0042-00000216");
	}
	try {
		const root = await readXml(document, "CompleteMultipartUpload");
		return childrenNamed(root, "Part").map((part) => ({
			number: readNumber(childText(part, "PartNumber") ?? ""),
			etag: childText(part, "ETag") ?? "",
		}));
	} catch (error) {
		return underEc("MalformedXML", MALFORMED_EC)(error);
	}
}

/** Checks only the syntax: `0x1` and an empty text are not numbers. */
function readNumber(text: string): number {
	const number = readDecimal(text);
	if (number === undefined) throw new OssError("MalformedXML");
	return number;
}
