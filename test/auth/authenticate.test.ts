import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import { Accounts } from "../../emulator/auth/accounts.ts";
import {
	type Authenticated,
	authenticate,
	type Verification,
} from "../../emulator/auth/authenticate.ts";
import type { OssRequest, Target } from "../../emulator/oss/request.ts";
import { aliOss, requestOf } from "./ali-oss.ts";
import { type Given, kindOf, makeRequest, thrownBy } from "./request.ts";

const known: Verification = {
	accounts: new Accounts([
		{ accessKeyId: "ak", accessKeySecret: "sk", uid: "1" },
		{ accessKeyId: "ak2", accessKeySecret: "sk2", uid: "2" },
	]),
	region: "cn-hangzhou",
	checkSignatures: true,
};
const off: Verification = { ...known, checkSignatures: false };
const object: Target = { bucket: "examplebucket", key: "nelson" };
const DATE = "Wed, 28 Dec 2022 10:27:41 GMT";
const V1_1 = {
	"content-md5": "eB5eJF1ptWaXm4bijSPyxw==",
	"content-type": "text/html",
	date: DATE,
	"x-oss-date": DATE,
	"x-oss-meta-author": "alice",
	"x-oss-meta-magic": "abracadabra",
	authorization: "OSS ak:kSHKmLxlyEAKtZPkJhG9bZb5k7M=",
};

const makeAt = (given: Given): OssRequest =>
	makeRequest({ receivedAt: new Date(DATE), ...given });
const run = (
	given: Given,
	readings: readonly Target[] = [object],
	guard = known,
): Authenticated => authenticate(makeAt(given), readings, guard);

