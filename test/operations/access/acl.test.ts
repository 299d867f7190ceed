import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";

suite("Bucket ACL", () => {
	test("can be set and read", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const acl of ["public-read-write", "public-read", "private"]) {
			const put = await oss.put("/photos?acl", "", { "x-oss-acl": acl });
			assert.equal(put.status, 200);
			assert.equal(put.headers.location, "/photos");
			assert.equal(
				(await oss.get("/photos?acl")).text,
				`<?xml version="1.0" encoding="UTF-8"?>
<AccessControlPolicy>
  <Owner>
    <ID>1000000000000001</ID>
    <DisplayName>1000000000000001</DisplayName>
  </Owner>
  <AccessControlList>
    <Grant>${acl}</Grant>
  </AccessControlList>
</AccessControlPolicy>
`,
			);
		}
	});

	test("is one of three words", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const acl of ["default", "", "PRIVATE", "public", "__proto__"]) {
			const answer = await oss.put("/photos?acl", "", { "x-oss-acl": acl });
			assert.equal(
				refusal(answer),
				"400 InvalidArgument 0015-00000204: no such bucket access control exists",
				acl,
			);
			assert.deepEqual(textsOf(answer, "ArgumentName"), ["x-oss-acl"]);
			assert.deepEqual(textsOf(answer, "ArgumentValue"), [acl]);
		}
	});

	test("is unchanged by a request without an ACL: java1's suite", async (t) => {
		const { oss } = await startWithBucket(t, "public-read");
		assert.equal((await oss.put("/photos?acl")).status, 200);
		assert.deepEqual(textsOf(await oss.get("/photos?acl"), "Grant"), [
			"public-read",
		]);
	});
});

suite("Object ACL", () => {
	test("is inherited from the bucket until it is set", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		const grant = async (): Promise<string[]> =>
			textsOf(await oss.get("/photos/cat?acl"), "Grant");
		assert.deepEqual(await grant(), ["default"]);
		for (const acl of ["public-read", "public-read-write", "private"]) {
			await oss.put("/photos/cat?acl", "", { "x-oss-object-acl": acl });
			assert.deepEqual(await grant(), [acl]);
		}
	});

	test("can be set by an upload, and is removed by the next one", async (t) => {
		const { oss } = await startWithBucket(t);
		const headers = { "x-oss-object-acl": "public-read" };
		await oss.put("/photos/cat", "meow", headers);
		assert.equal((await oss.get("/photos/cat", { as: null })).text, "meow");
		await oss.put("/photos/cat", "purr");
		assert.equal((await oss.get("/photos/cat", { as: null })).status, 403);
	});

	test("is the bucket's if the header is empty: java1's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		const headers = { "x-oss-object-acl": "" };
		assert.equal((await oss.put("/photos/cat", "", headers)).status, 200);
		assert.deepEqual(textsOf(await oss.get("/photos/cat?acl"), "Grant"), [
			"default",
		]);
		const put = await oss.put("/photos/cat?acl", "", headers);
		assert.match(refusal(put), /^400 MissingArgument/);
	});

	test("is one of four words, in every operation that sets it", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		const headers = { "x-oss-object-acl": "public" };
		for (const answer of [
			await oss.put("/photos/cat?acl", "", headers),
			await oss.put("/photos/dog", "woof", headers),
			await oss.post("/photos/dog?append&position=0", "woof", headers),
			await oss.post("/photos/dog?uploads", "", headers),
			await oss.put("/photos/dog", "", {
				...headers,
				"x-oss-copy-source": "/photos/cat",
			}),
		])
			assert.equal(
				refusal(answer),
				"400 InvalidArgument 0017-00000104: no such object access control exists",
			);
		assert.equal((await oss.get("/photos/dog")).status, 404);
	});

	test("of a missing object is NoSuchKey", async (t) => {
		const { oss } = await startWithBucket(t);
		const headers = { "x-oss-object-acl": "private" };
		const refused = [
			await oss.get("/photos/none?acl"),
			await oss.put("/photos/none?acl", "", headers),
		];
		for (const answer of refused)
			assert.match(refusal(answer), /^404 NoSuchKey 0026-00000001/);
	});

	test("does not change content and metadata", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow", { "x-oss-meta-a": "b" });
		const before = await oss.get("/photos/cat");
		await oss.put("/photos/cat?acl", "", { "x-oss-object-acl": "private" });
		const after = await oss.get("/photos/cat");
		assert.equal(after.text, "meow");
		assert.equal(after.headers["x-oss-meta-a"], "b");
		assert.equal(after.headers.etag, before.headers.etag);
	});
});

