/**
 * The real OSS behind a gateway: sends requests to it, signed with the cloud's own credentials, and streams in both
 * directions.
 *
 * undici is loaded with the first request. Only undici buffers: a body is read as fast as the other side accepts it.
 */
import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { Readable } from "node:stream";
import {
	decodeWireText,
	encodeWireText,
	percentEncode,
} from "../oss/encoding.ts";
import { rethrowStreamError } from "../oss/incoming.ts";
import type { ReplyHeaders } from "../oss/reply.ts";
import type { Headers, Query } from "../oss/request.ts";
import { readTime } from "../oss/times.ts";
import type { BucketNames } from "./bucket-names.ts";
import { CredentialsCache, type CredentialsSource } from "./credentials.ts";
import { addressOf, type UpstreamEndpoint } from "./endpoint.ts";
import { toUpstreamError } from "./failure.ts";
import type { Recorder } from "./recorder.ts";
import type { UpstreamAnswer, UpstreamRequest } from "./request.ts";
import { signHeaders } from "./sign.ts";

export type UpstreamOptions = {
	readonly endpoint: UpstreamEndpoint;
	readonly buckets: BucketNames;
	readonly credentials: CredentialsSource;
	/** Whether every operation that changes data is refused. */
	readonly readOnly: boolean;
	/** Operations that pass although they affect more than the named buckets. */
	readonly allowed: ReadonlySet<string>;
	/** The maximum time without data from the cloud. */
	readonly timeoutMs: number;
	/** The folder for recorded exchanges; '' for no recording. */
	readonly record: string;
};

type Dispatcher = import("undici").Agent;

/** The maximum number of connections to one bucket; OSS allows many more. */
const CONNECTIONS_MAX = 256;
const CONNECT_MS_MAX = 10_000;
const CHUNK_BYTES = 256 * 1024;

export class Upstream {
	readonly options: UpstreamOptions;
	/** The recorder of `--record`. */
	readonly recorder: Recorder | undefined;
	readonly #credentials: CredentialsCache;
	#agent: Promise<Dispatcher> | undefined;
	/** The difference between the cloud's clock and this machine's, when it was last determined. */
	#clockAheadMs = 0;

	constructor(options: UpstreamOptions, recorder?: Recorder) {
		this.options = options;
		this.recorder = recorder;
		this.#credentials = new CredentialsCache(options.credentials);
	}

	/** The host for messages: `oss-cn-hangzhou.aliyuncs.com`. */
	get host(): string {
		const { hostname, port } = this.options.endpoint;
		return `${hostname}${port}`;
	}

	/** The beginning of the URLs of a bucket's objects, after their scheme: `photos.oss-cn-hangzhou.aliyuncs.com/`. */
	rootOf(bucket: string): string {
		const { origin, path } = addressOf(this.options.endpoint, bucket, "");
		return origin.slice(origin.indexOf("://") + 3) + path;
	}

