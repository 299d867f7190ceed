import assert from "node:assert/strict";
import { test } from "node:test";
import {
	BUCKET,
	isOssError,
	makeBucket,
	NOW,
	newObject,
	put,
	suiteOverBoth,
} from "./stores.ts";

suiteOverBoth("Buckets", (open) => {
	test("a bucket is read as it was created", async (t) => {
		const { store } = await open(t);

		const made = await store.buckets.create({
			name: "pictures",
			owner: "42",
			created: NOW,
			acl: "public-read",
			storageClass: "IA",
			redundancy: "ZRS",
			location: "oss-cn-beijing",
		});

		assert.deepEqual(made, {
			id: made.id,
			name: "pictures",
			owner: "42",
			created: NOW,
			acl: "public-read",
			storageClass: "IA",
			redundancy: "ZRS",
			location: "oss-cn-beijing",
			versioning: "",
		});
		assert.deepEqual(await store.buckets.get("pictures"), made);
		assert.deepEqual(await store.buckets.find("pictures"), made);
	});

	test("a missing bucket is NoSuchBucket", async (t) => {
		const { store } = await open(t);
		const missing = isOssError("NoSuchBucket", {
			status: 404,
			details: { BucketName: "missing" },
		});

		assert.equal(await store.buckets.find("missing"), undefined);
		await assert.rejects(store.buckets.get("missing"), missing);
		await assert.rejects(store.buckets.change("missing", {}), missing);
		await assert.rejects(store.buckets.delete("missing"), missing);
		await assert.rejects(store.objects.find("missing", "a"), missing);
		await assert.rejects(
			store.uploads.initiate(newObject("a", { bucket: "missing" }), false),
			missing,
		);
	});

	test("a name can be used only once", async (t) => {
		const { store } = await open(t);

		await assert.rejects(
			makeBucket(store, BUCKET),
			isOssError("BucketAlreadyExists", { status: 409 }),
		);
	});

	test("ACL and versioning can be changed without affecting other properties", async (t) => {
		const { store } = await open(t);
		const before = await store.buckets.get(BUCKET);

		await store.buckets.change(BUCKET, { acl: "public-read-write" });
		await store.buckets.change(BUCKET, { versioning: "Suspended" });

		assert.deepEqual(await store.buckets.get(BUCKET), {
			...before,
			acl: "public-read-write",
			versioning: "Suspended",
		});
	});

	test("only an empty bucket can be deleted; its name is then free, and its content is not restored", async (t) => {
		const { store } = await open(t, "Enabled");
		const { versionId } = await put(store, "a", "meow");
		const marker = await store.objects.delete(BUCKET, "a", undefined, NOW);
		const notEmpty = isOssError("BucketNotEmpty", {
			status: 409,
			details: { BucketName: BUCKET },
		});

		await assert.rejects(store.buckets.delete(BUCKET), notEmpty);
		await store.objects.delete(BUCKET, "a", versionId, NOW);
		await assert.rejects(store.buckets.delete(BUCKET), notEmpty);
		await store.objects.delete(BUCKET, "a", marker.versionId, NOW);
		await store.buckets.delete(BUCKET);

		assert.equal(await store.buckets.find(BUCKET), undefined);
		const again = await makeBucket(store, BUCKET);
		assert.equal(again.versioning, "");
	});

	test("buckets of an owner are listed by name, by prefix, after a marker", async (t) => {
		const { store } = await open(t);
		const names = ["b-1", "a-2", "b-3", "a-1", "b-2", "c-1"];
		for (const name of names) await makeBucket(store, name);
		const list = async (prefix: string, marker: string, owner?: string) => {
			const { owner: own } = await store.buckets.get(BUCKET);
			const found = await store.buckets.list(owner ?? own, prefix, marker);
			return found.map(({ name }) => name);
		};

		assert.deepEqual(await list("", ""), [...names, BUCKET].toSorted());
		assert.deepEqual(await list("b-", ""), ["b-1", "b-2", "b-3"]);
		assert.deepEqual(await list("b-", "b-1"), ["b-2", "b-3"]);
		assert.deepEqual(await list("b-", "a-9"), ["b-1", "b-2", "b-3"]);
		assert.deepEqual(await list("b-", "c"), []);
		assert.deepEqual(await list("", "", "another"), []);
	});
});
