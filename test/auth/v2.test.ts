import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import { isSigned, mismatch } from "../../emulator/auth/claim.ts";
import { readV2Header, readV2Url } from "../../emulator/auth/v2.ts";
import type { Target } from "../../emulator/oss/request.ts";
import { type Given, kindOf, makeRequest, thrownBy } from "./request.ts";

const DATE = "Sun, 25 Dec 2022 04:47:41 GMT";
const NOW = new Date(DATE);
const object = { bucket: "bucket", key: "a/b c.txt" };
const bucket = { bucket: "bucket", key: "" };

const sign = (stringToSign: string): string =>
	createHmac("sha256", "sk").update(stringToSign).digest("base64");

suite("Signature V2 in the header", () => {
	// Output of oss2 2.19.1, AuthV2("ak", "sk"), at this date.
	const vectors: readonly [string, Given, Target, string][] = [
		[
			"PutObject with its headers",
			{
				method: "PUT",
				headers: {
					"content-type": "text/plain",
					"content-md5": "eB5eJF1ptWaXm4bijSPyxw==",
					"x-oss-meta-a": "alice",
				},
			},
			object,
			"Signature:U6IBPO5XquQN89BVrrG2UrGGYEHAdihCd2+LTVIDV/g=",
		],
		[
			"an additional header and an empty parameter",
			{ rawQuery: "acl=", headers: { range: "bytes=0-9" } },
			object,
			"AdditionalHeaders:range,Signature:aBENzx4VR0RXtmha1g21p+89b6NremsQ9pioOBeZ7g4=",
		],
		[
			"a listing",
			{ rawQuery: "prefix=foo%2F&max-keys=100&delimiter=" },
			bucket,
			"Signature:b6auQhCwmFIYo+gsqyQ+EN2llT4qvaYVS1/E4U3hVnM=",
		],
		[
			"the service",
			{},
			{ bucket: "", key: "" },
			"Signature:Ft/Tviqp4fef1w5N6TWZ5O3jQ2B35/E51DIzoZCIvHs=",
		],
		[
			"a key and a value that must be encoded",
			{ rawQuery: "x=%2A~%20%2F" },
			{ bucket: "bucket", key: "猫+1" },
			"Signature:rYakG86Ude0T8Lh8EtOPmMs+GaVJDN57zoUjEUktjJs=",
		],
	];
	for (const [what, given, target, items] of vectors) {
		test(`verifies ${what}`, () => {
			const headers = { ...given.headers, date: DATE };
			const request = makeRequest({ ...given, headers });
			const claim = readV2Header(request, `OSS2 AccessKeyId:ak,${items}`);

			assert.ok(isSigned(claim, "sk", target));
			assert.ok(!isSigned(claim, "ks", target));
			assert.ok(!isSigned(claim, "sk", { bucket: "x", key: "y" }));
			claim.requireTime(NOW);
		});
	}

	test("covers Date, and has the date of x-oss-date, if both are sent (A-119)", () => {
		const old = "Sat, 24 Dec 2022 04:47:41 GMT";
		const request = makeRequest({ headers: { date: DATE, "x-oss-date": old } });
		const signature = sign(
			`GET\n\n\n${DATE}\nx-oss-date:${old}\n\n%2Fbucket%2F`,
		);
		const claim = readV2Header(
			request,
			`OSS2 AccessKeyId:ak,Signature:${signature}`,
		);
		assert.ok(isSigned(claim, "sk", bucket));
		// From py1 test_sign.py, test_sign_v2_x_oss_date.
		assert.equal(
			thrownBy(() => claim.requireTime(NOW)).code,
			"RequestTimeTooSkewed",
		);
	});

	test("can have x-oss-* headers as additional headers, as in java1's suite", () => {
		const request = makeRequest({
			headers: { date: DATE, abc: "1", "x-oss-head1": "2", zabc: "3" },
		});
		const signature = sign(
			`GET\n\n\n${DATE}\nabc:1\nx-oss-head1:2\nzabc:3\nabc;x-oss-head1;zabc\n%2Fbucket%2Fk`,
		);
		const claim = readV2Header(
			request,
			`OSS2 AccessKeyId:ak,AdditionalHeaders:ZAbc;x-oss-head1;abc,Signature:${signature}`,
		);
		assert.ok(isSigned(claim, "sk", { bucket: "bucket", key: "k" }));
	});

	test("that is wrong is refused with the string to sign (A-107)", () => {
		const request = makeRequest({ rawQuery: "acl", headers: { date: DATE } });
		const claim = readV2Header(request, "OSS2 AccessKeyId:ak,Signature:x");
		const error = mismatch(claim, bucket);

		assert.equal(kindOf(error), "403 SignatureDoesNotMatch 0002-00000101");
		assert.equal(
			error.details.StringToSign,
			`GET\n\n\n${DATE}\n\n%2Fbucket%2F?acl`,
		);
	});

	const malformed = [
		["AccessKeyId:ak", "0002-00000102"],
		[
			"AccessKeyId:ak,Signature:x,AdditionalHeaders:a,Signature:y",
			"0002-00000102",
		],
		["AccessKeyId:ak,Signature", "0002-00000103"],
		["AccessKeyId:ak,Signature:x,Unknown:1", "0002-00000104"],
		["AdditionalHeaders:host,Signature:x", "0002-00000105"],
		["AccessKeyId:,Signature:x", "0002-00000106"],
		["AccessKeyId:a\rk,Signature:x", "0002-00000107"],
		["AccessKeyId:ak,AdditionalHeaders:host", "0002-00000108"],
		["AccessKeyId:ak,Signature:", "0002-00000109"],
		["AccessKeyId:ak,AdditionalHeaders:,Signature:x", "0002-00000110"],
		["AccessKeyId:ak,AdditionalHeaders:host;,Signature:x", "0002-00000111"],
		["AccessKeyId:ak,AdditionalHeaders:range,Signature:x", "0002-00000112"],
	] as const;
	for (const [items, ec] of malformed) {
		test(`refuses «${JSON.stringify(items)}» with ${ec}`, () => {
			const error = thrownBy(() =>
				readV2Header(makeRequest({}), `OSS2 ${items}`),
			);
			assert.equal(kindOf(error), `400 InvalidArgument ${ec}`);
			assert.equal(error.details.ArgumentName, "Authorization");
		});
	}
});

