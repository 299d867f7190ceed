/**
 * Moves commits from SQLite's write-ahead log into the database, over a separate connection, so that no request
 * waits for the disk.
 *
 * Moving runs in parallel with the writer. SQLite can restart the log only when all of it has been moved, which a
 * steady writer prevents: `empty` must be requested while writes pause.
 */
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";

/** `empty` also makes SQLite restart the log, unless it is still being read. */
export type CheckpointTask = "move" | "empty" | "close";

/** How long `empty` waits for readers of the log, each of which reads one object. */
const READERS_MS_MAX = 50;

if (!parentPort) throw new Error("this file must run in a worker");
const port = parentPort;
const db = new Database(String(workerData), {
	fileMustExist: true,
	timeout: READERS_MS_MAX,
});

type Result = {
	/** The number of pages in the log. */
	readonly log: number;
	/** The number of these pages that are in the database. */
	readonly checkpointed: number;
};

/** Never blocks the writer, not even while the disk writes. */
function move(): boolean {
	const [result] = db.pragma("wal_checkpoint(PASSIVE)") as Result[];
	return result !== undefined && result.log === result.checkpointed;
}

port.on("message", (task: CheckpointTask) => {
	if (task === "close") {
		db.close();
		port.close();
		return;
	}
	const isMoved = move();
	// Blocks the writer, but not for long: nothing remains to be written to the disk.
	if (isMoved && task === "empty") db.pragma("wal_checkpoint(TRUNCATE)");
	port.postMessage("done");
});
