/**
 * The documents of buckets by the names of their sub-resources (`cors`, `lifecycle`, …), and documents written as JSON
 * instead of OSS's XML.
 *
 * The JSON has the names of the XML elements. `allowedOrigins` is accepted for `AllowedOrigin`, a list means repeated
 * elements, and the root element may be omitted if it is known. A bare list is the list of rules.
 *
 * Pure.
 */
import type { Row } from "../operations/row.ts";
import { type OperationName, table } from "../operations/table.ts";
import { isJsonObject } from "../oss/json-object.ts";
import { writeXml, type XmlElement, type XmlValue } from "../xml/write.ts";

/** The operations of a document. */
export type DocumentOperations = {
	readonly put: OperationName;
	readonly get: OperationName;
	/** undefined if the document cannot be removed. */
	readonly remove: OperationName | undefined;
};

const CALLBACK_POLICY = "callbackPolicy";

/**
 * Documents that are put and returned under the same sub-resource; an ACL and versioning are properties of the bucket.
 */
export const DOCUMENTS: ReadonlyMap<string, DocumentOperations> = new Map(
	table.filter(isPutOfDocument).flatMap((row) => {
		const get = find("GET", row);
		if (!get?.run) return [];
		const remove = find("DELETE", row)?.name;
		return [[nameOf(row), { put: row.name, get: get.name, remove }] as const];
	}),
);

function isPutOfDocument({ method, target, query, run }: Row): boolean {
	const isNamed =
		query.length === 1 || query.join("&") === "policy&comp=callback";
	return (
		method === "PUT" &&
		target === "bucket" &&
		isNamed &&
		run !== null &&
		!["acl", "versioning", "accessPoint", "rtc"].includes(query[0] ?? "") &&
		!query[0]?.startsWith("accessPoint")
	);
}

function nameOf({ query }: Row): string {
	return query.length === 1 ? (query[0] ?? "") : CALLBACK_POLICY;
}

function find(
	method: string,
	{ target, query }: Row,
): (typeof table)[number] | undefined {
	return table.find(
		(row) =>
			row.method === method &&
			row.target === target &&
			row.query.join("&") === query.join("&"),
	);
}

/** The root element of each document, and the element that a bare list repeats. */
const ROOTS: Readonly<Record<string, readonly [root: string, item?: string]>> =
	{
		cors: ["CORSConfiguration", "CORSRule"],
		lifecycle: ["LifecycleConfiguration", "Rule"],
		website: ["WebsiteConfiguration"],
		callbackPolicy: ["BucketCallbackPolicy", "PolicyItem"],
		referer: ["RefererConfiguration"],
		encryption: ["ServerSideEncryptionRule"],
		logging: ["BucketLoggingStatus"],
		requestPayment: ["RequestPaymentConfiguration"],
		publicAccessBlock: ["PublicAccessBlockConfiguration"],
		transferAcceleration: ["TransferAccelerationConfiguration"],
	};

/**
 * @param document text is sent unchanged; JSON is converted to XML, except for a policy
 * @returns the body that the operation reads
 * @throws TypeError whose message names the error
 */
export function writeAsSent(name: string, document: unknown): string {
	if (typeof document === "string") return document;
	if (name === "policy") return JSON.stringify(document);
	const [known, item] = ROOTS[name] ?? [];
	if (Array.isArray(document)) {
		if (known === undefined || item === undefined)
			throw new TypeError("must be an object, or text");
		return writeXml(known, toXml({ [item]: document }));
	}
	if (!isJsonObject(document))
		throw new TypeError("must be an object, a list or text");
	const entries = Object.entries(document);
	const [[root, content] = ["", undefined]] = entries;
	const hasRoot =
		entries.length === 1 &&
		isJsonObject(content) &&
		(known === undefined || root === known);
	if (hasRoot) return writeXml(root, toXml(content));
	if (known === undefined)
		throw new TypeError(
			'must have one member, the root element: {"Root": {…}}',
		);
	return writeXml(known, toXml(document));
}

const toXml = (value: object): XmlElement =>
	Object.fromEntries(
		Object.entries(value).map(([name, content]) => [
			elementName(name, content),
			toXmlValue(name, content),
		]),
	);

function toXmlValue(name: string, value: unknown): XmlValue {
	if (Array.isArray(value)) {
		const items = value.map((item) => toXmlValue(name, item));
		return /^routingRules$/i.test(name) ? { RoutingRule: items } : items;
	}
	if (isEncoded(name) && isJsonObject(value))
		return Buffer.from(JSON.stringify(value)).toString("base64");
	if (isJsonObject(value)) return toXml(value);
	if (["string", "number", "boolean"].includes(typeof value))
		return String(value);
	throw new TypeError(`${name} must not be ${value}`);
}

/** Elements that OSS encodes in base64. */
const isEncoded = (name: string): boolean =>
	/^(callback|callbackVar)$/i.test(name);

/** Maps `allowedOrigins: […]` to `AllowedOrigin`, and `id` to `ID`. */
function elementName(name: string, value: unknown): string {
	if (name.toLowerCase() === "id") return "ID";
	const capital = name.charAt(0).toUpperCase() + name.slice(1);
	const isPlural =
		Array.isArray(value) && /s$/.test(capital) && capital !== "RoutingRules";
	const singular = isPlural ? capital.slice(0, -1) : capital;
	return singular === "CorsRule" ? "CORSRule" : singular;
}
