import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { crc32, gzipSync } from "node:zlib";
import { type Answer, Client, refusal } from "../client.ts";
import { startWithBucket } from "../emulator.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

type SelectRequest = { input?: string; output?: string; options?: string };

const select = (
	oss: Client,
	kind: "csv" | "json",
	statement: string,
	{ input = "", output = "", options = "" }: SelectRequest = {},
	headers: Record<string, string> = {},
): Promise<Answer> =>
	oss.post(
		`/photos/a?x-oss-process=${kind}%2Fselect`,
		`<SelectRequest><Expression>${base64(statement)}</Expression><InputSerialization>${input}</InputSerialization><OutputSerialization>${output}</OutputSerialization><Options>${options}</Options></SelectRequest>`,
		headers,
	);

type Frame = { readonly type: number; readonly payload: Buffer };

/** Parses frames like the SDKs of Go and Python. */
function framesOf({ body }: Answer): Frame[] {
	const frames: Frame[] = [];
	for (let at = 0; at < body.length; ) {
		const length = body.readUInt32BE(at + 4);
		const payload = body.subarray(at + 12, at + 12 + length);
		assert.equal(body[at], 1);
		assert.equal(body.readUInt32BE(at + 8), 0);
		assert.equal(body.readUInt32BE(at + 12 + length), crc32(payload));
		frames.push({ type: body.readUInt32BE(at) - 2 ** 24, payload });
		at += 16 + length;
	}
	return frames;
}

/** @returns the text, and the content of the last frame */
function readFrames(answer: Answer): [string, number, string] {
	const frames = framesOf(answer);
	const end = frames.at(-1);
	assert.equal(end?.type, 8388613);
	const text = frames
		.filter(({ type }) => type === 8388609)
		.map(({ payload }) => payload.subarray(8).toString());
	return [
		text.join(""),
		end.payload.readUInt32BE(16),
		end.payload.subarray(20).toString(),
	];
}

const SKIP = "<SkipPartialDataRecord>true</SkipPartialDataRecord>";

