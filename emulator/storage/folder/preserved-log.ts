/**
 * Preserves the write-ahead log of a database until an emulator has accepted its data folder.
 *
 * When its last connection is closed, SQLite moves the log into the database file and removes it. After a refusal the
 * log would be missing at the next start, or the log of another database would have overwritten this one. So a second
 * connection, which cannot write, stays open until the first one is closed.
 */
import {
	existsSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import Database from "better-sqlite3";
import type { Sqlite } from "../schema.ts";

export class PreservedLog {
	readonly #restoreIndex: () => void;
	#reader: Sqlite | undefined;

	/** Must be created before the database is opened. @param database the path of its file */
	constructor(database: string) {
		this.#restoreIndex = saveIndex(database);
		const log = statSync(`${database}-wal`, { throwIfNoEntry: false });
		// Only a writing connection can apply a rollback journal, which must be applied first.
		const isReadable = !existsSync(`${database}-journal`);
		if (existsSync(database) && log && log.size > 0 && isReadable)
			this.#reader = new Database(database, { readonly: true });
	}

	/** Calls the function with the database and its log, if there is a log. */
	inspect(look: (db: Sqlite) => void): void {
		if (this.#reader) look(this.#reader);
	}

	/** Must be called when the folder is accepted. */
	release(): void {
		this.#reader?.close();
		this.#reader = undefined;
	}

	/** Must be called when the folder is refused, and all other connections are closed. */
	restore(): void {
		if (!this.#reader) return;
		this.release();
		this.#restoreIndex();
	}
}

/**
 * A connection rewrites the index of the log for the part of the log that it can read. The next start would then take
 * this part for the whole log.
 *
 * @returns a function that puts back the present index, after all connections are closed
 */
export function saveIndex(database: string): () => void {
	const index = `${database}-shm`;
	const before = existsSync(index) ? readFileSync(index) : undefined;
	return () => {
		if (before) writeFileSync(index, before);
		else rmSync(index, { force: true });
	};
}
