import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, refusal, sendRaw, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";
import { complete, completion, PART_BYTES, partsOf } from "../uploading.ts";

type Metadata = Readonly<Record<string, string>>;

const headersOf = (metadata: Metadata): Record<string, string> =>
	Object.fromEntries(
		Object.entries(metadata).map(([name, value]) => [
			`x-oss-meta-client-side-encryption-${name}`,
			value,
		]),
	);

/** The example on the EC pages: two complete parts and one of 16 bytes. */
const DATA_BYTES = 2 * PART_BYTES + 16;
const KEYS: Metadata = {
	key: "a+b/c==",
	start: "start",
	"cek-alg": "AES/CTR/NoPadding",
	"wrap-alg": "RSA/NONE/PKCS1Padding",
};
const SIZES: Metadata = {
	"data-size": String(DATA_BYTES),
	"part-size": String(PART_BYTES),
};
const WHOLE: Metadata = { ...KEYS, ...SIZES };

const without = (name: string): Metadata =>
	Object.fromEntries(Object.entries(WHOLE).filter(([one]) => one !== name));

const initiate = ({ oss }: TestEmulator, metadata: Metadata): Promise<Answer> =>
	oss.post("/photos/cat?uploads", "", headersOf(metadata));

async function begin(
	emulator: TestEmulator,
	metadata: Metadata = WHOLE,
): Promise<string> {
	const [id = ""] = textsOf(await initiate(emulator, metadata), "UploadId");
	return id;
}

const putPart = (
	{ oss }: TestEmulator,
	id: string,
	number: number,
	bytes: number,
	metadata: Metadata = WHOLE,
): Promise<Answer> =>
	oss.put(
		`/photos/cat?partNumber=${number}&uploadId=${id}`,
		Buffer.alloc(bytes),
		headersOf(metadata),
	);

const MISSING = "Miss some necessary client encryption meta parameters.";
const INVALID = "The client encryption meta data_size or part_size is invalid.";
const INCONSISTENT =
	"The client encryption meta is inconsistent with init_multipart setted.";

suite("The metadata of client-side encryption", () => {
	const bad: readonly (readonly [string, Metadata, string])[] = [
		...["key", "start", "cek-alg", "wrap-alg"].map(
			(name, index) =>
				[
					`without ${name}`,
					without(name),
					`0005-0000040${1 + index}: ${MISSING}`,
				] as const,
		),
		[
			"without the HMAC that rsa requires",
			{ ...WHOLE, "wrap-alg": "rsa" },
			`0005-00000405: ${MISSING}`,
		],
		["without data-size", without("data-size"), `0005-00000406: ${MISSING}`],
		["without part-size", without("part-size"), `0005-00000407: ${MISSING}`],
		[
			"with a data-size that is not an integer",
			{ ...WHOLE, "data-size": "9x5.2" },
			`0005-00000408: ${INVALID}`,
		],
		[
			"with a part-size that is not an integer",
			{ ...WHOLE, "part-size": "-16" },
			`0005-00000409: ${INVALID}`,
		],
		[
			"with more than 10,000 parts",
			{ ...WHOLE, "data-size": "200000", "part-size": "10" },
			"0005-00000410: The parts count calculated by client encryption meta is too large.",
		],
		[
			"with a part-size that is not a multiple of 16 (A-901)",
			{ ...WHOLE, "part-size": "102401" },
			`: ${INVALID}`,
		],
		[
			"with a part-size of zero (A-901)",
			{ ...WHOLE, "part-size": "0" },
			`: ${INVALID}`,
		],
	];
	for (const [what, metadata, expected] of bad)
		test(`refuses an upload ${what}`, async (t) => {
			const emulator = await startWithBucket(t);
			assert.equal(
				refusal(await initiate(emulator, metadata)),
				`400 InvalidEncryptionRequest ${expected}`,
			);
			const list = await emulator.oss.get("/photos?uploads");
			assert.deepEqual(textsOf(list, "UploadId"), []);
		});

	for (const [what, metadata] of [
		["all of it", WHOLE],
		[
			"all of it with the HMAC",
			{ ...WHOLE, "wrap-alg": "rsa", "magic-number-hmac": "h" },
		],
		["only both sizes, as on the EC pages", SIZES],
		["only matdesc", { matdesc: "{}" }],
	] as const)
		test(`can have ${what}`, async (t) => {
			const emulator = await startWithBucket(t);
			const initiated = await initiate(emulator, metadata);
			assert.equal(initiated.status, 200, initiated.text);
		});

	test("must be complete in PutObject, except for the sizes", async (t) => {
		const { oss } = await startWithBucket(t);
		const put = (metadata: Metadata) =>
			oss.put("/photos/cat", "meow", headersOf(metadata));
		for (const [index, name] of Object.keys(KEYS).entries()) {
			const { [name]: _, ...others } = KEYS;
			assert.equal(
				refusal(await put(others)),
				`400 InvalidEncryptionRequest 0005-0000040${1 + index}: ${MISSING}`,
			);
		}
		assert.equal((await oss.head("/photos/cat")).status, 404);
		assert.equal((await put(KEYS)).status, 200);
	});
});