suite("Signature V2 in the URL", () => {
	// Output of oss2 2.19.1, sign_url with 600 seconds.
	const URL_1 =
		"versionId=v1&x-oss-signature-version=OSS2&x-oss-expires=1671944261&x-oss-access-key-id=ak&x-oss-signature=6LAAxKanbHvi4nXHHRLbyqN2HNTUz%2B8latZxzOxosUo%3D";
	const URL_2 =
		"x-oss-signature-version=OSS2&x-oss-expires=1671944261&x-oss-access-key-id=ak&x-oss-additional-headers=range&x-oss-signature=ymftscd1TUD5WSl0y%2FDnLg78%2FNgfugUQtxQv%2Bui4FY4%3D";

	test("is accepted from oss2 until it expires", () => {
		const claim = readV2Url(makeRequest({ rawQuery: URL_1 }));

		assert.ok(isSigned(claim, "sk", object));
		assert.ok(!isSigned(claim, "sk", { ...object, key: "a" }));
		claim.requireTime(new Date(1671944261_000));
		const error = thrownBy(() => claim.requireTime(new Date(1671944262_000)));
		assert.equal(error.ec, "0002-00000069");
	});

	test("is accepted only with the signed headers", () => {
		const given = { method: "PUT", rawQuery: URL_2 };
		const headers = { range: "bytes=0-9", "content-type": "text/plain" };
		const target = { bucket: "bucket", key: "k" };
		const verifies = (sent: Given["headers"]): boolean =>
			isSigned(
				readV2Url(makeRequest({ ...given, headers: sent ?? {} })),
				"sk",
				target,
			);

		assert.ok(verifies(headers));
		assert.ok(!verifies({ ...headers, range: "bytes=0-8" }));
		assert.ok(!verifies({ range: "bytes=0-9" }));
	});

	const incomplete = [
		["", "0002-00000113"],
		["x-oss-expires=", "0002-00000114"],
		["x-oss-expires=1", "0002-00000115"],
		["x-oss-expires=1&x-oss-access-key-id=", "0002-00000116"],
		["x-oss-expires=1&x-oss-access-key-id=ak", "0002-00000117"],
		[
			"x-oss-expires=1&x-oss-access-key-id=ak&x-oss-signature=",
			"0002-00000118",
		],
		[
			"x-oss-expires=1&x-oss-access-key-id=ak&x-oss-signature=x&x-oss-additional-headers=",
			"0002-00000076",
		],
		[
			"x-oss-expires=1&x-oss-access-key-id=ak&x-oss-signature=x&x-oss-additional-headers=%20;host",
			"0002-00000077",
		],
		[
			"x-oss-expires=1&x-oss-access-key-id=ak&x-oss-signature=x&x-oss-additional-headers=range",
			"0002-00000077",
		],
	] as const;
	for (const [rawQuery, ec] of incomplete) {
		test(`refuses «${rawQuery}» with ${ec}`, () => {
			const error = thrownBy(() => readV2Url(makeRequest({ rawQuery })));
			assert.equal(kindOf(error), `400 InvalidArgument ${ec}`);
		});
	}
});
