/**
 * GetObject, HeadObject, GetObjectMeta: three ways to read one object.
 *
 * Source: docs «GetObject», «HeadObject», «GetObjectMeta», «Range download».
 */
import type { Emulator } from "../emulator.ts";
import { requireConditions } from "../oss/conditions.ts";
import { OssError } from "../oss/errors.ts";
import { readRange } from "../oss/range.ts";
import { empty, type Reply, type ReplyHeaders } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";
import { httpTime } from "../oss/times.ts";
import { findObject, openObject } from "./find-object.ts";
import {
	objectHeaders,
	requireHeaderValue,
	versionHeader,
} from "./object-headers.ts";
import { followLink, openThroughLink } from "./symlink.ts";

export async function getObject(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const overrides = readOverrides(request);
	const { object, shown, content } = await openThroughLink(
		emulator,
		request,
		await openObject(emulator, request),
	);
	try {
		requireConditions(request.headers, shown);
		const bucket = await emulator.store.buckets.get(request.bucket);
		const headers = { ...objectHeaders(shown, bucket), ...overrides };
		const standard = request.headers["x-oss-range-behavior"] === "standard";
		const range = readRange(request.headers.range, object.size, standard);
		if (!range) {
			return {
				status: 200,
				headers: { ...headers, "Content-Length": String(object.size) },
				body: content.read(),
			};
		}
		const { first, last } = range;
		return {
			status: 206,
			headers: {
				...headers,
				"Content-Length": String(last - first + 1),
				"Content-Range": `bytes ${first}-${last}/${object.size}`,
			},
			body: content.read(first, last),
		};
	} catch (error) {
		content.release();
		throw error;
	}
}

export async function headObject(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const link = await findObject(emulator, request);
	const shown = await followLink(emulator, request.bucket, link);
	requireConditions(request.headers, shown);
	const bucket = await emulator.store.buckets.get(request.bucket);
	return empty(200, {
		...objectHeaders(shown, bucket),
		"Content-Length": String(shown.size),
	});
}

/**
 * Of a link this describes the link. Asked by GET, as old SDKs do, it cannot have the object's length: a client would
 * wait for a body.
 */
export async function getObjectMeta(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const object = await findObject(emulator, request);
	const bucket = await emulator.store.buckets.get(request.bucket);
	return empty(200, {
		ETag: `"${object.etag}"`,
		"Last-Modified": httpTime(object.modified),
		"Content-Length": request.method === "HEAD" ? String(object.size) : "0",
		"x-oss-hash-crc64ecma": object.crc64,
		...versionHeader(object, bucket),
	});
}

const OVERRIDES = [
	"Content-Type",
	"Content-Language",
	"Expires",
	"Cache-Control",
	"Content-Disposition",
	"Content-Encoding",
] as const;

/** @throws OssError InvalidRequest for an anonymous request */
function readOverrides({ query, caller }: OssRequest): ReplyHeaders {
	const overrides: Record<string, string> = {};
	for (const name of OVERRIDES) {
		const value = query.get(`response-${name.toLowerCase()}`);
		if (value !== undefined) overrides[name] = requireHeaderValue(name, value);
	}
	if (caller.uid === "" && Object.keys(overrides).length > 0) {
		throw new OssError("InvalidRequest", {
			message:
				"Request specific response headers cannot be used for anonymous GET requests.",
		});
	}
	return overrides;
}
