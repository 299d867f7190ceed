/**
 * Moves commits from SQLite's write-ahead log into the database, over a connection of its own: waiting for the disk is
 * no request's business.
 *
 * Most of it runs in parallel with the writer. The log begins anew only when it is empty, which a steady writer
 * never lets happen: the rest, a few pages, is moved while the writer waits.
 */
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";

if (!parentPort) throw new Error("this file is a worker's");
const port = parentPort;
const db = new Database(String(workerData), { fileMustExist: true });

port.on("message", (task: "checkpoint" | "close") => {
	if (task === "close") {
		db.close();
		port.close();
		return;
	}
	db.pragma("wal_checkpoint(PASSIVE)");
	db.pragma("wal_checkpoint(TRUNCATE)");
	port.postMessage("done");
});
