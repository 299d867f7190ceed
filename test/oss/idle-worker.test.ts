import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, type TestContext, test } from "node:test";
import type { Worker } from "node:worker_threads";
import { IdleWorker } from "../../emulator/oss/idle-worker.ts";

type Echo = readonly [message: string, threadId: number];

function makeWorker(t: TestContext): IdleWorker<string, Echo> {
	const worker = new IdleWorker<string, Echo>("echo-worker", import.meta.url);
	t.after(() => worker.stop());
	return worker;
}

suite("A worker that ends when it is idle", () => {
	test("is used for several tasks, each with several messages", async (t) => {
		const worker = makeWorker(t);
		const [first, second] = await worker.run(async (ask) => [
			await ask("a"),
			await ask("b"),
		]);
		const third = await worker.run((ask) => ask("c"));

		assert.deepEqual([first[0], second[0], third[0]], ["a", "b", "c"]);
		assert.equal(new Set([first[1], second[1], third[1]]).size, 1);
	});

	for (const { message, error } of [
		{ message: "exit", error: /^Error: echo-worker has ended$/ },
		{ message: "throw", error: /^Error: thrown$/ },
	]) {
		test(`fails the task in which it ends (${message}), and is replaced for the next one`, async (t) => {
			const worker = makeWorker(t);
			const [, id] = await worker.run((ask) => ask("a"));

			await assert.rejects(
				worker.run((ask) => ask(message)),
				error,
			);

			const [text, next] = await worker.run((ask) => ask("b"));
			assert.equal(text, "b");
			assert.notEqual(next, id);
		});
	}

	test("fails a task that asks again after the worker has ended", async (t) => {
		const worker = makeWorker(t);
		const started = once(process, "worker");
		const task = worker.run(async (ask) => {
			await ask("a");
			const [thread]: Worker[] = await started;
			await thread?.terminate();
			return ask("b");
		});

		await assert.rejects(task, /echo-worker has ended/);
	});

	test("is replaced after it was stopped", async (t) => {
		const worker = makeWorker(t);
		const [, id] = await worker.run((ask) => ask("a"));
		await worker.stop();
		const [, next] = await worker.run((ask) => ask("a"));
		assert.notEqual(next, id);
	});
});
