/**
 * A request to the cloud and its response, as the gateway passes them on.
 *
 * Pure.
 */
import type { Readable } from "node:stream";
import type { ReplyHeaders } from "../oss/reply.ts";
import type { Headers, OssRequest } from "../oss/request.ts";

export type UpstreamRequest = Pick<OssRequest, "method" | "key" | "query"> & {
	/** The bucket's name in the cloud; '' for the service. */
	readonly bucket: string;
	/** Lower-case names, without the headers of a connection and of a signature. */
	readonly headers: Headers;
	/** A stream is destroyed if the request fails. */
	readonly body: Readable | AsyncIterable<Buffer> | Buffer | null;
	/** false for an anonymous request. */
	readonly isSigned: boolean;
};

export type UpstreamAnswer = {
	readonly status: number;
	/** Names in the cloud's spelling, without the headers of the connection. */
	readonly headers: ReplyHeaders;
	readonly body: Readable;
};
