/**
 * The parts of a PostObject's form: fields, and the file. @fastify/multipart parses them.
 *
 * Every part is a stream, so that a field is never parsed as JSON, and a file is read from the client as fast as it is
 * stored. `form-heads.ts` supplies the data that the plugin does not pass on. The file is the part named `file`, with
 * or without a file name; other parts are fields even if they have a file name.
 *
 * Source: docs «PostObject»: values of 2 MB, Content-MD5; RFC 2046, 5.1: boundaries.
 */
import { createHash, type Hash } from "node:crypto";
import { Readable } from "node:stream";
import multipart from "@fastify/multipart";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { readExpected, UPLOAD_BYTES_MAX } from "../operations/body.ts";
import { Breaks } from "../oss/breaks.ts";
import type { ByteBudget } from "../oss/byte-budget.ts";
import { codeOf } from "../oss/code-of.ts";
import { requireMd5 } from "../oss/content-md5.ts";
import { decodeWireBytes } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import { rethrowStreamError } from "../oss/incoming.ts";
import type { FormPart, Headers } from "../oss/request.ts";
import {
	FormHeads,
	HEAD_BYTES_MAX,
	HEADERS_MAX,
	type Head,
	isFile,
} from "./form-heads.ts";

const VALUE_BYTES_MAX = 2 * 1024 * 1024;
const PARTS_MAX = 1000;

/** All limits of the parser; no default applies. */
const LIMITS = {
	parts: PARTS_MAX,
	// The plugin treats each part as a file.
	files: PARTS_MAX,
	fields: 0,
	// The store refuses the first byte beyond the limit with OSS's error; the plugin would truncate the file.
	fileSize: UPLOAD_BYTES_MAX + 1,
	fieldSize: VALUE_BYTES_MAX,
	fieldNameSize: HEAD_BYTES_MAX,
	headerPairs: HEADERS_MAX,
	headerSize: HEAD_BYTES_MAX,
};

/** Prepares `app`, so that requests to its routes can be passed to `formParts`. */
export async function acceptForms(app: FastifyInstance): Promise<void> {
	await app.register(multipart, { limits: LIMITS, throwFileSizeLimit: false });
}

/**
 * Reads the parts of one form; the reserved memory is released when the caller stops reading.
 *
 * @param incoming a request to an application that was prepared by `acceptForms`
 * @param content the body of the request, unread
 * @param headers headers of the request; a Content-MD5 covers the whole body
 * @param memory limit for the fields of all unfinished forms together
 * @throws OssError MalformedPOSTRequest, FieldItemTooLong, MaxPOSTPreDataLengthExceededError, IncompleteBody,
 *   QpsLimitExceeded; InvalidDigest at the end
 */
export async function* formParts(
	incoming: FastifyRequest,
	content: AsyncIterable<Buffer>,
	headers: Headers,
	memory: ByteBudget,
): AsyncGenerator<FormPart> {
	const boundary = readBoundary(headers["content-type"] ?? "");
	const expected = readExpected({ "content-md5": headers["content-md5"] });
	const md5 = expected.md5 === undefined ? undefined : createHash("md5");
	const heads = new FormHeads(boundary);
	const body = Object.assign(
		Readable.from(observed(content, heads, md5), { objectMode: false }),
		{
			headers: {
				"content-type": `multipart/form-data; boundary="${boundary}"`,
			},
		},
	);
	let reserved = 0;
	const reserve = (bytes: number): void => {
		// SDKs retry this error. That OSS returns it is a guess.
		if (!memory.take(bytes)) throw new OssError("QpsLimitExceeded");
		reserved += bytes;
	};
	try {
		yield* partsOf(incoming, body, heads, reserve);
		if (md5) {
			for await (const _afterTheEnd of body);
			requireMd5(expected, md5.digest("base64"));
		}
	} finally {
		body.destroy();
		memory.give(reserved);
	}
}

