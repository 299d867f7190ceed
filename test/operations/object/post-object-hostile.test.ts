import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { suite, test } from "node:test";
import {
	type Answer,
	openSocket,
	refusal,
	sendRaw,
	textsOf,
} from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";
import {
	ANY,
	BOUNDARY,
	field,
	file,
	formBody,
	type Part,
	post,
	postForm,
	signedV1,
	signedV4,
} from "./form.ts";

const signedForms = [
	["V1", signedV1],
	["V4", signedV4],
] as const;

const keysIn = async ({ oss }: TestEmulator): Promise<string[]> =>
	textsOf(await oss.get("/photos"), "Key");

const send = (
	{ oss }: TestEmulator,
	signed: readonly Part[],
	...more: readonly Part[]
): Promise<Answer> =>
	postForm(oss, [field("key", "cat"), ...signed, ...more, file("meow")]);

suite("A file in a form", () => {
	test("can be empty", async (t) => {
		const emulator = await startWithBucket(t);
		const sized = signedV1([["content-length-range", 0, 10]]);
		const parts = [field("key", "cat"), ...sized, file("")];
		assert.equal((await postForm(emulator.oss, parts)).status, 204);
		const got = await emulator.oss.get("/photos/cat");
		assert.equal(`${got.status} ${got.text}`, "200 ");
	});

	test("cannot be empty if the policy requires one byte", async (t) => {
		const emulator = await startWithBucket(t);
		const sized = signedV1([["content-length-range", 1, 10]]);
		const parts = [field("key", "cat"), ...sized, file("")];
		const posted = await postForm(emulator.oss, parts);
		assert.match(refusal(posted), /^400 EntityTooSmall /);
		assert.deepEqual(await keysIn(emulator), []);
	});

	test("of more than 5 GB is refused before it is sent (A-691)", async (t) => {
		const { endpoint } = await startWithBucket(t, "public-read-write");
		const raw = await sendRaw(
			endpoint,
			`POST /photos HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${5 * 1024 ** 3 + 1}\r\n\r\n`,
		);
		assert.match(raw, /^HTTP\/1\.1 400 /);
		assert.match(raw, /<Code>EntityTooLarge<.*<EC>0006-00000003</s);
	});

	for (const name of ["猫 🐈.txt", "é̂.txt", "צ.txt", "a;b=c.txt", "a%41.txt"]) {
		test(`can be named ${name}, as a browser writes it`, async (t) => {
			const emulator = await startWithBucket(t);
			const form = [field("key", "in/${filename}"), ...signedV1(ANY)];
			const posted = await postForm(emulator.oss, [
				...form,
				file("meow", name),
			]);
			assert.equal(posted.status, 204);
			const got = await emulator.oss.get(
				`/photos/in/${encodeURIComponent(name)}`,
			);
			assert.equal(got.text, "meow");
		});
	}
});

suite("A policy", () => {
	test("can have a megabyte of conditions", async (t) => {
		const emulator = await startWithBucket(t);
		const many = Array.from({ length: 35_000 }, () => ANY[0]);
		assert.ok(JSON.stringify(many).length > 800_000);
		assert.equal((await send(emulator, signedV1(many))).status, 204);
	});

	test("is enforced up to its last condition", async (t) => {
		const emulator = await startWithBucket(t);
		const many = Array.from({ length: 35_000 }, () => ANY[0]);
		const posted = await send(
			emulator,
			signedV1([...many, { bucket: "others" }]),
		);
		assert.match(refusal(posted), /^403 AccessDenied /);
		assert.deepEqual(await keysIn(emulator), []);
	});

	test("that is nested too deeply is refused", async (t) => {
		const emulator = await startWithBucket(t);
		for (const deep of [nested("[", "]"), nested('{"a":', "}")]) {
			const posted = await send(emulator, signedV1([deep]));
			assert.match(refusal(posted), /^400 InvalidPolicyDocument /);
		}
		assert.deepEqual(await keysIn(emulator), []);
	});
});

