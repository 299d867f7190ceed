import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, type Client, refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

const set = (oss: Client, status: "Enabled" | "Suspended"): Promise<Answer> =>
	oss.put(
		"/photos?versioning",
		`<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`,
	);

const idOf = ({ headers }: Answer): string | undefined =>
	headers["x-oss-version-id"];

/** A valid version id that does not exist. */
const UNKNOWN = "CAEQ".padEnd(64, "x");

const TAGS =
	"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";

/** All operations that read or change one version; for a copy, `versionId` is that of the source. */
const OPERATIONS: Readonly<
	Record<string, (oss: Client, versionId?: string) => Promise<Answer>>
> = {
	GetObject: (oss, id) => oss.get(`/photos/cat${ofId("?", id)}`),
	HeadObject: (oss, id) => oss.head(`/photos/cat${ofId("?", id)}`),
	GetObjectMeta: (oss, id) =>
		oss.head(`/photos/cat?objectMeta${ofId("&", id)}`),
	GetObjectACL: (oss, id) => oss.get(`/photos/cat?acl${ofId("&", id)}`),
	PutObjectACL: (oss, id) =>
		oss.put(`/photos/cat?acl${ofId("&", id)}`, "", {
			"x-oss-object-acl": "private",
		}),
	GetObjectTagging: (oss, id) => oss.get(`/photos/cat?tagging${ofId("&", id)}`),
	PutObjectTagging: (oss, id) =>
		oss.put(`/photos/cat?tagging${ofId("&", id)}`, TAGS),
	DeleteObjectTagging: (oss, id) =>
		oss.delete(`/photos/cat?tagging${ofId("&", id)}`),
	CopyObject: (oss, id) =>
		oss.put("/photos/copy", "", {
			"x-oss-copy-source": `/photos/cat${ofId("?", id)}`,
		}),
	UploadPartCopy: async (oss, id) => {
		const begun = await oss.post("/photos/film?uploads");
		const [uploadId] = textsOf(begun, "UploadId");
		return oss.put(`/photos/film?partNumber=1&uploadId=${uploadId}`, "", {
			"x-oss-copy-source": `/photos/cat${ofId("?", id)}`,
		});
	},
};

const COPIES = new Set(["CopyObject", "UploadPartCopy"]);

const ofId = (mark: string, versionId: string | undefined): string =>
	versionId === undefined ? "" : `${mark}versionId=${versionId}`;

