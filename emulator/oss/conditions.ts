/**
 * If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since, for reading and copying objects.
 *
 * Pure. Source: docs «GetObject», «CopyObject»; ali-oss's suite (a copy whose If-None-Match matches is a 304, not a
 * 412).
 */
import { OssError } from "./errors.ts";
import type { Headers } from "./request.ts";
import { httpTime, readTime, wholeSeconds } from "./times.ts";

type Validators = { readonly etag: string; readonly modified: Date };

/**
 * @param prefix '' for a read, `x-oss-copy-source-` for a copy
 * @param etag without quotes
 * @throws OssError PreconditionFailed (412), NotModified (304)
 */
export function requireConditions(
	headers: Headers,
	object: Validators,
	prefix: "" | "x-oss-copy-source-" = "",
): void {
	const { etag, modified } = object;
	const match = headers[`${prefix}if-match`];
	if (match !== undefined && !names(match, etag)) throw failed("If-Match");

	const unmodifiedSince = readTime(headers[`${prefix}if-unmodified-since`]);
	if (unmodifiedSince && wholeSeconds(modified) > wholeSeconds(unmodifiedSince))
		throw failed("If-Unmodified-Since");

	const noneMatch = headers[`${prefix}if-none-match`];
	if (noneMatch !== undefined && names(noneMatch, etag))
		throw notModified(object);

	const modifiedSince = readTime(headers[`${prefix}if-modified-since`]);
	if (modifiedSince && wholeSeconds(modified) <= wholeSeconds(modifiedSince))
		throw notModified(object);
}

const names = (list: string, etag: string): boolean =>
	list
		.split(",")
		.some((item) =>
			["*", etag].includes(item.trim().replaceAll('"', "").toUpperCase()),
		);

/**
 * Includes the headers by which caches distinguish contents: no page documents them, but RFC 9110 §15.4.5 requires them
 * (A-710).
 */
const notModified = ({ etag, modified }: Validators): OssError =>
	new OssError("NotModified", {
		headers: { ETag: `"${etag}"`, "Last-Modified": httpTime(modified) },
	});

const failed = (condition: string): OssError =>
	new OssError("PreconditionFailed", { details: { Condition: condition } });
