/**
 * Data folders of killed emulators with a missing, truncated or changed file: either a start refuses them with one line
 * and exit code 2, or every object is complete or returns an error. After `oss-emulator check --repair` a start
 * succeeds.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	cpSync,
	existsSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "../client.ts";
import { LAUNCH, start } from "../storage/emulator-process.ts";
import { bytes, dice, filesIn } from "../storage/stores.ts";
import type { KillOptions } from "./kills.ts";

const OBJECTS = 60;
const sizeOf = (i: number): number => (i % 3 === 0 ? 100_000 + i : 2000 + i);

export async function damage(options: KillOptions): Promise<string> {
	const { seed, until, folder, undo } = options;
	const next = dice(seed);
	await makeKilled(folder, undo);
	let [refused, started, repaired] = [0, 0, 0];
	while (Date.now() < until) {
		const copy = `${folder}-copy`;
		rmSync(copy, { recursive: true, force: true });
		cpSync(folder, copy, { recursive: true });
		const what = spoil(copy, next);
		const { lines, oss, stop, code } = await tryToStart(copy);
		if (oss) {
			started++;
			await readAll(oss, what);
			await stop();
		} else {
			refused++;
			assert.equal(code, 2, what);
			assert.equal(lines.length, 1, `${what}: ${lines.join("\n")}`);
			repair(copy, what);
			const again = await tryToStart(copy);
			assert.ok(again.oss, `${what}: ${again.lines.join("\n")}`);
			await readAll(again.oss, what);
			await again.stop();
			repaired++;
		}
	}
	return `${refused} refused, ${repaired} of them repaired, ${started} started and complete`;
}

async function makeKilled(
	folder: string,
	undo: KillOptions["undo"],
): Promise<void> {
	const { oss, stop } = await start(undo, folder, "--no-files");
	await oss.put("/plain");
	for (let i = 0; i < OBJECTS; i++)
		await oss.put(`/plain/${i}`, bytes(sizeOf(i), i));
	await stop("SIGKILL");
}

/** Bytes are changed only in the log, because pages of the database and blobs have no checksums. */
function spoil(folder: string, next: (below: number) => number): string {
	const files = ["oss.db", "oss.db-wal", "oss.db-shm", "session"].map((name) =>
		join(folder, name),
	);
	const blobs = filesIn(join(folder, "blobs"));
	const all = [...files, ...blobs];
	const file =
		next(3) === 0 ? all[next(all.length)] : files[next(files.length)];
	assert.ok(file);
	const size = readFileSync(file).length;
	const isLog = file.endsWith("-wal");
	switch (next(isLog ? 3 : 2)) {
		case 0:
			rmSync(file);
			return `${file} removed`;
		case 1: {
			const left = next(size);
			truncateSync(file, left);
			return `${file} cut from ${size} to ${left}`;
		}
		default: {
			const content = readFileSync(file);
			const at = next(size);
			content[at] = (content[at] ?? 0) ^ (1 + next(255));
			writeFileSync(file, content);
			return `${file} changed at ${at} of ${size}`;
		}
	}
}

async function tryToStart(folder: string) {
	const words = "--port 0 --admin-port 0 --no-files --access-key id:secret";
	const child = spawn(
		process.execPath,
		[LAUNCH, "--data", folder, ...words.split(" ")],
		{ stdio: ["ignore", "pipe", "pipe"] },
	);
	const lines: string[] = [];
	createInterface(child.stderr).on("line", (line) => lines.push(line));
	const closed = once(child, "close");
	const ready = once(createInterface(child.stdout), "line");
	const [first] = await Promise.race([ready, closed]);
	const url = /OSS on (\S+),/.exec(String(first))?.[1];
	const oss = url ? new Client(url, { id: "id", secret: "secret" }) : undefined;
	const stop = async (): Promise<void> => {
		oss?.close();
		child.kill("SIGKILL");
		await closed;
	};
	return { lines, oss, stop, code: oss ? undefined : Number(first) };
}

/** Every response is correct; a request that reads a damaged page ends the emulator. */
async function readAll(oss: Client, what: string): Promise<void> {
	for (let i = 0; i < OBJECTS; i++) {
		try {
			const { status, body } = await oss.get(`/plain/${i}`);
			if (status === 200)
				assert.ok(body.equals(bytes(sizeOf(i), i)), `${what}: object ${i}`);
			else assert.ok([404, 500].includes(status), `${what}: ${status}`);
		} catch (error) {
			if (error instanceof assert.AssertionError) throw error;
			await wait(0); // the emulator has ended, or closed the connection
			return;
		}
	}
}

function repair(folder: string, what: string): void {
	const { status, stderr } = spawnSync(
		process.execPath,
		[LAUNCH, "check", folder, "--repair"],
		{ encoding: "utf8" },
	);
	assert.equal(status, existsSync(folder) ? 0 : 2, `${what}: ${stderr}`);
}
