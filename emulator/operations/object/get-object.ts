/**
 * GetObject, HeadObject, GetObjectMeta: three ways to read one object.
 *
 * Source: docs «GetObject», «HeadObject», «GetObjectMeta», «Range download».
 */
import type { Emulator } from "../../emulator.ts";
import { requireConditions } from "../../oss/conditions.ts";
import { OssError } from "../../oss/errors.ts";
import { readRange } from "../../oss/range.ts";
import { empty, type Reply, type ReplyHeaders } from "../../oss/reply.ts";
import { expiryTimeOf, type OssRequest } from "../../oss/request.ts";
import { httpTime } from "../../oss/times.ts";
import type { OpenObject } from "../../storage/objects.ts";
import type { StoredBucket, StoredObject } from "../../storage/types.ts";
import { lastAccessHeader } from "../lifecycle/access-monitor.ts";
import { expirationHeader } from "../lifecycle/expiration.ts";
import { readTrafficLimit, slowedReply } from "./body-limits.ts";
import { compressed } from "./compression.ts";
import { findObject } from "./find-object.ts";
import {
	objectHeaders,
	requireHeaderValue,
	versionHeader,
} from "./object-headers.ts";
import { openForReading } from "./open-for-reading.ts";
import { stateHeaders } from "./state-headers.ts";
import { followLink } from "./symlink.ts";

export async function getObject(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const overrides = readOverrides(request);
	const limit = readTrafficLimit(request);
	const { object, shown, content } = await openForReading(
		emulator,
		request,
		bucket,
	);
	try {
		const headers = await describe(emulator, request, shown);
		Object.assign(headers, overrides);
		const reply = read(request, headers, { object, content });
		return slowedReply(reply, limit, bytesOf(reply, shown));
	} catch (error) {
		content.release();
		throw error;
	}
}

/** Upper bound of a reply's length; a compressed reply, whose length is not known, is hardly longer than the object. */
const bytesOf = ({ headers }: Reply, { size }: StoredObject): number =>
	Number(headers["Content-Length"] ?? size);

/** The whole object, or the requested range. @throws OssError InvalidRange */
function read(
	{ headers: requestHeaders }: OssRequest,
	headers: Record<string, string | undefined>,
	{ object: { size }, content }: OpenObject,
): Reply {
	const standard = requestHeaders["x-oss-range-behavior"] === "standard";
	const range = readRange(requestHeaders.range, size, standard);
	if (!range) {
		headers["Content-Length"] = String(size);
		return compressed(
			{ status: 200, headers, body: content.read() },
			requestHeaders,
		);
	}
	const { first, last } = range;
	return {
		status: 206,
		headers: {
			...headers,
			"Content-Length": String(last - first + 1),
			"Content-Range": `bytes ${first}-${last}/${size}`,
		},
		body: content.read(first, last),
	};
}

export async function headObject(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const link = await findObject(emulator, request, bucket);
	const shown = await followLink(emulator, request, bucket, link);
	requireConditions(request.headers, shown);
	const headers = {
		...(await describe(emulator, request, shown)),
		...(await lastAccessHeader(emulator, shown)),
		"Content-Length": String(shown.size),
	};
	return compressed(empty(200, headers), request.headers);
}

/** @param shown for a link: with the target's content. @returns a new object, which the caller may change */
async function describe(
	emulator: Emulator,
	request: OssRequest,
	shown: StoredObject,
): Promise<Record<string, string | undefined>> {
	return Object.assign(
		objectHeaders(shown),
		stateHeaders(shown, expiryTimeOf(request)),
		await expirationHeader(emulator, shown),
	);
}

/**
 * Describes a link itself, not its target. The reply to a GET, which aiooss2 and old SDKs send, has the object's length
 * but no body: the connection is closed, because the client would otherwise wait for the body.
 */
export async function getObjectMeta(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const object = await findObject(emulator, request, bucket);
	const hasOtherLength = request.method === "GET" && object.size > 0;
	return empty(200, {
		ETag: `"${object.etag}"`,
		"Last-Modified": httpTime(object.modified),
		"Content-Length": String(object.size),
		Connection: hasOtherLength ? "close" : undefined,
		"x-oss-hash-crc64ecma": object.crc64,
		...(await lastAccessHeader(emulator, object)),
		...versionHeader(object),
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
export function readOverrides({ query, caller }: OssRequest): ReplyHeaders {
	const overrides: Record<string, string> = {};
	if (query.size === 0) return overrides;
	for (const name of OVERRIDES) {
		const value = query.get(`response-${name.toLowerCase()}`);
		if (value !== undefined) overrides[name] = requireHeaderValue(name, value);
	}
	if (caller.uid === "" && Object.keys(overrides).length > 0) {
		throw new OssError("InvalidRequest", {
			message: "Can not override response header for an anonymous user",
		});
	}
	return overrides;
}

/**
 * The page of EC 0017-00000902 says that no GET request may set the type of its answer. The suites of the SDKs do, with
 * success, and buckets that are older than the rule may still allow it: so the emulator only reports a
 * finding.
 */
export function findOverriddenType({ query, caller }: OssRequest): string {
	if (!query.has("response-content-type") || caller.uid === "") return "";
	return "OSS may refuse response-content-type in a GET request with 400 InvalidRequest and EC 0017-00000902, «Can not override response header on content-type»: leave it out, and give the object its Content-Type when it is uploaded";
}
