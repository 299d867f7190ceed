import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	RECORDED_BYTES_MAX,
	recordBody,
	redactHeaders,
	redactText,
} from "../../emulator/upstream/exchange.ts";

const REDACTION = {
	secrets: ["cloud-secret", "cloud-token=="],
	realBucket: "real-photos",
	localBucket: "photos",
	aliasOf: (id: string) => "1".repeat(id.length),
};

suite("A recorded exchange has no", () => {
	const cases = [
		["secret", "a cloud-secret b", "a replaced b"],
		[
			"token",
			"x-oss-security-token:cloud-token==",
			"x-oss-security-token:replaced",
		],
		[
			"key id",
			"<OSSAccessKeyId>LTAI5tAbCdEfGh12</OSSAccessKeyId>",
			"<OSSAccessKeyId>replaced</OSSAccessKeyId>",
		],
		["temporary key id", "STS.NUabc123DEF456", "replaced"],
		[
			"name of the bucket in the cloud",
			"<HostId>real-photos.oss-cn-beijing.aliyuncs.com</HostId>",
			"<HostId>photos.oss-cn-beijing.aliyuncs.com</HostId>",
		],
		[
			"account id in a document",
			"<Owner><ID>1357924680135792</ID></Owner>",
			"<Owner><ID>1111111111111111</ID></Owner>",
		],
		[
			"account id in an ARN",
			"acs:ram::1357924680135792:role/app",
			"acs:ram::1111111111111111:role/app",
		],
		[
			"account id in a resource",
			"acs:oss:*:1357924680135792:photos/*",
			"acs:oss:*:1111111111111111:photos/*",
		],
		[
			"diagnosis that only Alibaba Cloud can read",
			"<EncodedDiagnosticMessage>AQEB</EncodedDiagnosticMessage>",
			"<EncodedDiagnosticMessage>replaced</EncodedDiagnosticMessage>",
		],
	] as const;
	for (const [what, text, expected] of cases)
		test(what, () => assert.equal(redactText(text, REDACTION), expected));

	test("header with the identity or address of a client", () => {
		const headers = {
			authorization: "OSS4-HMAC-SHA256 …",
			"x-oss-security-token": "t",
			cookie: "a=b",
			"x-forwarded-for": "10.0.0.1",
			"x-oss-meta-a": "cloud-secret",
			"content-type": "text/plain",
			"x-oss-version-id": undefined,
		};
		assert.deepEqual(redactHeaders(headers, REDACTION), {
			"x-oss-meta-a": "replaced",
			"content-type": "text/plain",
		});
	});
});

suite("A recorded body", () => {
	test("is text if it is UTF-8, and base64 otherwise", () => {
		const text = Buffer.from("猫");
		assert.deepEqual(recordBody(text, text.length, REDACTION), {
			...{ size: 3, isWhole: true, encoding: "utf-8", content: "猫" },
		});
		assert.deepEqual(recordBody(Buffer.from([0xff]), 1, REDACTION), {
			...{ size: 1, isWhole: true, encoding: "base64", content: "/w==" },
		});
		assert.equal(recordBody(Buffer.alloc(0), 0, REDACTION), null);
	});

	test("is text up to the last complete character if it is truncated, and is marked as incomplete", () => {
		const whole = Buffer.from("猫".repeat(RECORDED_BYTES_MAX));
		const cut = whole.subarray(0, RECORDED_BYTES_MAX);
		const body = recordBody(cut, whole.length, REDACTION);
		assert.equal(body?.encoding, "utf-8");
		assert.equal(body.isWhole, false);
		assert.equal(body.size, whole.length);
		assert.match(body.content, /^猫+$/);
	});
});
