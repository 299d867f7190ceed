/**
 * Request bodies: uploads as a stream, documents as a whole with a size limit.
 */
import { hash } from "node:crypto";
import { requireMd5 } from "../oss/content-md5.ts";
import { decodeBase64 } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import { readBody } from "../oss/incoming.ts";
import type { Headers, OssRequest } from "../oss/request.ts";
import type { Expected } from "../storage/types.ts";
import { malformed, readXml, type XmlNode } from "../xml/read.ts";

/** Maximum body size of PutObject, PostObject, UploadPart and AppendObject. Source: docs «Limits». */
export const UPLOAD_BYTES_MAX = 5 * 1024 ** 3;

/** Source: docs «DeleteMultipleObjects», which has the largest documents. */
const DOCUMENT_BYTES_MAX = 2 * 1024 ** 2;

/**
 * The body of an upload.
 *
 * @throws OssError MissingContentLength, EntityTooLarge before a byte is read
 */
export function uploadBody({
	headers,
	body,
}: OssRequest): AsyncIterable<Buffer> {
	const bytes = announcedBytes(headers);
	if (bytes === undefined && headers["transfer-encoding"] === undefined)
		throw new OssError("MissingContentLength");
	// The page of PutObject documents InvalidArgument instead.
	if ((bytes ?? 0) > UPLOAD_BYTES_MAX) throw new OssError("EntityTooLarge");
	return body;
}

/** @returns undefined for a chunked body, whose Content-Length is ignored (RFC 9112, 6.3) */
export function announcedBytes(headers: Headers): number | undefined {
	const length = headers["content-length"];
	return length === undefined || headers["transfer-encoding"] !== undefined
		? undefined
		: Number(length);
}

/**
 * The checksums that the client declares for the body; they are checked while the body is read.
 *
 * @throws OssError InvalidDigest for a Content-MD5 that is not base64 of 16 bytes
 */
export function readExpected(headers: Headers): Expected {
	const md5 = headers["content-md5"];
	const crc64 = headers["x-oss-hash-crc64ecma"];
	if (md5 !== undefined && decodeBase64(md5)?.length !== 16) {
		throw new OssError("InvalidDigest", {
			ec: "0017-00000502",
			details: { "Content-MD5": md5 },
		});
	}
	return {
		...(md5 === undefined ? {} : { md5 }),
		...(crc64 === undefined ? {} : { crc64 }),
		sizeMax: UPLOAD_BYTES_MAX,
	};
}

/**
 * @throws OssError MalformedXML when it is larger than `bytesMax`, InvalidDigest when it does not match Content-MD5,
 *   IncompleteBody
 */
export async function readDocument(
	{ headers, body }: OssRequest,
	bytesMax = DOCUMENT_BYTES_MAX,
): Promise<Buffer> {
	const document = await readBody(body, bytesMax);
	if (!document) throw malformed();
	requireMd5(readExpected(headers), hash("md5", document, "base64"));
	return document;
}

/** Like `readDocument`, parsed. */
export async function readXmlBody(
	request: OssRequest,
	...roots: readonly string[]
): Promise<XmlNode> {
	return readXml(await readDocument(request), ...roots);
}
