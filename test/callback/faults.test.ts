import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	FAULT_RULES_MAX,
	type FaultMatch,
	Faults,
} from "../../emulator/callback/faults.ts";
import { errorOf } from "./asking.ts";

const ANY = { skip: 0, times: 1 };
const PUT = {
	bucket: "photos",
	key: "a/cat.jpg",
	operation: "PutObject",
} as const;

const take = (faults: Faults, upload: Partial<typeof PUT> = {}): string =>
	faults.take({ ...PUT, ...upload })?.text ?? "none";

const takeMany = (faults: Faults, count: number): string[] =>
	Array.from({ length: count }, () => take(faults));

suite("The rules of faults", () => {
	test("are none at first", () => {
		assert.equal(take(new Faults()), "none");
	});

	test("spoil one upload, unless they say how many", () => {
		const faults = new Faults();
		faults.add({ ...ANY, fault: "refused", times: 2 });

		assert.deepEqual(takeMany(faults, 3), ["refused", "refused", "none"]);
		assert.deepEqual(faults.list(), []);
	});

	test("let some uploads pass first, and count what is left", () => {
		const faults = new Faults();
		faults.add({ fault: "refused", skip: 2, times: 5 });

		assert.deepEqual(takeMany(faults, 3), ["none", "none", "refused"]);
		const [rule] = faults.list();
		assert.equal(rule?.skip, 0);
		assert.equal(rule?.times, 4);
	});

	test("are looked through in the order in which they came", () => {
		const faults = new Faults();
		faults.add({ ...ANY, fault: "refused", skip: 1 });
		faults.add({ ...ANY, fault: "time-out", times: 3 });

		assert.deepEqual(takeMany(faults, 5), [
			...["time-out", "refused", "time-out", "time-out", "none"],
		]);
	});

	const misses: readonly (readonly [string, FaultMatch])[] = [
		["another bucket", { bucket: "photo" }],
		["another prefix", { prefix: "b/" }],
		["another operation", { operation: "PostObject" }],
	];
	for (const [what, match] of misses)
		test(`leave ${what} alone`, () => {
			const faults = new Faults();
			faults.add({ ...ANY, ...match, fault: "refused" });

			assert.equal(take(faults), "none");
			assert.equal(faults.list().length, 1);
		});

	test("fit when everything they name does", () => {
		const faults = new Faults();
		const match = { bucket: "photos", prefix: "a/", operation: "PutObject" };
		faults.add({ ...ANY, ...match, operation: "PutObject", fault: "refused" });

		assert.equal(take(faults, { key: "b" as "a/cat.jpg" }), "none");
		assert.equal(take(faults), "refused");
	});

	test("can be removed, one or all", () => {
		const faults = new Faults();
		const first = faults.add({ ...ANY, fault: "refused" });
		faults.add({ ...ANY, fault: "time-out" });
		faults.add({ ...ANY, fault: "not-json" });

		assert.ok(faults.remove(first?.id ?? ""));
		assert.ok(!faults.remove(first?.id ?? ""));
		assert.equal(take(faults), "time-out");
		assert.equal(faults.clear(), 1);
		assert.equal(take(faults), "none");
	});

	test("are so many and no more", () => {
		const faults = new Faults();
		for (let i = 0; i < FAULT_RULES_MAX; i++)
			faults.add({ ...ANY, fault: "refused" });

		assert.equal(faults.add({ ...ANY, fault: "refused" }), undefined);
		assert.equal(faults.list().length, FAULT_RULES_MAX);
	});

	test("are refused when they name no fault", async () => {
		const error = await errorOf(() =>
			new Faults().add({ ...ANY, fault: "meow" }),
		);

		assert.equal(error?.code, "InvalidArgument");
	});
});
