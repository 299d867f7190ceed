import assert from "node:assert/strict";
import { test } from "node:test";
import { endOfTurn } from "../../emulator/server/batch-replies.ts";

test("A turn ends when all that has come in it has been looked at", async () => {
	const seen: string[] = [];
	const first = endOfTurn().then(() => seen.push("answered"));
	queueMicrotask(() => seen.push("looked at"));
	const second = endOfTurn().then(() => seen.push("answered"));

	await Promise.all([first, second]);
	assert.deepEqual(seen, ["looked at", "answered", "answered"]);

	const next = endOfTurn();
	queueMicrotask(() => seen.push("looked at"));
	await next;
	assert.equal(seen.at(-1), "looked at");
});
