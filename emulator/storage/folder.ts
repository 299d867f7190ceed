/**
 * The data folder: taken by one emulator, opened, or refused in one line that says why.
 */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { codeOf } from "../oss/code-of.ts";
import { StartError } from "../oss/start-error.ts";
import { DiskBlobs } from "./content/disk-blobs.ts";
import { lockFolder } from "./lock.ts";
import { openDatabase, type Sqlite } from "./schema.ts";

export type OpenFolder = {
	readonly db: Sqlite;
	readonly blobs: DiskBlobs;
	/** Gives the folder free. */
	readonly unlock: () => void;
};

/** What goes with the data of the folder, when that cannot be opened. */
type Undo = () => void;

/** @throws StartError */
export function openFolder(
	folder: string,
	durable: boolean,
	report: (error: unknown) => void,
): OpenFolder {
	const undo: Undo[] = [];
	try {
		makeFolder(folder);
		const unlock = lockFolder(folder);
		undo.push(unlock);
		const db = openDatabase(join(folder, "oss.db"), durable);
		undo.push(() => db.close());
		return { db, blobs: new DiskBlobs(folder, durable, report), unlock };
	} catch (error) {
		for (const step of undo.reverse()) step();
		throw explain(folder, error);
	}
}

/** By hand: where nothing can be made, as in /proc, Node's `recursive` tries for ever. */
function makeFolder(folder: string): void {
	if (isFolder(folder)) return;
	const parent = dirname(folder);
	if (!existsSync(parent)) makeFolder(parent);
	try {
		mkdirSync(folder);
	} catch (error) {
		if (!isFolder(folder)) throw error; // another process may have made it
	}
}

const isFolder = (path: string): boolean =>
	statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** What the system or SQLite says no to has a code; all else is a bug of ours. */
function explain(folder: string, error: unknown): unknown {
	if (error instanceof StartError) return error;
	const code = codeOf(error);
	if (code === "") return error;
	return new StartError(
		`the data folder ${folder} cannot be used (${code}): give another with --data, or --memory`,
	);
}
