import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	ANSWER_BYTES_MAX,
	type Answer,
	type HeaderList,
	type NoAnswer,
	type Outcome,
} from "../../emulator/callback/model.ts";
import { judge, relay } from "../../emulator/callback/relay.ts";
import { OssError } from "../../emulator/oss/errors.ts";

const timing = {
	lookupMs: 0,
	connectedMs: 1,
	securedMs: undefined,
	sentMs: 1,
	answeredMs: 2,
	totalMs: 3,
};

const UPLOAD_HEADERS = {
	ETag: '"D8E8FCA2DC0F896FD7CB4CB0031BA249"',
	"x-oss-hash-crc64ecma": "11051210869376104954",
	"Content-MD5": "2Oj8otwPiW/Xy0ywAxuiSQ==",
	"x-oss-version-id": undefined,
};

/** A typical answer, with the given differences. */
function answered(
	body: string | Buffer,
	given: Partial<Answer> & { type?: string; length?: string | undefined } = {},
): Outcome {
	const bytes = Buffer.from(body);
	const { type = "application/json", ...rest } = given;
	const length = "length" in given ? given.length : String(bytes.length);
	const headers: HeaderList = [
		["CONTENT-TYPE", type],
		...(length === undefined ? [] : [["content-Length", length] as const]),
	];
	const answer: Answer = {
		status: 200,
		headers,
		body: bytes,
		ended: "complete",
		...rest,
	};
	return { timing, answer };
}

const relayed = (outcome: Outcome) => relay(judge(outcome), UPLOAD_HEADERS);

function failureOf(outcome: Outcome): OssError {
	try {
		relayed(outcome);
	} catch (error) {
		if (error instanceof OssError) return error;
		throw error;
	}
	throw new Error("was relayed");
}

suite("The application server's answer is relayed", () => {
	test("unchanged, with the headers of the upload", () => {
		const body = ' {"Status" : "好"}\n';

		const reply = relayed(answered(body));

		assert.equal(reply.status, 200);
		assert.deepEqual(reply.body, Buffer.from(body));
		assert.deepEqual(reply.headers, {
			...UPLOAD_HEADERS,
			"Content-Type": "application/json",
		});
	});

	test("as application/json, whatever its Content-Type (A-237)", () => {
		const reply = relayed(answered("{}", { type: "text/html; charset=gbk" }));

		assert.equal(reply.headers["Content-Type"], "application/json");
	});

	test("as application/xml, without validation, if that is its Content-Type (A-240)", () => {
		for (const type of ["application/xml", "Application/XML; charset=utf-8"]) {
			const reply = relayed(answered("<a/>", { type }));

			assert.equal(reply.headers["Content-Type"], "application/xml");
			assert.equal(String(reply.body), "<a/>");
		}
	});

	for (const body of ["[]", "1", '"x"', "null", "true"])
		test(`if it is ${body}, which is JSON too`, () => {
			assert.equal(relayed(answered(body)).status, 200);
		});

	test("up to 1 MiB (A-235)", () => {
		const body = `"${"a".repeat(ANSWER_BYTES_MAX - 2)}"`;

		assert.equal(body.length, 1_048_576);
		assert.equal(relayed(answered(body)).status, 200);
	});
});

const NOT_JSON = "Response body is not valid json format.";
const INVALID_LENGTH =
	"Error status : 400.User server return invalid conent-length value.";

