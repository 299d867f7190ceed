import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { OssError } from "../../emulator/oss/errors.ts";
import {
	type FetchOutcome,
	FetchTasks,
} from "../../emulator/oss/fetch-tasks.ts";

const CONFIGURATION = {
	...{ Url: "http://a.example", Object: "cat", Host: "", ContentMD5: "" },
	...{ Callback: "", StorageClass: "", IgnoreSameKey: true },
};
const SUCCESS: FetchOutcome = { state: "Success", error: "" };

suite("Fetch tasks", () => {
	test("run eight at a time", async () => {
		const tasks = new FetchTasks();
		const ends: (() => void)[] = [];
		const end = Promise.withResolvers<void>();
		for (let i = 0; i < 20; i++)
			tasks.start("photos", CONFIGURATION, async () => {
				ends.push(end.resolve);
				await end.promise;
				return SUCCESS;
			});
		await Promise.resolve();
		await new Promise(setImmediate);
		assert.equal(ends.length, 8);
		end.resolve();
		await tasks.close();
		assert.equal(ends.length, 20);
	});

	test("are removed, the oldest first", async () => {
		const tasks = new FetchTasks(2);
		const ids: string[] = [];
		for (let i = 0; i < 3; i++) {
			ids.push(tasks.start("photos", CONFIGURATION, async () => SUCCESS));
			await new Promise(setImmediate);
		}
		const states = ids.map((id) => tasks.find("photos", id)?.state);
		assert.deepEqual(states, [undefined, "Success", "Success"]);
		assert.equal(tasks.find("album", ids[2] ?? ""), undefined);
		await tasks.close();
	});

	test("are refused if too many are pending (A-677)", async () => {
		const tasks = new FetchTasks(2);
		const start = () =>
			tasks.start("photos", CONFIGURATION, (signal) => {
				const { promise, resolve } = Promise.withResolvers<FetchOutcome>();
				const giveUp = () => resolve({ state: "Failed", error: "" });
				if (signal.aborted) giveUp();
				signal.addEventListener("abort", giveUp);
				return promise;
			});
		start();
		start();
		assert.throws(
			start,
			(error) => error instanceof OssError && error.code === "QpsLimitExceeded",
		);
		await tasks.close();
	});
});