/** Nested deeply enough to overflow a recursive parser, but not the recursive serializer. */
function nested(open: "[" | '{"a":', close: "]" | "}"): unknown {
	const depth = 4000;
	return JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`);
}

test("A form whose callback is nested too deeply stores no object", async (t) => {
	const emulator = await startWithBucket(t);
	const text = "[".repeat(100_000) + "]".repeat(100_000);
	const callback = field("callback", Buffer.from(text).toString("base64"));
	const posted = await send(emulator, signedV1(ANY), callback);
	assert.match(refusal(posted), /^400 InvalidArgument /);
	assert.deepEqual(await keysIn(emulator), []);
});

for (const [version, sign] of signedForms) {
	suite(`A signed form (${version})`, () => {
		const conditions = [{ bucket: "photos" }, ["eq", "$key", "cat"]];

		test("can be repeated until its policy expires, within its conditions", async (t) => {
			const emulator = await startWithBucket(t);
			await emulator.oss.put("/others", "");
			const form = [field("key", "cat"), ...sign(conditions), file("meow")];
			for (const again of [false, true]) {
				const posted = await postForm(emulator.oss, form);
				assert.equal(posted.status, 204, `again: ${again}`);
			}
			const elsewhere = await postForm(emulator.oss, form, "/others");
			assert.match(refusal(elsewhere), /^403 AccessDenied /);
			assert.doesNotMatch((await emulator.oss.get("/others")).text, /<Key>/);
		});

		test("is checked by the first of two fields with the same name", async (t) => {
			const emulator = await startWithBucket(t);
			const wrong = await send(
				emulator,
				[...sign([["eq", "$key", "dog"]])],
				...sign(conditions),
			);
			assert.match(refusal(wrong), /^403 AccessDenied /);
			const key = field("key", "dog");
			assert.equal((await send(emulator, sign(conditions), key)).status, 204);
			assert.deepEqual(await keysIn(emulator), ["cat"]);
		});

		test("is refused if any character of the policy or signature is changed", async (t) => {
			const emulator = await startWithBucket(t);
			for (const name of ["policy", /signature$/i]) {
				const whole = sign(conditions);
				const at = whole.findIndex((part) => part.name.match(name));
				const value = String(whole[at]?.value);
				for (let i = 0; i < value.length; i += 7) {
					const other = value[i] === "A" ? "B" : "A";
					const changed = value.slice(0, i) + other + value.slice(i + 1);
					const name = whole[at]?.name ?? "";
					const tampered = whole.with(at, field(name, changed));
					assert.match(
						refusal(await send(emulator, tampered)),
						/^403 SignatureDoesNotMatch /,
					);
				}
			}
			assert.deepEqual(await keysIn(emulator), []);
		});

		test("that is truncated at any byte stores no object", async (t) => {
			const emulator = await startWithBucket(t);
			const body = formBody([
				field("key", "cat"),
				...sign(conditions),
				file("meow"),
			]);
			for (let end = 0; end < body.length - 4; end += 13) {
				const { status } = await post(emulator.oss, body.subarray(0, end));
				assert.ok(status === 400, `cut at ${end}: ${status}`);
			}
			assert.deepEqual(await keysIn(emulator), []);
		});
	});
}

suite("In the fields that precede the file", () => {
	const KEY = field("key", "cat");
	const TOO_LONG =
		"400 MaxPOSTPreDataLengthExceededError : Your POST request fields preceding the upload file were too large.";
	const WHOLE = formBody([KEY, file("meow")]);

	const cases = [
		["a preamble", [Buffer.alloc(1000, "x"), "\r\n", WHOLE], "204 "],
		[
			"a preamble that is too long (A-904)",
			[Buffer.alloc(200_000, "x"), "\r\n", WHOLE],
			TOO_LONG,
		],
		[
			"a field named like a member of Object's prototype, with a value that is too long (A-904)",
			[formBody([KEY, field("constructor", "v".repeat(9_000_000))])],
			TOO_LONG,
		],
		[
			"too many bytes of part headers (A-904)",
			[
				formBody(
					Array.from({ length: 400 }, (_, i) => ({
						...field(`f${i}`, ""),
						headers: [`X-A: ${"a".repeat(20_000)}`, `X-B: ${"b".repeat(4000)}`],
					})),
				),
			],
			TOO_LONG,
		],
		[
			"one part with more than 24 KB of headers",
			[formBody([{ ...KEY, headers: [`X-A: ${"a".repeat(25_000)}`] }])],
			"400 MalformedPOSTRequest",
		],
		[
			"one part with more than 32 headers",
			[
				formBody([
					{
						...KEY,
						headers: Array.from({ length: 33 }, (_, i) => `X-${i}: a`),
					},
				]),
			],
			"400 MalformedPOSTRequest",
		],
		[
			"a part without a name",
			[String(WHOLE).replace('; name="key"', "")],
			"400 MalformedPOSTRequest",
		],
		[
			"a part that is not form-data",
			[String(WHOLE).replace("form-data", "attachment")],
			"400 MalformedPOSTRequest",
		],
		[
			"a part without headers",
			[`--${BOUNDARY}\r\n--${BOUNDARY}\r\n`, WHOLE],
			"400 MalformedPOSTRequest",
		],
		[
			"a name that parsers may read differently",
			[String(WHOLE).replace('name="key"', 'name="k\\\\ey"')],
			"400 MalformedPOSTRequest",
		],
	] as const;
	for (const [what, pieces, expected] of cases)
		test(`${what} returns ${expected.slice(0, 26)}`, async (t) => {
			const emulator = await startWithBucket(t, "public-read-write");
			const body = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
			const posted = await post(emulator.oss, body);
			const answer = posted.status < 300 ? "204 " : refusal(posted);
			assert.equal(answer.slice(0, expected.length), expected);
			const keys = expected === "204 " ? ["cat"] : [];
			assert.deepEqual(await keysIn(emulator), keys);
		});

	test("a key that is not UTF-8 is refused, as in a URL (A-658)", async (t) => {
		const emulator = await startWithBucket(t, "public-read-write");
		for (const gbk of ["\xc4\xe3.jpg", "a\xc8"].map((key) =>
			Buffer.from(key, "latin1"),
		)) {
			const key = field("key", gbk);
			const posted = await post(emulator.oss, formBody([key, file("meow")]));
			assert.equal(
				refusal(posted),
				"400 InvalidArgument 0016-00000002: The characters encoding must be utf-8.",
			);
		}
		assert.deepEqual(await keysIn(emulator), []);
	});

	test("a malformed part after the file is ignored, whether or not it arrives together with the file", async (t) => {
		const { oss } = await startWithBucket(t, "public-read-write");
		for (const bytes of [4, 300_000]) {
			const whole = formBody([KEY, file("x".repeat(bytes))]).toString();
			const nameless = `--${BOUNDARY}\r\nX: y\r\n\r\nz\r\n--${BOUNDARY}--\r\n`;
			const body = whole.replace(`--${BOUNDARY}--\r\n`, () => nameless);
			const posted = await post(oss, body);
			assert.equal(posted.status, 204, `${bytes}: ${posted.text}`);
		}
	});

	test("a boundary may have at most 70 characters", async (t) => {
		const { oss } = await startWithBucket(t, "public-read-write");
		const send = (boundary: string) =>
			post(oss, formBody([KEY, file("meow")], boundary), "/photos", {
				"content-type": `multipart/form-data; boundary="${boundary}"`,
			});
		assert.equal((await send("b".repeat(70))).status, 204);
		assert.equal((await send("a 'b' (c)+_,-./:=?d")).status, 204);
		for (const boundary of ["b".repeat(71), "b".repeat(5000)])
			assert.match(refusal(await send(boundary)), /^400 MalformedPOSTRequest/);
	});

	test("a field named like a member of Object's prototype is read, and checked by the policy", async (t) => {
		const emulator = await startWithBucket(t);
		const conditions = [["eq", "$constructor", "x"]];
		const posted = await send(
			emulator,
			signedV1(conditions),
			field("constructor", "x"),
			field("hasOwnProperty", "y"),
		);
		assert.equal(posted.status, 204, posted.text);
		const refused = await send(emulator, signedV1(conditions));
		assert.match(refusal(refused), /^403 AccessDenied /);
	});
});

test("Unfinished forms may use 64 MB; a form beyond this limit returns 503 (A-905)", async (t) => {
	const { oss, endpoint } = await startWithBucket(t, "public-read-write");
	const fields = ["a", "b"].map((name) => field(name, "v".repeat(1_950_000)));
	const end = `--${BOUNDARY}--\r\n`.length;
	const unfinished = formBody(fields).subarray(0, -end);
	const head = `POST /photos HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: 9000000\r\n\r\n`;
	const sockets: Socket[] = [];
	t.after(() => {
		for (const socket of sockets) socket.destroy();
	});
	const begin = async (): Promise<string> => {
		const socket = await openSocket(endpoint);
		sockets.push(socket);
		const answered = once(socket, "data").then(([data]) => String(data));
		socket.write(head);
		socket.write(unfinished);
		return answered;
	};
	// 18 forms would need 70 MB.
	const answers = Array.from({ length: 18 }, begin);
	const first = await Promise.race(answers);
	assert.match(first, /^HTTP\/1\.1 503 .*<Code>QpsLimitExceeded</s);
	for (const socket of sockets) socket.destroy();
	const form = [field("key", "cat"), ...fields, file("meow")];
	for (;;) {
		const { status } = await postForm(oss, form);
		if (status === 503) continue; // the emulator has not processed the disconnection yet
		assert.equal(status, 204);
		break;
	}
});
