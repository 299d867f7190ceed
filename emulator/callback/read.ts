/**
 * Finds the callback of an upload, in its headers or query, or in a form, and reads it before anything is stored.
 *
 * Order of the checks: both carriers → length → base64 → JSON → the fields (configuration.ts) → callback-var; no page
 * states OSS's order. Header and query may be mixed, one for the callback, the other for its variables.
 * Without a callback its variables are ignored.
 *
 * Pure. Source: docs «Callback», steps 1 and 2; EC 0007-00000001 … 0007-00000105.
 */
import { decodeBase64 } from "../oss/encoding.ts";
import {
	isDeeper,
	isJsonObject,
	type JsonObject,
	parseJson,
} from "../oss/json-object.ts";
import type { OssRequest } from "../oss/request.ts";
import {
	findUnknownFields,
	findUnreadFields,
	findUnreadParameters,
	isUnreadField,
	type Unread,
} from "./advice/find-unread.ts";
import { type Finding, finding } from "./advice/finding.ts";
import { refuse } from "./callback-errors.ts";
import {
	isUnknownField,
	KNOWN_FIELDS,
	readConfiguration,
} from "./configuration.ts";
import { FAULT_NAME, readFault } from "./faults/fault.ts";
import { type Callback, skippedCallback } from "./model.ts";
import type { CallbackSwitches } from "./switches.ts";
import { pickVariables, readVariables } from "./template.ts";

/**
 * Maximum length of the base64 text, for the callback and for its variables each. Docs «HTTP 400 status code»: 5 KB.
 */
export const CALLBACK_BYTES_MAX = 5 * 1024;

/**
 * Maximum length of the base64 text in a form or a callback policy. Docs «Callback», step 1, exempts PostObject from
 * the limit above; form fields may have 2 MB.
 */
export const FORM_CALLBACK_BYTES_MAX = 256 * 1024;

/** Maximum nesting depth: a callback has two levels, and JSON.parse needs seconds for a million. */
const DEPTH_MAX = 100;

/** A bucket's callback policy: both base64, `callbackVar` may be ''. */
export type CallbackPolicy = {
	readonly callback: string;
	readonly callbackVar: string;
};

/** The look-ups that reading needs. */
export type Lookups = {
	/** Finds the policy that an upload selects with `{"callbackPolicy":"NAME"}`. */
	readonly findPolicy: (name: string) => Promise<CallbackPolicy | undefined>;
};

/** The callback of one upload, regardless of where it was found. */
type Given = {
	/** Base64. */
	readonly callback: string;
	readonly readOwnVariables: () => ReadonlyMap<string, string>;
	/** '' for none. */
	readonly fault: string;
	readonly findings: readonly Finding[];
	readonly unread: Unread | undefined;
};

/**
 * The callback of PutObject and CompleteMultipartUpload.
 *
 * @returns undefined when the upload requests no callback
 * @throws OssError InvalidArgument
 */
export async function readCallback(
	{
		headers,
		query,
		protocol,
	}: Pick<OssRequest, "headers" | "query" | "protocol">,
	switches: Pick<CallbackSwitches, "missingUrl">,
	lookups: Lookups,
): Promise<Callback | undefined> {
	const inHeader = headers["x-oss-callback"] ?? "";
	const inQuery = query.get("callback") ?? "";
	if (inHeader && inQuery) throw refuse("bothCallbacks", "callback", inQuery);
	const callback = inHeader || inQuery;
	if (callback.length > CALLBACK_BYTES_MAX)
		throw refuse("callbackTooLong", "callback", callback);
	const isVarInOtherCarrier = inHeader
		? query.get("callback-var")
		: headers["x-oss-callback-var"];
	const given: Given = {
		callback,
		readOwnVariables: () => readVar(headers, query),
		fault: headers[FAULT_NAME] || query.get(FAULT_NAME) || "",
		findings: [
			...(isVarInOtherCarrier ? [mixedCarriers()] : []),
			...(protocol === "S3" ? [overS3()] : []),
		],
		unread: isUnread(headers, query)
			? findUnreadParameters({ headers, query })
			: undefined,
	};
	return assemble(given, switches, lookups);
}

const isUnread = (
	headers: OssRequest["headers"],
	query: OssRequest["query"],
): boolean =>
	headers.callback !== undefined ||
	headers["callback-var"] !== undefined ||
	query.has("x-oss-callback") ||
	query.has("x-oss-callback-var");

/** Whether OSS reads a callback in a request for the S3-compatible protocol is not known. */
const overS3 = (): Finding =>
	finding(
		"over-s3",
		"No page says whether OSS sends callbacks of uploads that are signed for its S3-compatible protocol; sign the upload with an SDK of OSS to be sure.",
	);

const S3_FIELDS = ["x-amz-signature", "AWSAccessKeyId"];

