/**
 * `oss-emulator cp`: copies between files and objects, in ossutil's notation: `oss://BUCKET/KEY` is an object.
 */
import { mkdir, readdir } from "node:fs/promises";
import { basename, dirname, join, normalize, relative, sep } from "node:path";
import type { AdminClient } from "./admin-client.ts";
import {
	type Command,
	type Place,
	pathOf,
	readPlace,
	wrongUsage,
} from "./command.ts";
import { CommandError } from "./command-error.ts";
import { objectsBelow } from "./objects.ts";
import { download, headersOfObject, readFacts, upload } from "./transfer.ts";

const isObject = (word: string): boolean => word.startsWith("oss://");

export const cp: Command = async (requested) => {
	const { client, words, flags, write, progress } = requested;
	const [source, target, ...more] = words;
	if (source === undefined || target === undefined || more.length > 0)
		throw wrongUsage("cp", "name a source and a target");
	if (!isObject(source) && !isObject(target))
		throw wrongUsage("cp", "one side must be oss://BUCKET/KEY");
	let count = 0;
	for await (const [from, to] of flags.recursive
		? pairsBelow(client, source, target)
		: [[source, nameFor(source, target)] as const]) {
		await copy(client, from, to);
		count += 1;
		progress(`${count} copied`);
	}
	progress("");
	if (count === 0) throw new CommandError(1, "no file or object matches");
	write(`${count} copied\n`);
};

/** The source's name is appended to a target that ends in a slash. */
const nameFor = (source: string, target: string): string =>
	target.endsWith("/") || (isObject(target) && readPlace(target).key === "")
		? `${target.replace(/\/$/, "")}/${basename(source)}`
		: target;

async function* pairsBelow(
	client: AdminClient,
	source: string,
	target: string,
): AsyncGenerator<readonly [string, string]> {
	const root = target.replace(/\/$/, "");
	if (!isObject(source)) {
		for (const entry of await readdir(source, {
			recursive: true,
			withFileTypes: true,
		})) {
			if (!entry.isFile()) continue;
			const file = join(entry.parentPath, entry.name);
			yield [file, `${root}/${relative(source, file).replaceAll(sep, "/")}`];
		}
		return;
	}
	const { bucket, key: prefix } = readPlace(source);
	for await (const { key } of objectsBelow(client, bucket, prefix)) {
		const rest = key.slice(prefix.length).replace(/^\//, "") || basename(key);
		yield [
			`oss://${bucket}/${key}`,
			isObject(target) ? `${root}/${rest}` : fileBelow(target, rest),
		];
	}
}

/** @throws CommandError for a key like `../a`, which would leave the folder */
function fileBelow(folder: string, rest: string): string {
	const file = normalize(rest);
	if (file === ".." || file.startsWith(`..${sep}`) || file.endsWith(sep))
		throw new CommandError(2, `${rest} cannot be a file in ${folder}`);
	return join(folder, file);
}

async function copy(
	client: AdminClient,
	from: string,
	to: string,
): Promise<void> {
	if (!isObject(from)) return void (await upload(client, from, readPlace(to)));
	const source = readPlace(from);
	if (isObject(to)) return copyObject(client, source, readPlace(to));
	await mkdir(dirname(to), { recursive: true });
	await download(client, source, to);
}

/** Copies an object with its metadata, tags, ACL and storage class. */
async function copyObject(
	client: AdminClient,
	from: Place,
	to: Place,
): Promise<void> {
	const facts = await readFacts(client, from);
	const { body } = await client.get(`${pathOf(from.bucket)}/content`, {
		key: from.key,
	});
	await client.sendJson("PUT", `${pathOf(to.bucket)}/content`, {
		query: { key: to.key },
		headers: headersOfObject(facts),
		body: body ?? new Uint8Array(),
	});
}
