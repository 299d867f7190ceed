/**
 * The fields of a callback's JSON, checked one after the other in the order of their ECs.
 *
 * A field that is empty text counts as not given. `callbackStage` and `callbackFailureAction` are documented by
 * their ECs only: they must be text, and do nothing here. Of `signatureVersion` only 1.0 is open to everyone
 * (A-214).
 *
 * Pure. Source: docs «Callback», step 1; EC 0007-00000004 … 0007-00000026.
 */
import type { JsonObject } from "../oss/json-object.ts";
import { readAdditionalHeaders } from "./additional-headers.ts";
import type { Callback } from "./callback.ts";
import { type Cause, refuse } from "./causes.ts";
import { type BodyType, FORM, JSON_TYPE } from "./substitute.ts";
import { readTemplate } from "./template.ts";
import { readUrls } from "./urls.ts";

export type Configuration = Omit<
	Callback,
	"variables" | "asked" | "findings" | "fault"
>;

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

/** @returns '' for a field that is not there */
function readText(json: JsonObject, name: string, cause: Cause): string {
	const value = json[name] ?? (Object.hasOwn(json, name) ? null : "");
	if (typeof value !== "string") throw refuse(cause, name, value);
	return value;
}

/** What cannot stand in a header is no host. */
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
