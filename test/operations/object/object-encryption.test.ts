import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, type Client, refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

const ALGORITHM = "x-oss-server-side-encryption";
const KEY_ID = `${ALGORITHM}-key-id`;
const DATA_ALGORITHM = "x-oss-server-side-data-encryption";

const encryptByDefault = (oss: Client, rule: string): Promise<Answer> =>
	oss.put(
		"/photos?encryption",
		`<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault>${rule}</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>`,
	);

const AES = "<SSEAlgorithm>AES256</SSEAlgorithm>";
const KMS_KEY =
	"<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>mine</KMSMasterKeyID><KMSDataEncryption>SM4</KMSDataEncryption>";

const encryptionOf = ({ headers }: Answer) => ({
	algorithm: headers[ALGORITHM],
	keyId: headers[KEY_ID],
	data: headers[DATA_ALGORITHM],
});

const NONE = { algorithm: undefined, keyId: undefined, data: undefined };
const BY_AES = { ...NONE, algorithm: "AES256" };

suite("The default encryption of a bucket", () => {
	test("applies to an object that is written without encryption headers", async (t) => {
		const { oss } = await startWithBucket(t);
		await encryptByDefault(oss, KMS_KEY);

		const put = await oss.put("/photos/cat", "meow");

		const expected = { algorithm: "KMS", keyId: "mine", data: "SM4" };
		assert.deepEqual(encryptionOf(put), expected);
		for (const read of [oss.head("/photos/cat"), oss.get("/photos/cat")])
			assert.deepEqual(encryptionOf(await read), expected);
	});

	test("is overridden by the encryption headers of the request", async (t) => {
		const { oss } = await startWithBucket(t);
		await encryptByDefault(oss, KMS_KEY);
		const put = await oss.put("/photos/cat", "meow", { [ALGORITHM]: "AES256" });
		assert.deepEqual(encryptionOf(put), BY_AES);
	});

	test("also applies to appended, copied and processed objects, and to uploads with all their parts", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/plain", "meow");
		await encryptByDefault(oss, AES);

		const append = await oss.post("/photos/log?append&position=0", "one");
		const more = await oss.post("/photos/log?append&position=3", "two");
		const copy = await oss.put("/photos/copy", "", {
			"x-oss-copy-source": "/photos/plain",
		});
		const begun = await oss.post("/photos/film?uploads");
		const [id = ""] = textsOf(begun, "UploadId");
		const part = `/photos/film?partNumber=1&uploadId=${id}`;
		const copied = await oss.put(part, "", {
			"x-oss-copy-source": "/photos/plain",
		});
		const sent = await oss.put(part, "meow");
		const whole = await oss.post(
			`/photos/film?uploadId=${id}`,
			`<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${sent.headers.etag}</ETag></Part></CompleteMultipartUpload>`,
		);

		for (const answer of [append, more, copy, begun, copied, sent, whole]) {
			assert.equal(answer.status, 200, answer.text);
			assert.deepEqual(encryptionOf(answer), BY_AES);
		}
	});

	test("does not apply to symbolic links, which have no content", async (t) => {
		const { oss } = await startWithBucket(t);
		await encryptByDefault(oss, AES);
		const link = await oss.put("/photos/link?symlink", "", {
			"x-oss-symlink-target": "cat",
		});
		assert.deepEqual(encryptionOf(link), NONE);
	});

	test("does not change existing objects if it is set or deleted", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/before", "meow");
		await encryptByDefault(oss, AES);
		await oss.put("/photos/under", "meow");
		await oss.delete("/photos?encryption");
		await oss.put("/photos/after", "meow");

		const found: string[] = [];
		for (const key of ["before", "under", "after"])
			found.push(
				(await oss.head(`/photos/${key}`)).headers[ALGORITHM] ?? "none",
			);
		assert.deepEqual(found, ["none", "AES256", "none"]);
	});
});

suite("An object's encryption", () => {
	test("by KMS without a key uses the key that OSS manages (A-650)", async (t) => {
		const { oss } = await startWithBucket(t);
		const put = await oss.put("/photos/cat", "meow", { [ALGORITHM]: "KMS" });
		assert.match(put.headers[KEY_ID] ?? "", /^[\da-f]{8}(-[\da-f]{4}){4}/);
		const other = await oss.put("/photos/dog", "woof", { [ALGORITHM]: "KMS" });
		assert.equal(other.headers[KEY_ID], put.headers[KEY_ID]);
	});

	test("accepts a key and a data algorithm only with KMS: py1's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		const more = { [DATA_ALGORITHM]: "SM4", [KEY_ID]: "mine" };
		const put = (headers: Record<string, string>): Promise<Answer> =>
			oss.put("/photos/cat", "meow", { ...headers, ...more });
		for (const algorithm of ["AES256", "SM4"])
			assert.deepEqual(encryptionOf(await put({ [ALGORITHM]: algorithm })), {
				...NONE,
				algorithm,
			});
		assert.deepEqual(encryptionOf(await put({})), NONE);
		const kms = await put({ [ALGORITHM]: "KMS" });
		assert.deepEqual(encryptionOf(kms), {
			algorithm: "KMS",
			keyId: "mine",
			data: "SM4",
		});
	});

	test("can be requested when an upload is initiated, but not by its parts or its completion: py1's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		const begun = await oss.post("/photos/film?uploads");
		const [id = ""] = textsOf(begun, "UploadId");
		const part = await oss.put(
			`/photos/film?partNumber=1&uploadId=${id}`,
			"meow",
			{ [ALGORITHM]: "KMS" },
		);
		assert.match(refusal(part), /^400 InvalidArgument /);
		const whole = await oss.post(`/photos/film?uploadId=${id}`, "", {
			[ALGORITHM]: "KMS",
			"x-oss-complete-all": "yes",
		});
		assert.match(refusal(whole), /^400 InvalidArgument /);
	});

	test("is not copied: oss2's test_copy_object", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow", { [ALGORITHM]: "KMS" });
		const copy = await oss.put("/photos/copy", "", {
			"x-oss-copy-source": "/photos/cat",
		});
		assert.deepEqual(encryptionOf(copy), NONE);
		assert.deepEqual(encryptionOf(await oss.head("/photos/copy")), NONE);
	});
});
