import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import { type Claim, isSigned, mismatch } from "../../emulator/auth/claim.ts";
import { readV1Header, readV1Url } from "../../emulator/auth/v1.ts";
import type { Target } from "../../emulator/oss/request.ts";
import { type Given, kindOf, makeRequest, thrownBy } from "./request.ts";

const DATE = "Wed, 28 Dec 2022 10:27:41 GMT";
const DOCS_SECRET = "OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV";
const alice = {
	"content-md5": "eB5eJF1ptWaXm4bijSPyxw==",
	"content-type": "text/html",
	date: DATE,
	"x-oss-date": DATE,
	"x-oss-meta-author": "alice",
	"x-oss-meta-magic": "abracadabra",
};
const nelson = { bucket: "examplebucket", key: "nelson" };
const bucket = { bucket: "examplebucket", key: "" };

const byHeader = (given: Given, signature: string): Claim =>
	readV1Header(makeRequest(given), `OSS ak:${signature}`);
const byUrl = (given: Given): Claim => readV1Url(makeRequest(given));

/** Signs a literal string to sign with Node's crypto, independently of OSS's SDKs. */
const sign = (stringToSign: string): string =>
	createHmac("sha1", "sk").update(stringToSign).digest("base64");

suite("Signature V1 in the header", () => {
	// From go2 oss/signer/signer_test.go, and the example in the docs.
	const vectors: readonly [string, string, Given, Target, string][] = [
		[
			"V1-1",
			"kSHKmLxlyEAKtZPkJhG9bZb5k7M=",
			{ method: "PUT", headers: alice },
			nelson,
			"sk",
		],
		[
			"V1-2",
			"/afkugFbmWDQ967j1vr6zygBLQk=",
			{ method: "PUT", headers: alice, rawQuery: "acl" },
			nelson,
			"sk",
		],
		[
			"V1-3",
			"vkQmfuUDyi1uDi3bKt67oemssIs=",
			{ rawQuery: "resourceGroup", headers: { "x-oss-date": DATE } },
			bucket,
			"sk",
		],
		[
			"V1-4",
			"x3E5TgOvl/i7PN618s5mEvpJDYk=",
			{ rawQuery: "resourceGroup&acl", headers: { "x-oss-date": DATE } },
			bucket,
			"sk",
		],
		[
			"V1-7",
			"26NBxoKdsyly4EDv6inkoDft/yA=",
			{
				method: "PUT",
				headers: {
					"content-md5": "ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=",
					"content-type": "text/html",
					date: "Thu, 17 Nov 2005 18:49:58 GMT",
					"x-oss-magic": "abracadabra",
					"x-oss-meta-author": "foo@bar.com",
				},
			},
			{ bucket: "oss-example", key: "nelson" },
			DOCS_SECRET,
		],
	];
	for (const [name, signature, given, target, secret] of vectors) {
		test(`verifies ${name}`, () => {
			assert.ok(isSigned(byHeader(given, signature), secret, target));
			assert.ok(!isSigned(byHeader(given, signature), `${secret}!`, target));
			const elsewhere = { ...target, bucket: "other" };
			assert.ok(!isSigned(byHeader(given, signature), secret, elsewhere));
		});
	}

	test("covers the first of two parameters with the same name", () => {
		const signature = sign(`GET\n\n\n${DATE}\n/b/k?versionId=1`);
		const given = {
			rawQuery: "versionId=1&versionId=2",
			headers: { date: DATE },
		};
		assert.ok(
			isSigned(byHeader(given, signature), "sk", { bucket: "b", key: "k" }),
		);
	});

	test("covers decoded keys and values, with any characters", () => {
		const process = encodeURIComponent("image/resize,w_100|x+y");
		const signature = sign(
			`GET\n\n\n${DATE}\n/b/猫 +/é?x-oss-process=image/resize,w_100|x+y`,
		);
		const claim = byHeader(
			{
				rawQuery: `prefix=a&x-oss-process=${process}`,
				headers: { date: DATE },
			},
			signature,
		);
		assert.ok(isSigned(claim, "sk", { bucket: "b", key: "猫 +/é" }));
	});

	const tolerated = [
		[
			"x-oss-* parameters that are not sub-resources, as go2 signs",
			"/b/k?x-oss-new=1",
			"x-oss-new=1&prefix=a",
		],
		["all parameters (A-106)", "/b/k?acl&prefix=a&z", "z&prefix=a&acl"],
		["an equals sign after an empty value", "/b/k?acl=", "acl"],
	] as const;
	for (const [what, resource, rawQuery] of tolerated) {
		test(`tolerates ${what}`, () => {
			const claim = byHeader(
				{ rawQuery, headers: { date: DATE } },
				sign(`GET\n\n\n${DATE}\n${resource}`),
			);
			assert.ok(isSigned(claim, "sk", { bucket: "b", key: "k" }));
		});
	}

	test("is accepted for a bucket without a slash, as the C SDK signs it for IP endpoints", () => {
		const claim = byHeader(
			{ rawQuery: "acl", headers: { date: DATE } },
			sign(`GET\n\n\n${DATE}\n/b?acl`),
		);
		assert.ok(isSigned(claim, "sk", { bucket: "b", key: "" }));
		assert.ok(!isSigned(claim, "sk", { bucket: "", key: "" }));
	});

	test("uses a slash as the resource of the service", () => {
		const claim = byHeader(
			{ rawQuery: "prefix=a", headers: { date: DATE } },
			sign(`GET\n\n\n${DATE}\n/`),
		);
		assert.ok(isSigned(claim, "sk", { bucket: "", key: "" }));
	});

	test("that is wrong is refused with the string to sign, in OSS's order", () => {
		const claim = byHeader({ headers: { date: DATE } }, "AAAA");
		const error = mismatch(claim, { bucket: "b", key: "" });

		assert.equal(kindOf(error), "403 SignatureDoesNotMatch 0002-00000040");
		assert.equal(
			error.message,
			"The request signature we calculated does not match the signature you provided. Check your key and signing method.",
		);
		assert.deepEqual(Object.entries(error.details), [
			["OSSAccessKeyId", "ak"],
			["SignatureProvided", "AAAA"],
			["StringToSign", `GET\n\n\n${DATE}\n/b/`],
			[
				"StringToSignBytes",
				"47 45 54 0A 0A 0A 57 65 64 2C 20 32 38 20 44 65 63 20 32 30 32 32 20 31 30 3A 32 37 3A 34 31 20 47 4D 54 0A 2F 62 2F ",
			],
		]);
	});

	test("accepts a token under either name, because py2 and java2 omit the prefix", () => {
		for (const name of ["x-oss-security-token", "security-token"]) {
			const claim = byHeader({ headers: { [name]: "token" } }, "x");
			assert.equal(claim.securityToken, "token");
		}
		assert.equal(byHeader({}, "x").securityToken, "");
	});

	const malformed = [
		["OSS akAAAA", "0002-00000062", "Authorization header is invalid."],
		["OSS", "0002-00000062", "Authorization header is invalid."],
		[
			"OSS  :AAAA",
			"0002-00000063",
			"AccessKeyId or Signature is missing in Authorization header value.",
		],
		["OSS a\tk:AAAA", "0002-00000064", "Authorization header is invalid."],
		["OSS é:AAAA", "0002-00000064", "Authorization header is invalid."],
		[
			"OSS ak:",
			"0002-00000065",
			"AccessKeyId or Signature is missing in Authorization header value.",
		],
	] as const;
	test("includes a second space in the id, which then matches no key, as recorded", () => {
		const claim = readV1Header(makeRequest({}), "OSS  ak:AAAA");
		assert.equal(claim.accessKeyId, " ak");
	});

	for (const [authorization, ec, message] of malformed) {
		test(`refuses «${authorization}» with ${ec} (A-104)`, () => {
			const error = thrownBy(() =>
				readV1Header(makeRequest({}), authorization),
			);
			assert.equal(kindOf(error), `400 InvalidArgument ${ec}`);
			assert.equal(error.message, message);
			assert.deepEqual(error.details, {
				ArgumentName: "Authorization",
				ArgumentValue: authorization,
			});
		});
	}

	test("has the date of x-oss-date, or otherwise of Date", () => {
		const now = new Date(DATE);
		byHeader({ headers: { date: DATE } }, "x").requireTime(now);
		byHeader({ headers: { "x-oss-date": DATE } }, "x").requireTime(now);
		byHeader(
			{ headers: { "x-oss-date": "20221228T102741Z" } },
			"x",
		).requireTime(now);

		const old = "Wed, 28 Dec 2022 09:27:41 GMT";
		const skewed = byHeader(
			{ headers: { date: DATE, "x-oss-date": old } },
			"x",
		);
		assert.equal(
			thrownBy(() => skewed.requireTime(now)).code,
			"RequestTimeTooSkewed",
		);
		const undated = byHeader({}, "x");
		assert.equal(thrownBy(() => undated.requireTime(now)).ec, "0002-00000503");
	});
});

