/**
 * Limits on the body of an upload or a download: the capacity of the bucket, and `x-oss-traffic-limit`, the maximum
 * speed that the client requests.
 *
 * `x-oss-qos-delay-time` states the delay; milliseconds as its unit is a guess (A-631). The head of a download is sent
 * before its body, so it states the delay that the limit will cause (A-896).
 *
 * Source: docs «Single-connection bandwidth throttling»: bounds, messages; EC 0004-00000502; go1's suite for the delay
 * of uploads, cpp's ObjectTrafficLimit for the delay of downloads, php's for the error of a full bucket.
 */
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Emulator } from "../../emulator.ts";
import { readDecimal } from "../../oss/decimal.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import type { Reply, ReplyHeaders } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { announcedBytes, uploadBody } from "../body.ts";
import { findDocument } from "../configurations/kind.ts";
import { STORAGE_CAPACITY } from "../stored-only/qos.ts";

/** @throws OssError MissingContentLength, EntityTooLarge, InvalidArgument, QuotaExceeded, before a byte is read */
export async function openUpload(
	emulator: Emulator,
	request: OssRequest,
): Promise<Upload> {
	const body = uploadBody(request);
	const limit = readTrafficLimit(request);
	// A body without a known length counts as one byte.
	const bytes = announcedBytes(request.headers) ?? 1;
	await requireCapacity(emulator, request.bucket, bytes);
	return slowed(body, limit);
}

const GIB = 1024 ** 3;

/**
 * The message is known; the status and code are guesses. Parts count once they are joined into an object.
 *
 * @param bytes the number of bytes to store, or a function that returns it, called only when the bucket has a capacity
 * @throws OssError QuotaExceeded
 */
export async function requireCapacity(
	emulator: Emulator,
	bucket: string,
	bytes: number | (() => Promise<number>),
): Promise<void> {
	const document = await findDocument(emulator, STORAGE_CAPACITY, bucket);
	const capacity = document?.StorageCapacity ?? -1;
	if (capacity === -1) return;
	const used = await emulator.store.usedBytes(bucket);
	const more = typeof bytes === "number" ? bytes : await bytes();
	if (used + more > capacity * GIB) throw new OssError("QuotaExceeded");
}

const NAME = "x-oss-traffic-limit";

/** Bits per second: 100 KB/s and 100 MB/s. */
const LIMIT_MIN = 819_200;
const LIMIT_MAX = 838_860_800;

/**
 * @returns bits per second; undefined for no limit
 * @throws OssError InvalidArgument when it is out of bounds, or in both the query string and the headers
 */
export function readTrafficLimit({
	query,
	headers,
}: Pick<OssRequest, "query" | "headers">): number | undefined {
	const inQuery = query.get(NAME);
	const inHeader = headers[NAME];
	if (inQuery !== undefined && inHeader !== undefined) {
		const message =
			"x-oss-traffic-limit should be specified either in query string or header, not both.";
		throw invalidArgument(NAME, inHeader, message);
	}
	const text = inQuery ?? inHeader;
	if (text === undefined) return undefined;
	const limit = readDecimal(text, LIMIT_MIN, LIMIT_MAX);
	if (limit === undefined) {
		const message =
			"x-oss-traffic-limit is invalid, should be specified between 819200(100KB/s) and 838860800(100MB/s).";
		throw invalidArgument(NAME, text, message, "0004-00000502");
	}
	return limit;
}

const DELAY = "x-oss-qos-delay-time";

/** The body of an upload. */
export type Upload = {
	readonly body: AsyncIterable<Buffer>;
	/** Headers of the reply; they are known once the body has been read. */
	headers(): ReplyHeaders;
};

/** The bytes of `body`, no faster than `limit`. */
export function slowed(
	body: AsyncIterable<Buffer>,
	limit: number | undefined,
): Upload {
	if (limit === undefined) return { body, headers: () => ({}) };
	let delayMs = 0;
	const slow = atPace(body, limit, (ms) => {
		delayMs += ms;
	});
	return {
		body: slow,
		headers: () => ({ [DELAY]: String(Math.round(delayMs)) }),
	};
}

/**
 * `reply` with a body that is sent no faster than `limit`.
 *
 * @param bytes the length of the body; an upper bound for a body that is compressed while it is sent
 */
export function slowedReply(
	reply: Reply,
	limit: number | undefined,
	bytes: number,
): Reply {
	const { body } = reply;
	if (limit === undefined || body === null) return reply;
	const source = Buffer.isBuffer(body) ? [body] : body;
	const slow = Readable.from(atPace(source, limit), { objectMode: false });
	// A generator that was never started does not close its source.
	if (!Buffer.isBuffer(body)) slow.once("close", () => body.destroy());
	const delayMs = Math.round((bytes * 8 * 1000) / limit);
	const headers = { ...reply.headers, [DELAY]: String(delayMs) };
	return { ...reply, headers, body: slow };
}

/** Number of pieces sent per second. */
const STEPS = 20;

async function* atPace(
	source: Iterable<Buffer> | AsyncIterable<Buffer>,
	limit: number,
	delayed: (ms: number) => void = () => {},
): AsyncGenerator<Buffer> {
	const pace = new Pace(limit, performance.now());
	const step = Math.ceil(limit / 8 / STEPS);
	for await (const chunk of source) {
		for (let at = 0; at < chunk.length; at += step) {
			const slice = chunk.subarray(at, at + step);
			const ms = pace.take(slice.length, performance.now());
			if (ms >= 1) {
				delayed(ms);
				await wait(ms);
			}
			yield slice;
		}
	}
}

/** How much time a slow client may catch up; also the tolerance for late timers. */
const SAVED_MS_MAX = 200;

/**
 * Limits the rate of bytes. The rate is measured from the first byte on, so that waits that end late do not add up to a
 * slower rate.
 */
export class Pace {
	readonly #bytesPerMs: number;
	/** The earliest time by which the bytes so far may have passed. */
	#dueMs: number;

	constructor(bitsPerSecond: number, nowMs: number) {
		this.#bytesPerMs = bitsPerSecond / 8 / 1000;
		this.#dueMs = nowMs;
	}

	/** @returns the number of milliseconds that the next `bytes` must wait */
	take(bytes: number, nowMs: number): number {
		const from = Math.max(this.#dueMs, nowMs - SAVED_MS_MAX);
		this.#dueMs = from + bytes / this.#bytesPerMs;
		return Math.max(0, this.#dueMs - nowMs);
	}
}
