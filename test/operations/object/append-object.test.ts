import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, refusal, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";

const append = (
	{ oss }: TestEmulator,
	position: number | string,
	body: string | Buffer,
	headers: Record<string, string> = {},
): Promise<Answer> =>
	oss.post(`/photos/log?append&position=${position}`, body, headers);

const NOT_EQUAL =
	"409 PositionNotEqualToLength 0026-00000016: Position is not equal to file length";

suite("AppendObject", () => {
	test("creates an object, and appends at its end", async (t) => {
		const emulator = await startWithBucket(t);
		// The CRC-64 of the whole object, from the SDKs' tests of combining CRCs.
		const first = await append(emulator, 0, "123456789");
		assert.equal(first.status, 200);
		assert.equal(first.headers["x-oss-next-append-position"], "9");
		assert.equal(first.headers["x-oss-hash-crc64ecma"], "11051210869376104954");
		const second = await append(
			emulator,
			9,
			"This is a test of the emergency broadcast system.",
		);
		assert.equal(second.headers["x-oss-next-append-position"], "58");
		assert.equal(second.headers["x-oss-hash-crc64ecma"], "7672622622872733320");

		for (const { headers } of [first, second]) {
			assert.match(headers.etag ?? "", /^"[0-9A-F]{24}00000000"$/);
			assert.equal(headers["content-md5"], undefined);
		}
		assert.notEqual(first.headers.etag, second.headers.etag);
		const { text, headers } = await emulator.oss.get("/photos/log");
		assert.equal(
			text,
			"123456789This is a test of the emergency broadcast system.",
		);
		assert.equal(headers["x-oss-object-type"], "Appendable");
		assert.equal(headers["x-oss-next-append-position"], "58");
		assert.equal(headers["x-oss-hash-crc64ecma"], "7672622622872733320");
		assert.equal(headers.etag, second.headers.etag);
	});

	test("at another position is PositionNotEqualToLength with the next position, as oss2 requires", async (t) => {
		const emulator = await startWithBucket(t);
		const early = await append(emulator, 1, "x");
		assert.equal(refusal(early), NOT_EQUAL);
		assert.equal(early.headers["x-oss-next-append-position"], "0");
		assert.equal((await emulator.oss.get("/photos/log")).status, 404);

		await append(emulator, 0, "one");
		for (const position of [0, 2, 4, 999_999_999_999_999]) {
			const refused = await append(emulator, position, "x");
			assert.equal(refusal(refused), NOT_EQUAL);
			assert.equal(refused.headers["x-oss-next-append-position"], "3");
		}
		assert.equal((await emulator.oss.get("/photos/log")).text, "one");
	});

	test("requires a position that is a number", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(
			refusal(await oss.post("/photos/log?append", "x")),
			"400 MissingArgument 0016-00000501: Missing Some Required Arguments.",
		);
		for (const position of ["", "-1", "x", "1.5", "0x0", "1e1", "9".repeat(30)])
			assert.match(
				refusal(await oss.post(`/photos/log?append&position=${position}`, "x")),
				/^400 InvalidArgument 0016-00000502/,
			);
	});

	test("cannot name a version; the code is a guess (A-965)", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const versionId of ["", "null"])
			assert.match(
				refusal(
					await oss.post(
						`/photos/log?append&position=0&versionId=${versionId}`,
						"x",
					),
				),
				/^400 InvalidArgument 0016-00000504:/,
			);
	});

	test("with an empty body does not change an existing object, or creates an empty one", async (t) => {
		const emulator = await startWithBucket(t);
		const first = await append(emulator, 0, "");
		assert.equal(first.status, 200);
		assert.equal(first.headers["x-oss-next-append-position"], "0");
		assert.equal(first.headers["x-oss-hash-crc64ecma"], "0");
		const head = await emulator.oss.head("/photos/log");
		assert.equal(head.headers["x-oss-object-type"], "Appendable");

		const one = await append(emulator, 0, "one");
		const again = await append(emulator, 3, "");
		assert.equal(again.headers.etag, one.headers.etag);
		assert.equal((await emulator.oss.get("/photos/log")).text, "one");
	});

	test("to an object of another type is ObjectNotAppendable", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await oss.put("/photos/log", "one");
		assert.equal(
			refusal(await append(emulator, 3, "x")),
			"409 ObjectNotAppendable 0026-00000017: The object is not appendable",
		);
		await oss.put("/photos/log?symlink", "", { "x-oss-symlink-target": "a" });
		assert.match(
			refusal(await append(emulator, 0, "x")),
			/^409 ObjectNotAppendable/,
		);
	});

	test("starts at 0 again after the object is put or deleted", async (t) => {
		const emulator = await startWithBucket(t);
		await append(emulator, 0, "one");
		await emulator.oss.delete("/photos/log");
		assert.equal((await append(emulator, 0, "two")).status, 200);
		assert.equal((await emulator.oss.get("/photos/log")).text, "two");
		await emulator.oss.put("/photos/log", "three");
		assert.equal((await append(emulator, 5, "x")).status, 409);
	});

	test("stores the metadata of the first append, and ignores that of later appends (A-14)", async (t) => {
		const emulator = await startWithBucket(t);
		const given = { "x-oss-meta-a": "1", "content-type": "text/plain" };
		await append(emulator, 0, "one", given);
		const later = { "x-oss-meta-a": "2", "x-oss-meta-b": "3" };
		assert.equal((await append(emulator, 3, "two", later)).status, 200);
		const { headers } = await emulator.oss.head("/photos/log");
		assert.equal(headers["x-oss-meta-a"], "1");
		assert.equal(headers["x-oss-meta-b"], undefined);
		assert.equal(headers["content-type"], "text/plain");
	});

	test("does not check the appended bytes against a CRC-64 header, which covers the whole object (A-18)", async (t) => {
		const emulator = await startWithBucket(t);
		const headers = { "x-oss-hash-crc64ecma": "1" };
		assert.equal((await append(emulator, 0, "one", headers)).status, 200);
	});

	test("joins large and small appends into one object", async (t) => {
		const emulator = await startWithBucket(t);
		const pieces = [10, 70_000, 1, 200_000, 65_536].map((size, i) =>
			Buffer.alloc(size, `${i}`),
		);
		let position = 0;
		for (const piece of pieces) {
			assert.equal((await append(emulator, position, piece)).status, 200);
			position += piece.length;
		}
		const whole = Buffer.concat(pieces);
		const get = await emulator.oss.get("/photos/log");
		assert.ok(get.body.equals(whole));
		const headers = { range: "bytes=70005-270100" };
		const part = await emulator.oss.get("/photos/log", { headers });
		assert.ok(part.body.equals(whole.subarray(70_005, 270_101)));
	});

	test("by two clients at the same time succeeds for one, and returns the new position to the other", async (t) => {
		const emulator = await startWithBucket(t);
		const answers = await Promise.all(
			["aa", "bb"].map((body) => append(emulator, 0, body.repeat(50_000))),
		);
		assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
		const lost = answers.find(({ status }) => status === 409);
		assert.equal(lost?.headers["x-oss-next-append-position"], "100000");
		const { text } = await emulator.oss.get("/photos/log");
		assert.match(text, /^(a{100000}|b{100000})$/);
	});

	test("is listed as Appendable", async (t) => {
		const emulator = await startWithBucket(t);
		await append(emulator, 0, "one");
		const list = await emulator.oss.get("/photos");
		assert.deepEqual(textsOf(list, "Type"), ["Appendable"]);
		assert.deepEqual(textsOf(list, "Size"), ["3"]);
	});
});
