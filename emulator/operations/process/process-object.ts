/**
 * Image processing: on reading (`GET ?x-oss-process=`) or into a new object (`POST ?x-oss-process`).
 *
 * Source: docs «IMG implementation modes», «Save processed images»; go1's and py1's suites for the bucket, which the
 * answer names only if the request does.
 */
import { Readable } from "node:stream";
import type { Emulator } from "../../emulator.ts";
import { processImage, requireProcessable } from "../../image/process-image.ts";
import { type Processed, requireActions } from "../../image/run-steps.ts";
import { readSaveAs, readSteps, type Step } from "../../image/steps.ts";
import { percentDecode } from "../../oss/encoding.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { requireKey } from "../../oss/names.ts";
import type { Reply } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredBucket, StoredObject } from "../../storage/types.ts";
import { requireAccess } from "../access/access.ts";
import { readDocument } from "../body.ts";
import { findDocument } from "../configurations/kind.ts";
import {
	readTrafficLimit,
	requireCapacity,
	slowedReply,
} from "../object/body-limits.ts";
import { readOverrides } from "../object/get-object.ts";
import { prepareObject } from "../object/new-object.ts";
import { objectHeaders } from "../object/object-headers.ts";
import { openForReading } from "../object/open-for-reading.ts";
import { STYLE } from "./style.ts";

/** The result has no ETag and no checksums, because those belong to the source. Ranges are ignored. */
export async function getProcessedObject(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const overrides = readOverrides(request);
	const limit = readTrafficLimit(request);
	const process = request.query.get("x-oss-process") ?? "";
	const { shown, content, contentType } = await run(
		emulator,
		request,
		bucket,
		process,
	);
	const reply = {
		status: 200,
		headers: {
			...objectHeaders(shown),
			"Content-Type": contentType,
			"Content-Encoding": undefined,
			"Content-Length": String(content.length),
			"Accept-Ranges": undefined,
			ETag: undefined,
			"Content-MD5": undefined,
			"x-oss-hash-crc64ecma": undefined,
			"x-oss-next-append-position": undefined,
			...overrides,
		},
		body: content,
	};
	return slowedReply(reply, limit, content.length);
}

const BODY_BYTES_MAX = 64 * 1024;

/**
 * The caller must have the right to put the new object in addition to reading the old one. An empty process is
 * InvalidRequest: cpp's suite; the same error for an empty body is a guess.
 */
export async function processObject(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const body = String(await readDocument(request, BODY_BYTES_MAX));
	const text = /^x-oss-process=(.*)$/s.exec(body)?.[1];
	if (body === "" || text === "") throw new OssError("InvalidRequest");
	if (text === undefined) throw invalidArgument("x-oss-process", body);
	const { process, target } = readSaveAs(percentDecode(text) ?? text);
	requireKey(target.key);
	const writing: OssRequest = {
		...request,
		query: new Map(),
		bucket: target.bucket || request.bucket,
		key: target.key,
	};
	const targetBucket = await emulator.store.buckets.get(writing.bucket);
	await requireAccess(emulator, targetBucket, writing, "oss:PutObject");
	const processed = await run(emulator, request, bucket, process);
	const { content, contentType } = processed;
	const given = await prepareObject(emulator, writing, {
		"content-type": contentType,
	});
	await requireCapacity(emulator, writing.bucket, content.length);
	const object = await emulator.store.objects.put(
		given,
		Readable.from([content]),
	);
	const { size } = object;
	const answer = { ...target, object: target.key, fileSize: size };
	return json(answer);
}

const json = ({
	bucket,
	fileSize,
	object,
}: {
	readonly bucket: string;
	readonly fileSize: number;
	readonly object: string;
}): Reply => ({
	status: 200,
	headers: { "Content-Type": "application/json" },
	body: Buffer.from(
		JSON.stringify({ bucket, fileSize, object, status: "OK" }, null, 4),
	),
});

/** @throws OssError for an object that does not exist, cannot be read by the caller, or cannot be processed */
async function run(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
	process: string,
): Promise<Processed & { readonly shown: StoredObject }> {
	const { object, shown, content } = await openForReading(
		emulator,
		request,
		bucket,
	);
	try {
		const steps = await findSteps(emulator, request.bucket, process);
		requireProcessable(object.size);
		requireFewWatermarks(steps);
		const image = await processImage(
			{
				read: () => content.readWhole(),
				readWatermark: (key) => readWatermark(emulator, request, bucket, key),
				isAbandoned: request.isDisconnected,
			},
			steps,
		);
		return { ...image, shown };
	} finally {
		content.release();
	}
}

/** Source: docs «Add watermarks»: at most three images, from the same bucket. */
const IMAGE_WATERMARKS_MAX = 3;

function requireFewWatermarks(steps: readonly Step[]): void {
	const images = steps.filter(
		({ action, values }) => action === "watermark" && values.has("image"),
	);
	if (images.length > IMAGE_WATERMARKS_MAX)
		throw invalidArgument("watermark", String(images.length));
}

/** The caller must also have the right to read the watermark image. */
async function readWatermark(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
	key: string,
): Promise<Buffer> {
	requireKey(key);
	const reading: OssRequest = {
		...request,
		query: new Map(),
		headers: {},
		key,
	};
	await requireAccess(emulator, bucket, reading, "oss:GetObject");
	const { object, content } = await openForReading(emulator, reading, bucket);
	try {
		requireProcessable(object.size);
		return await content.readWhole();
	} finally {
		content.release();
	}
}

/** @throws OssError NoSuchStyle, InvalidArgument, NotImplemented for actions other than image actions */
async function findSteps(
	emulator: Emulator,
	bucket: string,
	process: string,
): Promise<readonly Step[]> {
	const style = /^style\/(.*)$/s.exec(process)?.[1];
	const text =
		style === undefined ? process : await findStyle(emulator, bucket, style);
	const image = /^image\/(.*)$/s.exec(text)?.[1];
	if (image === undefined) {
		if (!/^(?:video|doc|audio|hls)\//.test(text))
			throw invalidArgument("x-oss-process", text);
		const message = `The emulator does not process ${text.split("/")[0]}.`;
		throw new OssError("NotImplemented", { message });
	}
	const steps = readSteps(image);
	requireActions(steps);
	return steps;
}

async function findStyle(
	emulator: Emulator,
	bucket: string,
	name: string,
): Promise<string> {
	const style = await findDocument(emulator, STYLE, bucket, name);
	if (!style) throw new OssError("NoSuchStyle");
	return style.Content;
}
