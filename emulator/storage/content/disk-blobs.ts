/**
 * Blobs as files: `<data>/blobs/ab/abcdef…-<size>`; blobs of older emulators have no size in their names.
 *
 * A blob is written in `<data>/incoming` and renamed when complete; rows that refer to it are committed after that.
 * After a crash there may be files that no row refers to, and the next start removes them.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { codeOf } from "../../oss/code-of.ts";
import { BlobReader } from "./blob-reader.ts";
import type { BlobStore, BlobWriter } from "./blobs.ts";
import { FileWriter } from "./file-writer.ts";

export class DiskBlobs implements BlobStore {
	readonly #data: string;
	readonly #folder: string;
	readonly #incoming: string;
	readonly #durable: boolean;
	readonly #removals = new Set<Promise<void>>();
	readonly #shards = new Set<string>();
	/** Blobs whose rows may not be committed yet while `sweep` looks for blobs without rows. */
	#fresh: Set<string> | null = new Set();
	#closed = false;
	readonly #report: (error: unknown) => void;

	/**
	 * @param durable whether a blob is on the disk, not only in the operating system's cache, when `finish` resolves
	 * @param report called if a file cannot be removed; the next start tries again
	 */
	constructor(
		data: string,
		durable: boolean,
		report: (error: unknown) => void,
	) {
		this.#data = data;
		this.#folder = join(data, "blobs");
		this.#incoming = join(data, "incoming");
		this.#durable = durable;
		this.#report = report;
		rmSync(this.#incoming, { recursive: true, force: true });
		mkdirSync(this.#incoming, { recursive: true });
		mkdirSync(this.#folder, { recursive: true });
	}

	async create(): Promise<BlobWriter> {
		const id = randomBytes(12).toString("hex");
		const incoming = join(this.#incoming, id);
		const file = await this.#withFolder([this.#incoming], () =>
			open(incoming, "wx"),
		);
		const writer = new FileWriter(file);
		let name = id;
		return {
			write: (chunk) => writer.write(chunk),
			finish: async () => {
				name = `${id}-${await writer.finish(this.#durable)}`;
				await this.#publish(incoming, name);
				return name;
			},
			abandon: async () => {
				await writer.abandon();
				await rm(incoming, { force: true });
				await rm(this.#path(name), { force: true });
			},
		};
	}

	async #publish(incoming: string, name: string): Promise<void> {
		const shard = join(this.#folder, name.slice(0, 2));
		const folders = [this.#folder, shard];
		if (!this.#shards.has(shard)) await this.#make(folders);
		this.#shards.add(shard);
		this.#fresh?.add(name);
		await this.#withFolder(folders, () => rename(incoming, this.#path(name)));
		if (this.#durable) await syncFolder(shard);
	}

	/** Runs `work` again if its folders were removed while the emulator was running. */
	async #withFolder<T>(
		folders: readonly string[],
		work: () => Promise<T>,
	): Promise<T> {
		try {
			return await work();
		} catch (error) {
			if (codeOf(error) !== "ENOENT") throw error;
			await this.#make(folders);
			return work();
		}
	}

	/** Never creates the data folder itself: a removed data folder ends the emulator. */
	async #make(folders: readonly string[]): Promise<void> {
		for (const folder of folders) {
			try {
				await mkdir(folder);
			} catch (error) {
				if (codeOf(error) === "EEXIST") continue;
				throw error;
			}
			if (this.#durable) await syncFolder(dirname(folder));
		}
	}

	read(name: string, first: number, last: number): Readable {
		return new BlobReader(this.#path(name), first, last);
	}

	sizeOf(name: string): number | undefined {
		return blobSize(this.#data, name);
	}

	remove(name: string): void {
		const removal = rm(this.#path(name), { force: true }).catch(this.#report);
		this.#removals.add(removal);
		void removal.finally(() => this.#removals.delete(removal));
	}

	async sweep(isNamed: (name: string) => boolean): Promise<void> {
		const entries = await readdir(this.#folder, { withFileTypes: true });
		for (const shard of entries.filter((entry) => entry.isDirectory())) {
			const names = await readdir(join(this.#folder, shard.name));
			if (this.#closed) return;
			for (const name of names) {
				if (!this.#fresh?.has(name) && !isNamed(name)) this.remove(name);
			}
		}
		this.#fresh = null;
	}

	async settled(): Promise<void> {
		await Promise.all(this.#removals);
	}

	async close(): Promise<void> {
		this.#closed = true;
		await this.settled();
	}

	#path(name: string): string {
		return blobPath(this.#data, name);
	}
}

/** @param data the data folder */
export const blobPath = (data: string, name: string): string =>
	join(data, "blobs", name.slice(0, 2), name);

/** The size in bytes; undefined for a missing blob. @param data the data folder */
export const blobSize = (data: string, name: string): number | undefined =>
	statSync(blobPath(data, name), { throwIfNoEntry: false })?.size;

/** @returns the size in the name of a blob; undefined for names of older emulators */
export function namedSize(name: string): number | undefined {
	const size = /-(\d+)$/.exec(name)?.[1];
	return size === undefined ? undefined : Number(size);
}

async function syncFolder(path: string): Promise<void> {
	const folder = await open(path, "r");
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}
