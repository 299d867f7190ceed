import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isSigned } from "../../emulator/auth/claim.ts";
import { readV4Header, readV4Url } from "../../emulator/s3/v4.ts";
import { makeRequest } from "../auth/request.ts";
import { refusal, textsOf } from "../client.ts";
import { startS3 } from "./s3.ts";
import { sha256, signV4 } from "./sign.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const EMPTY = sha256("");
const TARGET = { bucket: "examplebucket", key: "test.txt" };

type Vector = readonly [
	what: string,
	method: string,
	target: string,
	headers: Readonly<Record<string, string>>,
	signature: string,
];

/** Source: AWS «Authenticating requests: using the Authorization header». */
const OF_AWS: readonly Vector[] = [
	[
		"GET of a range",
		"GET",
		"/test.txt",
		{ range: "bytes=0-9", "x-amz-content-sha256": EMPTY },
		"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
	],
	[
		"PUT with a storage class",
		"PUT",
		"/test%24file.text",
		{
			date: "Fri, 24 May 2013 00:00:00 GMT",
			"x-amz-content-sha256":
				"44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
			"x-amz-storage-class": "REDUCED_REDUNDANCY",
		},
		"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
	],
	[
		"GET of a sub-resource without a value",
		"GET",
		"/?lifecycle",
		{ "x-amz-content-sha256": EMPTY },
		"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
	],
	[
		"GET with parameters",
		"GET",
		"/?max-keys=2&prefix=J",
		{ "x-amz-content-sha256": EMPTY },
		"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
	],
];

function claimOf(
	[, method, target, headers, signature]: Vector,
	{ host = "examplebucket.s3.amazonaws.com", region = "us-east-1" } = {},
	date = "20130524T000000Z",
) {
	const [rawPath = "", rawQuery = ""] = target.split(/\?(.*)/s, 2);
	const sent: Record<string, string> = { host, "x-amz-date": date, ...headers };
	const names = Object.keys(sent).sort().join(";");
	const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
	const authorization = `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/${scope},SignedHeaders=${names},Signature=${signature}`;
	const request = makeRequest({
		...{ method, rawPath, rawQuery },
		headers: { ...sent, authorization },
	});
	return readV4Header(request, authorization);
}

