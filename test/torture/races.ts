/** Simultaneous requests for one key: one succeeds if only one can, and readers receive one complete content. */
import assert from "node:assert/strict";
import type { Answer, Client } from "../client.ts";
import { start } from "../storage/emulator-process.ts";
import { bytes } from "../storage/stores.ts";
import type { KillOptions } from "./kills.ts";

const RIVALS = 8;

export async function race({
	seed,
	until,
	folder,
	undo,
}: KillOptions): Promise<string> {
	const { oss, stop } = await start(undo, folder, "--no-files");
	await oss.put("/plain");
	let races = 0;
	for (let round = seed % 1000; Date.now() < until; round++) {
		for (const one of [overwrite, create, append, complete, deleteAndPut])
			await one(oss, `/plain/${one.name}-${round}`, round);
		races += 5;
	}
	await stop("SIGTERM");
	return `${races} races, no wrong result`;
}

const rivals = <T>(run: (i: number) => Promise<T>): Promise<T[]> =>
	Promise.all(Array.from({ length: RIVALS }, (_, i) => run(i)));

const contentOf = (i: number, round: number): Buffer =>
	bytes(i % 2 === 0 ? 1000 + i : 200_000 + i, round * RIVALS + i);

const accepted = (answers: readonly Answer[]): number[] =>
	answers.flatMap(({ status }, i) => (status < 300 ? [i] : []));

async function overwrite(oss: Client, path: string, round: number) {
	const contents = Array.from({ length: RIVALS }, (_, i) =>
		contentOf(i, round),
	);
	await oss.put(path, contents[0]);
	const reading = rivals(() => oss.get(path));
	const writing = rivals((i) => oss.put(path, contents[i]));
	for (const { status, body } of [...(await reading), await oss.get(path)]) {
		assert.equal(status, 200, path);
		assert.ok(
			contents.some((content) => content.equals(body)),
			path,
		);
	}
	assert.equal(accepted(await writing).length, RIVALS, path);
}

async function create(oss: Client, path: string, round: number) {
	const answers = await rivals((i) =>
		oss.put(path, contentOf(i, round), { "x-oss-forbid-overwrite": "true" }),
	);
	const [winner = -1, ...others] = accepted(answers);
	assert.deepEqual(others, [], path);
	const { body } = await oss.get(path);
	assert.ok(body.equals(contentOf(winner, round)), path);
}

async function append(oss: Client, path: string, round: number) {
	const answers = await rivals((i) =>
		oss.post(`${path}?append&position=0`, contentOf(i, round)),
	);
	const [winner = -1, ...others] = accepted(answers);
	assert.deepEqual(others, [], path);
	const { body } = await oss.get(path);
	assert.ok(body.equals(contentOf(winner, round)), path);
}

async function complete(oss: Client, path: string, round: number) {
	const { text } = await oss.post(`${path}?uploads`);
	const [, id = ""] = /<UploadId>([^<]*)</.exec(text) ?? [];
	await oss.put(`${path}?partNumber=1&uploadId=${id}`, contentOf(1, round));
	const answers = await rivals(() =>
		oss.send("POST", `${path}?uploadId=${id}`, {
			headers: { "x-oss-complete-all": "yes" },
		}),
	);
	assert.equal(accepted(answers).length, 1, path);
	const { body } = await oss.get(path);
	assert.ok(body.equals(contentOf(1, round)), path);
}

async function deleteAndPut(oss: Client, path: string, round: number) {
	await rivals((i) =>
		i % 2 === 0 ? oss.put(path, contentOf(i, round)) : oss.delete(path),
	);
	const { status, body } = await oss.get(path);
	const possible = [0, 2, 4, 6].map((i) => contentOf(i, round));
	assert.ok(
		status === 404 || possible.some((content) => content.equals(body)),
		path,
	);
}