suite("In a bucket with versioning", () => {
	for (const [name, operation] of Object.entries(OPERATIONS)) {
		test(`${name} handles old versions, delete markers, and invalid version ids`, async (t) => {
			const { oss } = await startWithBucket(t);
			await set(oss, "Enabled");
			const old = idOf(await oss.put("/photos/cat", "old"));
			const newer = idOf(await oss.put("/photos/cat", "newer"));
			const named = (answer: Answer): string | undefined =>
				COPIES.has(name)
					? answer.headers["x-oss-copy-source-version-id"]
					: idOf(answer);

			for (const [versionId, expected] of [
				[old, old],
				[undefined, newer],
			] as const) {
				const answer = await operation(oss, versionId);
				assert.ok(answer.status < 300, refusal(answer));
				assert.equal(named(answer), expected);
			}

			const marker = idOf(await oss.delete("/photos/cat"));
			const current = await operation(oss);
			assert.match(refusal(current), /^404 NoSuchKey 0026-00000001:/);
			assert.equal(current.headers["x-oss-delete-marker"], "true");
			assert.equal(idOf(current), marker);

			const atMarker = await operation(oss, marker);
			if (COPIES.has(name))
				assert.match(refusal(atMarker), /^400 InvalidArgument /);
			else {
				assert.match(refusal(atMarker), /^405 MethodNotAllowed 0003-00000016:/);
				assert.equal(atMarker.headers.allow, "DELETE");
			}

			assert.match(
				refusal(await operation(oss, UNKNOWN)),
				/^404 NoSuchVersion /,
			);
			assert.equal(
				refusal(await operation(oss, "234")),
				"400 InvalidArgument : Invalid version id specified.",
			);
			assert.match(
				refusal(await operation(oss, "")),
				/^400 InvalidArgument [\d-]*: Version id can not be the empty string\.$/,
			);
		});
	}

	test("the error for a delete marker names the method of the request", async (t) => {
		const { oss } = await startWithBucket(t);
		await set(oss, "Enabled");
		const target = `/photos/cat?versionId=${idOf(await oss.delete("/photos/cat"))}`;
		const acl = { "x-oss-object-acl": "private" };
		const errorOfHead = (await oss.head(target)).headers["x-oss-err"] ?? "";
		for (const [method, error] of [
			["GET", (await oss.get(target)).text],
			["HEAD", Buffer.from(errorOfHead, "base64").toString()],
			["PUT", (await oss.put(`${target}&acl`, "", acl)).text],
			["POST", (await oss.post(`${target}&restore`)).text],
			["DELETE", (await oss.delete(`${target}&tagging`)).text],
		] as const)
			assert.match(error, new RegExp(`<Method>${method}</Method>`));
	});

	test("an id consists of 64 letters, digits and punctuation marks, or is the word null (A-653)", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const id of ["x".repeat(63), "x".repeat(65), "/".repeat(64), "Null"])
			assert.match(
				refusal(await oss.get(`/photos/cat?versionId=${id}`)),
				/^400 InvalidArgument /,
				id,
			);
	});

	test("every write creates a version, and returns its id", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/source", "meow");
		await set(oss, "Enabled");
		const begun = await oss.post("/photos/cat?uploads");
		const [uploadId] = textsOf(begun, "UploadId");
		const answers = [
			await oss.put("/photos/cat", "meow"),
			await oss.put("/photos/cat", "", {
				"x-oss-copy-source": "/photos/source",
			}),
			await oss.put("/photos/cat?symlink", "", {
				"x-oss-symlink-target": "source",
			}),
			await oss.post(
				`/photos/cat?uploadId=${uploadId}`,
				"<CompleteMultipartUpload></CompleteMultipartUpload>",
			),
		];
		const ids = answers.map((answer) => idOf(answer) ?? "");
		for (const id of ids) assert.match(id, /^CAEQ.{60}$/);
		const list = await oss.get("/photos?versions&prefix=cat");
		assert.deepEqual(textsOf(list, "VersionId"), ids.toReversed());
	});

	test("only the null version is written and deleted while versioning is suspended", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "before");
		await set(oss, "Enabled");
		const kept = idOf(await oss.put("/photos/cat", "kept"));
		await set(oss, "Suspended");

		assert.equal(idOf(await oss.put("/photos/cat", "after")), "null");
		assert.equal((await oss.get("/photos/cat?versionId=null")).text, "after");
		assert.equal((await oss.get(`/photos/cat?versionId=${kept}`)).text, "kept");

		const deleted = await oss.delete("/photos/cat");
		assert.equal(deleted.headers["x-oss-delete-marker"], "true");
		assert.equal(idOf(deleted), "null");
		const list = await oss.get("/photos?versions");
		assert.deepEqual(textsOf(list, "VersionId"), ["null", kept]);
		assert.match(
			list.text,
			/<DeleteMarker>\s*<Key>cat<\/Key>\s*<VersionId>null</,
		);
	});

	test("deleting a marker makes the previous version current again", async (t) => {
		const { oss } = await startWithBucket(t);
		await set(oss, "Enabled");
		const first = idOf(await oss.put("/photos/cat", "meow"));
		const marker = idOf(await oss.delete("/photos/cat"));

		const deleted = await oss.delete(`/photos/cat?versionId=${marker}`);

		assert.equal(deleted.headers["x-oss-delete-marker"], "true");
		assert.equal(idOf(deleted), marker);
		assert.equal(idOf(await oss.head("/photos/cat")), first);
		const unknown = await oss.delete(`/photos/cat?versionId=${UNKNOWN}`);
		assert.equal(unknown.status, 204);
	});

	test("DeleteMultipleObjects returns delete markers, and deletes no object if an id is invalid", async (t) => {
		const { oss } = await startWithBucket(t);
		await set(oss, "Enabled");
		const first = idOf(await oss.put("/photos/cat", "meow"));
		const remove = (...objects: string[]): Promise<Answer> =>
			oss.post(
				"/photos?delete",
				`<Delete>${objects.map((one) => `<Object><Key>cat</Key>${one}</Object>`).join("")}</Delete>`,
			);

		const made = await remove("");
		const [marker = ""] = textsOf(made, "DeleteMarkerVersionId");
		assert.deepEqual(textsOf(made, "DeleteMarker"), ["true"]);

		const of = (id: string | undefined) => `<VersionId>${id}</VersionId>`;
		assert.match(
			refusal(await remove(of(first), of("234"))),
			/^400 InvalidArgument : Invalid version id specified\./,
		);
		const both = await remove(of(marker), of(first));
		assert.deepEqual(textsOf(both, "VersionId"), [marker, first]);
		assert.deepEqual(textsOf(both, "DeleteMarkerVersionId"), [marker]);
		assert.deepEqual(
			textsOf(await oss.get("/photos?versions"), "VersionId"),
			[],
		);
	});
});

suite("In a bucket that never had versioning", () => {
	test("no response has a version id, although the object's is null: go2's TestDeleteObject", async (t) => {
		const { oss } = await startWithBucket(t);
		const put = await oss.put("/photos/cat", "meow");
		const read = await oss.get("/photos/cat?versionId=null");
		const unknown = await oss.get(`/photos/cat?versionId=${UNKNOWN}`);
		const deleted = await oss.delete("/photos/cat?versionId=null");
		assert.equal(read.text, "meow");
		assert.match(refusal(unknown), /^404 NoSuchKey /);
		assert.equal(deleted.status, 204);
		for (const answer of [put, read, unknown, deleted])
			assert.equal(idOf(answer), undefined);
		assert.equal((await oss.get("/photos/cat")).status, 404);
	});

	test("a link can be deleted by a request with `symlink`: py1's test_put_symlink_with_version", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/link?symlink", "", {
			"x-oss-symlink-target": "cat",
		});
		assert.equal((await oss.delete("/photos/link?symlink")).status, 204);
		assert.equal((await oss.get("/photos/link?symlink")).status, 404);
	});
});
