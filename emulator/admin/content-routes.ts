/**
 * An object's content for a browser or a command line: unchanged, but safe to open.
 *
 * A client may have stored anything. A page or an SVG is shown without its scripts and isolated from the console, in
 * its own origin; browsers must not guess a type other than the object's.
 */
import type { IncomingHttpHeaders } from "node:http";
import { openObject } from "../operations/object/find-object.ts";
import { openTarget } from "../operations/object/symlink.ts";
import { percentEncode } from "../oss/encoding.ts";
import { type ByteRange, readRange } from "../oss/range.ts";
import { httpTime } from "../oss/times.ts";
import type { StoredObject } from "../storage/types.ts";
import type { Routes } from "./context.ts";
import { answers, parameters } from "./route-schema.ts";

type ContentRoute = {
	Params: { readonly bucket: string };
	Querystring: {
		readonly key: string;
		readonly versionId?: string;
		readonly download: boolean;
	};
};

export const contentRoutes: Routes = (app, { emulator }) => {
	app.get<ContentRoute>(
		"/api/buckets/:bucket/content",
		{ schema: getContent, exposeHeadRoute: false },
		async ({ params: { bucket }, query: parameters, headers }, outgoing) => {
			const { key, versionId, download } = parameters;
			const query = new Map<string, string>();
			if (versionId !== undefined) query.set("versionId", versionId);
			const stored = await emulator.store.buckets.get(bucket);
			const { object, shown, content } = await openTarget(
				emulator,
				{ bucket },
				await openObject(emulator, { key, query }, stored),
			);
			const { size } = object;
			const range = readSatisfiable(headers.range, size);
			return outgoing
				.code(range ? 206 : 200)
				.headers(contentHeaders(shown, download, !wantsStoredBytes(headers)))
				.headers(rangeHeaders(size, range))
				.send(content.read(range?.first, range?.last));
		},
	);
};

/** A range that cannot be satisfied returns the whole object, as at OSS. */
const readSatisfiable = (
	header: string | undefined,
	size: number,
): ByteRange | undefined =>
	header === "bytes=-0" ? undefined : readRange(header, size, false);

function rangeHeaders(
	size: number,
	range: ByteRange | undefined,
): Record<string, string> {
	if (!range) return { "Content-Length": String(size) };
	const { first, last } = range;
	return {
		"Content-Length": String(last - first + 1),
		"Content-Range": `bytes ${first}-${last}/${size}`,
	};
}

export const SAFE = {
	"Content-Security-Policy":
		"sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'",
	"X-Content-Type-Options": "nosniff",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cache-Control": "no-store",
	"Referrer-Policy": "no-referrer",
};

export function dispositionOf(key: string, download: boolean): string {
	const name = percentEncode(key.split("/").at(-1) || "object");
	return `${download ? "attachment" : "inline"}; filename*=UTF-8''${name}`;
}

/** `fetch` would decode the content, or fail if it is not encoded as its header says; browsers must decode it. */
export const wantsStoredBytes = (headers: IncomingHttpHeaders): boolean =>
	headers["accept-encoding"] === "identity";

function contentHeaders(
	object: StoredObject,
	download: boolean,
	isEncoded: boolean,
): Record<string, string> {
	const { contentType, headers } = object.properties;
	const encoding = isEncoded ? headers["Content-Encoding"] : undefined;
	return {
		...SAFE,
		"Content-Type": toWire(contentType),
		"Content-Disposition": dispositionOf(object.key, download),
		"Last-Modified": httpTime(object.modified),
		ETag: `"${object.etag}"`,
		"Accept-Ranges": "bytes",
		...(encoding ? { "Content-Encoding": toWire(encoding) } : {}),
	};
}

/** The UTF-8 bytes as latin1, the encoding that Node writes headers in. */
const toWire = (value: string): string => Buffer.from(value).toString("latin1");

export const getContent = {
	operationId: "getContent",
	tags: ["objects"],
	summary: "An object's content",
	description:
		"The stored bytes, in a sandbox: browsers do not run its scripts. Ranges are supported. With `Accept-Encoding: identity` the answer has no Content-Encoding, so that HTTP clients do not decode the bytes.",
	params: parameters({ bucket: { type: "string" } }, "bucket"),
	querystring: parameters(
		{
			key: { type: "string", minLength: 1 },
			versionId: {
				type: "string",
				description: "Default: the current version.",
			},
			download: {
				type: "boolean",
				default: false,
				description: "Whether browsers save the content as a file.",
			},
		},
		"key",
	),
	response: answers("The bytes, with the object's Content-Type.", {}, "*/*"),
} as const;
