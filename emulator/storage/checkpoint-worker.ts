/**
 * Moves commits from SQLite's write-ahead log into the database, over a connection of its own, so that no request
 * waits for the disk.
 *
 * Moving runs in parallel with the writer. The log begins anew only when it is empty, which a steady writer prevents:
 * the last pages are moved while the writer waits. They are few if all the others were moved just before.
 */
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";

/** `empty` also makes the log begin anew. */
export type CheckpointTask = "move" | "empty" | "close";

if (!parentPort) throw new Error("this file is a worker's");
const port = parentPort;
const db = new Database(String(workerData), { fileMustExist: true });

port.on("message", (task: CheckpointTask) => {
	if (task === "close") {
		db.close();
		port.close();
		return;
	}
	db.pragma("wal_checkpoint(PASSIVE)");
	if (task === "empty") {
		db.pragma("wal_checkpoint(PASSIVE)"); // commits made during the first checkpoint
		db.pragma("wal_checkpoint(TRUNCATE)");
	}
	port.postMessage("done");
});