const mixedCarriers = (): Finding =>
	finding(
		"mixed-carriers",
		"The callback came in the header and its variables in the query, or the other way round: one page of OSS allows only one of the two, and says that mixing them is refused with InvalidArgument; send both in the same way.",
	);

/**
 * The callback of PostObject.
 *
 * @param fields the form fields before the file, under the names they were sent with
 * @throws OssError InvalidArgument
 */
export async function readFormCallback(
	fields: ReadonlyMap<string, string>,
	switches: Pick<CallbackSwitches, "missingUrl">,
	lookups: Lookups,
): Promise<Callback | undefined> {
	const unread = [...fields.keys()].filter(isUnreadField);
	const given: Given = {
		callback: fields.get("callback") ?? "",
		readOwnVariables: () => pickVariables(fields),
		fault: fields.get(FAULT_NAME) ?? "",
		findings: S3_FIELDS.some((name) => fields.has(name)) ? [overS3()] : [],
		unread: findUnreadFields(unread.filter((name) => fields.get(name))),
	};
	return assemble(given, switches, lookups);
}

async function assemble(
	{ callback, readOwnVariables, fault, findings, unread }: Given,
	{ missingUrl }: Pick<CallbackSwitches, "missingUrl">,
	lookups: Lookups,
): Promise<Callback | undefined> {
	if (callback === "")
		return unread?.isCallback ? skippedCallback("", unread.finding) : undefined;
	const { text, json: own } = decodeCallback(callback);
	const unknown = Object.keys(own).filter(isUnknownField);
	const ignored = [
		...(unread ? [unread.finding] : []),
		...(unknown.length > 0 ? findUnknownFields(unknown, KNOWN_FIELDS) : []),
	];
	const policy = await readPolicy(own, lookups);
	const configuration = readConfiguration({ ...policy.json, ...own });
	if (!configuration && missingUrl === "refuse")
		throw refuse("url", "callbackUrl", "");
	if (!configuration) return skippedCallback(text, noUrl(), ...ignored);
	return {
		...configuration,
		variables: new Map([...policy.variables, ...readOwnVariables()]),
		json: text,
		findings: [...findings, ...ignored],
		fault: fault === "" ? undefined : readFault(fault),
	};
}

const noUrl = (): Finding =>
	finding(
		"no-url",
		"The callback has no callbackUrl and was not sent: according to one page OSS does the same, according to another it answers 400 with EC 0007-00000004; add a callbackUrl.",
	);

type PolicyPart = {
	readonly json: JsonObject;
	readonly variables: ReadonlyMap<string, string>;
};

/**
 * The upload's own fields take precedence over the fields of its policy; how an unknown policy is refused is
 * a guess.
 */
async function readPolicy(
	{ callbackPolicy: name }: JsonObject,
	{ findPolicy }: Lookups,
): Promise<PolicyPart> {
	if (name === undefined) return { json: {}, variables: new Map() };
	if (typeof name !== "string") throw refuse("policy", "callbackPolicy", name);
	const policy = await findPolicy(name);
	if (!policy) throw refuse("policy", "callbackPolicy", name);
	const { json } = decodeCallback(policy.callback);
	return { json, variables: decodeVar(policy.callbackVar) };
}

function readVar(
	headers: OssRequest["headers"],
	query: OssRequest["query"],
): Map<string, string> {
	const inHeader = headers["x-oss-callback-var"] ?? "";
	const inQuery = query.get("callback-var") ?? "";
	if (inHeader && inQuery) throw refuse("bothVars", "callback-var", inQuery);
	const given = inHeader || inQuery;
	if (given.length > CALLBACK_BYTES_MAX)
		throw refuse("varTooLong", "callback-var", given);
	return decodeVar(given);
}

function decodeVar(given: string): Map<string, string> {
	if (given === "") return new Map();
	const bytes = decodeBase64(given);
	if (!bytes) throw refuse("varNotBase64", "callback-var", given);
	const json = parseJson(bytes);
	if (json === undefined)
		throw refuse("varNotJson", "callback-var", bytes.toString());
	if (!isJsonObject(json))
		throw refuse("varNotMap", "callback-var", bytes.toString());
	return readVariables(json, bytes.toString());
}

function decodeCallback(given: string): { text: string; json: JsonObject } {
	if (given.length > FORM_CALLBACK_BYTES_MAX)
		throw refuse("callbackTooLong", "callback", given);
	const bytes = decodeBase64(given);
	if (!bytes) throw refuse("callbackNotBase64", "callback", given);
	const json = isDeeper(bytes, DEPTH_MAX) ? undefined : parseJson(bytes);
	if (!isJsonObject(json))
		throw refuse("callbackNotJson", "callback", bytes.toString());
	return { text: bytes.toString(), json };
}