suite("A request", () => {
	test("belongs to the account that signed it", () => {
		assert.deepEqual(run({ method: "PUT", headers: V1_1 }), {
			caller: { accessKeyId: "ak", uid: "1" },
			target: object,
		});
	});

	test("is anonymous without a signature, and has the most likely interpretation", () => {
		const other = { bucket: "other", key: "" };
		assert.deepEqual(run({}, [object, other]), {
			caller: { accessKeyId: "", uid: "" },
			target: object,
		});
	});

	test("has the interpretation that its signature matches, if several are possible", () => {
		const readings = [
			{ bucket: "other", key: "examplebucket/nelson" },
			object,
			{ bucket: "", key: "" },
		];
		const { target } = run({ method: "PUT", headers: V1_1 }, readings);
		assert.equal(target, object);
	});

	test("whose signature matches no interpretation returns the error for the most likely one", () => {
		const readings = [
			{ bucket: "b", key: "a b" },
			{ bucket: "b", key: "a+b" },
		];
		const error = thrownBy(() =>
			run({ method: "PUT", headers: V1_1 }, readings),
		);

		assert.equal(kindOf(error), "403 SignatureDoesNotMatch 0002-00000040");
		assert.match(error.details.StringToSign ?? "", /\n\/b\/a b$/);
	});

	test("for the service that arrives at a bucket's host is SignatureDoesNotMatch, as cpp's suite asserts", () => {
		const signature = createHmac("sha1", "sk")
			.update(`GET\n\n\n${DATE}\n/`)
			.digest("base64");
		const headers = { date: DATE, authorization: `OSS ak:${signature}` };
		const error = thrownBy(() => run({ headers }, [{ bucket: "b", key: "" }]));
		assert.equal(error.code, "SignatureDoesNotMatch");
	});

	test("with an unknown key is refused before its date and signature are checked", () => {
		const headers = { authorization: "OSS unknown:x" };
		const error = thrownBy(() => run({ headers }));

		assert.equal(kindOf(error), "403 InvalidAccessKeyId 0002-00000902");
		assert.deepEqual(error.details, { OSSAccessKeyId: "unknown" });
	});

	test("with a permanent key and a token is InvalidAccessKeyId with every signature version", () => {
		const now = Math.floor(Date.parse(DATE) / 1000) + 60;
		const scope = "20221228/cn-hangzhou/oss/aliyun_v4_request";
		const given: readonly Given[] = [
			{ headers: { ...V1_1, "x-oss-security-token": "bogus" } },
			{
				rawQuery: `OSSAccessKeyId=ak&Expires=${now}&Signature=x&security-token=bogus`,
			},
			{
				headers: {
					authorization: `OSS4-HMAC-SHA256 Credential=ak/${scope},Signature=x`,
					"x-oss-security-token": "bogus",
				},
			},
			{
				rawQuery: `x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=ak/${scope}&x-oss-expires=1&x-oss-signature=x&x-oss-security-token=bogus`,
			},
			{
				headers: {
					authorization: "OSS2 AccessKeyId:ak,Signature:x",
					"x-oss-security-token": "bogus",
				},
			},
		];
		for (const one of given) {
			const error = thrownBy(() => run(one));
			assert.equal(kindOf(error), "403 InvalidAccessKeyId 0002-00000002");
		}
	});

	test("whose date is too old is refused before its signature is compared", () => {
		const headers = { ...V1_1, authorization: "OSS ak:x" };
		const receivedAt = new Date("2022-12-28T10:43:00Z");
		const error = thrownBy(() => run({ method: "PUT", headers, receivedAt }));
		assert.equal(kindOf(error), "403 RequestTimeTooSkewed 0002-00000504");
	});

	test("signed in header and URL is InvalidArgument (A-117)", () => {
		for (const rawQuery of [
			"OSSAccessKeyId=ak&Expires=1&Signature=x",
			"x-oss-signature-version=OSS4-HMAC-SHA256",
			"x-oss-signature-version=OSS2",
		]) {
			const error = thrownBy(() => run({ rawQuery, headers: V1_1 }));
			assert.equal(kindOf(error), "400 InvalidArgument ");
			assert.equal(error.details.ArgumentName, "Authorization");
		}
	});

	test("signed with an unknown scheme is InvalidArgument (A-115)", () => {
		for (const authorization of [
			"OSSxxx a:b",
			"Bearer x",
			"oss ak:x",
			"__proto__ x",
			" ",
			"AWS4-HMAC-SHA256 Credential=a",
		]) {
			const error = thrownBy(() => run({ headers: { authorization } }));
			assert.equal(kindOf(error), "400 InvalidArgument 0002-00000061");
			assert.equal(error.message, "Unsupported Authorization Type");
		}
		const empty = thrownBy(() => run({ headers: { authorization: "" } }));
		assert.equal(kindOf(empty), "400 InvalidArgument 0002-00000062");
		assert.equal(empty.message, "Authorization header value is empty.");
		for (const version of ["ABC", "", "__proto__", "OSS"]) {
			const rawQuery = `x-oss-signature-version=${version}`;
			const error = thrownBy(() => run({ rawQuery }));
			assert.equal(kindOf(error), "400 InvalidArgument 0002-00000066");
		}
	});

	test("with only a parameter Expires is not signed (A-116)", () => {
		assert.equal(run({ rawQuery: "Expires=1&x=2" }).caller.uid, "");
		const parts = [
			"Signature=x",
			"OSSAccessKeyId=ak",
			"Signature=x&OSSAccessKeyId=ak",
		];
		for (const rawQuery of parts)
			assert.equal(thrownBy(() => run({ rawQuery })).code, "AccessDenied");
	});

	test("for another region is refused before its key is looked up", () => {
		const authorization =
			"OSS4-HMAC-SHA256 Credential=unknown/20221228/cn-beijing/oss/aliyun_v4_request,Signature=x";
		const error = thrownBy(() => run({ headers: { authorization } }));
		assert.equal(error.ec, "0002-00000226");
	});

	test("that is a form is anonymous at this step, because the caller is in its fields", () => {
		const bucket = { bucket: "b", key: "" };
		const form = {
			method: "POST",
			headers: {
				"content-type": "multipart/form-data; boundary=x",
				authorization: "Bearer of something",
			},
		};
		assert.equal(run(form, [bucket]).caller.uid, "");
		assert.equal(thrownBy(() => run(form, [object])).code, "InvalidArgument");
		const put = { ...form, method: "PUT" };
		assert.equal(thrownBy(() => run(put, [bucket])).code, "InvalidArgument");
	});

	test("that is a browser's preflight is anonymous, although its URL is signed for another method", () => {
		const rawQuery = "OSSAccessKeyId=ak&Expires=1&Signature=x";
		assert.equal(run({ method: "OPTIONS", rawQuery }).caller.uid, "");
	});

	test("that is malformed in any way returns one of OSS's errors", () => {
		const scraps = [
			"",
			" ",
			",",
			"=",
			":",
			";",
			"/",
			"Credential=",
			"Signature=",
			"AccessKeyId:",
			"Signature:",
			"AdditionalHeaders=",
			"ak",
			"ak/1/2/oss/aliyun_v4_request",
			"ak/20221228/cn-hangzhou/oss/aliyun_v4_request",
			"\u0000",
			"é",
			"__proto__",
			"constructor",
			"%",
			"a".repeat(10_000),
		];
		let signed = 0;
		for (const scheme of ["OSS", "OSS2", "OSS4-HMAC-SHA256", "?"]) {
			for (const a of scraps)
				for (const b of scraps)
					for (const c of scraps.slice(0, 10)) {
						const authorization = `${scheme} ${a}${b}${c}`;
						const error = thrownBy(() =>
							run({ headers: { authorization, "x-oss-date": a } }),
						);
						assert.ok([400, 403].includes(error.status));
						signed++;
					}
		}
		assert.equal(signed, 4 * 21 * 21 * 10);
	});
});

