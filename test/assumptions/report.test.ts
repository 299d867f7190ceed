import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { redact } from "./report.ts";

const given = {
	bucket: "verify-1a2b3c4d",
	accessKeyId: "LTAI5tAbCdEf",
	accessKeySecret: "s3cr/et+",
	applicationServer: "app.example.com",
};

suite("The report for the project", () => {
	for (const [what, text, expected] of [
		["the bucket's name", "verify-1a2b3c4d.oss", "BUCKET.oss"],
		["the key", "OSS LTAI5tAbCdEf:x", "OSS ACCESS-KEY-ID:x"],
		["the secret", "s3cr/et+ s3cr%2Fet%2B", "SECRET SECRET"],
		[
			"the application server",
			"http://app.example.com/",
			"http://APPLICATION-SERVER/",
		],
		["an account", "owner 1234567890123456.", "owner ACCOUNT."],
		["a request id", "id 5C3D9175B6FC201293AD4ABC", "id REQUEST-ID"],
		[
			"an address",
			"from 203.0.113.7 and 2001:db8::7",
			"from ADDRESS and ADDRESS",
		],
	] as const)
		test(`does not contain ${what}`, () => {
			assert.equal(redact(text, given), expected);
		});

	test("contains the other parts of an answer unchanged", () => {
		for (const text of [
			"403 AccessDenied 0003-00000905: AccessDenied",
			"GET /p0123456789?partNumber=1&uploadId=x",
			"Sun, 01 Mar 2026 10:20:30 GMT",
			"2018-10-11T10:00:00.000Z",
		])
			assert.equal(redact(text, given), text);
	});
});
