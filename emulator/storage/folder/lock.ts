/**
 * Locks a data folder for one emulator: the lock is a transaction in a database of its own, so it is released when
 * the process ends, however that happens.
 */
import { join } from "node:path";
import Database from "better-sqlite3";
import { StartError } from "../../oss/start-error.ts";

/**
 * @returns a function that unlocks the folder
 * @throws StartError if another process has locked it
 */
export function lockFolder(folder: string): () => void {
	const db = new Database(join(folder, "lock"), { timeout: 0 });
	try {
		db.pragma("journal_mode = MEMORY");
		db.exec("BEGIN EXCLUSIVE");
		return () => db.close();
	} catch (error) {
		db.close();
		if (
			error instanceof Database.SqliteError &&
			error.code.startsWith("SQLITE_BUSY")
		) {
			throw new StartError(
				`the data folder ${folder} is used by another oss-emulator: stop it, or specify another folder with --data`,
			);
		}
		throw error;
	}
}
