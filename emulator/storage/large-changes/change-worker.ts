/**
 * Performs changes of many rows, each over a connection of its own, so that no request waits for SQLite while it
 * empties a table or commits a long transaction.
 */
import { parentPort } from "node:worker_threads";
import { codeOf } from "../../oss/code-of.ts";
import { openDatabase, type Sqlite } from "../schema.ts";
import { type LargeChange, perform } from "./change.ts";

export type ChangeTask = {
	/** The path of the database. */
	readonly path: string;
	readonly durable: boolean;
	readonly change: LargeChange;
};

export type ChangeResult =
	/** Files whose last piece may have been removed: their names, separated by line feeds, in latin1. */
	| { readonly files: Uint8Array<ArrayBuffer> }
	| { readonly failed: string; readonly code: string };

if (!parentPort) throw new Error("this file must run in a worker");
const port = parentPort;

port.on("message", (task: ChangeTask) => {
	try {
		const files = run(task);
		port.postMessage({ files } satisfies ChangeResult, [files.buffer]);
	} catch (error) {
		port.postMessage({
			failed: String(error),
			code: codeOf(error),
		} satisfies ChangeResult);
	}
});

function run({ path, durable, change }: ChangeTask): Uint8Array<ArrayBuffer> {
	const db = openDatabase(path, durable);
	// The main thread's checkpoints move the log's pages into the database.
	db.pragma("wal_autocheckpoint = 0");
	const names = commit(db, change).join("\n");
	db.close();
	const files = new Uint8Array(names.length);
	Buffer.from(files.buffer).write(names, "latin1");
	return files;
}

function commit(db: Sqlite, change: LargeChange): string[] {
	db.exec("BEGIN IMMEDIATE");
	try {
		const steps = perform(db, change);
		for (;;) {
			const { done, value } = steps.next();
			if (!done) continue;
			db.exec("COMMIT");
			return value;
		}
	} catch (error) {
		db.close();
		throw error;
	}
}
