/**
 * The worker that keeps `<data>/files` up to date: one task at a time, each answered when it is done.
 *
 * It reads and writes synchronously: no request waits for this thread, and it does not use the threads that write
 * uploads.
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { isDiskFullError } from "../folder/disk-space.ts";
import { type Attempt, PlainFolder } from "./plain-folder.ts";
import { PlainSource } from "./plain-source.ts";

/** What may have changed: an object, or a whole bucket if the key is ''. */
export type Change = readonly [bucket: string, key: string];

/** What may be outdated; or everything. */
export type PlainTask =
	| {
			readonly changes: readonly Change[];
			/** Whether only removals are allowed, because the disk is full. */
			readonly onlyRemove: boolean;
	  }
	| "all";

export type PlainAnswer = {
	/** The first object that could not be copied, and the reason. */
	readonly failures: readonly string[];
	/** Whether objects were not copied because the disk is full, or nearly full. */
	readonly isDiskFull: boolean;
};

const FAILURES_MAX = 10;

if (!parentPort) throw new Error("this file must run in a worker");
const port = parentPort;
const data = String(workerData);
const files = join(data, "files");
const source = PlainSource.open(join(data, "oss.db"));

// Linux has a priority for each thread; on other systems this would slow down the whole process. With 15, the copies
// get 3 % of a processor that a request needs too; with 19 they would fall behind on a machine that is always busy.
if (process.platform === "linux") setPriority(15);

port.on("message", (task: PlainTask) => {
	const failures: string[] = [];
	let isDiskFull = false;
	const all = task === "all" || !existsSync(files);
	if (all) attempt("everything", () => rebuild(attemptOne));
	else {
		const folder = new PlainFolder(files, data, source, attemptOne);
		for (const [bucket, key] of task.changes) {
			attempt(`${bucket}/${key}`, () => {
				if (task.onlyRemove) folder.removeIfDeleted(bucket, key);
				else if (key === "") folder.updateBucket(bucket);
				else folder.update(bucket, key);
			});
		}
	}
	port.postMessage({ failures, isDiskFull } satisfies PlainAnswer);

	function attempt(what: string, work: () => void): void {
		try {
			work();
		} catch (error) {
			if (isDiskFullError(error)) isDiskFull = true;
			else fail(what, error);
		}
	}

	/** An object whose content cannot be read does not prevent the copies of the others; a full disk does. */
	function attemptOne(what: string, work: () => void): void {
		try {
			work();
		} catch (error) {
			if (isDiskFullError(error)) throw error;
			fail(what, error);
		}
	}

	function fail(what: string, error: unknown): void {
		if (failures.length < FAILURES_MAX)
			failures.push(`no plain copy of ${what}: ${error}`);
	}
});

/** The new copies are made next to the old ones, which remain until then. */
function rebuild(attempt: Attempt): void {
	const fresh = join(data, "files.new");
	const old = join(data, "files.old");
	for (const folder of [fresh, old])
		rmSync(folder, { recursive: true, force: true });
	new PlainFolder(fresh, data, source, attempt).updateAll();
	if (existsSync(files)) renameSync(files, old);
	renameSync(fresh, files);
	rmSync(old, { recursive: true, force: true });
}
