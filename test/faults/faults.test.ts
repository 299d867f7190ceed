import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	FAULTS_MAX,
	type FaultRule,
	Faults,
} from "../../emulator/faults/faults.ts";
import { globOfPrefix, makeGlob } from "../../emulator/faults/glob.ts";

const PUT = {
	operation: "PutObject",
	bucket: "photos",
	key: "a/cat.jpg",
	account: "1",
};
const RULE: FaultRule = { operation: "PutObject", do: { status: 503 } };

/** @returns `x` for each request with a fault, `.` for each without */
function strike(faults: Faults, count: number, more = {}): string {
	const all = Array.from({ length: count }, () =>
		faults.takeForRequest({ ...PUT, ...more }) ? "x" : ".",
	);
	return all.join("");
}

const withRule = (more: Partial<FaultRule>): Faults => {
	const faults = new Faults();
	faults.add({ ...RULE, ...more });
	return faults;
};

suite("A rule affects", () => {
	const cases: readonly (readonly [string, Partial<FaultRule>, string])[] = [
		["every request that matches", {}, "xxxxxxxx"],
		["every request after the first two", { after: 2 }, "..xxxxxx"],
		["a limited number of requests", { times: 3 }, "xxx....."],
		["only the second request", { after: 1, times: 1 }, ".x......"],
		["every third request", { every: 3 }, "..x..x.."],
		[
			"every second request after the first, twice",
			{ after: 1, every: 2, times: 2 },
			"..x.x...",
		],
		["no request with probability 0", { probability: 0 }, "........"],
		["every request with probability 1", { probability: 1 }, "xxxxxxxx"],
	];
	for (const [what, rule, expected] of cases)
		test(what, () => assert.equal(strike(withRule(rule), 8), expected));

	test("the same requests for the same seed, at about the given probability", () => {
		const half = { probability: 0.5, seed: 7 };
		const first = strike(withRule(half), 1000);

		assert.equal(strike(withRule(half), 1000), first);
		assert.notEqual(strike(withRule({ ...half, seed: 8 }), 1000), first);
		const struck = first.replaceAll(".", "").length;
		assert.ok(struck > 400 && struck < 600, `${struck}`);
	});

	const others: readonly (readonly [string, Partial<FaultRule>])[] = [
		["operation", { operation: "GetObject" }],
		["bucket", { bucket: "photo" }],
		["key", { key: "b/*" }],
		["account", { account: "2" }],
		["callback", { operation: "callback", do: { callback: "refused" } }],
	];
	for (const [what, rule] of others)
		test(`no request of another ${what}`, () => {
			const faults = withRule(rule);
			assert.equal(strike(faults, 1), ".");
			assert.equal(faults.list()[0]?.seen, 0);
		});

	test("every operation, but no callback, with *", () => {
		const faults = withRule({ operation: "*" });
		assert.equal(strike(faults, 1, { operation: "ListBuckets" }), "x");
		assert.equal(
			faults.takeForCallback({
				...PUT,
				operation: "PutObject",
				requester: PUT.account,
				owner: "",
			}),
			undefined,
		);
	});
});

suite("With several rules", () => {
	test("the first matching rule decides; the others count the requests that it does not affect", () => {
		const faults = new Faults();
		faults.add({ ...RULE, after: 1, times: 1, do: { status: 503 } });
		faults.add({ ...RULE, times: 2, do: { status: 500 } });

		const statuses = Array.from(
			{ length: 4 },
			() => faults.takeForRequest(PUT)?.status,
		);

		assert.deepEqual(statuses, [500, 503, 500, undefined]);
		assert.deepEqual(
			faults.list().map(({ seen, struck }) => [seen, struck]),
			[
				[2, 1],
				[2, 2],
			],
		);
	});

	test("one fault, all faults, or all faults of an account can be removed", () => {
		const faults = new Faults();
		const first = faults.add(RULE);
		faults.add({ ...RULE, account: "1" });
		faults.add({ ...RULE, account: "2" });

		assert.ok(faults.remove(first?.id ?? ""));
		assert.ok(!faults.remove(first?.id ?? ""));
		assert.equal(faults.clear("1"), 1);
		assert.equal(strike(faults, 1), ".");
		assert.equal(faults.clear(), 1);
	});

	test("their number is limited, and used-up faults are dropped first", () => {
		const faults = new Faults();
		const spent = faults.add({ ...RULE, times: 1 });
		for (let i = 1; i < FAULTS_MAX; i++)
			faults.add({ ...RULE, bucket: "other" });
		strike(faults, 1);

		assert.ok(faults.add({ ...RULE, bucket: "other" }));
		assert.equal(faults.find(spent?.id ?? ""), undefined);
		assert.equal(faults.add(RULE), undefined);
	});
});

suite("A pattern of keys", () => {
	const cases: readonly (readonly [string, string, boolean])[] = [
		["a", "a", true],
		["a", "ab", false],
		["*", "", true],
		["*", "a/b/猫", true],
		["a*", "a/b", true],
		["*.jpg", "a.jpg.jpg", true],
		["*.jpg", "a.jpg.png", false],
		["a?c", "a猫c", true],
		["a?c", "a😀c", true],
		["a?c", "ac", false],
		["a*b*c", "axxbyyc", true],
		["a*b*c", "axxcyyb", false],
		["a\\*", "a*", true],
		["a\\*", "ab", false],
		["a\\", "a\\", true],
		["[a].+", "[a].+", true],
	];
	for (const [pattern, key, expected] of cases)
		test(`«${pattern}» ${expected ? "matches" : "does not match"} «${key}»`, () =>
			assert.equal(makeGlob(pattern)(key), expected));

	test("can be made from a prefix with any characters", () => {
		const glob = makeGlob(globOfPrefix("a*\\?"));
		assert.ok(glob("a*\\?b"));
		assert.ok(!glob("ab\\?b"));
	});

	test("is not slower with many asterisks", () => {
		const glob = makeGlob(`${"*a".repeat(500)}b`);
		assert.ok(!glob("a".repeat(1023)));
	});
});
