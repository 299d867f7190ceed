import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../client.ts";
import { startWithAdmin } from "./admin.ts";

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** How far `time` is from the machine's own, in whole minutes. */
const minutesAhead = (time = ""): number =>
	Math.round((Date.parse(time) - Date.now()) / 60_000) + 0; // never -0

suite("The clock of the emulator", () => {
	test("goes with the real one until it is moved, and goes back", async (t) => {
		const { admin } = await startWithAdmin(t);
		const send = (change: object) =>
			admin.send("PUT", "/api/clock", {
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify(change),
			});
		assert.equal(minutesAhead((await admin.get("/api/clock")).json.now), 0);

		await send({ advance: DAY });
		const { now, aheadSeconds, frozen } = (await send({ advance: 60 })).json;
		assert.equal(minutesAhead(now), 24 * 60 + 1);
		assert.ok(Math.abs(aheadSeconds - DAY - 60) < 1, `${aheadSeconds}`);
		assert.equal(frozen, false);

		const put = await send({ now: "2030-01-31T08:00:00+08:00", frozen: true });
		assert.equal(put.json.now, "2030-01-31T00:00:00.000Z");
		assert.equal(put.json.frozen, true);
		assert.deepEqual(
			(await admin.get("/api/clock")).json.now,
			"2030-01-31T00:00:00.000Z",
		);

		const back = await admin.send("DELETE", "/api/clock");
		assert.deepEqual([back.json.frozen, back.json.aheadSeconds], [false, 0]);
	});

	for (const [what, change] of [
		["no moment", { now: "tomorrow" }],
		["a moment before there were computers", { now: "1969-01-01T00:00:00Z" }],
		["what is not a number", { advance: "1" }],
		["what it does not know", { forward: 1 }],
	] as const) {
		test(`is not moved by ${what}`, async (t) => {
			const { admin } = await startWithAdmin(t);
			const { status, json } = await admin.send("PUT", "/api/clock", {
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify(change),
			});
			assert.equal(`${status} ${json.error}`, "400 InvalidArgument");
			assert.equal(minutesAhead((await admin.get("/api/clock")).json.now), 0);
		});
	}

	test("is what signatures are held against, and what answers tell clients", async (t) => {
		const { admin, oss } = await startWithAdmin(t);
		await oss.put("/photos/cat", "meow");
		const move = (advance: number) =>
			admin.send("PUT", "/api/clock", {
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify({ advance }),
			});

		await move(14 * MINUTE);
		const within = await oss.put("/photos/dog", "woof");
		assert.equal(within.status, 200);
		assert.equal(minutesAhead(within.headers.date), 14);
		assert.match(within.headers["x-oss-server-time"] ?? "", /^\d{1,4}$/);
		const head = await oss.head("/photos/dog");
		assert.equal(minutesAhead(head.headers["last-modified"]), 14);
		const seconds = Number.parseInt(
			head.headers["x-oss-request-id"]?.slice(0, 8) ?? "",
			16,
		);
		assert.equal(
			minutesAhead(new Date(seconds * 1000).toISOString()),
			14,
			"the time that is in the request's id",
		);

		await move(2 * MINUTE);
		const late = await oss.get("/photos/cat");
		assert.match(refusal(late), /^403 RequestTimeTooSkewed 0002-00000504/);
		assert.equal(minutesAhead(late.headers.date), 16);
		assert.equal(minutesAhead(textsOf(late, "ServerTime")[0]), 16);
		await admin.send("DELETE", "/api/clock");
		assert.equal((await oss.get("/photos/cat")).text, "meow");
	});
});
