import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Deliveries } from "../../emulator/storage/deliveries.ts";
import type { StoredDelivery } from "../../emulator/storage/rows/delivery-rows.ts";
import { openDatabase, type Sqlite } from "../../emulator/storage/schema.ts";
import { Transactions } from "../../emulator/storage/transactions.ts";

const PLENTY = { countMax: 1000, bytesMax: 1_000_000 };

const rethrow = (error: unknown): never => {
	throw error;
};

const makeDeliveries = (db: Sqlite, limits: typeof PLENTY): Deliveries =>
	new Deliveries(db, new Transactions(db), limits, rethrow);

function open(t: TestContext, limits = PLENTY): Deliveries {
	return openPausable(t, limits).deliveries;
}

function openPausable(
	t: TestContext,
	limits = PLENTY,
): { readonly deliveries: Deliveries; readonly pause: () => () => void } {
	const db = openDatabase(":memory:", false);
	const transactions = new Transactions(db);
	const deliveries = new Deliveries(db, transactions, limits, rethrow);
	t.after(() => {
		deliveries.close();
		db.close();
	});
	return {
		deliveries,
		pause: () => {
			const { promise, resolve } = Promise.withResolvers<void>();
			transactions.pauseUntil(promise);
			return resolve;
		},
	};
}

const make = (
	id: string,
	more: Partial<StoredDelivery> = {},
): StoredDelivery => ({
	id,
	account: "1",
	bucket: "photos",
	key: "cat.jpg",
	status: "succeeded",
	started: new Date("2026-01-31T12:00:00.000Z"),
	document: `{"id":"${id}"}`,
	...more,
});

const idsOf = (deliveries: readonly StoredDelivery[]): string[] =>
	deliveries.map(({ id }) => id);

suite("The record of deliveries", () => {
	test("returns a delivery unchanged as soon as it is saved", async (t) => {
		const deliveries = open(t);

		deliveries.save(make("1"));

		assert.deepEqual(await deliveries.find("1"), make("1"));
		assert.deepEqual(await deliveries.list({}, 10), [make("1")]);
	});

	test("stores the latest state of a delivery in its original position", async (t) => {
		const deliveries = open(t);
		deliveries.save(make("1", { status: "sending" }));
		deliveries.save(make("2"));
		await deliveries.list({}, 10); // waits until the record is written

		deliveries.save(make("1", { status: "failed", document: "later" }));

		const found = await deliveries.list({}, 10);
		assert.deepEqual(idsOf(found), ["2", "1"]);
		assert.deepEqual(
			found[1],
			make("1", { status: "failed", document: "later" }),
		);
	});

	test("returns the latest first, in pages", async (t) => {
		const deliveries = open(t);
		for (const id of ["1", "2", "3", "4", "5"]) deliveries.save(make(id));

		const first = idsOf(await deliveries.list({}, 2));
		const second = idsOf(await deliveries.list({}, 2, first.at(-1)));

		assert.deepEqual(
			[first, second],
			[
				["5", "4"],
				["3", "2"],
			],
		);
	});

	test("can be searched by bucket, key, status and time, and by all of them", async (t) => {
		const deliveries = open(t);
		const later = new Date("2026-01-31T13:00:00.000Z");
		deliveries.save(make("plain"));
		deliveries.save(make("bucket", { bucket: "music" }));
		deliveries.save(make("key", { key: "dog.jpg" }));
		deliveries.save(make("status", { status: "failed" }));
		deliveries.save(make("time", { started: later }));
		const find = async (filter: object): Promise<string[]> =>
			idsOf(await deliveries.list(filter, 10));

		assert.deepEqual(await find({ bucket: "music" }), ["bucket"]);
		assert.deepEqual(await find({ key: "dog.jpg" }), ["key"]);
		assert.deepEqual(await find({ statuses: ["failed", "sending"] }), [
			"status",
		]);
		assert.deepEqual(await find({ since: later }), ["time"]);
		assert.deepEqual(
			await find({
				bucket: "photos",
				key: "cat.jpg",
				statuses: ["succeeded"],
				since: later,
			}),
			["time"],
		);
	});

	test("removes the oldest deliveries if there are too many", async (t) => {
		const deliveries = open(t, { ...PLENTY, countMax: 3 });

		for (const id of ["1", "2", "3", "4", "5"]) {
			deliveries.save(make(id));
			await deliveries.find(id); // waits until the delivery is written
		}

		assert.deepEqual(idsOf(await deliveries.list({}, 10)), ["5", "4", "3"]);
	});

	test("removes the oldest deliveries if they take too many bytes, even if an existing one grows", async (t) => {
		const deliveries = open(t, { ...PLENTY, bytesMax: 3000 });
		const document = "x".repeat(1000);
		for (const id of ["1", "2", "3"]) deliveries.save(make(id, { document }));
		assert.equal((await deliveries.list({}, 10)).length, 3);

		deliveries.save(make("3", { document: document + document }));

		assert.deepEqual(idsOf(await deliveries.list({}, 10)), ["3", "2"]);
	});

	test("removes a delivery that exceeds the limit by itself", async (t) => {
		const deliveries = open(t, { ...PLENTY, bytesMax: 3000 });
		for (const id of ["1", "2"]) deliveries.save(make(id));
		await deliveries.list({}, 10); // waits until the record is written
		const document = "x".repeat(3001);

		deliveries.save(make("2", { document }));
		deliveries.save(make("3", { document }));

		assert.deepEqual(idsOf(await deliveries.list({}, 10)), ["1"]);
	});

	test("counts bytes of UTF-8, not characters", async (t) => {
		const deliveries = open(t, { ...PLENTY, bytesMax: 3000 });

		for (const id of ["1", "2"])
			deliveries.save(make(id, { document: "猫".repeat(600) }));

		assert.deepEqual(idsOf(await deliveries.list({}, 10)), ["2"]);
	});

	test("does not keep a delivery that is cleared while it waits for its commit", async (t) => {
		const { deliveries, pause } = openPausable(t);
		const resume = pause();

		const saved = deliveries.save(make("1", { status: "sending" }));
		await deliveries.clear();
		resume();
		await saved;
		await deliveries.save(make("1"));

		assert.deepEqual(await deliveries.list({}, 10), []);
	});

	test("removes cleared deliveries, including those in progress", async (t) => {
		const deliveries = open(t);
		deliveries.save(make("done"));
		deliveries.save(make("under way", { status: "sending" }));

		assert.equal(await deliveries.clear(), 2);
		deliveries.save(make("under way"));
		deliveries.save(make("new"));

		assert.deepEqual(idsOf(await deliveries.list({}, 10)), ["new"]);
	});
});

