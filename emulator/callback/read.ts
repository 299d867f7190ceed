/**
 * Finds the callback of an upload, in its headers or query, or in a form, and reads it before anything is stored.
 *
 * The order of the checks: both carriers → length → base64 → JSON → the fields (configuration.ts) → callback-var;
 * no page tells OSS's. Header and query may be mixed, one for the callback, the other for its variables
 * . Without a callback its variables are not looked at.
 *
 * Pure. Source: docs «Callback», steps 1 and 2; EC 0007-00000001 … 0007-00000105.
 */
import { decodeBase64 } from "../oss/encoding.ts";
import type { OssRequest } from "../oss/request.ts";
import type { Callback } from "./callback.ts";
import { refuse } from "./causes.ts";
import { readConfiguration } from "./configuration.ts";
import { isJsonObject, type JsonObject, parseJson } from "./json.ts";
import type { CallbackSwitches } from "./switches.ts";
import { pickVariables, readVariables } from "./variables.ts";

/** Of the base64 text, for the callback and for its variables. Docs «HTTP 400 status code»: 5 KB. */
export const CALLBACK_BYTES_MAX = 5 * 1024;

/** A bucket's callback policy: both base64, `callbackVar` may be ''. */
export type CallbackPolicy = {
	readonly callback: string;
	readonly callbackVar: string;
};

/** What reading needs from elsewhere. */
export type Lookups = {
	/** The policy an upload selects with `{"callbackPolicy":"NAME"}`. */
	readonly findPolicy: (name: string) => Promise<CallbackPolicy | undefined>;
	/** Told, in a sentence, what OSS lets pass without a word. */
	readonly warn: (sentence: string) => void;
};

/**
 * The callback of PutObject and CompleteMultipartUpload.
 *
 * @returns undefined when none is asked for
 * @throws OssError InvalidArgument
 */
export async function readCallback(
	{ headers, query }: Pick<OssRequest, "headers" | "query">,
	switches: Pick<CallbackSwitches, "missingUrl">,
	lookups: Lookups,
): Promise<Callback | undefined> {
	const inHeader = headers["x-oss-callback"] ?? "";
	const inQuery = query.get("callback") ?? "";
	if (inHeader && inQuery) throw refuse("bothCallbacks", "callback", inQuery);
	const given = inHeader || inQuery;
	if (given.length > CALLBACK_BYTES_MAX)
		throw refuse("callbackTooLong", "callback", given);
	return assemble(given, switches, lookups, () => readVar(headers, query));
}

/**
 * The callback of PostObject. No length is checked: docs «Callback», step 1, has the limit for the others only.
 *
 * @param fields of the form, as far as they came before the file, under the names they were sent with
 * @throws OssError InvalidArgument
 */
export async function readFormCallback(
	fields: ReadonlyMap<string, string>,
	switches: Pick<CallbackSwitches, "missingUrl">,
	lookups: Lookups,
): Promise<Callback | undefined> {
	return assemble(fields.get("callback") ?? "", switches, lookups, () =>
		pickVariables(fields),
	);
}

async function assemble(
	given: string,
	switches: Pick<CallbackSwitches, "missingUrl">,
	lookups: Lookups,
	readOwnVariables: () => Map<string, string>,
): Promise<Callback | undefined> {
	if (given === "") return undefined;
	const { text, json: own } = decodeCallback(given);
	const policy = await readPolicy(own, lookups);
	const configuration = readConfiguration({ ...policy.json, ...own });
	if (!configuration) return skip(switches, lookups);
	const variables = new Map([...policy.variables, ...readOwnVariables()]);
	return { ...configuration, variables, asked: text };
}

function skip(
	{ missingUrl }: Pick<CallbackSwitches, "missingUrl">,
	{ warn }: Lookups,
): undefined {
	if (missingUrl === "refuse") throw refuse("url", "callbackUrl", "");
	warn("An upload came with a callback that has no callbackUrl: not called.");
}

type PolicyPart = {
	readonly json: JsonObject;
	readonly variables: ReadonlyMap<string, string>;
};

/**
 * What the upload says itself comes before what its policy says; how an unknown policy is refused is a guess
 * (A-242).
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
	const bytes = decodeBase64(given);
	if (!bytes) throw refuse("callbackNotBase64", "callback", given);
	const json = parseJson(bytes);
	if (!isJsonObject(json))
		throw refuse("callbackNotJson", "callback", bytes.toString());
	return { text: bytes.toString(), json };
}
