/**
 * Reads an object for SelectObject and CreateSelectObjectMeta: the request document, the check of the payer, and the
 * content in small pieces.
 *
 * Source: cpp's SelectObjectTest for requester pays.
 */
import type { Emulator } from "../../emulator.ts";
import { Breaks } from "../../oss/breaks.ts";
import { OssError } from "../../oss/errors.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { OpenObject } from "../../storage/objects.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { requireNoDuplicates, type XmlNode } from "../../xml/read.ts";
import { isRequesterPaying } from "../access/requester-pays.ts";
import { readXmlBody } from "../body.ts";

/**
 * Refuses requests to a requester-pays bucket, except those of the bucket's owner.
 *
 * @throws OssError AccessDenied
 */
export async function requireOwnerPays(
	emulator: Emulator,
	{ caller }: OssRequest,
	{ name, owner }: StoredBucket,
): Promise<void> {
	if (caller.uid === owner || !(await isRequesterPaying(emulator, name)))
		return;
	throw new OssError("AccessDenied", {
		message: "Select API does not support requester pay now.",
	});
}

/**
 * Elements that are not read here, such as `EnablePayloadCrc`, must not occur twice either.
 *
 * @throws OssError MalformedXML
 */
export async function readSelectBody(
	request: OssRequest,
	root: string,
): Promise<XmlNode> {
	const document = await readXmlBody(request, root);
	requireNoDuplicates(document);
	return document;
}

/** The content, and the number of bytes read so far. */
export class Scan {
	bytes = 0;
	readonly #opened: OpenObject;

	constructor(opened: OpenObject) {
		this.#opened = opened;
	}

	async *chunks(): AsyncGenerator<Buffer> {
		const content = this.#opened.content.read();
		const chunks: AsyncIterable<Buffer> | readonly Buffer[] = Buffer.isBuffer(
			content,
		)
			? [content]
			: content;
		for await (const chunk of chunks) {
			this.bytes += chunk.length;
			yield chunk;
		}
	}
}

/** Parsing this many bytes takes a few milliseconds. */
const CHUNK_BYTES = 64 * 1024;

/** Splits chunks into small ones, and lets other requests run in between. */
export async function* inBreaks(
	chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
	const breaks = new Breaks();
	for await (const chunk of chunks)
		for (let at = 0; at < chunk.length; at += CHUNK_BYTES) {
			await breaks.pause();
			yield chunk.subarray(at, at + CHUNK_BYTES);
		}
}
