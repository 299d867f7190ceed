/**
 * Kills an emulator repeatedly, also while it starts, while clients record their requests: nothing that was
 * acknowledged is lost, no object is incomplete, no blob is left over, and the plain copies are correct.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import Database from "better-sqlite3";
import type { Client } from "../client.ts";
import { LAUNCH, start } from "../storage/emulator-process.ts";
import { dice, filesIn } from "../storage/stores.ts";
import { Book } from "./book.ts";
import { Uploader } from "./uploader.ts";

const UPLOADERS = 6;
const ROUNDS_BETWEEN_STOPS = 5;

export type Undo = Pick<TestContext, "after">;

export type KillOptions = {
	readonly seed: number;
	readonly until: number;
	readonly folder: string;
	readonly undo: Undo;
	readonly flags?: readonly string[];
};

/** @returns a summary in one line */
export async function torture(options: KillOptions): Promise<string> {
	const { seed, until, folder, undo, flags = [] } = options;
	const next = dice(seed);
	const book = new Book();
	const url = await startApplicationServer(undo);
	const uploaders = Array.from(
		{ length: UPLOADERS },
		(_, i) => new Uploader(`w${i}`, book, dice(seed * 31 + i), `${url}/called`),
	);
	const begin = () => start(undo, folder, ...flags);
	let emulator = await begin();
	await makeBuckets(emulator.oss);
	let [kills, early, acknowledged] = [0, 0, 0];
	while (Date.now() < until) {
		const writing = uploaders.map((one) => one.run(emulator.oss));
		await wait(20 + next(400));
		await emulator.stop("SIGKILL");
		const counts = await Promise.all(writing);
		acknowledged += counts.reduce((sum, count) => sum + count, 0);
		kills++;
		if (next(4) === 0) {
			await killWhileStarting(folder, next(400), flags);
			early++;
		}
		emulator = await begin();
		await book.check(emulator.oss);
		await checkCallbacks(emulator.admin, book);
		if (kills % ROUNDS_BETWEEN_STOPS === 0) {
			await emulator.stop("SIGTERM");
			checkFolder(folder, book);
			emulator = await begin();
		}
		assert.deepEqual(emulator.lines, [], "the log");
	}
	await emulator.stop("SIGTERM");
	checkFolder(folder, book);
	return `${kills} kills, ${early} more while starting, ${acknowledged} acknowledged requests: 0 lost, 0 incomplete, 0 orphans`;
}

/**
 * Starts an application server, which does not verify signatures, because the emulator with the key may have ended.
 * @returns its URL
 */
async function startApplicationServer(undo: Undo): Promise<string> {
	const server = createServer((incoming, outgoing) => {
		incoming.resume().on("end", () => {
			const headers = { "content-type": "application/json" };
			outgoing.writeHead(200, { ...headers, "content-length": 2 }).end("{}");
		});
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	undo.after(() => {
		server.close();
		server.closeAllConnections();
	});
	const address = server.address();
	assert.ok(address && typeof address === "object");
	return `http://127.0.0.1:${address.port}`;
}

async function makeBuckets(oss: Client): Promise<void> {
	for (const bucket of ["plain", "history"])
		assert.equal((await oss.put(`/${bucket}`)).status, 200);
	const document =
		"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
	const { status } = await oss.put("/history?versioning", document);
	assert.equal(status, 200);
}

async function killWhileStarting(
	folder: string,
	afterMs: number,
	flags: readonly string[],
): Promise<void> {
	const words = ["--data", folder, "--port", "0", "--admin-port", "0"];
	const child = spawn(process.execPath, [LAUNCH, ...words, ...flags], {
		stdio: "ignore",
	});
	const exited = once(child, "exit");
	await wait(afterMs);
	child.kill("SIGKILL");
	await exited;
}

/** Asserts that each callback is recorded with the response that its uploader received. */
async function checkCallbacks(admin: Client, book: Book): Promise<void> {
	for (const [path, count] of book.callbacks) {
		const [, bucket = "", key = ""] = path.split("/");
		const query = `bucket=${bucket}&key=${key}&limit=1000`;
		const { text } = await admin.send("GET", `/api/callbacks?${query}`, {
			as: null,
		});
		const { callbacks } = JSON.parse(text);
		const succeeded = callbacks.filter(
			({ status }: { status: string }) => status === "succeeded",
		);
		const statuses = callbacks.map(({ status }: { status: string }) => status);
		assert.ok(
			succeeded.length >= count,
			`${path}: ${count} callbacks were answered, but these are recorded: ${statuses}`,
		);
	}
	book.callbacks.clear();
}

/** Checks the data folder of an emulator that has stopped normally. */
function checkFolder(folder: string, book: Book): void {
	const db = new Database(join(folder, "oss.db"), { readonly: true });
	const named = db
		.prepare<[], string>(
			"SELECT DISTINCT file FROM piece WHERE file IS NOT NULL",
		)
		.pluck()
		.all();
	db.close();
	const blobs = filesIn(join(folder, "blobs")).map((file) =>
		file.slice(file.lastIndexOf("/") + 1),
	);
	assert.deepEqual(blobs.sort(), named.sort(), "blobs and rows");
	assert.deepEqual(readdirSync(join(folder, "incoming")), [], "incoming");
	const files = join(folder, "files", "plain");
	assert.deepEqual(readdirSync(files).sort(), book.keysOf("plain"), "files");
	for (const key of book.keysOf("plain")) {
		const content = book.stateOf(`/plain/${key}`)?.content;
		assert.ok(content?.equals(readFileSync(join(files, key))), `files: ${key}`);
	}
}