suite("The uploader receives 203 CallbackFailed", () => {
	// biome-ignore format: a table
	const rows: readonly (readonly [string, Outcome, string, string])[] = [
    ["for 201",                                              answered("{}", { status: 201 }), "Error status : 201.", "0007-00000203"],
    ["for 204",                                              answered("", { status: 204, length: undefined }), "Error status : 204.", "0007-00000203"],
    ["for a redirect",                                       answered("", { status: 301 }), "Error status : 301.", "0007-00000203"],
    ["for 404",                                              answered("{}", { status: 404 }), "Error status : 404.", "0007-00000203"],
    ["for 500",                                              answered("{}", { status: 500 }), "Error status : 500.", "0007-00000203"],
    ["for no Content-Length (A-236)",                        answered("{}", { length: undefined }), "Error status : 400.User server missing content-length.", "0007-00000203"],
    ["for an empty body (A-236)",                            answered(""), INVALID_LENGTH, "0007-00000203"],
    ["for a negative Content-Length",                        answered("{}", { length: "-2" }), INVALID_LENGTH, "0007-00000203"],
    ["for more than 1 MiB (A-236)",                          answered("{}", { length: "1048577", ended: "size" }), "Error status : 400.User server return too long content-length value.", "0007-00000203"],
    ["for HTML",                                             answered("<html></html>"), NOT_JSON, "0007-00000205"],
    ["for OK",                                               answered("OK"), NOT_JSON, "0007-00000205"],
    ["for JSON after a byte order mark",                     answered("\ufeff{}"), NOT_JSON, "0007-00000205"],
    ["for truncated JSON",                                   answered('{"a":"猫'), NOT_JSON, "0007-00000205"],
    ["for JSON in GBK (A-224)",                              answered(Buffer.from([0x22, 0xc4, 0xe3, 0x22])), NOT_JSON, "0007-00000205"],
    ["for JSON in more than 1,000 levels",                   answered("[".repeat(20_000) + "]".repeat(20_000)), NOT_JSON, "0007-00000205"],
    ["for text/xml",                                         answered("<a/>", { type: "text/xml" }), NOT_JSON, "0007-00000205"],
    ["for a slow body",                                      answered("{", { length: "9", ended: "time" }), "Cost too long time.", "0007-00000202"],
    ["for an incomplete body (A-239)",                       answered("{}", { length: "9", ended: "cut" }), "Error status : 502.", "0007-00000203"],
    ["for 500, even with a slow body (A-238)",               answered("{", { status: 500, ended: "time" }), "Error status : 500.", "0007-00000203"],
    ["for no Content-Length, even with a slow body (A-238)", answered("{", { length: undefined, ended: "time" }), "Error status : 400.User server missing content-length.", "0007-00000203"],
  ];
	for (const [what, outcome, message, ec] of rows)
		test(what, () => {
			const error = failureOf(outcome);

			assert.equal(error.code, "CallbackFailed");
			assert.equal(error.status, 203);
			assert.equal(error.message, message);
			assert.equal(error.ec, ec);
		});

	// biome-ignore format: a table
	const noAnswers: readonly (readonly [NoAnswer, string, string, string])[] = [
    ["refused",       "Error status : 502.", "0007-00000203", ""],
    ["tls",           "Error status : 502.", "0007-00000203", ""],
    ["notTls",        "Error status : 502.", "0007-00000203", ""],
    ["certificate",   "Error status : 502.", "0007-00000203", ""],
    ["unreachable",   "Error status : -1.OSS can not connect to your callbackUrl, please check it.", "0007-00000203", ""],
    ["time",          "Cost too long time.", "0007-00000202", ""],
    ["contentLength", INVALID_LENGTH, "0007-00000203", " (A-243)"],
    ["lengthTooLarge", "Error status : 400.User server return too long content-length value.", "0007-00000203", " (A-243)"],
    ["unresolved",    "Error status : 502.", "0007-00000203", " (A-239)"],
    ["lost",          "Error status : 502.", "0007-00000203", " (A-239)"],
    ["headTooLong",   "Error status : 502.", "0007-00000203", " (A-239)"],
    ["malformed",     "Error status : 502.", "0007-00000203", " (A-239)"],
  ];
	for (const [noAnswer, message, ec, assumed] of noAnswers)
		test(`if there is no answer: ${noAnswer}${assumed}`, () => {
			const error = failureOf({ timing, noAnswer, detail: "why" });

			assert.equal(error.message, message);
			assert.equal(error.ec, ec);
		});

	test("with the headers of the upload that are present", () => {
		const outcome = answered("{}", { status: 500 });
		const verdict = judge(outcome);
		const headers = { ...UPLOAD_HEADERS, "Content-Type": "text/plain" };

		assert.throws(() => relay(verdict, headers), {
			headers: {
				ETag: '"D8E8FCA2DC0F896FD7CB4CB0031BA249"',
				"x-oss-hash-crc64ecma": "11051210869376104954",
				"Content-MD5": "2Oj8otwPiW/Xy0ywAxuiSQ==",
			},
		});
	});

	test("and the record contains the reason", () => {
		const reasons = [
			answered("{}", { status: 301 }),
			answered("{}", { length: undefined }),
			answered("OK"),
		].map((outcome) => {
			const verdict = judge(outcome);
			return "why" in verdict ? verdict.why : "";
		});

		assert.deepEqual(reasons, [
			"answered 301; only 200 counts, and redirects are not followed",
			"answered without Content-Length, because it let the answer end with the connection; OSS requires one",
			"answered with a body that is not JSON, or that contains more than JSON",
		]);
	});
});