	/**
	 * @throws OssError UpstreamUnreachable, UpstreamTimeout, UpstreamRefused (no credentials); errors of reading the
	 *   body
	 */
	async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
		const { endpoint, timeoutMs } = this.options;
		const { method, bucket, key, query, body } = request;
		const { origin, path } = addressOf(endpoint, bucket, key);
		const rawQuery = writeQuery(query);
		try {
			const headers = await this.#sign({ ...request, rawQuery });
			this.#agent ??= makeAgent(timeoutMs).catch((error) => {
				this.#agent = undefined; // the next request tries again
				throw error;
			});
			const agent = await this.#agent;
			const answer = await agent.request({
				origin,
				method,
				path: rawQuery === "" ? path : `${path}?${rawQuery}`,
				headers: toWire(headers),
				body: toBody(body),
				responseHeaders: "raw",
				highWaterMark: CHUNK_BYTES,
			});
			return {
				status: answer.statusCode,
				// With `raw` they are an array, although the declared type differs.
				headers: readHeaders(Object.values(answer.headers)),
				body: answer.body,
			};
		} catch (error) {
			throw toUpstreamError(error, this.host);
		}
	}

	/**
	 * Corrects the time of signatures when the clocks differ.
	 *
	 * @param date the Date of a response that refuses a request because of its time
	 */
	followClock(date: string | undefined): void {
		const there = readTime(date);
		if (there) this.#clockAheadMs = there.getTime() - Date.now();
	}

	/** The next request reads the credentials from their source again. */
	forgetCredentials(): void {
		this.#credentials.forget();
	}

	/**
	 * The cloud's current credentials: texts that must not be recorded.
	 *
	 * @throws OssError UpstreamRefused when no credentials are available
	 */
	async secrets(): Promise<readonly string[]> {
		try {
			const { accessKeyId, accessKeySecret, securityToken } =
				await this.#credentials.get();
			const all = [accessKeyId, accessKeySecret, securityToken];
			return all.filter((text) => text !== "");
		} catch (error) {
			throw toUpstreamError(error, this.host);
		}
	}

	async close(): Promise<void> {
		await (await this.#agent)?.destroy();
		await this.recorder?.close();
	}

	async #sign(
		request: UpstreamRequest & { readonly rawQuery: string },
	): Promise<Headers> {
		if (!request.isSigned) return request.headers;
		const credentials = await this.#credentials.get();
		const now = new Date(Date.now() + this.#clockAheadMs);
		const { region } = this.options.endpoint;
		return signHeaders(request, credentials, region, now);
	}
}

async function makeAgent(timeoutMs: number): Promise<Dispatcher> {
	const { Agent } = await import("undici");
	return new Agent({
		connections: CONNECTIONS_MAX,
		headersTimeout: timeoutMs,
		bodyTimeout: timeoutMs,
		connect: {
			timeout: Math.min(CONNECT_MS_MAX, timeoutMs),
			lookup: lookupLocalhost,
		},
	});
}

/** Every name below localhost is this machine, regardless of its resolver (RFC 6761, 6.3). */
const lookupLocalhost: LookupFunction = (name, options, done) =>
	lookup(name.endsWith(".localhost") ? "localhost" : name, options, done);

function toBody(body: UpstreamRequest["body"]): Readable | Buffer | null {
	if (body === null || Buffer.isBuffer(body) || body instanceof Readable)
		return body;
	return Readable.from(received(body), { objectMode: false });
}

/** A client that disconnects is not an error of the cloud. */
async function* received(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	try {
		for await (const chunk of body) yield chunk;
	} catch (error) {
		rethrowStreamError(error);
	}
}

/** A parameter with an empty value is written as its name only: sub-resources have this form. */
export const writeQuery = (query: Query): string =>
	[...query]
		.map(([name, value]) =>
			value === ""
				? percentEncode(name)
				: `${percentEncode(name)}=${percentEncode(value)}`,
		)
		.join("&");

/** undici encodes values as latin1. */
const toWire = (headers: Headers): Record<string, string> =>
	Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]) =>
			value === undefined
				? []
				: [[name, encodeWireText(value).toString("latin1")] as const],
		),
	);

/** Headers that belong to one connection and are not passed on to the next. RFC 9110, 7.6.1. */
export const OF_CONNECTION: ReadonlySet<string> = new Set([
	"connection",
	"keep-alive",
	"proxy-authenticate",
	"proxy-connection",
	"proxy-authorization",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
]);

/** @param raw names and values in turn, latin1 */
function readHeaders(raw: readonly unknown[]): ReplyHeaders {
	const headers: Record<string, string> = {};
	for (let i = 0; i + 1 < raw.length; i += 2) {
		const name = String(raw[i]);
		if (OF_CONNECTION.has(name.toLowerCase())) continue;
		const value = decodeWireText(String(raw[i + 1]));
		const before = headers[name];
		headers[name] = before === undefined ? value : `${before}, ${value}`;
	}
	return headers;
}
