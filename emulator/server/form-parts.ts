/**
 * The parts of a form as @fastify/multipart finds them, in OSS's words.
 */
import type { MultipartValue } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { OssError } from "../oss/errors.ts";
import type { FormPart } from "../oss/request.ts";

/** Source: docs «PostObject»: names of 8 KB, values of 2 MB. */
export const FORM_OPTIONS = {
	limits: {
		fieldNameSize: 8 * 1024,
		fieldSize: 2 * 1024 * 1024,
		fields: 1000,
		parts: 1100,
		fileSize: Number.POSITIVE_INFINITY, // the store counts
		headerPairs: 100,
	},
	throwFileSizeLimit: false,
	preservePath: true,
	/** The file is the part of that name, whether or not it has a file name; others are fields even if they have. */
	isPartAFile: (name: string | undefined) => name?.toLowerCase() === "file",
};

/** @throws OssError MalformedPOSTRequest, FieldItemTooLong, MaxPOSTPreDataLengthExceededError */
export async function* formParts(
	incoming: FastifyRequest,
): AsyncGenerator<FormPart> {
	const parts = incoming.parts()[Symbol.asyncIterator]();
	for (;;) {
		const { done, value: part } = await parts.next().catch(refuse);
		if (done) return;
		if (part.type === "file") {
			const { fieldname: name, filename = "", mimetype, file: content } = part;
			// Without a type of its own, busboy calls a part text/plain or application/octet-stream: no more than a guess.
			yield {
				kind: "file",
				name,
				filename,
				contentType: filename === "" ? "" : mimetype,
				content,
			};
		} else {
			yield toField(part);
		}
	}
}

function toField({
	fieldname: name,
	value,
	fieldnameTruncated,
	valueTruncated,
}: MultipartValue): FormPart {
	if (fieldnameTruncated || valueTruncated)
		throw new OssError("FieldItemTooLong");
	// @fastify/multipart parses fields that come as application/json.
	return {
		kind: "field",
		name,
		value: typeof value === "string" ? value : JSON.stringify(value),
	};
}

function refuse(error: unknown): never {
	const code = error instanceof Error && "code" in error ? error.code : "";
	if (code === "FST_FIELDS_LIMIT" || code === "FST_PARTS_LIMIT") {
		throw new OssError("MaxPOSTPreDataLengthExceededError");
	}
	throw new OssError("MalformedPOSTRequest");
}
