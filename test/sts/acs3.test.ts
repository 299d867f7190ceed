import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import { readAcs3Claim } from "../../emulator/sts/acs3.ts";
import { StsError } from "../../emulator/sts/errors.ts";
import { readStsRequest } from "../../emulator/sts/request.ts";
import { arrival } from "./sts-requests.ts";

const EMPTY = createHash("sha256").digest("hex");
const SIGNATURE =
	"750a733a51b2818ecd1b581bb1d2045c3b62583e1c653c5692397d7c25af45b9";
const SIGNED_HEADERS = [
	"host",
	"x-acs-action",
	"x-acs-content-sha256",
	"x-acs-date",
	"x-acs-signature-nonce",
	"x-acs-version",
].join(";");

const HEADERS = {
	host: "sts.aliyuncs.com",
	"x-acs-version": "2015-04-01",
	"x-acs-action": "AssumeRole",
	"x-acs-date": "2026-01-02T03:04:05Z",
	"x-acs-signature-nonce": "nonce-1",
	"x-acs-content-sha256": EMPTY,
	authorization: `ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=${SIGNED_HEADERS},Signature=${SIGNATURE}`,
};

/** A request that @alicloud/sts20150401 sent. */
const made = (more: Record<string, string | undefined> = {}, body = "") =>
	readStsRequest(
		arrival(
			{},
			{
				query: new Map([
					["DurationSeconds", "3600"],
					["RoleArn", "acs:ram::1234567890123:role/firstrole"],
					["RoleSessionName", "client"],
				]),
				headers: { ...HEADERS, ...more },
				body: Buffer.from(body),
			},
		),
	);

suite("The signature ACS3-HMAC-SHA256", () => {
	test("of a request of the official package equals the one that the package sent", () => {
		const claim = readAcs3Claim(made());
		assert.equal(claim.sign("testsecret"), SIGNATURE);
		assert.equal(claim.signature, SIGNATURE);
		assert.equal(claim.accessKeyId, "testid");
		assert.equal(claim.nonce, "nonce-1");
		assert.match(claim.stringToSign, /^ACS3-HMAC-SHA256\n[0-9a-f]{64}$/);
	});

	test("covers the received body, regardless of the hash in the header", () => {
		const claim = readAcs3Claim(made({}, "Policy=x"));
		assert.notEqual(claim.sign("testsecret"), SIGNATURE);
	});

	test("reads its token from a header", () => {
		const claim = readAcs3Claim(made({ "x-acs-security-token": "t" }));
		assert.equal(claim.securityToken, "t");
	});

	const missing = [
		["MissingAccessKeyId", { authorization: "ACS3-HMAC-SHA256 Signature=x" }],
		["MissingSignature", { authorization: "ACS3-HMAC-SHA256 Credential=x" }],
		[
			"MissingSignedHeaders",
			{ authorization: "ACS3-HMAC-SHA256 Credential=x,Signature=y" },
		],
		["MissingTimestamp", { "x-acs-date": undefined }],
		["MissingSignatureNonce", { "x-acs-signature-nonce": undefined }],
	] as const;
	for (const [code, more] of missing) {
		test(`without a part is ${code} (A-522)`, () => {
			assert.throws(
				() => readAcs3Claim(made(more)),
				(error) => error instanceof StsError && error.code === code,
			);
		});
	}
});
