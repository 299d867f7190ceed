/**
 * Reads the content of `<data>/files`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import {
	nameNextToFolder,
	plainNames,
} from "../../emulator/storage/plain-files/plain-names.ts";
import type { Store } from "../../emulator/storage/store.ts";
import { drain } from "./stores.ts";

/** The paths below `folder`: those of folders end in a slash, those of files have the content as latin1. */
export function tree(folder: string): Record<string, string> {
	const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
	const found = entries.map((entry) => {
		const path = join(entry.parentPath, entry.name);
		const name = relative(folder, path);
		return entry.isDirectory()
			? ([`${name}/`, ""] as const)
			: ([name, readFileSync(path, "latin1")] as const);
	});
	return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The expected copies of all current objects, which do not depend on earlier changes. */
export async function expectedTree(
	store: Store,
): Promise<Record<string, string>> {
	const found = new Map<string, string>();
	for (const { name: bucket } of await store.buckets.all()) {
		found.set(`${bucket}/`, "");
		const query = { prefix: "", delimiter: "", after: "", max: 100_000 };
		const { entries } = await store.objects.list(bucket, query);
		const keys = entries.map(({ key }) => key);
		for (const { key, size } of entries) {
			const [file = "", ...folders] = [bucket, ...plainNames(key)].reverse();
			folders.reverse();
			for (let depth = 1; depth <= folders.length; depth++)
				found.set(`${folders.slice(0, depth).join("/")}/`, "");
			if (key.endsWith("/") && size === 0) continue;
			const isBeside = keys.some((other) => other.startsWith(`${key}/`));
			const name = isBeside ? nameNextToFolder(file) : file;
			const opened = await store.objects.open(bucket, key);
			const content = await drain(opened?.content.read() ?? Buffer.alloc(0));
			found.set([...folders, name].join("/"), content.toString("latin1"));
		}
	}
	return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