suite("Signature V1 in the URL", () => {
	const vectors: readonly [string, string, string, Target, string][] = [
		[
			"V1-5",
			"versionId=versionId&Expires=1699807420&OSSAccessKeyId=ak",
			"dcLTea+Yh9ApirQ8o8dOPqtvJXQ=",
			{ bucket: "bucket", key: "key" },
			"sk",
		],
		[
			"V1-6",
			"versionId=versionId&security-token=token&Expires=1699808204&OSSAccessKeyId=ak",
			"jzKYRrM5y6Br0dRFPaTGOsbrDhY=",
			{ bucket: "bucket", key: "key+123" },
			"sk",
		],
		[
			"V1-8",
			"OSSAccessKeyId=nz2pc56s936&Expires=1141889120",
			"EwaNTn1erJGkimiJ9WmXgwnANLc=",
			{ bucket: "oss-example", key: "oss-api.pdf" },
			DOCS_SECRET,
		],
	];
	for (const [name, query, signature, target, secret] of vectors) {
		test(`verifies ${name}`, () => {
			const rawQuery = `${query}&Signature=${encodeURIComponent(signature)}`;
			assert.ok(isSigned(byUrl({ rawQuery }), secret, target));
			const changed = rawQuery.replace("Expires=1", "Expires=2");
			assert.ok(!isSigned(byUrl({ rawQuery: changed }), secret, target));
		});
	}

	test("is refused with a Content-Type that was not signed", () => {
		const [, query, signature, target] = vectors[0] ?? assert.fail();
		const rawQuery = `${query}&Signature=${encodeURIComponent(signature)}`;
		const headers = { "content-type": "text/plain" };
		assert.ok(!isSigned(byUrl({ rawQuery, headers }), "sk", target));
	});

	test("ignores the header Date", () => {
		const claim = byUrl({
			rawQuery: "OSSAccessKeyId=ak&Expires=1141889120&Signature=x",
			headers: { date: DATE, "x-oss-date": "nonsense" },
		});
		claim.requireTime(new Date(1141889120_000));
		const error = thrownBy(() => claim.requireTime(new Date(1141889121_000)));
		assert.equal(error.ec, "0002-00000069");
	});

	const incomplete = [
		["OSSAccessKeyId=ak&Signature=x", "0002-00000067"],
		["OSSAccessKeyId=ak&Signature=x&Expires=", "0002-00000068"],
		["Signature=x&Expires=1", "0002-00000071"],
		["Signature=x&Expires=1&OSSAccessKeyId=", "0002-00000072"],
		["Signature=x&Expires=1&OSSAccessKeyId=a%09k", "0002-00000073"],
		["OSSAccessKeyId=ak&Expires=1", "0002-00000074"],
		["OSSAccessKeyId=ak&Expires=1&Signature=", "0002-00000075"],
	] as const;
	for (const [rawQuery, ec] of incomplete) {
		test(`refuses «${rawQuery}» with ${ec} (A-118)`, () => {
			const error = thrownBy(() => byUrl({ rawQuery }));
			assert.equal(kindOf(error), `403 AccessDenied ${ec}`);
			assert.equal(
				error.message,
				"Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.",
			);
		});
	}

	test("must have its token in the URL", () => {
		const rawQuery = "OSSAccessKeyId=ak&Expires=1&Signature=x";
		const token = `${rawQuery}&security-token=token`;
		assert.equal(byUrl({ rawQuery: token }).securityToken, "token");

		const headers = { "x-oss-security-token": "token" };
		const error = thrownBy(() => byUrl({ rawQuery, headers }));
		assert.equal(kindOf(error), "400 InvalidRequest 0002-00000005");
		assert.equal(
			error.message,
			"Security-token must be provided by query string parameter.",
		);
	});
});
