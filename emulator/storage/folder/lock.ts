/**
 * One emulator a data folder: the lock is a transaction in a database of its own, so it goes with the process, however
 * that ends.
 */
import { join } from "node:path";
import Database from "better-sqlite3";
import { StartError } from "../../oss/start-error.ts";

/**
 * @returns gives the folder free
 * @throws StartError when another process has it
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
				`the data folder ${folder} is used by another oss-emulator: stop it, or give another --data`,
			);
		}
		throw error;
	}
}
