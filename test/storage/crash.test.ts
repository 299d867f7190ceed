import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { suite, test } from "node:test";
import { INLINE_BYTES_MAX } from "../../emulator/storage/content/receive.ts";
import { expectedTree, tree } from "./plain-files.ts";
import {
	assertBytes,
	BUCKET,
	blobFiles,
	bytes,
	makeFolder,
	openStore,
	read,
} from "./stores.ts";

const ROUNDS = 3;
const ACKNOWLEDGED_BEFORE_KILL = 40;

suite("An emulator that is killed", () => {
	test("has all acknowledged objects completely after a restart, and no other content", async (t) => {
		const folder = makeFolder(t);
		/** The possible contents of a key: the last acknowledged upload, or one that began after it. */
		const possible = new Map<string, readonly Upload[]>();

		for (let round = 0; round < ROUNDS; round++) {
			await uploadUntilKilled(folder, round * 1000, possible);

			const store = await openStore(t, { folder, files: true });
			let big = 0;
			for (const [key, uploads] of possible) {
				const content = await read(store, key);
				const found = uploads.filter(({ size }) => size === content?.length);
				const [upload = assert.fail(`${key} is lost`)] = found;
				if (upload.size !== undefined)
					assertBytes(content, bytes(upload.size, upload.i));
				if ((upload.size ?? 0) > INLINE_BYTES_MAX) big++;
			}
			const all = { prefix: "", delimiter: "", after: "", max: 1000 };
			const { entries } = await store.objects.list(BUCKET, all);
			for (const { key } of entries) assert.ok(possible.has(key), key);
			assert.equal((await blobFiles({ store, folder })).length, big);
			const files = tree(join(folder, "files"));
			assert.deepEqual(files, await expectedTree(store));
			await store.close();
		}
	});
});

type Upload = {
	/** @returns the bytes; undefined if the object does not exist */
	readonly size: number | undefined;
	readonly i: number;
};

async function uploadUntilKilled(
	folder: string,
	generation: number,
	possible: Map<string, readonly Upload[]>,
): Promise<void> {
	const child = spawn(
		process.execPath,
		[
			join(import.meta.dirname, "uploading-process.ts"),
			folder,
			"upload",
			String(generation),
		],
		{ stdio: ["ignore", "pipe", "inherit"] },
	);
	const exited = once(child, "exit");
	let acknowledged = 0;
	for await (const line of createInterface(child.stdout)) {
		const [word, key = "", size, i] = line.split(" ");
		const upload = { size: Number(size), i: Number(i) };
		const before = possible.get(key) ?? [{ size: undefined, i: -1 }];
		if (word === "begun") possible.set(key, [...before, upload]);
		if (word === "acknowledged") {
			possible.set(key, [upload]);
			acknowledged++;
			if (acknowledged === ACKNOWLEDGED_BEFORE_KILL) child.kill("SIGKILL");
		}
	}
	await exited;
}
