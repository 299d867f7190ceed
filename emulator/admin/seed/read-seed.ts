/**
 * Reads a seed, the declaration of an emulator's content:
 *
 *     {
 *       "buckets": [{
 *         "name": "photos", "acl": "public-read", "versioning": "Enabled", "owner": "1000000000000001",
 *         "cors": [{ "AllowedOrigin": ["*"], "AllowedMethod": ["GET"] }],
 *         "objects": [{ "key": "cat.txt", "text": "meow", "metadata": { "by": "ann" }, "tags": { "kind": "cat" } }]
 *       }],
 *       "ram": { "users": [], "roles": [] },
 *       "faults": [{ "operation": "GetObject", "times": 1, "do": { "status": 503 } }]
 *     }
 *
 * This file checks the syntax only; OSS's rules are checked when the seed is tried.
 *
 * Pure.
 */
import { type RamDocument, readRam } from "../../auth/ram-document.ts";
import { Breaks } from "../../oss/breaks.ts";
import { decodeBase64 } from "../../oss/encoding.ts";
import { JsonPlace } from "../../oss/json-place.ts";
import { DOCUMENTS, writeAsSent } from "../documents.ts";

export type SeedContent =
	| { readonly bytes: Buffer }
	/** The file's path. */
	| { readonly file: string };

export type SeedObject = {
	readonly place: JsonPlace;
	readonly key: string;
	readonly content: SeedContent;
	/** '' to derive it from the key's extension. */
	readonly contentType: string;
	readonly acl: string;
	readonly storageClass: string;
	readonly metadata: Readonly<Record<string, string>>;
	readonly tags: Readonly<Record<string, string>>;
};

export type SeedDocument = {
	readonly place: JsonPlace;
	/** The document's name in `DOCUMENTS`. */
	readonly name: string;
	/** The body that a client would send. */
	readonly body: string;
};

export type SeedBucket = {
	readonly place: JsonPlace;
	readonly name: string;
	/** The owner's uid. */
	readonly owner: string;
	/** '' for the default owner. */
	readonly acl: string;
	readonly versioning: string;
	readonly documents: readonly SeedDocument[];
	readonly objects: readonly SeedObject[];
};

export type Seed = {
	readonly buckets: readonly SeedBucket[];
	readonly ram: RamDocument;
	/** Rules that are not checked yet, with their places. */
	readonly faults: readonly JsonPlace[];
};

export type SeedContext = {
	/** uid of the default owner. */
	readonly account: string;
	/** Returns the path of a file that an object names. @throws JsonError at `place` */
	readonly resolveFile: (path: string, place: JsonPlace) => string;
};

/** Reads with breaks, because a seed may declare millions of objects. @throws JsonError with the place */
export async function readSeed(
	value: unknown,
	context: SeedContext,
): Promise<Seed> {
	const root = new JsonPlace(value, "");
	root.refuseOthers(["buckets", "ram", "faults"]);
	const breaks = new Breaks();
	const buckets: SeedBucket[] = [];
	const names = new Set<string>();
	for (const place of root.items("buckets")) {
		await breaks.pause();
		const bucket = await readBucket(place, context, breaks);
		const { name } = bucket;
		if (names.has(name))
			throw place.wrong(`the bucket ${name} is declared twice`);
		names.add(name);
		buckets.push(bucket);
	}
	const ram = root.find("ram");
	return {
		buckets,
		ram: ram ? readRam(ram, context.account) : { users: [], roles: [] },
		faults: root.list("faults"),
	};
}

const PROPERTIES = ["name", "acl", "versioning", "owner", "objects"];
const ANY = /^/;

async function readBucket(
	place: JsonPlace,
	context: SeedContext,
	breaks: Breaks,
): Promise<SeedBucket> {
	place.refuseOthers([...PROPERTIES, ...DOCUMENTS.keys()]);
	const documents = place
		.entries()
		.filter(([name]) => DOCUMENTS.has(name))
		.map(([name, document]) => ({
			place: document,
			name,
			body: writeDocument(name, document),
		}));
	const bucket = {
		place,
		name: place.text("name", ANY),
		owner: place.text("owner", /^\d+$/, context.account),
		acl: place.choice("acl", ["private", "public-read", "public-read-write"]),
		versioning: place.choice("versioning", ["Enabled", "Suspended"]),
		documents,
	};
	const objects: SeedObject[] = [];
	for (const object of place.items("objects")) {
		await breaks.pause();
		objects.push(readObject(object, context));
	}
	return { ...bucket, objects };
}

function writeDocument(name: string, place: JsonPlace): string {
	try {
		return writeAsSent(name, place.value);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		throw place.wrong(error.message);
	}
}

function readObject(place: JsonPlace, context: SeedContext): SeedObject {
	place.refuseOthers([
		"key",
		"text",
		"base64",
		"file",
		"contentType",
		"acl",
		"storageClass",
		"metadata",
		"tags",
	]);
	return {
		place,
		key: place.text("key", ANY),
		content: readContent(place, context),
		contentType: place.text("contentType", ANY, ""),
		acl: place.text("acl", ANY, ""),
		storageClass: place.text("storageClass", ANY, ""),
		metadata: readTexts(place.find("metadata")),
		tags: readTexts(place.find("tags")),
	};
}

function readContent(
	place: JsonPlace,
	{ resolveFile }: SeedContext,
): SeedContent {
	const given = ["text", "base64", "file"].filter((name) => place.find(name));
	if (given.length > 1)
		throw place.wrong(`${given.join(" and ")} are mutually exclusive`);
	const text = place.text("text", ANY, "");
	const base64 = place.find("base64");
	const file = place.find("file");
	if (file) return { file: resolveFile(place.text("file", /./), file) };
	if (!base64) return { bytes: Buffer.from(text) };
	const bytes = decodeBase64(place.text("base64", ANY));
	if (!bytes) throw base64.wrong("is not base64");
	return { bytes };
}

const readTexts = (place: JsonPlace | undefined): Record<string, string> =>
	Object.fromEntries(
		(place?.entries() ?? []).map(([name, value]) => [name, value.asText(ANY)]),
	);
