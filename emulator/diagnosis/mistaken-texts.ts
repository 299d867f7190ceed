/**
 * Mistakes in the string to sign, in code that builds it itself.
 *
 * Pure.
 */
import { createHash } from "node:crypto";
import type { Mistaken } from "./mistaken.ts";

/** A wrong variant of the text that should have been signed. */
type Wrong = Mistaken<(text: string) => string>;

const CAPITAL_NAMES: Wrong = [
	(text) =>
		text.replaceAll(/^(?:x-oss-|content-)[a-z\d-]*(?=:)/gm, (name) =>
			name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
		),
	"header names were signed with capitals: sign them in lower case",
];

const LINE_ENDS: Wrong = [
	(text) => text.replaceAll("\n", "\r\n"),
	"lines were joined by CR and LF: join them by LF",
];

const LAST_LINE_FEED: Wrong = [
	(text) => `${text}\n`,
	"a line feed was signed at the end: the signed text does not end with one",
];

/**
 * Wrong variants of V1's string to sign.
 *
 * @param rawQuery the query with the original order of its parameters
 */
export function* mistakenStrings(rawQuery: string): Generator<Wrong> {
	yield CAPITAL_NAMES;
	yield LINE_ENDS;
	yield LAST_LINE_FEED;
	yield [
		(text) => text.replace(/^([A-Z]+)\n\n\n/, "$1\n"),
		"the lines of Content-MD5 and Content-Type were left out: keep them, empty",
	];
	yield [
		(text) => without(text, text.lastIndexOf("\n")),
		"the line feed before the resource was left out",
	];
	yield [
		(text) => {
			const mark = text.lastIndexOf("?") + 1;
			return text.slice(0, mark) + inOrder(text.slice(mark), rawQuery);
		},
		"sub-resources were signed in the order of the URL: sort them by name",
	];
}

/** Wrong variants of V4's canonical request. */
export function* mistakenCanonicalRequests(rawQuery: string): Generator<Wrong> {
	yield CAPITAL_NAMES;
	yield LINE_ENDS;
	yield LAST_LINE_FEED;
	yield [
		inLine(PAYLOAD, () => EMPTY_HASH),
		"the hash of an empty body was signed, as for S3: OSS signs UNSIGNED-PAYLOAD",
	];
	yield [
		(text) => inLine(ADDITIONAL, () => namesOfHeaders(text))(text),
		"the names of all headers were signed, as for S3: OSS signs only the names in AdditionalHeaders",
	];
	yield [
		(text) => text.split("\n").toSpliced(AFTER_HEADERS, 1).join("\n"),
		"the empty line after the headers was left out",
	];
	yield [
		inLine(PATH, (path) => decodeURIComponent(path)),
		"the path was signed as it is: V4 signs it percent-encoded",
	];
	yield [
		inLine(PATH, (path) => {
			const [start = "", bucket = "", ...key] = path.split("/");
			return [start, bucket, key.join("%2F")].join("/");
		}),
		"slashes in the key were signed as %2F: sign them unencoded",
	];
	yield [
		(text) => text.replaceAll("%20", "+"),
		"blanks were signed as +: V4 uses %20",
	];
	yield [
		(text) => text.replaceAll(/%[\dA-F]{2}/g, (hex) => hex.toLowerCase()),
		"percent-escapes were signed in lower case: V4 uses capitals",
	];
	yield [
		inLine(QUERY, (pairs) => inOrder(pairs, rawQuery)),
		"parameters were signed in the order of the URL: sort them by name",
	];
}

/** Positions of lines in a canonical request, from its beginning and from its end. */
const [PATH, QUERY, AFTER_HEADERS, ADDITIONAL, PAYLOAD] = [1, 2, -3, -2, -1];

const EMPTY_HASH = createHash("sha256").digest("hex");

const inLine =
	(at: number, change: (line: string) => string) =>
	(text: string): string => {
		const lines = text.split("\n");
		const index = at < 0 ? lines.length + at : at;
		return lines.with(index, change(lines[index] ?? "")).join("\n");
	};

const namesOfHeaders = (text: string): string =>
	Array.from(text.matchAll(/^([a-z][a-z\d-]*):/gm), ([, name]) => name).join(
		";",
	);

const without = (text: string, at: number): string =>
	text.slice(0, at) + text.slice(at + 1);

/** @param pairs `a&b=c`, sorted */
function inOrder(pairs: string, rawQuery: string): string {
	const names = rawQuery.split("&").map(nameOf).entries();
	const places = new Map(Array.from(names, ([place, name]) => [name, place]));
	const placeOf = (pair: string): number => places.get(nameOf(pair)) ?? 0;
	return pairs
		.split("&")
		.sort((a, b) => placeOf(a) - placeOf(b))
		.join("&");
}

const nameOf = (pair: string): string => pair.split("=", 1)[0] ?? "";
