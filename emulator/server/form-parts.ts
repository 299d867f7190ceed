/**
 * The parts of a PostObject's form, in OSS's words: fields and the file.
 *
 * The file is the part of that name, whether or not it has a file name; others are fields even if they have one.
 *
 * Pure. Source: docs «PostObject»: names of 8 KB, values of 2 MB, Content-MD5.
 */
import { createHash, type Hash } from "node:crypto";
import { readExpected } from "../operations/body.ts";
import { requireMd5 } from "../oss/content-md5.ts";
import { percentDecode } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import { brokenOff } from "../oss/incoming.ts";
import type { FormPart, Headers } from "../oss/request.ts";
import { collect, type Part, readParts } from "./multipart.ts";

const NAME_BYTES_MAX = 8 * 1024;
const VALUE_BYTES_MAX = 2 * 1024 * 1024;
const PARTS_MAX = 1000;

const tooLong = (): OssError => new OssError("FieldItemTooLong");

/**
 * @param headers of the request; a Content-MD5 is of the whole body
 * @throws OssError MalformedPOSTRequest, FieldItemTooLong, MaxPOSTPreDataLengthExceededError, IncompleteBody;
 *   InvalidDigest at the end
 */
export async function* formParts(
	body: AsyncIterable<Buffer>,
	headers: Headers,
): AsyncGenerator<FormPart> {
	const expected = readExpected({ "content-md5": headers["content-md5"] });
	if (expected.md5 === undefined) {
		yield* partsOf(body, headers);
		return;
	}
	const md5 = createHash("md5");
	const digested = digest(body, md5);
	yield* partsOf(digested, headers);
	for await (const _afterTheEnd of digested);
	requireMd5(expected, md5.digest("base64"));
}

async function* digest(
	body: AsyncIterable<Buffer>,
	md5: Hash,
): AsyncGenerator<Buffer> {
	try {
		for await (const chunk of body) {
			md5.update(chunk);
			yield chunk;
		}
	} catch (error) {
		brokenOff(error);
	}
}

async function* partsOf(
	body: AsyncIterable<Buffer>,
	headers: Headers,
): AsyncGenerator<FormPart> {
	const contentType = headers["content-type"] ?? "";
	const [, quoted, bare] =
		/;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
	const boundary = quoted ?? bare;
	if (boundary === undefined) throw new OssError("MalformedPOSTRequest");
	let count = 0;
	let isLate = false;
	for await (const part of readParts(body, boundary)) {
		if (++count > PARTS_MAX)
			throw new OssError("MaxPOSTPreDataLengthExceededError");
		const { kind, name, ...more } = await toFormPart(part);
		yield isLate
			? { kind: "late", name }
			: ({ kind, name, ...more } as FormPart);
		isLate ||= kind === "file";
	}
}

async function toFormPart({ headers, content }: Part): Promise<FormPart> {
	const disposition = headers.get("content-disposition") ?? "";
	const { name, filename } = readDisposition(disposition);
	if (name.toLowerCase() === "file") {
		const contentType = headers.get("content-type") ?? "";
		return { kind: "file", name, filename, contentType, content };
	}
	const value = await collect(content, VALUE_BYTES_MAX, tooLong);
	return { kind: "field", name, value };
}

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^\s;]*))/g;

/**
 * `form-data; name="file"; filename="C:\cat.txt"`: a backslash escapes nothing but a quote, or old browsers' paths
 * broke.
 */
function readDisposition(text: string): { name: string; filename: string } {
	if (!/^form-data\s*(?:;|$)/i.test(text))
		throw new OssError("MalformedPOSTRequest");
	const parameters = new Map<string, string>();
	for (const [, key = "", quoted, bare = ""] of text.matchAll(PARAMETER))
		parameters.set(key.toLowerCase(), quoted?.replaceAll('\\"', '"') ?? bare);
	const name = parameters.get("name");
	if (name === undefined) throw new OssError("MalformedPOSTRequest");
	if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw tooLong();
	const extended = parameters.get("filename*")?.replace(/^utf-8'[^']*'/i, "");
	const filename = percentDecode(extended ?? "") || parameters.get("filename");
	return { name, filename: filename ?? "" };
}