suite("Waiting for deliveries", () => {
	test("is answered with a delivery that had to wait for its commit", async (t) => {
		const { deliveries, pause } = openPausable(t);
		const resume = pause();

		const found = deliveries.wait({}, 1, 10, AbortSignal.timeout(60_000));
		deliveries.save(make("1"));
		await turn();
		resume();

		assert.deepEqual(idsOf(await found), ["1"]);
	});

	test("ends with the last of the required deliveries", async (t) => {
		const deliveries = open(t);
		deliveries.save(make("there"));
		const { signal } = new AbortController();

		const waiting = deliveries.wait({ key: "cat.jpg" }, 2, 10, signal);
		deliveries.save(make("other", { key: "dog.jpg" }));
		deliveries.save(make("awaited"));

		assert.deepEqual(idsOf(await waiting), ["awaited", "there"]);
	});

	test("counts existing deliveries", async (t) => {
		const deliveries = open(t);
		deliveries.save(make("there"));
		const { signal } = new AbortController();

		const found = await deliveries.wait({}, 1, 10, signal);

		assert.deepEqual(idsOf(found), ["there"]);
	});

	test("returns the existing deliveries after the timeout", async (t) => {
		const deliveries = open(t);
		deliveries.save(make("there"));
		const ending = new AbortController();

		const waiting = deliveries.wait({}, 2, 10, ending.signal);
		ending.abort();

		assert.deepEqual(idsOf(await waiting), ["there"]);
	});
});

suite("The record of deliveries on disk", () => {
	async function openFile(t: TestContext): Promise<() => [Sqlite, Deliveries]> {
		const folder = await mkdtemp(join(tmpdir(), "deliveries-"));
		t.after(() => rm(folder, { recursive: true }));
		return () => {
			const db = openDatabase(join(folder, "oss.db"), false);
			return [db, makeDeliveries(db, PLENTY)];
		};
	}

	test("exists after a restart; deliveries in progress are marked as interrupted", async (t) => {
		const reopen = await openFile(t);
		const [first, before] = reopen();
		before.save(make("done", { status: "failed" }));
		before.save(make("under way", { status: "sending" }));
		before.close();
		first.close();

		const [second, after] = reopen();
		t.after(() => second.close());

		const found = await after.list({}, 10);
		assert.deepEqual(
			found.map(({ id, status }) => [id, status]),
			[
				["under way", "interrupted"],
				["done", "failed"],
			],
		);
	});

	test("does not accept changes after it is closed: deliveries that end later remain interrupted", async (t) => {
		const reopen = await openFile(t);
		const [first, before] = reopen();
		before.save(make("late", { status: "sending" }));
		before.close();
		await before.save(make("late"));
		first.close();

		const [second, after] = reopen();
		t.after(() => second.close());

		const [late] = await after.list({}, 10);
		assert.equal(late?.status, "interrupted");
	});

	test("is limited together with the deliveries before the restart", async (t) => {
		const reopen = await openFile(t);
		const [first, before] = reopen();
		for (const id of ["1", "2"]) before.save(make(id));
		before.close();
		first.close();

		const [second] = reopen();
		const after = makeDeliveries(second, { ...PLENTY, countMax: 2 });
		t.after(() => second.close());
		after.save(make("3"));

		assert.deepEqual(idsOf(await after.list({}, 10)), ["3", "2"]);
	});
});
