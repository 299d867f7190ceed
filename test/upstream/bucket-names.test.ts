import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readBucketNames } from "../../emulator/upstream/bucket-names.ts";

suite("Buckets that a gateway can access", () => {
	test("have a local name or their name in the cloud", () => {
		const names = readBucketNames(["photos=my-real-photos", "videos"]);
		assert.equal(names.findReal("photos"), "my-real-photos");
		assert.equal(names.findReal("videos"), "videos");
		assert.equal(names.findReal("my-real-photos"), undefined);
		assert.equal(names.findReal("others"), undefined);
		assert.equal(names.toLocal("my-real-photos"), "photos");
		assert.equal(names.toLocal("others"), "others");
		assert.deepEqual(names.local, ["photos", "videos"]);
	});

	test("are all buckets of the account with *, each under only one name", () => {
		const names = readBucketNames(["photos=my-real-photos", "*"]);
		assert.equal(names.findReal("others"), "others");
		assert.equal(names.findReal("photos"), "my-real-photos");
		assert.equal(names.findReal("my-real-photos"), undefined);
	});

	const refused = [
		[[], /--upstream needs --upstream-bucket/],
		[["a=b=c"], /must be NAME, LOCAL=REAL or \*/],
		[["Photos"], /with names of buckets, not Photos$/],
		[["photos="], /with names of buckets, not photos=$/],
		[["photos=../x"], /with names of buckets/],
		[["photos", "photos=real"], /names photos more than once/],
		[["one-x=real", "two-x=real"], /names real more than once/],
	] as const;
	for (const [items, expected] of refused)
		test(`cannot be «${items.join(",")}»`, () => {
			assert.throws(() => readBucketNames(items), expected);
		});
});
