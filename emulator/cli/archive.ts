/**
 * `oss-emulator export` and `import`: buckets with their documents, and objects with their metadata, as one tar file,
 * so that the state of a failing test can be shared.
 *
 * The file contains `seed.json`, a seed whose objects refer to the files next to it. Only current versions are written.
 * Both commands use a temporary folder, which needs as much space as the objects.
 */
import { createReadStream, existsSync } from "node:fs";
import {
	mkdir,
	mkdtemp,
	readFile,
	rename,
	rm,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { create, extract } from "tar";
import { codeOf } from "../oss/code-of.ts";
import { isJsonObject, parseJson } from "../oss/json-object.ts";
import type { AdminClient } from "./admin-client.ts";
import { type Command, pathOf, type Requested, readOnly } from "./command.ts";
import { CommandError } from "./command-error.ts";
import { objectsBelow } from "./objects.ts";
import {
	download,
	headersOfObject,
	type ObjectFacts,
	readFacts,
} from "./transfer.ts";

const SEED = "seed.json";

type SeedObject = ObjectFacts & {
	readonly key: string;
	/** Names in the tar file. */
	readonly file: string;
};

type SeedBucket = {
	readonly name: string;
	readonly acl: string;
	readonly versioning?: string;
	readonly objects: readonly SeedObject[];
	readonly [document: string]: unknown;
};

type KnownBucket = {
	readonly name: string;
	readonly acl: string;
	readonly versioning: string;
};

export const exportTar: Command = async (requested) => {
	const { client, words, flags, write, progress } = requested;
	const file = readOnly("export", words, "file");
	const { buckets } = await client.json<{
		readonly buckets: readonly KnownBucket[];
	}>("/api/buckets", { account: flags.account });
	const wanted = buckets.filter(
		({ name }) => flags.bucket === undefined || name === flags.bucket,
	);
	if (wanted.length === 0) throw new CommandError(1, "there is no such bucket");
	await inTemporaryFolder(async (folder) => {
		await mkdir(join(folder, "objects"));
		const contents: Content[] = [];
		const seed: SeedBucket[] = [];
		for (const bucket of wanted)
			seed.push(await readBucket(client, bucket, contents));
		for (const [index, content] of contents.entries()) {
			await download(client, content, join(folder, content.file));
			progress(`${index + 1} of ${contents.length} objects`);
		}
		const json = JSON.stringify({ buckets: seed }, undefined, 2);
		await writeFile(join(folder, SEED), json);
		await writeTar(file, folder);
		progress("");
		write(`${wanted.length} buckets, ${contents.length} objects\n`);
	});
};

/** The documents that can be put again: a bucket without logging returns an empty element, which OSS refuses. */
async function documentsOf(
	client: AdminClient,
	path: string,
): Promise<Readonly<Record<string, string>>> {
	const { documents } = await client.json<{
		readonly documents: Readonly<Record<string, string>>;
	}>(`${path}/documents`);
	const { logging = "", ...others } = documents;
	return logging.includes("<TargetBucket>") ? documents : others;
}

async function inTemporaryFolder(
	work: (folder: string) => Promise<void>,
): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "oss-emulator-"));
	try {
		await work(folder);
	} finally {
		// An extraction that has failed may still be writing.
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}

/** Writes a temporary file and renames it, so that a partial file never looks complete. */
async function writeTar(file: string, cwd: string): Promise<void> {
	const part = `${file}.part`;
	try {
		await create({ file: part, cwd, portable: true }, [SEED, "objects"]);
		await rename(part, file);
	} catch (error) {
		await rm(part, { force: true });
		throw new CommandError(2, `${file} cannot be written (${codeOf(error)})`);
	}
}

type Content = {
	readonly bucket: string;
	readonly key: string;
	readonly file: string;
};

async function readBucket(
	client: AdminClient,
	{ name, acl: bucketAcl, versioning }: KnownBucket,
	contents: Content[],
): Promise<SeedBucket> {
	const path = pathOf(name);
	const documents = await documentsOf(client, path);
	const objects: SeedObject[] = [];
	for await (const { key } of objectsBelow(client, name, "")) {
		const facts = await readFacts(client, { bucket: name, key });
		const file = `objects/${String(contents.length + 1).padStart(6, "0")}`;
		objects.push({ key, file, ...facts });
		contents.push({ bucket: name, key, file });
	}
	const isVersioned = versioning === "Enabled" || versioning === "Suspended";
	return {
		name,
		acl: bucketAcl,
		...documents,
		objects,
		...(isVersioned ? { versioning } : {}),
	};
}

export const importTar: Command = async (requested) => {
	const file = readOnly("import", requested.words, "file");
	await inTemporaryFolder(async (folder) => {
		await extractTar(file, folder);
		await importFrom(requested, file, folder);
	});
};

async function extractTar(file: string, cwd: string): Promise<void> {
	const isOurs = (path: string): boolean =>
		/^(?:seed\.json|objects\/(?:\d+)?)$/.test(path);
	try {
		await extract({ file, cwd, strict: true, filter: isOurs });
	} catch (error) {
		throw new CommandError(
			1,
			`it cannot be read (${codeOf(error) || "not a tar file"})`,
		);
	}
}

async function importFrom(
	{ client, flags, write, progress }: Requested,
	file: string,
	folder: string,
): Promise<void> {
	const buckets = await readSeed(file, folder);
	await client.sendJson("PUT", "/api/seed", {
		query: { account: flags.account },
		body: { buckets: buckets.map((bucket) => ({ ...bucket, objects: [] })) },
	});
	const objects = buckets.flatMap(({ name, objects }) =>
		objects.map((object) => ({ bucket: name, object })),
	);
	for (const [index, { bucket, object }] of objects.entries()) {
		const content = createReadStream(join(folder, object.file));
		await client.sendJson("PUT", `${pathOf(bucket)}/content`, {
			query: { key: object.key },
			headers: headersOfObject(object),
			body: Readable.toWeb(content),
		});
		progress(`${index + 1} of ${objects.length} objects`);
	}
	progress("");
	write(`${buckets.length} buckets, ${objects.length} objects\n`);
}

async function readSeed(
	file: string,
	folder: string,
): Promise<readonly SeedBucket[]> {
	const text = await readFile(join(folder, SEED), "utf8").catch(() => "");
	const seed = parseJson(Buffer.from(text));
	const buckets =
		isJsonObject(seed) && isListOf(seed.buckets, isBucket) ? seed.buckets : [];
	const objects = buckets.flatMap((bucket) => bucket.objects);
	const isWhole = objects.every((item) => existsSync(join(folder, item.file)));
	if (buckets.length > 0 && isWhole) return buckets;
	throw new CommandError(2, `${file} is not a file of oss-emulator export`);
}

const isListOf = <T>(
	value: unknown,
	is: (item: unknown) => item is T,
): value is readonly T[] => Array.isArray(value) && value.every(is);

const isBucket = (value: unknown): value is SeedBucket =>
	isJsonObject(value) &&
	typeof value.name === "string" &&
	isListOf(value.objects, isObject);

/** The file may come from an untrusted source, so it must not name files outside the folder. */
const isObject = (value: unknown): value is SeedObject =>
	isJsonObject(value) &&
	[value.key, value.contentType, value.acl, value.storageClass].every(
		(item) => typeof item === "string",
	) &&
	/^objects\/\d+$/.test(String(value.file)) &&
	[value.metadata, value.tags, value.headers ?? {}].every(isTexts);

const isTexts = (value: unknown): boolean =>
	isJsonObject(value) &&
	Object.values(value).every((text) => typeof text === "string");
