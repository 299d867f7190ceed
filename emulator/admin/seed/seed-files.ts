/**
 * Reads the seeds of --seed: a JSON file, or a folder whose sub-folders are buckets and whose files in them are
 * objects.
 */
import { statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { codeOf } from "../../oss/code-of.ts";
import { JsonError, JsonPlace } from "../../oss/json-place.ts";
import {
	readSeed,
	type Seed,
	type SeedBucket,
	type SeedObject,
} from "./read-seed.ts";

/**
 * @param account uid of the default owner
 * @throws JsonError with the place
 */
export async function readSeedPath(
	path: string,
	account: string,
): Promise<Seed> {
	const isFolder = statOf(path).isDirectory();
	return isFolder ? readFolder(path, account) : readFileAt(path, account);
}

async function readFileAt(path: string, account: string): Promise<Seed> {
	const text = await readFile(path, "utf8");
	return readSeed(parse(text), {
		account,
		resolveFile: resolverIn(dirname(path)),
	});
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text.replace(/^\ufeff/, ""));
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		throw new JsonError(`is not JSON: ${error.message}`);
	}
}

/** Relative paths in a seed are relative to `folder`. */
export const resolverIn =
	(folder: string) =>
	(path: string, place: JsonPlace): string => {
		const whole = resolve(folder, path);
		const found = statSync(whole, { throwIfNoEntry: false });
		if (!found) throw place.wrong(`there is no file ${path}`);
		if (!found.isFile()) throw place.wrong(`${path} is not a file`);
		return whole;
	};

function statOf(path: string) {
	try {
		return statSync(path);
	} catch (error) {
		throw new JsonError(`cannot be read (${codeOf(error) || error})`);
	}
}

async function readFolder(folder: string, account: string): Promise<Seed> {
	const buckets: SeedBucket[] = [];
	const entries = await readdir(folder, { withFileTypes: true });
	for (const { name } of entries.sort(byName)) {
		if (name.startsWith(".")) continue;
		if (!statOf(join(folder, name)).isDirectory())
			throw new JsonError(
				`${name} is not in a bucket: move it into a sub-folder`,
			);
		buckets.push({
			place: new JsonPlace(undefined, name),
			name,
			owner: account,
			acl: "",
			versioning: "",
			documents: [],
			objects: await readObjects(join(folder, name), name, ""),
		});
	}
	return { buckets, ram: { users: [], roles: [] }, faults: [] };
}

/** Ignored files: placeholders that keep an empty folder in git, and files that macOS adds. */
const IGNORED = new Set([".gitkeep", ".DS_Store"]);

/** Links to folders are not followed, because they could form a cycle. */
async function readObjects(
	folder: string,
	bucket: string,
	prefix: string,
): Promise<SeedObject[]> {
	const objects: SeedObject[] = [];
	const entries = await readdir(folder, { withFileTypes: true });
	for (const entry of entries.sort(byName)) {
		const file = join(folder, entry.name);
		const key = prefix + entry.name;
		if (IGNORED.has(entry.name)) continue;
		if (entry.isDirectory())
			objects.push(...(await readObjects(file, bucket, `${key}/`)));
		else if (statOf(file).isFile())
			objects.push({
				place: new JsonPlace(undefined, `${bucket}/${key}`),
				key,
				content: { file },
				contentType: "",
				acl: "",
				storageClass: "",
				metadata: {},
				tags: {},
			});
	}
	return objects;
}

const byName = (a: { name: string }, b: { name: string }): number =>
	a.name < b.name ? -1 : 1;