suite("AWS Signature Version 4 in a header", () => {
	for (const vector of OF_AWS)
		test(`equals AWS's example: ${vector[0]}`, () => {
			assert.ok(isSigned(claimOf(vector), SECRET, TARGET));
			const wrong = [...vector.slice(0, 4), "0".repeat(64)];
			assert.ok(!isSigned(claimOf(wrong as never), SECRET, TARGET));
		});

	for (const [region, signature] of [
		[
			"cn-hangzhou",
			"2ee02d14e1805e55929ac9bd4afc822e39780c059221c150aa75c4864b371fb8",
		],
		[
			"oss-cn-hangzhou",
			"c878bb76632b7ad4226860934c7949ba1786ebd8a7f4d1a8e2ac0883989eb5ac",
		],
		[
			"us-east-1",
			"67053b29cb2775a0a39a0b21d5c2a1837f2defaee587888b1ed1cef7d012fcb5",
		],
	] as const)
		test(`can have the region ${region}, with the corresponding key`, () => {
			const vector: Vector = [
				...(["", "GET", "/test.txt"] as const),
				{ "x-amz-content-sha256": EMPTY },
				signature,
			];
			const host = "examplebucket.s3.oss-cn-hangzhou.aliyuncs.com";
			const claim = claimOf(vector, { host, region }, "20260101T000000Z");
			assert.ok(isSigned(claim, SECRET, TARGET));
		});

	test("signs a key with UTF-8, a space and a plus as they are encoded on the wire", () => {
		const vector: Vector = [
			"",
			"GET",
			"/%E4%B8%AD%20%2B.txt?x-oss-process=image%2Fresize%2Cw_100",
			{ "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
			"1306ca191813308b77dde8d85a76435443295817ac5455d1a1281a94753769ea",
		];
		const host = "examplebucket.s3.oss-cn-hangzhou.aliyuncs.com";
		const place = { host, region: "cn-hangzhou" };
		assert.ok(
			isSigned(claimOf(vector, place, "20260101T000000Z"), SECRET, TARGET),
		);
	});

	test("in a URL equals AWS's example", () => {
		const query = [
			"X-Amz-Algorithm=AWS4-HMAC-SHA256",
			"X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
			"X-Amz-Date=20130524T000000Z",
			"X-Amz-Expires=86400",
			"X-Amz-SignedHeaders=host",
			"X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
		];
		const request = makeRequest({
			rawPath: "/test.txt",
			rawQuery: query.join("&"),
			headers: { host: "examplebucket.s3.amazonaws.com" },
		});
		assert.ok(isSigned(readV4Url(request), SECRET, TARGET));
	});
});

suite("A request signed with V4 in its header", () => {
	for (const target of [
		"/%E7%8C%AB%20%2B.txt",
		"/a//b",
		"/./x",
		"/a/../b",
		"/%2Fa",
		"/paren(1)!.txt",
	])
		test(`reads ${target} unchanged`, async (t) => {
			const { photos } = await startS3(t);
			const put = await photos.put(target, "hello");
			if (target === "/%2Fa") {
				assert.match(refusal(put), /^400 InvalidObjectName /);
				return;
			}
			assert.equal(put.status, 200, put.text);
			assert.equal((await photos.get(target)).text, "hello");
			const listed = await photos.get("/");
			assert.deepEqual(textsOf(listed, "Key"), [
				decodeURIComponent(target.slice(1)),
			]);
		});

	for (const target of [
		"/?acl",
		"/?acl=",
		"/?prefix=&acl",
		"/?prefix=a&prefix=b",
		"/?prefix=b&prefix=a&list-type=2",
	])
		test(`can have the query ${target}`, async (t) => {
			const { photos } = await startS3(t);
			assert.equal((await photos.get(target)).status, 200);
		});

	test("can have its items in any order, with and without spaces", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const signed = signV4({ key, host, method: "GET", target: "/" });
		const [word = "", ...items] = (signed.authorization ?? "").split(/,? /);
		for (const list of [items.join(","), items.toReversed().join(" ,  ")]) {
			const authorization = `${word} ${list}`;
			const answer = await photos.sendAs("GET", "/", {
				...signed,
				authorization,
			});
			assert.equal(answer.status, 200, answer.text);
		}
	});

	test("can have a Date in place of x-amz-date", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const now = new Date();
		const signed = signV4({
			...{ key, host, now, method: "GET", target: "/" },
			headers: { date: now.toUTCString() },
			unsigned: ["x-amz-date"],
		});
		delete signed["x-amz-date"];
		assert.equal((await photos.sendAs("GET", "/", signed)).status, 200);
	});

	const changes: readonly (readonly [
		what: string,
		change: (authorization: string) => string,
		refused: RegExp,
	])[] = [
		[
			"another algorithm",
			(text) => text.replace("SHA256", "SHA1"),
			/^400 InvalidArgument 0002-00000402: /,
		],
		[
			"no Credential",
			(text) => text.replace(/Credential=\S+ /, ""),
			/^400 InvalidArgument 0002-00000403: /,
		],
		[
			"a Credential with four parts",
			(text) => text.replace("/s3/", "/"),
			/^400 InvalidArgument 0002-00000404: /,
		],
		[
			"a Credential for another service",
			(text) => text.replace("/s3/", "/ec2/"),
			/^400 InvalidArgument 0002-00000404: /,
		],
		[
			"no SignedHeaders",
			(text) => text.replace(/SignedHeaders=\S+ /, ""),
			/^400 InvalidArgument 0002-00000405: /,
		],
		[
			"no commas",
			(text) => text.replaceAll(",", ""),
			/^400 InvalidArgument 0002-00000406: /,
		],
		[
			"no Signature",
			(text) => text.replace(/, Signature=\S+/, ""),
			/^400 InvalidArgument 0002-00000407: /,
		],
		[
			"a short Signature",
			(text) => text.slice(0, -1),
			/^400 InvalidArgument 0002-00000408: /,
		],
		[
			"no host in SignedHeaders",
			(text) => text.replace("host;", ""),
			/^400 InvalidArgument 0002-00000420: /,
		],
		[
			"another date in its Credential",
			(text) => text.replace(/\/\d{8}\//, "/20130524/"),
			/^400 InvalidArgument 0002-00000409: /,
		],
		[
			"another signature",
			(text) => text.replace(/.{4}$/, "0000"),
			/^403 SignatureDoesNotMatch 0002-00000429: The request signature we calculated does not match/,
		],
	];
	for (const [what, change, refused] of changes)
		test(`with ${what} is refused (A-302)`, async (t) => {
			const { photos } = await startS3(t);
			const { key, host } = photos;
			const signed = signV4({ key, host, method: "GET", target: "/" });
			const authorization = change(signed.authorization ?? "");
			const answer = await photos.sendAs("GET", "/", {
				...signed,
				authorization,
			});
			assert.match(refusal(answer), refused);
			if (answer.status === 400)
				assert.deepEqual(
					[textsOf(answer, "ArgumentName"), textsOf(answer, "ArgumentValue")],
					[["Authorization"], [authorization]],
				);
		});

	test("with an empty signature is refused in the S3 protocol (A-302)", async (t) => {
		const { photos } = await startS3(t);
		const answer = await photos.sendAs("GET", "/", {
			authorization: "",
			"x-oss-s3-compat": "true",
		});
		assert.match(refusal(answer), /^400 InvalidArgument 0002-00000401: /);
	});

	test("signs the values of a repeated header with a comma between them", async (t) => {
		const { photos, key } = await startS3(t);
		const headers = signV4({
			...{ key, host: photos.host, method: "PUT", target: "/a" },
			headers: { "x-amz-meta-a": "1,2" },
		});
		// As Node.js joins the values of two headers.
		const sent = { ...headers, "x-amz-meta-a": "1, 2" };
		const answer = await photos.sendAs("PUT", "/a", sent);
		assert.equal(answer.status, 200, answer.text);
	});

	test("must sign every x-amz- header that it sends, and send every header that it signs (A-303)", async (t) => {
		const { photos } = await startS3(t);
		const unsigned = await photos.get("/", {
			headers: { "x-amz-acl": "private" },
			unsigned: ["x-amz-acl"],
		});
		assert.match(
			refusal(unsigned),
			/^403 SignatureDoesNotMatch 0002-00000431: /,
		);
		for (const declared of [["x-amz-absent"], ["under_score"]])
			assert.match(
				refusal(await photos.get("/", { declared })),
				/^403 SignatureDoesNotMatch 0002-00000428: /,
			);
	});

	test("with an unknown key or with another secret is refused", async (t) => {
		const { photos, key } = await startS3(t);
		const stranger = photos.with({ key: { ...key, id: "AKIASTRANGER" } });
		assert.match(refusal(await stranger.get("/")), /^403 InvalidAccessKeyId /);
		const forger = photos.with({ key: { ...key, secret: "another" } });
		const answer = await forger.get("/");
		assert.match(refusal(answer), /^403 SignatureDoesNotMatch 0002-00000429: /);
		assert.deepEqual(textsOf(answer, "OSSAccessKeyId"), [key.id]);
		assert.match(
			textsOf(answer, "StringToSign")[0] ?? "",
			/^AWS4-HMAC-SHA256\n/,
		);
		assert.match(textsOf(answer, "CanonicalRequest")[0] ?? "", /^GET\n\/\n\n/);
	});

	test("from 16 minutes ago is refused with both times", async (t) => {
		const { photos } = await startS3(t);
		const now = new Date(Date.now() - 16 * 60_000);
		const answer = await photos.get("/", { now });
		assert.match(refusal(answer), /^403 RequestTimeTooSkewed /);
		assert.equal(textsOf(answer, "ServerTime").length, 1);
	});

	test("with OSS's security token header is refused (A-306)", async (t) => {
		const { photos } = await startS3(t);
		const headers = { "x-oss-security-token": "CAIS" };
		assert.match(
			refusal(await photos.get("/", { headers })),
			/^400 InvalidArgument 0002-00000009: /,
		);
	});

	test("and another signature in its URL is refused", async (t) => {
		const { photos } = await startS3(t);
		const answer = await photos.get("/?X-Amz-Signature=a");
		assert.match(
			refusal(answer),
			/^400 InvalidArgument : Only one of the Authorization header/,
		);
	});

	test("is accepted with any signature with --auth off, and still translated", async (t) => {
		const { photos, key } = await startS3(t, "--auth", "off");
		const forger = photos.with({ key: { ...key, secret: "another" } });
		const answer = await forger.put("/a", "hello", {
			"x-amz-meta-by": "tom",
		});
		assert.equal(answer.status, 200);
		const head = await photos.head("/a");
		assert.equal(head.headers["x-amz-meta-by"], "tom");
	});
});
