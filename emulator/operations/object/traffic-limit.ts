/**
 * `x-oss-traffic-limit`: one connection may go no faster, up or down.
 *
 * Source: docs «Single-connection bandwidth throttling»: bounds, messages; go1's suite for the delay.
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
 * @returns bits per second; undefined for as fast as it goes
 * @throws OssError InvalidArgument when it is out of bounds, or stands in both places
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

/** A body on its way in. */
export type Upload = {
	readonly body: AsyncIterable<Buffer>;
	/** What the answer says of how it came; to be asked for when it has. */
	headers(): ReplyHeaders;
};

/** The bytes of `body`, no faster than `limit`. That the delay is in milliseconds is a guess. */
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
		headers: () => ({ "x-oss-qos-delay-time": String(Math.round(delayMs)) }),
	};
}

/** `reply`, whose body goes no faster than `limit`. Its length must be in its headers, or known to nobody. */
export function slowedReply(reply: Reply, limit: number | undefined): Reply {
	const { body } = reply;
	if (limit === undefined || body === null) return reply;
	const source = Buffer.isBuffer(body) ? [body] : body;
	const slow = Readable.from(atPace(source, limit), { objectMode: false });
	// A generator that was never asked for anything leaves its source open.
	if (!Buffer.isBuffer(body)) slow.once("close", () => body.destroy());
	return { ...reply, body: slow };
}

/** So often per second something passes, if there is enough. */
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
