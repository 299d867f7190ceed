/**
 * `oss-emulator put` and `get`: upload a file, and download an object.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { codeOf } from "../oss/code-of.ts";
import type { AdminClient } from "./admin-client.ts";
import { cat } from "./cat.ts";
import {
	type Command,
	type Flags,
	type Place,
	pathOf,
	readObjectPlace,
	readPlace,
	wrongUsage,
} from "./command.ts";
import { CommandError } from "./command-error.ts";

export const put: Command = async ({ client, words, flags, write }) => {
	const [file, target, ...more] = words;
	if (file === undefined || target === undefined || more.length > 0)
		throw wrongUsage("put", "name a file and an object");
	const { bucket, key } = readPlace(target);
	const isFolder = key === "" || key.endsWith("/");
	if (bucket === "" || (isFolder && file === "-"))
		throw wrongUsage("put", "name a file and an object");
	const place = { bucket, key: isFolder ? key + basename(file) : key };
	const stored = await upload(client, file, place, headersOf(flags));
	if (flags.json) write(`${JSON.stringify(stored)}\n`);
	else write(`${place.bucket}/${place.key}\n`);
	if (stored.answer !== "" && !flags.json) write(`${stored.answer}\n`);
	// OSS stores the object and answers 203 when the callback fails.
	if (stored.status === 203)
		throw new CommandError(2, "the object is stored, but its callback failed");
};

type Stored = {
	readonly status: number;
	readonly etag: string;
	readonly versionId: string;
	/** The answer of the application server, or OSS's error. */
	readonly answer: string;
};

/** @param file a path, or `-` for standard input. @throws CommandError */
export async function upload(
	client: AdminClient,
	file: string,
	{ bucket, key }: Place,
	headers: Readonly<Record<string, string>> = {},
): Promise<Stored> {
	if (file !== "-") await requireFile(file);
	const source = file === "-" ? process.stdin : createReadStream(file);
	return client.sendJson("PUT", `${pathOf(bucket)}/content`, {
		query: { key },
		headers: { "content-type": typeOf(file), ...headers },
		body: Readable.toWeb(source),
	});
}

async function requireFile(file: string): Promise<void> {
	try {
		if ((await stat(file)).isFile()) return;
	} catch (error) {
		throw new CommandError(1, `${file} cannot be read (${codeOf(error)})`);
	}
	throw new CommandError(2, `${file} is not a file`);
}

/** Content types by extension, for files that are common in tests. */
const TYPES: Readonly<Record<string, string>> = {
	css: "text/css",
	csv: "text/csv",
	gif: "image/gif",
	html: "text/html",
	jpeg: "image/jpeg",
	jpg: "image/jpeg",
	js: "text/javascript",
	json: "application/json",
	mp4: "video/mp4",
	pdf: "application/pdf",
	png: "image/png",
	svg: "image/svg+xml",
	txt: "text/plain",
	webp: "image/webp",
	xml: "application/xml",
	zip: "application/zip",
};

export const typeOf = (name: string): string =>
	TYPES[/\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? ""] ??
	"application/octet-stream";

function headersOf(flags: Flags): Record<string, string> {
	const headers: Record<string, string> = {};
	const set = (name: string, value: string | undefined): void => {
		if (value !== undefined) headers[name] = value;
	};
	set("content-type", flags["content-type"]);
	set("x-oss-object-acl", flags.acl);
	set("x-oss-storage-class", flags["storage-class"]);
	for (const pair of flags.meta ?? []) {
		const [name, value] = readPair("--meta", pair);
		set(`x-oss-meta-${name}`, value);
	}
	const tags = (flags.tag ?? []).map((pair) =>
		readPair("--tag", pair).map(encodeURIComponent).join("="),
	);
	if (tags.length > 0) set("x-oss-tagging", tags.join("&"));
	set("x-oss-callback", callbackOf(flags));
	return headers;
}

function readPair(flag: string, pair: string): [string, string] {
	const equals = pair.indexOf("=");
	if (equals < 1)
		throw wrongUsage("put", `${flag} must be NAME=VALUE, not ${pair}`);
	return [pair.slice(0, equals), pair.slice(equals + 1)];
}

const CALLBACK_BODY = "object=${object}&size=${size}";

function callbackOf(flags: Flags): string | undefined {
	if (flags.callback === undefined) {
		if (flags["callback-body"] === undefined) return undefined;
		throw wrongUsage("put", "--callback-body requires --callback");
	}
	const callbackBody = flags["callback-body"] ?? CALLBACK_BODY;
	const callback = { callbackUrl: flags.callback, callbackBody };
	return Buffer.from(JSON.stringify(callback)).toString("base64");
}

export const get: Command = async (requested) => {
	const { client, words, flags, write } = requested;
	const [word, file, ...more] = words;
	if (word === undefined || more.length > 0)
		throw wrongUsage("get", "name an object and a file");
	const place = readObjectPlace("get", [word]);
	if (file === "-") return cat({ ...requested, words: [word] });
	const target = file ?? basename(place.key);
	await download(client, place, target, flags["version-id"]);
	write(`${target}\n`);
};

/** @throws CommandError; if the connection breaks, a partial file is left behind */
export async function download(
	client: AdminClient,
	{ bucket, key }: Place,
	file: string,
	versionId?: string,
): Promise<void> {
	const { body } = await client.get(`${pathOf(bucket)}/content`, {
		key,
		versionId,
	});
	try {
		await pipeline(
			body ? Readable.fromWeb(body) : Readable.from([]),
			createWriteStream(file),
		);
	} catch (error) {
		throw new CommandError(2, `${file} cannot be written (${codeOf(error)})`);
	}
}

/** An object's metadata in the form of a seed. */
export type ObjectFacts = {
	readonly contentType: string;
	/** `Content-Encoding`, `Cache-Control` and the like; absent in files of older versions. */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	readonly acl: string;
	readonly storageClass: string;
	readonly metadata: Readonly<Record<string, string>>;
	readonly tags: Readonly<Record<string, string>>;
};

type KnownVersion = Omit<ObjectFacts, "metadata"> & {
	readonly userMetadata: ObjectFacts["metadata"];
};

/** @throws CommandError */
export async function readFacts(
	client: AdminClient,
	{ bucket, key }: Place,
): Promise<ObjectFacts> {
	const { versions } = await client.json<{
		readonly versions: readonly KnownVersion[];
	}>(`${pathOf(bucket)}/object`, { key });
	const [current] = versions;
	if (!current) throw new CommandError(1, `${bucket}/${key} does not exist`);
	const { contentType, headers, acl, storageClass, userMetadata, tags } =
		current;
	const metadata = userMetadata;
	return { contentType, headers, acl, storageClass, metadata, tags };
}

/** The headers for uploading an object with these properties. */
export function headersOfObject(facts: ObjectFacts): Record<string, string> {
	const { contentType, acl, storageClass, metadata, tags } = facts;
	const headers: Record<string, string> = {
		...facts.headers,
		"content-type": contentType,
		"x-oss-storage-class": storageClass,
	};
	if (acl !== "default") headers["x-oss-object-acl"] = acl;
	for (const [name, value] of Object.entries(metadata))
		headers[`x-oss-meta-${name}`] = value;
	const pairs = Object.entries(tags).map((pair) =>
		pair.map(encodeURIComponent).join("="),
	);
	if (pairs.length > 0) headers["x-oss-tagging"] = pairs.join("&");
	return headers;
}
