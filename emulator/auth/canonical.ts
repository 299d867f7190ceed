/**
 * The signed parts of a request: resource path, headers, and, for V2 and V4, the query.
 *
 * Pure. Source: docs «Include signatures in the Authorization header», «Signature version 4»; go2, py1, js signers.
 */
import { percentEncode } from "../oss/encoding.ts";
import type { Headers, OssRequest, Target } from "../oss/request.ts";
import { SUB_RESOURCES } from "./sub-resources.ts";

/**
 * `/`, `/bucket/`, `/bucket/key`, regardless of the address; for a bucket also `/bucket`, which the C SDK signs for IP
 * endpoints and java1 in URLs.
 */
export function resourcePaths({ bucket, key }: Target): readonly string[] {
	if (bucket === "") return ["/"];
	return key === "" ? [`/${bucket}/`, `/${bucket}`] : [`/${bucket}/${key}`];
}

/**
 * Sorted lines `name:value`: all x-oss-* headers, and the headers in `more` that the request has. Only own properties
 * are read, because a client may name `constructor`.
 *
 * @param more lower-case names
 */
export function canonicalHeaders(
	headers: Headers,
	more: ReadonlySet<string>,
): string {
	const names: string[] = [];
	for (const name of Object.keys(headers))
		if (name.startsWith("x-oss-") || more.has(name)) names.push(name);
	let lines = "";
	for (const name of names.sort())
		lines += `${name}:${headers[name]?.trim() ?? ""}\n`;
	return lines;
}

/**
 * The possible forms of the query, without `x-oss-signature`, likeliest first.
 *
 * OSS writes an empty value as a bare name. ali-oss writes `name=`, except for sub-resources; other clients may do so
 * everywhere. go2 preserves the lower-case hex of the wire.
 */
export const canonicalQueries = (
	queries: Pick<OssRequest, "query" | "rawQuery">,
): Iterable<string> => (queries.rawQuery === "" ? NO_QUERY : written(queries));

const NO_QUERY = [""];

function* written({
	query,
	rawQuery,
}: Pick<OssRequest, "query" | "rawQuery">): Iterable<string> {
	const pairs = [...query]
		.filter(([name]) => name !== "x-oss-signature")
		.map(([name, value]): Pair => [percentEncode(name), percentEncode(value)])
		.sort(byName);
	yield writePairs(pairs, () => "");
	if (pairs.some(([, value]) => value === "")) {
		yield writePairs(pairs, (name) => (SUB_RESOURCES.has(name) ? "" : "="));
		yield writePairs(pairs, () => "=");
	}
	if (/%(?:[a-f]|\d[a-f])/.test(rawQuery))
		yield writePairs(rawPairs(rawQuery), () => "");
	// An escaped name is left as it is, so that this terminates.
	if (rawQuery.split("&").some(isEmulatorParameter))
		yield* canonicalQueries(withoutEmulatorParameters({ query, rawQuery }));
}

/** The emulator's own parameters are not signed: they may be added to a signed URL. */
const EMULATOR_PARAMETERS = "x-emulator-";

export const isEmulatorParameter = (text: string): boolean =>
	text.startsWith(EMULATOR_PARAMETERS);

const withoutEmulatorParameters = ({
	query,
	rawQuery,
}: Pick<OssRequest, "query" | "rawQuery">) => ({
	query: new Map([...query].filter(([name]) => !isEmulatorParameter(name))),
	rawQuery: rawQuery
		.split("&")
		.filter((pair) => !isEmulatorParameter(pair))
		.join("&"),
});

type Pair = readonly [name: string, value: string];

const writePairs = (
	pairs: readonly Pair[],
	empty: (name: string) => string,
): string =>
	pairs
		.map(([name, value]) => name + (value === "" ? empty(name) : `=${value}`))
		.join("&");

const rawPairs = (rawQuery: string): Pair[] =>
	rawQuery
		.replaceAll("+", "%20")
		.split("&")
		.map((pair): Pair => {
			const [name = "", ...value] = pair.split("=");
			return [name, value.join("=")];
		})
		.filter(([name]) => name !== "x-oss-signature")
		.sort(byName);

const byName = (
	[a]: readonly [string, ...unknown[]],
	[b]: readonly [string, ...unknown[]],
): number => (a < b ? -1 : a > b ? 1 : 0);
