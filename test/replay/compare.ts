/**
 * Compares the emulator's response with OSS's recorded response. Times, ids and addresses are different every time, so
 * only their presence is compared.
 */
import { XMLParser } from "fast-xml-parser";
import type {
	Exchange,
	RecordedBody,
} from "../../emulator/upstream/exchange.ts";

export type Answered = {
	readonly status: number;
	/** Headers by lower-case name. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer;
};

/** Headers that depend on the connection or on the time. */
const IGNORED_HEADERS = new Set([
	...["connection", "content-length", "date", "keep-alive", "server"],
	...["transfer-encoding", "x-oss-request-id", "x-oss-server-time"],
]);

const CHANGING_HEADERS = new Set([
	...["last-modified", "location", "x-oss-version-id"],
	...["x-oss-copy-source-version-id", "x-oss-expiration"],
]);

/** Headers that depend on the content. */
const CONTENT_HEADERS = new Set([
	...["etag", "content-md5", "x-oss-hash-crc64ecma"],
]);

const CHANGING_ELEMENTS = new Set([
	...["RequestId", "HostId", "LastModified", "CreationDate", "Initiated"],
	...["UploadId", "UploadIdMarker", "NextUploadIdMarker", "VersionId"],
	...["VersionIdMarker", "NextVersionIdMarker", "DeleteMarkerVersionId"],
	...["ContinuationToken", "NextContinuationToken", "LastModifiedTime"],
	...["ID", "DisplayName", "ExtranetEndpoint", "IntranetEndpoint"],
	...["Location", "ServerTime", "RequestTime", "Expires"],
]);

const CONTENT_ELEMENTS = new Set(["ETag", "HashCrc64ecma"]);

/**
 * @param isFiller whether the object has placeholder content, because the recorded content was too long to be stored
 */
export function compare(
	recorded: Exchange["answer"],
	answered: Answered,
	isFiller: boolean,
): string[] {
	const before =
		recorded.status === answered.status
			? []
			: [`status: OSS ${recorded.status}, emulator ${answered.status}`];
	return [
		...before,
		...compareHeaders(recorded.headers, answered.headers, isFiller),
		...compareBodies(recorded, answered, isFiller),
	];
}

const lowerCase = (
	headers: Readonly<Record<string, string>>,
): Map<string, string> =>
	new Map(
		Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
	);

function compareHeaders(
	recorded: Readonly<Record<string, string>>,
	answered: Readonly<Record<string, string>>,
	isFiller: boolean,
): string[] {
	const [there, here] = [lowerCase(recorded), lowerCase(answered)];
	const names = new Set([...there.keys(), ...here.keys()]);
	return [...names].sort().flatMap((name) => {
		if (IGNORED_HEADERS.has(name)) return [];
		const onlyPresence =
			CHANGING_HEADERS.has(name) || (isFiller && CONTENT_HEADERS.has(name));
		return differ(
			`header ${name}`,
			there.get(name),
			here.get(name),
			onlyPresence,
		);
	});
}

function differ(
	what: string,
	there: string | undefined,
	here: string | undefined,
	onlyPresence: boolean,
): string[] {
	const isSame = onlyPresence
		? (there === undefined) === (here === undefined)
		: there === here;
	const show = (value: string | undefined): string =>
		value === undefined ? "nothing" : JSON.stringify(value);
	return isSame ? [] : [`${what}: OSS ${show(there)}, emulator ${show(here)}`];
}

export const bytesOf = ({ content, encoding }: RecordedBody): Buffer =>
	Buffer.from(content, encoding === "base64" ? "base64" : "utf8");

function compareBodies(
	{ body, headers }: Exchange["answer"],
	answered: Answered,
	isFiller: boolean,
): string[] {
	const type = lowerCase(headers).get("content-type") ?? "";
	const there = body ? bytesOf(body) : Buffer.alloc(0);
	const isComplete = body === null || body.isWhole;
	if (isComplete && /xml/.test(type) && /^<\?xml|^</.test(there.toString()))
		return compareXml(there.toString(), answered.body.toString(), isFiller);
	const size = body?.size ?? 0;
	if (size !== answered.body.length)
		return [`body: OSS ${size} bytes, emulator ${answered.body.length}`];
	const isSame = there.equals(answered.body.subarray(0, there.length));
	return isSame || isFiller ? [] : ["body: different bytes"];
}

const parser = new XMLParser({
	...{ parseTagValue: false, trimValues: false, ignoreAttributes: true },
	...{ ignoreDeclaration: true, processEntities: true },
});

/** @returns every element by its path, for example `ListBucketResult/Contents[0]/Key` */
function flatten(text: string): Map<string, string> {
	const found = new Map<string, string>();
	const visit = (path: string, node: unknown): void => {
		if (typeof node !== "object" || node === null) {
			found.set(path, String(node));
			return;
		}
		for (const [name, value] of Object.entries(node)) {
			if (name === "#text") continue;
			const all: unknown[] = Array.isArray(value) ? value : [value];
			for (const [index, one] of all.entries())
				visit(`${path}/${name}[${index}]`, one);
		}
	};
	visit("", parser.parse(text));
	return found;
}

function compareXml(there: string, here: string, isFiller: boolean): string[] {
	const [recorded, answered] = [flatten(there), flatten(here)];
	const paths = new Set([...recorded.keys(), ...answered.keys()]);
	return [...paths].flatMap((path) => {
		const name = /([^/]+)\[\d+\]$/.exec(path)?.[1] ?? "";
		const onlyPresence =
			CHANGING_ELEMENTS.has(name) || (isFiller && CONTENT_ELEMENTS.has(name));
		const what = path.replaceAll("[0]", "").replace(/^\//, "");
		return differ(what, recorded.get(path), answered.get(path), onlyPresence);
	});
}

/** Ids in OSS's recorded responses, with the emulator's corresponding ids. */
export function matchIds(
	recorded: Exchange["answer"],
	answered: Answered,
): [there: string, here: string][] {
	const there = idsIn(
		recorded.headers,
		recorded.body ? bytesOf(recorded.body) : "",
	);
	const here = idsIn(answered.headers, answered.body);
	return [...there].flatMap(([place, id]) => {
		const own = here.get(place);
		return own === undefined || id === "" ? [] : [[id, own]];
	});
}

const ID =
	/<(UploadId|VersionId|NextContinuationToken|NextVersionIdMarker|NextUploadIdMarker|DeleteMarkerVersionId)>([^<]*)</g;

function idsIn(
	headers: Readonly<Record<string, string>>,
	body: Buffer | string,
): Map<string, string> {
	const found = new Map<string, string>();
	const version = lowerCase(headers).get("x-oss-version-id");
	if (version !== undefined) found.set("header", version);
	for (const [index, [, name, id = ""]] of [
		...body.toString().matchAll(ID),
	].entries())
		found.set(`${name} ${index}`, id);
	return found;
}
