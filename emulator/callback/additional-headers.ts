/**
 * `additionalHeaders`: headers an upload adds to the request to the application server.
 *
 * By invitation only at OSS. Names of headers that OSS writes itself, or that would change how the request is read,
 * are refused.
 *
 * Pure. Source: EC 0007-00000021 … 0007-00000026.
 */
import { isJsonObject } from "../oss/json-object.ts";
import { refuse } from "./causes.ts";

const ADDITIONAL_HEADERS_MAX = 10;

const RESERVED = new Set([
	"authorization",
	"connection",
	"content-length",
	"content-md5",
	"content-type",
	"date",
	"eagleeye-rpcid",
	"expect",
	"host",
	"keep-alive",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
	"user-agent",
]);

/** @throws OssError InvalidArgument */
export function readAdditionalHeaders(given: unknown): [string, string][] {
	if (given === undefined) return [];
	if (!isJsonObject(given)) throw refuse("headers", "additionalHeaders", given);
	const pairs = Object.entries(given);
	if (pairs.length > ADDITIONAL_HEADERS_MAX)
		throw refuse("tooManyHeaders", "additionalHeaders", given);
	return pairs.map(([name, value]) => [name, readValue(name, value)]);
}

function readValue(name: string, value: unknown): string {
	if (typeof value !== "string")
		throw refuse("headers", "additionalHeaders", value);
	if (name.startsWith("x-oss-"))
		throw refuse("headerPrefix", "additionalHeaders", name);
	if (!/^[a-z0-9-]+$/.test(name))
		throw refuse("headerName", "additionalHeaders", name);
	if (RESERVED.has(name))
		throw refuse("headerReserved", "additionalHeaders", name);
	// Beyond CR and LF: what cannot stand in a header at all.
	if (!/^[\t -~\u0080-\u00ff]*$/.test(value))
		throw refuse("headerValue", "additionalHeaders", value);
	return value;
}
