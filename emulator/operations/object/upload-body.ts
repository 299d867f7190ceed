/**
 * The body of an upload, limited by the bucket's capacity and by the speed that the client requests.
 *
 * Source: docs «Single-connection bandwidth throttling»; php's suite for the error of a full bucket.
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import type { OssRequest } from "../../oss/request.ts";
import { announcedBytes, uploadBody } from "../body.ts";
import { findDocument } from "../configurations/kind.ts";
import { STORAGE_CAPACITY } from "../stored-only/qos.ts";
import { readTrafficLimit, slowed, type Upload } from "./traffic-limit.ts";

/** @throws OssError MissingContentLength, EntityTooLarge, InvalidArgument, QuotaExceeded, before a byte is read */
export async function openUpload(
	emulator: Emulator,
	request: OssRequest,
): Promise<Upload> {
	const body = uploadBody(request);
	const limit = readTrafficLimit(request);
	// A body without a known length counts as one byte.
	const bytes = announcedBytes(request.headers) ?? 1;
	await requireRoom(emulator, request.bucket, bytes);
	return slowed(body, limit);
}

const GIB = 1024 ** 3;

/**
 * The message is known, status and code are not. Parts of uploads count when they are an object.
 *
 * @param bytes to come, or a function that returns their number; it is called only when the bucket has a capacity
 * @throws OssError QuotaExceeded
 */
export async function requireRoom(
	emulator: Emulator,
	bucket: string,
	bytes: number | (() => Promise<number>),
): Promise<void> {
	const document = await findDocument(emulator, STORAGE_CAPACITY, bucket);
	const capacity = document?.StorageCapacity ?? -1;
	if (capacity === -1) return;
	const { classes } = await emulator.store.stat(bucket);
	const used = classes.values().reduce((sum, { size }) => sum + size, 0);
	const more = typeof bytes === "number" ? bytes : await bytes();
	if (used + more > capacity * GIB) throw new OssError("QuotaExceeded");
}