suite("A part of a client-encrypted upload", () => {
	for (const [what, number, bytes, expected] of [
		[
			"smaller than announced",
			1,
			PART_BYTES - 16,
			"0005-00000419: The partSize must same with init_multipart setted except last part.",
		],
		[
			"larger than announced",
			2,
			PART_BYTES + 16,
			"0005-00000419: The partSize must same with init_multipart setted except last part.",
		],
		[
			"the last one, and changes the total size",
			3,
			15,
			"0005-00000420: The last partSize must same with init_multipart setted.",
		],
		[
			"beyond the announced number (A-901)",
			4,
			16,
			": The partId must less or equal to expectedPartNumber.",
		],
	] as const) {
		test(`is refused if it is ${what}`, async (t) => {
			const emulator = await startWithBucket(t);
			const id = await begin(emulator);
			assert.equal(
				refusal(await putPart(emulator, id, number, bytes)),
				`400 InvalidEncryptionRequest ${expected}`,
			);
			assert.deepEqual(await partsOf(emulator, id), []);
		});
	}

	test("must have the announced size even if it is sent in chunks", async (t) => {
		const emulator = await startWithBucket(t, "public-read-write");
		const id = await begin(emulator);
		for (const [number, bytes, status] of [
			[3, 15, 400],
			[3, 17, 400],
			[3, 16, 200],
		]) {
			const raw = await sendRaw(
				emulator.endpoint,
				`PUT /photos/cat?partNumber=${number}&uploadId=${id} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`,
				`${Number(bytes).toString(16)}\r\n${"x".repeat(Number(bytes))}\r\n0\r\n\r\n`,
			);
			assert.match(raw, new RegExp(`^HTTP/1.1 ${status} `));
		}
		assert.deepEqual(await partsOf(emulator, id), ["3 16"]);
	});

	for (const [index, name] of [
		"key",
		"start",
		"cek-alg",
		"wrap-alg",
		"magic-number-hmac",
		"data-size",
		"part-size",
	].entries())
		test(`is refused if its ${name} differs from that of the upload`, async (t) => {
			const emulator = await startWithBucket(t);
			const id = await begin(emulator);
			const other = { ...WHOLE, [name]: "32" };
			assert.equal(
				refusal(await putPart(emulator, id, 1, PART_BYTES, other)),
				`400 InvalidEncryptionRequest 0005-000004${12 + index}: ${INCONSISTENT}`,
			);
		});

	test("must repeat all of the metadata or omit all of it (A-901)", async (t) => {
		const emulator = await startWithBucket(t);
		const id = await begin(emulator);
		const put = (metadata: Metadata) =>
			putPart(emulator, id, 1, PART_BYTES, metadata);
		assert.equal((await put({})).status, 200);
		assert.equal(
			refusal(await put(without("start"))),
			`400 InvalidEncryptionRequest 0005-00000402: ${MISSING}`,
		);
		assert.equal(
			refusal(await put({ ...WHOLE, "data-size": "9x5.2" })),
			`400 InvalidEncryptionRequest 0005-00000408: ${INVALID}`,
		);
	});

	test("can be a copy of a plain object, but not of an encrypted one", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await oss.put("/photos/plain", Buffer.alloc(PART_BYTES));
		await oss.put("/photos/secret", Buffer.alloc(PART_BYTES), headersOf(KEYS));
		for (const metadata of [WHOLE, {}]) {
			const id = await begin(emulator, metadata);
			const copy = (source: string) =>
				oss.put(`/photos/cat?partNumber=1&uploadId=${id}`, "", {
					"x-oss-copy-source": source,
				});
			assert.equal((await copy("/photos/plain")).status, 200);
			assert.equal(
				refusal(await copy("/photos/secret")),
				"400 InvalidEncryptionRequest 0042-00000309: Client encryption doesn't support upload part copy.",
			);
		}
	});
});

suite("CompleteMultipartUpload of a client-encrypted upload", () => {
	const UNEXPECTED =
		"400 InvalidEncryptionRequest 0005-00000411: The client encryption part list is unexpected with init_multipart setted.";

	async function uploadAll(emulator: TestEmulator, count: number) {
		const id = await begin(emulator);
		const parts: (readonly [number, string])[] = [];
		for (let number = 1; number <= count; number++) {
			const bytes = number < 3 ? PART_BYTES : 16;
			const { headers } = await putPart(emulator, id, number, bytes);
			parts.push([number, headers.etag ?? ""]);
		}
		return { id, parts };
	}

	test("requires exactly the announced parts: cpp's CryptoObjectTest", async (t) => {
		const emulator = await startWithBucket(t);
		const { id, parts } = await uploadAll(emulator, 3);
		const [first, , third] = parts;
		assert.ok(first && third);
		for (const some of [
			parts.slice(0, 2),
			[first, third],
			[...parts, [8, first[1]] as const],
			[],
		])
			assert.equal(
				refusal(await complete(emulator, id, completion(some))),
				UNEXPECTED,
			);
		const done = await complete(emulator, id, completion(parts));
		assert.equal(done.status, 200, done.text);
		const { headers } = await emulator.oss.head("/photos/cat");
		assert.equal(headers["content-length"], `${DATA_BYTES}`);
	});

	test("counts the uploaded parts with x-oss-complete-all", async (t) => {
		const emulator = await startWithBucket(t);
		const all = { "x-oss-complete-all": "yes" };
		const { id } = await uploadAll(emulator, 2);
		assert.equal(refusal(await complete(emulator, id, "", all)), UNEXPECTED);
		await putPart(emulator, id, 3, 16);
		assert.equal((await complete(emulator, id, "", all)).status, 200);
	});

	test("refuses sizes that are not integers in its own headers", async (t) => {
		const emulator = await startWithBucket(t);
		const { id, parts } = await uploadAll(emulator, 3);
		const bad = headersOf({ "part-size": "x" });
		assert.equal(
			refusal(await complete(emulator, id, completion(parts), bad)),
			`400 InvalidEncryptionRequest 0005-00000409: ${INVALID}`,
		);
	});
});
