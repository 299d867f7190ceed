/**
 * `x-oss-traffic-limit`: the maximum speed of one upload or download.
 *
 * `x-oss-qos-delay-time` says by how much it was delayed. That its unit is the millisecond is a guess (A-631). The head
 * of a download goes out before its body, so it names the delay that the limit is going to cause (A-896).
 *
 * Source: docs «Single-connection bandwidth throttling»: bounds, messages; EC 0004-00000502; go1's suite for the delay
 * of uploads, cpp's ObjectTrafficLimit for that of downloads.
 */

import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { readDecimal } from "../../oss/decimal.ts";
import { invalidArgument } from "../../oss/errors.ts";
import { Pace } from "../../oss/pace.ts";
import type { Reply, ReplyHeaders } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";

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
 * @param bytes of the body; of a body that is compressed while it is sent, an upper bound
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

/** How many pieces are sent per second. */
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
