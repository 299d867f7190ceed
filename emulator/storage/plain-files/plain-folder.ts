/**
 * The folder of plain copies, `<root>/<bucket>/<key>`: updates one file or folder at a time to the current object.
 *
 * The result depends on the current objects, not on the changes: regardless of the order and number of the changes,
 * every file is correct after the last change. If there are objects `a` and `a/…`, the folder is named `a`.
 */
import {
	lstatSync,
	mkdirSync,
	renameSync,
	rmdirSync,
	rmSync,
	unlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { codeOf } from "../../oss/code-of.ts";
import { writeContent } from "./plain-content.ts";
import { nameNextToFolder, plainName, plainNames } from "./plain-names.ts";
import type { PlainObject, PlainSource } from "./plain-source.ts";

export type Attempt = (what: string, work: () => void) => void;

export class PlainFolder {
	readonly #root: string;
	readonly #data: string;
	readonly #source: PlainSource;
	/** Files are written here and then renamed, so that no reader sees an incomplete file. */
	readonly #unfinished: string;
	readonly #attempt: Attempt;

	/**
	 * @param data the data folder; `root` is below it
	 * @param attempt runs the update of one object of a bucket; if it catches an error, the other objects follow
	 */
	constructor(
		root: string,
		data: string,
		source: PlainSource,
		attempt: Attempt = (_, update) => update(),
	) {
		this.#root = root;
		this.#attempt = attempt;
		this.#data = data;
		this.#source = source;
		this.#unfinished = join(data, "files.unfinished");
	}

	updateAll(): void {
		mkdirSync(this.#root);
		for (const bucket of this.#source.buckets()) this.updateBucket(bucket);
	}

	/** Updates a whole bucket, which may have been deleted, or replaced by another bucket of the same name. */
	updateBucket(bucket: string): void {
		const folder = join(this.#root, plainName(bucket));
		rmSync(folder, { recursive: true, force: true });
		if (!this.#source.hasBucket(bucket)) return;
		mkdirSync(folder);
		for (const key of this.#source.keys(bucket))
			this.#attempt(`${bucket}/${key}`, () => this.update(bucket, key));
	}

	update(bucket: string, key: string): void {
		const object = this.#source.find(bucket, key);
		if (object) this.#put(bucket, key, object);
		else this.#remove(bucket, key);
	}

	/** Does only the removals of `update`, or of `updateBucket` for the key ''. */
	removeIfDeleted(bucket: string, key: string): void {
		if (key !== "") {
			if (!this.#source.find(bucket, key)) this.#remove(bucket, key);
		} else if (!this.#source.hasBucket(bucket)) this.updateBucket(bucket);
	}

	#put(bucket: string, key: string, object: PlainObject): void {
		const file = this.#file(bucket, key);
		this.#makeFolders(bucket, key);
		if (isFolder(key, object)) {
			this.#removeFiles(bucket, key);
			return;
		}
		// A link would be followed, and the file that it names overwritten.
		const found = lstatSync(this.#unfinished, { throwIfNoEntry: false });
		if (found?.isSymbolicLink()) unlinkSync(this.#unfinished);
		if (!writeContent(this.#unfinished, object, this.#source, this.#data))
			return;
		const [target, other] = this.#source.hasObjectsBelow(bucket, key)
			? [nameNextToFolder(file), file]
			: [file, nameNextToFolder(file)];
		if (kindOf(target) === "folder") rmSync(target, { recursive: true });
		renameSync(this.#unfinished, target);
		if (kindOf(other) === "file") unlinkSync(other);
	}

	/** A folder in the key may still be the file of an object of that name, or of a deleted object. */
	#makeFolders(bucket: string, key: string): void {
		const folder = dirname(this.#file(bucket, key));
		if (kindOf(folder) === "folder") return;
		for (const above of keysAbove(key)) {
			const file = this.#file(bucket, above);
			if (kindOf(file) !== "file") continue;
			if (this.#source.find(bucket, above))
				renameSync(file, nameNextToFolder(file));
			else unlinkSync(file);
		}
		mkdirSync(folder, { recursive: true });
	}

	#remove(bucket: string, key: string): void {
		this.#removeFiles(bucket, key);
		for (const above of keysAbove(key).reverse()) {
			const folder = this.#file(bucket, above);
			if (this.#source.find(bucket, `${above}/`)) return;
			if (!removeIfEmpty(folder)) return;
			const nextToFolder = nameNextToFolder(folder);
			if (kindOf(nextToFolder) === "file") renameSync(nextToFolder, folder);
		}
	}

	#removeFiles(bucket: string, key: string): void {
		const file = this.#file(bucket, key);
		for (const each of [file, nameNextToFolder(file)])
			if (kindOf(each) === "file") unlinkSync(each);
	}

	#file(bucket: string, key: string): string {
		return join(this.#root, plainName(bucket), ...plainNames(key));
	}
}

/** The parent folders of a key: `a` and `a/b` of `a/b/c`. */
const keysAbove = (key: string): string[] =>
	[...key.matchAll(/\//g)].map(({ index }) => key.slice(0, index));

/** An empty object that clients create to show a folder; its parent folder already shows it. */
const isFolder = (key: string, { size }: PlainObject): boolean =>
	key.endsWith("/") && size === 0;

function kindOf(path: string): "file" | "folder" | "nothing" {
	try {
		const found = lstatSync(path, { throwIfNoEntry: false });
		if (!found) return "nothing";
		return found.isDirectory() ? "folder" : "file";
	} catch (error) {
		if (codeOf(error) === "ENOTDIR") return "nothing"; // its parent is a file
		throw error;
	}
}

/** @returns whether the path is free of folders */
function removeIfEmpty(folder: string): boolean {
	const kind = kindOf(folder);
	if (kind !== "folder") return kind === "nothing";
	try {
		rmdirSync(folder);
		return true;
	} catch (error) {
		if (["ENOTEMPTY", "EEXIST"].includes(codeOf(error))) return false;
		throw error;
	}
}