/** The statuses of an anonymous read, write, delete and list. */
async function stranger(
	{ oss }: TestEmulator,
	key = "cat",
): Promise<readonly number[]> {
	const as = null;
	const answers = [
		await oss.get(`/photos/${key}`, { as }),
		await oss.head(`/photos/${key}`, { as }),
		await oss.send("PUT", `/photos/${key}`, { as, body: "purr" }),
		await oss.delete(`/photos/${key}`, { as }),
		await oss.get("/photos", { as }),
		await oss.get("/photos?acl", { as }),
	];
	return answers.map(({ status }) => status);
}

suite("An anonymous caller", () => {
	const cases = [
		["private", undefined, [403, 403, 403, 403, 403, 403]],
		["public-read", undefined, [200, 200, 403, 403, 403, 403]],
		["public-read-write", undefined, [200, 200, 200, 204, 403, 403]],
		["private", "public-read", [200, 200, 403, 403, 403, 403]],
		// An anonymous upload has the bucket's ACL, and the uploader cannot delete it.
		["private", "public-read-write", [200, 200, 200, 403, 403, 403]],
		["public-read-write", "private", [403, 403, 403, 403, 403, 403]],
		["public-read-write", "public-read", [200, 200, 403, 403, 403, 403]],
		["public-read", "default", [200, 200, 403, 403, 403, 403]],
	] as const;
	for (const [bucketAcl, objectAcl, expected] of cases) {
		test(`of a ${bucketAcl} bucket with a ${objectAcl ?? "plain"} object`, async (t) => {
			const emulator = await startWithBucket(t, bucketAcl);
			const headers = objectAcl ? { "x-oss-object-acl": objectAcl } : {};
			await emulator.oss.put("/photos/cat", "meow", headers);
			assert.deepEqual(await stranger(emulator), expected);
		});
	}

	test("receives the reason, with recorded messages", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/own", "meow", { "x-oss-object-acl": "private" });
		await oss.put("/photos/cat", "meow");
		const as = null;
		assert.equal(
			refusal(await oss.get("/photos/cat", { as })),
			"403 AccessDenied 0003-00000001: You have no right to access this object because of bucket acl.",
		);
		assert.equal(
			refusal(await oss.get("/photos/own", { as })),
			"403 AccessDenied 0003-00000005: You do not have read permission on this object.",
		);
		assert.equal(
			refusal(await oss.delete("/photos/own", { as })),
			"403 AccessDenied 0003-00000006: You do not have write permission on this object.",
		);
		assert.equal(
			refusal(await oss.get("/photos", { as })),
			"403 AccessDenied 0003-00000905: AccessDenied",
		);
	});

	test("cannot list buckets, even if they are public (A-11)", async (t) => {
		const { oss } = await startWithBucket(t, "public-read-write");
		for (const target of ["/photos", "/photos?list-type=2", "/photos?uploads"])
			assert.equal(
				refusal(await oss.get(target, { as: null })),
				"403 AccessDenied 0003-00000905: AccessDenied",
			);
	});

	test("can upload in parts to a public-read-write bucket", async (t) => {
		const { oss } = await startWithBucket(t, "public-read-write");
		const as = null;
		const initiated = await oss.send("POST", "/photos/cat?uploads", { as });
		const [uploadId] = textsOf(initiated, "UploadId");
		const put = await oss.send(
			"PUT",
			`/photos/cat?partNumber=1&uploadId=${uploadId}`,
			{ as, body: "meow" },
		);
		assert.equal(put.status, 200);
		const completed = await oss.send(
			"POST",
			`/photos/cat?uploadId=${uploadId}`,
			{
				as,
				headers: { "x-oss-complete-all": "yes" },
			},
		);
		assert.equal(completed.status, 200, completed.text);
		assert.equal((await oss.get("/photos/cat", { as })).text, "meow");
	});

	test("cannot copy an object that it is not allowed to read", async (t) => {
		const { oss } = await startWithBucket(t, "private");
		await oss.put("/open", "", { "x-oss-acl": "public-read-write" });
		await oss.put("/photos/cat", "meow");
		const copied = await oss.send("PUT", "/open/cat", {
			as: null,
			headers: { "x-oss-copy-source": "/photos/cat" },
		});
		assert.match(refusal(copied), /^403 AccessDenied 0003-00000001/);
		assert.equal((await oss.get("/open/cat")).status, 404);
	});
});