suite("With --auth off, a request", () => {
	const uid = (given: Given): string => run(given, [object], off).caller.uid;

	test("belongs to the account of its key, even if the signature is wrong", () => {
		const scope = "20221228/cn-beijing/s3/aliyun_v4_request";
		assert.equal(uid({ headers: { authorization: "OSS ak2:wrong" } }), "2");
		assert.equal(
			uid({ headers: { authorization: "OSS2 Signature:x,AccessKeyId:ak2" } }),
			"2",
		);
		assert.equal(
			uid({
				headers: {
					authorization: `OSS4-HMAC-SHA256 Signature=x, Credential=ak2/${scope}`,
				},
			}),
			"2",
		);
		assert.equal(uid({ rawQuery: "OSSAccessKeyId=ak2" }), "2");
		assert.equal(uid({ rawQuery: "x-oss-access-key-id=ak2" }), "2");
		assert.equal(uid({ rawQuery: `x-oss-credential=ak2/${scope}` }), "2");
	});

	test("belongs to the default account otherwise", () => {
		assert.equal(uid({}), "1");
		assert.equal(uid({ headers: { authorization: "OSS unknown:x" } }), "1");
		assert.equal(uid({ headers: { authorization: "Bearer ak2" } }), "1");
		assert.equal(uid({ rawQuery: "x-oss-signature-version=ABC" }), "1");
	});

	test("has the most likely interpretation", () => {
		const other = { bucket: "other", key: "" };
		assert.equal(run({ headers: V1_1 }, [other, object], off).target, other);
	});
});

/** The current time, with which ali-oss signs. */
const arrive = (url: string, given: Given): OssRequest => {
	const { pathname, search } = new URL(url);
	return makeRequest({
		...given,
		rawPath: pathname,
		rawQuery: search.slice(1),
		receivedAt: new Date(),
	});
};

suite("A request that ali-oss signs", () => {
	const KEYS = [
		"a",
		"a/b c.txt",
		"a+b",
		"k?{测}[试];,/?:@&=+$<中>-_.!~*'(文)\"￥#%！（字）^ `符|…",
		"%3get+meta.js",
		"\u0001\u001f",
		"folder/",
		"a//b/../c",
	];
	const accept = (request: OssRequest, key: string): void => {
		const target = { bucket: "examplebucket", key };
		const wrong = { ...target, key: `${key}!` };
		assert.deepEqual(authenticate(request, [wrong, target], known), {
			caller: { accessKeyId: "ak", uid: "1" },
			target,
		});
		const error = thrownBy(() => authenticate(request, [wrong], known));
		assert.equal(error.code, "SignatureDoesNotMatch");
	};

	for (const key of KEYS) {
		test(`verifies in URLs, V1 and V4: ${JSON.stringify(key)}`, async () => {
			const process = "image/resize,w_100|watermark,text_5L2g";
			const v1 = aliOss().signatureUrl(key, {
				expires: 600,
				method: "PUT",
				process,
				"Content-Type": "text/plain",
				response: { "content-disposition": 'attachment; filename="猫.txt"' },
				callback: {
					url: "http://example.com/?a=b&c=d",
					body: `bucket=\${bucket}`,
					customValue: { id: "1" },
				},
			});
			accept(
				arrive(v1, {
					method: "PUT",
					headers: { "content-type": "text/plain" },
				}),
				key,
			);

			const headers = {
				range: "bytes=0-9",
				"x-oss-meta-a": "b",
				host: "examplebucket.oss-cn-hangzhou.aliyuncs.com",
			};
			const v4 = await aliOss({ authorizationV4: true }).signatureUrlV4(
				"GET",
				600,
				{
					headers,
					queries: { "x-oss-process": process, versionId: "1", other: "é + /" },
				},
				key,
				["range", "Host"],
			);
			accept(arrive(v4, { headers }), key);
		});

		for (const authorizationV4 of [false, true]) {
			const version = authorizationV4 ? "V4" : "V1";
			test(`verifies in headers, ${version}: ${JSON.stringify(key)}`, () => {
				const client = aliOss({ authorizationV4 });
				const { url, params } = requestOf(client, {
					method: "POST",
					bucket: "examplebucket",
					object: key,
					subres: { append: "", position: "0", "x-oss-process": "a/b" },
					query: { prefix: "", marker: "a+b" },
					content: Buffer.from("meow"),
					headers: { "x-oss-meta-a": " b ", Range: "bytes=0-9" },
					...(authorizationV4 ? { additionalHeaders: ["range"] } : {}),
				});
				const headers = Object.fromEntries(
					Object.entries(params.headers).map(([name, value]) => [
						name.toLowerCase(),
						String(value),
					]),
				);
				accept(arrive(url, { method: "POST", headers }), key);
			});
		}
	}

	test("verifies for a bucket and for the service", () => {
		for (const authorizationV4 of [false, true]) {
			const client = aliOss({ authorizationV4 });
			for (const bucket of ["examplebucket", ""]) {
				const { url, params } = requestOf(client, {
					method: "GET",
					bucket,
					subres: { versions: "" },
					query: { prefix: "", "max-keys": 10, "key-marker": "猫" },
				});
				const headers = Object.fromEntries(
					Object.entries(params.headers).map(([name, value]) => [
						name.toLowerCase(),
						String(value),
					]),
				);
				const target = { bucket, key: "" };
				const request = arrive(url, { headers });
				assert.equal(authenticate(request, [target], known).target, target);
			}
		}
	});
});