suite("SelectObject", () => {
	test("returns 206 and frames, the last of which contains the number of bytes read", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "abc,def\n");
		const answer = await select(oss, "csv", "select _2 from ossobject");
		assert.equal(answer.status, 206);
		assert.equal(answer.headers["x-oss-select-output-raw"], "false");
		assert.deepEqual(readFrames(answer), ["def\n", 206, ""]);
		assert.equal(framesOf(answer).at(-1)?.payload.readBigUInt64BE(8), 8n);
	});

	test("returns only the rows as raw data", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", '{"a":1}');
		const answer = await select(oss, "json", "select a from ossobject", {
			output: "<OutputRawData>true</OutputRawData>",
		});
		assert.equal(answer.headers["x-oss-select-output-raw"], "true");
		assert.equal(answer.text, '{"a":1}\n');
	});

	test("writes header, delimiters and quoted columns as requested", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "name,job\nabc,def\n");
		const answer = await select(oss, "csv", "select job from ossobject", {
			input: "<CSV><FileHeaderInfo>Use</FileHeaderInfo></CSV>",
			output: `<CSV><RecordDelimiter>${base64("\r\n")}</RecordDelimiter><FieldDelimiter>${base64("|")}</FieldDelimiter></CSV><KeepAllColumns>true</KeepAllColumns><OutputHeader>true</OutputHeader>`,
		});
		assert.equal(readFrames(answer)[0], "job\r\n|def\r\n");
	});

	test("skips the allowed number of incomplete records, and then ends with InvalidCsvLine", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "abc,def\nefg\n");
		const selectWith = (options: string): Promise<Answer> =>
			select(oss, "csv", "select _1, _2 from ossobject", { options });
		const strict = readFrames(await selectWith(SKIP));
		assert.deepEqual(strict.slice(0, 2), ["abc,def\n", 400]);
		assert.match(strict[2], /^InvalidCsvLine\./);
		const lenient = await selectWith(
			`${SKIP}<MaxSkippedRecordsAllowed>100</MaxSkippedRecordsAllowed>`,
		);
		assert.deepEqual(readFrames(lenient), ["abc,def\n", 206, ""]);
		assert.equal(readFrames(await selectWith(""))[0], "abc,def\nefg,\n");
	});

	test("returns an error before the first output without frames, for framed and raw output, with or without a header: cpp's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "name,job\nabc\nabc,def\n");
		const USE = "<CSV><FileHeaderInfo>Use</FileHeaderInfo></CSV>";
		for (const [where, input, output] of [
			["", USE, ""],
			["", USE, "<OutputRawData>true</OutputRawData>"],
			[" where name = 'x'", USE, ""],
			[" where _1 = 'x'", "", "<OutputRawData>true</OutputRawData>"],
		] as const) {
			const answer = await select(
				oss,
				"csv",
				`select _1, _2 from ossobject${where}`,
				{ input, output, options: SKIP },
			);
			assert.match(refusal(answer), /^400 InvalidCsvLine /, where + output);
		}
	});

	test("checks the statement before the key; an empty statement is InvalidSqlParameter: cpp's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const kind of ["csv", "json"] as const)
			for (const statement of ["", "select", "drop table ossobject"])
				assert.match(
					refusal(await select(oss, kind, statement)),
					/^400 InvalidSqlParameter /,
				);
	});

	test("and its metadata refuse requester payment: cpp's suite", async (t) => {
		const { oss, endpoint } = await startWithBucket(
			t,
			"public-read-write",
			"--access-key",
			"oss-emulator:oss-emulator-secret,other:secret:7",
		);
		await oss.put("/photos/a", "{}\n");
		await oss.put(
			"/photos?requestPayment",
			"<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
		);
		const other = new Client(endpoint, { id: "other", secret: "secret" });
		t.after(() => other.close());
		const PAYS = { "x-oss-request-payer": "requester" };
		const statement = `<SelectRequest><Expression>${base64("select * from ossobject")}</Expression></SelectRequest>`;
		for (const [process, document] of [
			["csv%2Fselect", statement],
			["json%2Fselect", statement],
			["csv%2Fmeta", "<CsvMetaRequest/>"],
		] as const) {
			const target = `/photos/a?x-oss-process=${process}`;
			assert.match(
				refusal(await other.post(target, document, PAYS)),
				/^403 AccessDenied : Select API does not support requester pay now\.$/,
			);
			assert.match(
				refusal(await other.post(target, document)),
				/Access denied for requester pay bucket/,
			);
			assert.ok((await oss.post(target, document)).status < 300);
		}
	});

	test("returns an error without frames for a range without records", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", '{"a":1}\n{"a":2}\n');
		for (const [kind, input] of [
			["csv", "<CSV><Range>line-range=2-3</Range></CSV>"],
			["csv", "<CSV><Range>split-range=1-3</Range></CSV>"],
			["json", "<JSON><Type>LINES</Type><Range>line-range=2-3</Range></JSON>"],
		] as const)
			assert.match(
				refusal(await select(oss, kind, "select * from ossobject", { input })),
				/^400 InvalidArgument /,
			);
	});

	test("selects the records that begin in a range of bytes", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "test\nabc\nxyz\n");
		const selectWith = async (range: string): Promise<string> =>
			readFrames(
				await select(oss, "csv", "select * from ossobject", {}, { range }),
			)[0];
		assert.equal(await selectWith("bytes=0-1"), "test\n");
		assert.equal(await selectWith("bytes=1-8"), "abc\n");
	});

	test("decompresses GZIP, and refuses invalid GZIP (A-805)", async (t) => {
		const { oss } = await startWithBucket(t);
		const selectWith = (): Promise<Answer> =>
			select(oss, "csv", "select _1 from ossobject", {
				input: "<CompressionType>GZIP</CompressionType>",
			});
		await oss.put("/photos/a", gzipSync("abc,def\n"));
		assert.equal(readFrames(await selectWith())[0], "abc\n");
		await oss.put("/photos/a", "abc,def\n");
		assert.match(refusal(await selectWith()), /^400 InvalidArgument/);
	});

	test("of a large object is complete, and ends early at LIMIT", async (t) => {
		const { oss } = await startWithBucket(t);
		const line = `${"x".repeat(99)}\n`;
		const all = line.repeat(100_000);
		await oss.put("/photos/a", all);
		const whole = await select(oss, "csv", "select * from ossobject");
		assert.ok(readFrames(whole)[0] === all);
		const one = await select(oss, "csv", "select * from ossobject limit 1");
		assert.equal(readFrames(one)[0], line);
		const none = "select * from ossobject where _1 = ''";
		const types = framesOf(await select(oss, "csv", none)).map(
			({ type }) => type,
		);
		assert.ok(types.includes(8388612));
	});

	test("refuses invalid requests before reading the object", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "a,b\n");
		const sql = await select(oss, "csv", "select c from ossobject");
		assert.match(refusal(sql), /^400 InvalidSqlParameter/);
		const data = await select(oss, "json", "select _1 from ossobject.a[*]");
		assert.match(refusal(data), /^400 InvalidJsonData/);
		const missing = await oss.post(
			"/photos/b?x-oss-process=csv%2Fselect",
			`<SelectRequest><Expression>${base64("select * from ossobject")}</Expression></SelectRequest>`,
		);
		assert.match(refusal(missing), /^404 NoSuchKey/);
	});
});