/** RFC 2046 allows 70 characters; quotes and backslashes are not among them. */
function readBoundary(contentType: string): string {
	const [, quoted, bare] =
		/;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
	const boundary = quoted ?? bare ?? "";
	if (!/^[ -~]{1,70}$/.test(boundary) || /["\\]/.test(boundary))
		throw new OssError("MalformedPOSTRequest");
	return boundary;
}

/** The body after `heads` and `md5` have read it; the plugin reads it next. */
async function* observed(
	content: AsyncIterable<Buffer>,
	heads: FormHeads,
	md5: Hash | undefined,
): AsyncGenerator<Buffer> {
	let isEmpty = true;
	const breaks = new Breaks();
	try {
		for await (const chunk of content) {
			isEmpty = false;
			md5?.update(chunk);
			if (heads.isAtFile) {
				yield chunk;
				continue;
			}
			for (const slice of slicesOf(chunk)) {
				await breaks.pause();
				heads.write(slice);
				yield slice;
			}
		}
	} catch (error) {
		rethrowStreamError(error);
	}
	// The plugin does not accept a body of a form without parts.
	if (isEmpty) throw new OssError("MalformedPOSTRequest");
}

/**
 * The body is parsed in slices of this size. A field takes more memory than its bytes, and one slice may contain a
 * hundred fields.
 */
const SLICE_BYTES = 8 * 1024;

const slicesOf = (chunk: Buffer): Buffer[] =>
	Array.from({ length: Math.ceil(chunk.length / SLICE_BYTES) }, (_, i) =>
		chunk.subarray(i * SLICE_BYTES, (i + 1) * SLICE_BYTES),
	);

type Body = Readable & { readonly headers: Readonly<Record<string, string>> };

async function* partsOf(
	incoming: FastifyRequest,
	body: Body,
	heads: FormHeads,
	reserve: (bytes: number) => void,
): AsyncGenerator<FormPart> {
	const request: FastifyRequest = Object.create(incoming, {
		raw: { value: body },
		// The content type is hidden from Fastify, which would check it.
		isMultipart: { value: () => true },
	});
	const isPartAFile = (name: string | undefined): boolean => {
		heads.confirm(name);
		return true;
	};
	try {
		for await (const part of request.parts({ isPartAFile })) {
			if (part.type === "field") throw new TypeError("a part is not a stream");
			const { hidden, head } = heads.next();
			for (const field of hidden) yield await hiddenField(field, reserve);
			if (head) yield await toFormPart(head, part.file, reserve);
			else {
				part.file.resume();
				yield { kind: "late", name: part.fieldname };
			}
		}
	} catch (error) {
		// This part marks the end of a form, after a field that the plugin did not pass on.
		if (codeOf(error) !== "FST_PROTO_VIOLATION") throw toOssError(error);
	}
	for (const field of heads.next().hidden)
		yield await hiddenField(field, reserve);
}

async function toFormPart(
	head: Head,
	content: Readable,
	reserve: (bytes: number) => void,
): Promise<FormPart> {
	if (isFile(head)) return { kind: "file", ...head, content: whole(content) };
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of whole(content)) {
		size += chunk.length;
		if (size > VALUE_BYTES_MAX) throw new OssError("FieldItemTooLong");
		reserve(chunk.length);
		chunks.push(chunk);
	}
	const value = decodeWireBytes(Buffer.concat(chunks, size));
	return { kind: "field", name: head.name, value };
}

async function hiddenField(
	{ name, value = Promise.resolve("") }: Head,
	reserve: (bytes: number) => void,
): Promise<FormPart> {
	const text = await value;
	const bytes = Buffer.byteLength(text);
	if (bytes > VALUE_BYTES_MAX) throw new OssError("FieldItemTooLong");
	reserve(bytes);
	return { kind: "field", name, value: text };
}

/** Yields the bytes of a part; throws OSS's error if they are incomplete. */
async function* whole(content: Readable): AsyncGenerator<Buffer> {
	try {
		yield* content;
	} catch (error) {
		throw toOssError(error);
	}
}

function toOssError(error: unknown): unknown {
	switch (codeOf(error)) {
		case "FST_PARTS_LIMIT":
		case "FST_FILES_LIMIT":
			return new OssError("MaxPOSTPreDataLengthExceededError");
		case "FST_MP_PREMATURE_CLOSE":
			return new OssError("IncompleteBody");
		case "":
			// Errors of the parser itself have no code.
			return error instanceof Error && UNFINISHED.test(error.message)
				? new OssError("MalformedPOSTRequest")
				: error;
		default:
			return error;
	}
}

const UNFINISHED =
	/^(?:Unexpected end of multipart data|Part terminated early)/;
