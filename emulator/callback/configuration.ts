/**
 * The fields of a callback's JSON, checked one after another in the order of their ECs.
 *
 * An empty string counts as a missing field. `callbackStage` and `callbackFailureAction` are documented by
 * their ECs only: they must be text, and have no effect here. `signatureVersion` must be 1.0, the only version
 * open to everyone. `additionalHeaders`, which OSS allows by invitation only, are sent; names of headers that
 * OSS writes itself, or that would change how the request is parsed, are refused.
 *
 * Pure. Source: docs «Callback», step 1; EC 0007-00000004 … 0007-00000026.
 */
import { isJsonObject, type JsonObject } from "../oss/json-object.ts";
import { type Cause, refuse } from "./callback-errors.ts";
import {
	type BodyType,
	type Callback,
	type CallbackUrl,
	FORM,
	JSON_TYPE,
} from "./model.ts";
import { readTemplate } from "./template.ts";

export type Configuration = Omit<
	Callback,
	"variables" | "json" | "findings" | "fault"
>;

/** The fields that OSS knows; others are ignored. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set([
	"callbackUrl",
	"callbackHost",
	"callbackBody",
	"callbackBodyType",
	"callbackSNI",
	"callbackPolicy",
	"callbackStage",
	"callbackFailureAction",
	"signatureVersion",
	"additionalHeaders",
]);

export const isUnknownField = (name: string): boolean =>
	!KNOWN_FIELDS.has(name);

/**
 * @returns undefined when no URL is given
 * @throws OssError InvalidArgument
 */
export function readConfiguration(json: JsonObject): Configuration | undefined {
	const urls = readUrls(readText(json, "callbackUrl", "url"));
	if (urls.length === 0) return undefined;
	return { urls, ...readFields(json) };
}

function readFields(json: JsonObject): Omit<Configuration, "urls"> {
	const host = readHost(json);
	const body = readText(json, "callbackBody", "body");
	if (body === "") throw refuse("bodyEmpty", "callbackBody", body);
	const bodyType = readBodyType(json);
	const sni = readSni(json);
	readText(json, "callbackStage", "stage");
	readText(json, "callbackFailureAction", "failureAction");
	requireSignatureVersion(json);
	const additionalHeaders = readAdditionalHeaders(json.additionalHeaders);
	const template = readTemplate(body);
	return { host, template, bodyType, sni, additionalHeaders };
}

/** @returns '' for a field that is absent */
function readText(json: JsonObject, name: string, cause: Cause): string {
	const value = json[name] ?? (Object.hasOwn(json, name) ? null : "");
	if (typeof value !== "string") throw refuse(cause, name, value);
	return value;
}

/** A host must be text that is allowed in a header. */
function readHost(json: JsonObject): string {
	const host = readText(json, "callbackHost", "host");
	if (!/^[!-~]*$/.test(host)) throw refuse("host", "callbackHost", host);
	return host;
}

function readBodyType(json: JsonObject): BodyType {
	const type = readText(json, "callbackBodyType", "bodyType") || FORM;
	if (type !== FORM && type !== JSON_TYPE)
		throw refuse("bodyTypeUnknown", "callbackBodyType", type);
	return type;
}

function readSni(json: JsonObject): boolean {
	const sni = Object.hasOwn(json, "callbackSNI") ? json.callbackSNI : false;
	if (typeof sni !== "boolean") throw refuse("sni", "callbackSNI", sni);
	return sni;
}

function requireSignatureVersion(json: JsonObject): void {
	const version = readText(json, "signatureVersion", "signatureVersion");
	if (version === "" || version === "1.0") return;
	const cause = version === "2.0" ? "signatureNotAllowed" : "signatureUnknown";
	throw refuse(cause, "signatureVersion", version);
}

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

function readAdditionalHeaders(value: unknown): [string, string][] {
	if (value === undefined) return [];
	if (!isJsonObject(value)) throw refuse("headers", "additionalHeaders", value);
	const pairs = Object.entries(value);
	if (pairs.length > ADDITIONAL_HEADERS_MAX)
		throw refuse("tooManyHeaders", "additionalHeaders", value);
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
	// Every character that is not allowed in a header, not only CR and LF.
	if (!/^[\t -~\u0080-\u00ff]*$/.test(value))
		throw refuse("headerValue", "additionalHeaders", value);
	return value;
}

const URLS_MAX = 5;

/**
 * Reads one to five URLs separated by `;`, without `URL`, which would normalise the signed path. Empty pieces are
 * ignored, as in a list that ends with `;`. Refused as malformed: other schemes, user names, IPv6 literals,
 * anything outside printable ASCII. A fragment is not sent, nor is the `?` of an empty query.
 *
 * @returns an empty list when `text` has no URL
 * @throws OssError InvalidArgument, EC 0007-00000004, 0007-00000005
 */
export function readUrls(text: string): CallbackUrl[] {
	const pieces: string[] = [];
	for (let begin = 0, end = 0; end >= 0; begin = end + 1) {
		end = text.indexOf(";", begin);
		const piece = text.slice(begin, end < 0 ? undefined : end).trim();
		if (piece !== "") pieces.push(piece);
		if (pieces.length > URLS_MAX)
			throw refuse("tooManyUrls", "callbackUrl", text);
	}
	return pieces.map(readUrl);
}

const URL_PARTS =
	/^(?:(https?):\/\/)?([\w.-]+)(?::(\d{1,5}))?(\/[!-~]*|\?[!-~]*|#[!-~]*)?$/i;
const HOSTNAME = /^\w([\w-]*\w)?(\.\w([\w-]*\w)?)*\.?$/;
const HOSTNAME_CHARACTERS_MAX = 253;

function readUrl(text: string): CallbackUrl {
	const parts = URL_PARTS.exec(text);
	if (!parts) throw refuse("url", "callbackUrl", text);
	const [, scheme = "http", hostname = "", givenPort, target = ""] = parts;
	const secure = scheme.toLowerCase() === "https";
	const port = Number(givenPort ?? (secure ? 443 : 80));
	if (!isHostname(hostname) || port < 1 || port > 65_535)
		throw refuse("url", "callbackUrl", text);
	return { text, secure, hostname, port, ...readTarget(target) };
}

/** Underscores are not allowed in DNS, but they are in the names of containers. */
const isHostname = (text: string): boolean =>
	text.length <= HOSTNAME_CHARACTERS_MAX && HOSTNAME.test(text);

function readTarget(target: string): { path: string; query: string } {
	const sent = target.split("#", 1)[0] ?? "";
	const mark = sent.indexOf("?");
	if (mark < 0) return { path: sent || "/", query: "" };
	return { path: sent.slice(0, mark) || "/", query: sent.slice(mark + 1) };
}