suite("CreateSelectObjectMeta", () => {
	const selectWith = (oss: Client, kind: "csv" | "json", input: string) =>
		oss.post(
			`/photos/a?x-oss-process=${kind}%2Fmeta`,
			`<${kind === "csv" ? "Csv" : "Json"}MetaRequest><InputSerialization>${input}</InputSerialization></${kind === "csv" ? "Csv" : "Json"}MetaRequest>`,
		);

	test("counts rows and columns of CSV", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", 'a,b,c\n1,2,"x\ny"');
		const answer = await selectWith(oss, "csv", "");
		assert.equal(answer.status, 200); // not 206, according to the docs and java2's suite
		const [end] = framesOf(answer);
		assert.equal(end?.type, 8388614);
		assert.equal(end?.payload.readUInt32BE(16), 200);
		assert.equal(end?.payload.readBigUInt64BE(24), 2n);
		assert.equal(end?.payload.readUInt32BE(32), 3);
	});

	/** @returns rows and columns of CSV */
	async function countsOf(
		oss: Client,
		delimiter: string,
		more = "",
	): Promise<[bigint | undefined, number | undefined]> {
		const answer = await oss.post(
			"/photos/a?x-oss-process=csv%2Fmeta",
			`<CsvMetaRequest><InputSerialization><CSV><RecordDelimiter>${base64(delimiter)}</RecordDelimiter></CSV></InputSerialization>${more}</CsvMetaRequest>`,
		);
		const [end] = framesOf(answer);
		return [end?.payload.readBigUInt64BE(24), end?.payload.readUInt32BE(32)];
	}

	test("returns existing metadata unless the request overwrites it: cpp's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		const OVERWRITE = "<OverwriteIfExists>true</OverwriteIfExists>";
		await oss.put("/photos/a", "a\nb,c;d\n");
		assert.deepEqual(await countsOf(oss, "\n"), [2n, 1]);
		assert.deepEqual(await countsOf(oss, ";"), [2n, 1]);
		assert.deepEqual(await countsOf(oss, ";", OVERWRITE), [2n, 2]);
		assert.deepEqual(await countsOf(oss, "\n"), [2n, 2]);
		assert.deepEqual(
			(await oss.head("/photos/a")).headers["last-modified"],
			(await oss.get("/photos/a")).headers["last-modified"],
		);
		await oss.put("/photos/a", "a\n");
		assert.deepEqual(await countsOf(oss, "\n"), [1n, 1]);
	});

	test("counts again if an append has made the metadata obsolete", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.post("/photos/a?append&position=0", "a\n");
		assert.deepEqual(await countsOf(oss, "\n"), [1n, 1]);
		await oss.post("/photos/a?append&position=2", "b\n");
		assert.deepEqual(await countsOf(oss, "\n"), [2n, 1]);
	});

	const LINES = "<JSON><Type>LINES</Type></JSON>";

	test("counts rows of JSON lines", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", '{\n"a":1}\n{"b":2}');
		const [end] = framesOf(await selectWith(oss, "json", LINES));
		assert.equal(end?.type, 8388615);
		assert.equal(end?.payload.readBigUInt64BE(8), 16n);
		assert.equal(end?.payload.readBigUInt64BE(24), 2n);
		assert.equal(end?.payload.length, 32);
	});

	test("reports an invalid line: java2's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", 'a,b\n1,"2\n');
		assert.match(
			refusal(await selectWith(oss, "csv", "")),
			/^400 InvalidCsvLine : The line is invalid/,
		);
	});

	test("is refused for GZIP and for a document (A-807)", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "{}");
		const gzip = "<CompressionType>GZIP</CompressionType>";
		for (const answer of [
			await selectWith(oss, "csv", gzip),
			await selectWith(oss, "json", LINES + gzip),
			await selectWith(oss, "json", "<JSON><Type>DOCUMENT</Type></JSON>"),
		])
			assert.match(refusal(answer), /^400 InvalidArgument/);
	});
});
