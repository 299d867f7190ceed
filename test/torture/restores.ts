/**
 * Kills an emulator while it restores a snapshot, or empties itself: afterwards it has the state before or the state
 * after, as a whole. The changes have so many rows that a worker makes them.
 */
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "../client.ts";
import { textsOf } from "../client.ts";
import { type Started, start } from "../storage/emulator-process.ts";
import { bytes, dice } from "../storage/stores.ts";
import type { KillOptions } from "./kills.ts";

const OBJECTS = 6000;
const BIG_OBJECTS = 20;
/** A little longer than a restore takes. */
const KILL_MS_MAX = 1000;

/** The objects of the bucket; undefined if it does not exist. */
type State = readonly string[] | undefined;

export async function killRestores(options: KillOptions): Promise<string> {
	const { seed, until, folder, undo } = options;
	const next = dice(seed);
	let emulator = await start(undo, folder, "--no-files");
	const full = await fill(emulator);
	let [kills, before] = [0, 0];
	let isFull: boolean = true;
	while (Date.now() < until) {
		const path: string = isFull ? "reset" : "snapshots/full/restore";
		const sent = emulator.admin
			.send("POST", `/api/${path}`, { as: null })
			.catch(() => undefined); // the emulator was killed
		await wait(next(KILL_MS_MAX));
		await emulator.stop("SIGKILL");
		const isAcknowledged = (await sent)?.status === 204;
		kills++;
		emulator = await start(undo, folder, "--no-files");
		const found = await read(emulator.oss);
		assert.deepEqual(found, found && full, `after ${path}`);
		const isDone: boolean = (found !== undefined) !== isFull;
		assert.ok(isDone || !isAcknowledged, `${path} is lost`);
		if (isDone) isFull = !isFull;
		else before++;
	}
	await emulator.stop("SIGTERM");
	assert.deepEqual(emulator.lines, [], "the log");
	return `${kills} kills, ${before} of them before the commit, 0 mixtures`;
}

async function fill({ oss, admin }: Started): Promise<readonly string[]> {
	await oss.put("/plain");
	for (let first = 0; first < OBJECTS; first += 100)
		await Promise.all(
			Array.from({ length: 100 }, (_, i) => oss.put(`/plain/${first + i}`, "")),
		);
	for (let i = 0; i < BIG_OBJECTS; i++)
		await oss.put(`/plain/big${i}`, bytes(100_000, i));
	await admin.send("PUT", "/api/snapshots/full", { as: null });
	return (await read(oss)) ?? assert.fail("there is no bucket");
}

/** Also reads the big objects, whose contents are files. */
async function read(oss: Client): Promise<State> {
	const keys: string[] = [];
	for (let marker = ""; ; marker = keys.at(-1) ?? "") {
		const page = await oss.get(`/plain?max-keys=1000&marker=${marker}`);
		if (page.status === 404) return undefined;
		keys.push(...textsOf(page, "Key"));
		if (!page.text.includes("<IsTruncated>true</IsTruncated>")) break;
	}
	for (let i = 0; keys.length > 0 && i < BIG_OBJECTS; i++) {
		const { body } = await oss.get(`/plain/big${i}`);
		assert.ok(body.equals(bytes(100_000, i)), `the object big${i}`);
	}
	return keys;
}
