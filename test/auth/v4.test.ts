import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { suite, test } from "node:test";
import { type Claim, isSigned, mismatch } from "../../emulator/auth/claim.ts";
import { readV4Header, readV4Url } from "../../emulator/auth/v4.ts";
import type { Headers } from "../../emulator/oss/request.ts";
import { type Given, kindOf, makeRequest, thrownBy } from "./request.ts";

const SCOPE = "20231216/cn-hangzhou/oss/aliyun_v4_request";

/** The chain of HMACs in the manual. */
function sign(canonicalRequest: string, date = "20231216T162057Z"): string {
	const hash = createHash("sha256").update(canonicalRequest).digest("hex");
	const [day = "", ...rest] = SCOPE.split("/");
	let key: Buffer | string = "aliyun_v4sk";
	for (const part of [day, ...rest])
		key = createHmac("sha256", key).update(part).digest();
	return createHmac("sha256", key)
		.update(`OSS4-HMAC-SHA256\n${date}\n${SCOPE}\n${hash}`)
		.digest("hex");
}

const byHeader = (given: Given, items: string, region = "cn-hangzhou"): Claim =>
	readV4Header(makeRequest(given), `OSS4-HMAC-SHA256 ${items}`, region);
const byUrl = (rawQuery: string, headers: Headers = {}): Claim =>
	readV4Url(makeRequest({ method: "PUT", rawQuery, headers }), "cn-hangzhou");
const hashIn = (claim: Claim, target = A): string | undefined => {
	const [candidate] = claim.candidates(target);
	return candidate?.stringToSign.split("\n").at(-1);
};

const A = { bucket: "bucket", key: "1234+-/123/1.txt" };
const A_QUERY =
	"%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2";
const A_HEADERS = {
	"content-type": "text/plain",
	"x-oss-content-sha256": "UNSIGNED-PAYLOAD",
	"x-oss-head1": "value",
};

suite("Signature V4 in the header", () => {
	// From go2 oss/signer/signer_test.go.
	const vectors = [
		[
			"A1",
			"20231216T162057Z",
			{},
			"",
			"f4613657f1b108998e8dbd10a1aa5da621dc2c6e02c9ddec0f163664848704c4",
			"e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe",
		],
		[
			"A2",
			"20231217T034736Z",
			{ "x-oss-security-token": "token" },
			"",
			"69494678fb11579d4ee12996e2796d9e2ba43c34aa4c723c4aec018f3d6b86b8",
			"b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea",
		],
		[
			"A3",
			"20231216T172512Z",
			{ abc: "value", zabc: "value" },
			"AdditionalHeaders=abc;zabc,",
			"16b86004ed2cc3406dd7a13081bd940ef6a5ad49e508da2d4fdf84e8a5dd2145",
			"4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f",
		],
	] as const;
	for (const [name, date, more, additional, hash, signature] of vectors) {
		test(`verifies ${name}`, () => {
			const headers = { ...A_HEADERS, ...more, "x-oss-date": date };
			const scope = `${date.slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request`;
			const claim = byHeader(
				{ method: "PUT", rawQuery: A_QUERY, headers },
				`Credential=ak/${scope},${additional}Signature=${signature}`,
			);
			assert.equal(hashIn(claim), hash);
			assert.ok(isSigned(claim, "sk", A));
			assert.ok(!isSigned(claim, "ks", A));
			assert.ok(!isSigned(claim, "sk", { ...A, key: "1234 -/123/1.txt" }));
		});
	}

	test("verifies A4 for a cloud box of the emulator's region", () => {
		const claim = byHeader(
			{
				method: "PUT",
				rawQuery: A_QUERY,
				headers: { ...A_HEADERS, "x-oss-date": "20231216T162057Z" },
			},
			"Credential=ak/20231216/cb-123/oss-cloudbox/aliyun_v4_request,Signature=94ce1f12c17d148ea681030275a94449d3357f5b5b21133996eec80af3e08a43",
			"cb-123",
		);
		assert.ok(isSigned(claim, "sk", A));
	});

	// Output of oss2 2.19.1.
	const B = "path/to/object.txt";
	const TOKEN = { "x-oss-security-token": "NEWTOKEN" };
	const cases: readonly [string, string, Given, string][] = [
		[
			"B1",
			"02d1ed3aa2d4e4323db260483f44a9bae2d4f69b22aae4493cba73244e7a1245",
			{ key: B, headers: TOKEN },
			"",
		],
		[
			"B2",
			"e1ed3025a63175fe4d4e0127576c8df1de814f3d66f86aab29ffa4e09253c5ef",
			{
				method: "PUT",
				key: B,
				headers: { ...TOKEN, "content-type": "text/plain" },
			},
			"",
		],
		[
			"B3",
			"9db5c9d7883356aaa9f9406d82f6f1c5e65fb4623b118e9073294cf98cad29fe",
			{ rawQuery: "max-keys=100&prefix=foo/", headers: TOKEN },
			"",
		],
		[
			"B4",
			"6575f2b4788869ae039cf5e38aa6fb6b933a993ef1ac25f5900bde83b6f910d4",
			{ key: B },
			"",
		],
		[
			"B5",
			"f7c69837e3e07dba486c3baa0d8cbd3292a1a54a75acaa0a3f9c98fecf7a73a4",
			{ key: "dir one/obj a.txt", headers: TOKEN },
			"",
		],
		[
			"B6",
			"7d2e5766346d049bff2a1cb46a39427a4e566aef185908dcc964fa6feabd6b21",
			{ key: "a+b/c.txt", headers: TOKEN },
			"",
		],
		[
			"B7 with ?acl",
			"851a80701781e932946ffb87831593fea3d5b24c9417aab01ca1822a1d9e4ed7",
			{ key: B, rawQuery: "acl", headers: TOKEN },
			"",
		],
		[
			"B7 with ?acl=",
			"851a80701781e932946ffb87831593fea3d5b24c9417aab01ca1822a1d9e4ed7",
			{ key: B, rawQuery: "acl=", headers: TOKEN },
			"",
		],
		[
			"B8",
			"67b1351866cded4b241169863456976f6081ac27ed8043a3b47d17a9c5fd6dc1",
			{ method: "POST", key: B, rawQuery: "append&position=0", headers: TOKEN },
			"",
		],
		[
			"B9",
			"fdb79f648019901415f594c6442d5398e3efb3902c67fafae90890b325ad3d65",
			{ key: B, headers: { ...TOKEN, range: "bytes=0-99" } },
			"range",
		],
		[
			"B10",
			"e45ea70784c91f25c733ee6ce981343dbf4e2740f7c5ebc0706084b90bdfb580",
			{ key: B, headers: { ...TOKEN, range: "bytes=0-99" } },
			"range;x-not-present",
		],
		[
			"B11 with a+b",
			"113a1287d4f2b2399da9b3f54aba95879491232ba3e7317ad1edcd026f0454f5",
			{ rawQuery: "prefix=a+b", headers: TOKEN },
			"",
		],
		[
			"B11 with a%20b",
			"113a1287d4f2b2399da9b3f54aba95879491232ba3e7317ad1edcd026f0454f5",
			{ rawQuery: "prefix=a%20b", headers: TOKEN },
			"",
		],
	];
	for (const [name, signature, given, additional] of cases) {
		test(`verifies ${name} in the format of oss2`, () => {
			const headers = {
				...given.headers,
				"x-oss-date": "20260524T100000Z",
				"x-oss-content-sha256": "UNSIGNED-PAYLOAD",
			};
			const more = additional && `, AdditionalHeaders=${additional}`;
			const claim = byHeader(
				{ ...given, headers },
				`Credential=STS.NEWAK/20260524/cn-beijing/oss/aliyun_v4_request, Signature=${signature}${more}`,
				"cn-beijing",
			);
			const target = { bucket: "mybucket", key: given.key ?? "" };
			assert.equal(claim.accessKeyId, "STS.NEWAK");
			assert.equal(claim.securityToken, given.headers ? "NEWTOKEN" : "");
			assert.ok(isSigned(claim, "NEWSECRET", target));
			assert.ok(!isSigned(claim, "NEWSECRET", { ...target, bucket: "b" }));
		});
	}

	const signed = (
		query: string,
		rawQuery: string,
		more: {
			headers?: Headers;
			path?: string;
			lines?: string;
			names?: string;
		} = {},
	): boolean => {
		const { headers, path = "/b/k", lines = "", names = "" } = more;
		const date = "x-oss-date:20231216T162057Z\n";
		const canonicalRequest = `GET\n${path}\n${query}\n${lines}${date}\n${names}\nUNSIGNED-PAYLOAD`;
		const additional = names && `AdditionalHeaders=${names},`;
		const claim = byHeader(
			{ rawQuery, headers: { ...headers, "x-oss-date": "20231216T162057Z" } },
			`Credential=ak/${SCOPE},${additional}Signature=${sign(canonicalRequest)}`,
		);
		const [, bucket = "", ...key] = path.split("/");
		return isSigned(claim, "sk", { bucket, key: key.join("/") });
	};

	test("may cover an equals sign after all empty values, or after those for which ali-oss writes it (A-102)", () => {
		assert.ok(signed("acl=&prefix=", "acl&prefix="));
		assert.ok(signed("prefix=&versions", "versions=&prefix="));
		assert.ok(signed("prefix&versions", "versions=&prefix="));
		assert.ok(!signed("prefix&versions=", "versions=&prefix="));
	});

	test("may cover unchanged lower-case hex, as go2 signs it (A-103)", () => {
		assert.ok(signed("marker=a%20%2fb&x", "x=&marker=a+%2fb"));
		assert.ok(signed("marker=a%20%2Fb&x", "x=&marker=a+%2fb"));
	});

	test("is accepted for a bucket without a slash", () => {
		assert.ok(signed("", "", { path: "/b" }));
		assert.ok(signed("", "", { path: "/b/" }));
	});

	test("covers the first of two parameters with the same name", () => {
		assert.ok(signed("prefix=a", "prefix=a&prefix=b"));
		assert.ok(!signed("prefix=b", "prefix=a&prefix=b"));
	});

	test("ignores additional headers that are always signed or repeated", () => {
		const claim = byHeader(
			{
				headers: {
					"content-type": "a/b",
					range: " bytes=0-1 ",
					"x-oss-a": "1",
				},
			},
			`Credential=ak/${SCOPE},AdditionalHeaders=Range;content-type;x-oss-a;range,Signature=x`,
		);
		const [candidate] = claim.candidates({ bucket: "b", key: "k" });
		assert.equal(
			candidate?.canonicalRequest,
			"GET\n/b/k\n\ncontent-type:a/b\nrange:bytes=0-1\nx-oss-a:1\n\nrange\nUNSIGNED-PAYLOAD",
		);
	});

	test("does not treat members of Object's prototype as headers", () => {
		const names = "__proto__;constructor;tostring";
		assert.ok(signed("", "", { names }));
	});

	test("treats a missing payload hash as UNSIGNED-PAYLOAD (A-108)", () => {
		assert.ok(signed("", ""));
		const error = thrownBy(() =>
			byHeader(
				{ headers: { "x-oss-content-sha256": "e3b0c442" } },
				`Credential=ak/${SCOPE},Signature=x`,
			),
		);
		assert.equal(kindOf(error), "400 InvalidArgument 0002-00000214");
		assert.equal(
			error.message,
			"The x-oss-content-sha256 only supports UNSIGNED-PAYLOAD.",
		);
		assert.equal(error.details.ArgumentName, "x-oss-content-sha256");
	});

	test("has the date of x-oss-date, or of Date as go1 sends it, each in its own format", () => {
		const now = new Date("2023-12-16T16:20:57Z");
		const dated = (headers: Headers): Claim =>
			byHeader({ headers }, `Credential=ak/${SCOPE},Signature=x`);
		const httpDate = "Sat, 16 Dec 2023 16:20:57 GMT";

		dated({ "x-oss-date": "20231216T162057Z" }).requireTime(now);
		dated({ date: httpDate }).requireTime(now);
		for (const headers of [
			{ "x-oss-date": httpDate },
			{ date: "20231216T162057Z" },
		]) {
			const error = thrownBy(() => dated(headers).requireTime(now));
			assert.equal(kindOf(error), "400 InvalidArgument 0002-00000502");
		}
		assert.equal(
			thrownBy(() => dated({}).requireTime(now)).ec,
			"0002-00000503",
		);
		const skewed = dated({ "x-oss-date": "20231216T163558Z" });
		assert.equal(
			thrownBy(() => skewed.requireTime(now)).code,
			"RequestTimeTooSkewed",
		);
	});

	test("covers the text of Date if the request has no other date", () => {
		const date = "Sat, 16 Dec 2023 16:20:57 GMT";
		const signature = sign("GET\n/b/k\n\n\n\nUNSIGNED-PAYLOAD", date);
		const claim = byHeader(
			{ headers: { date } },
			`Credential=ak/${SCOPE},Signature=${signature}`,
		);
		assert.ok(isSigned(claim, "sk", { bucket: "b", key: "k" }));
	});

	test("that is wrong is refused with both strings, in OSS's order", () => {
		const claim = byHeader(
			{ headers: { "x-oss-date": "20231216T162057Z" } },
			`Credential=ak/${SCOPE},Signature=00`,
		);
		const error = mismatch(claim, { bucket: "b", key: "" });

		assert.equal(kindOf(error), "403 SignatureDoesNotMatch 0002-00000201");
		assert.deepEqual(Object.keys(error.details), [
			"OSSAccessKeyId",
			"SignatureProvided",
			"StringToSign",
			"StringToSignBytes",
			"CanonicalRequest",
		]);
		assert.equal(
			error.details.CanonicalRequest,
			"GET\n/b/\n\nx-oss-date:20231216T162057Z\n\n\nUNSIGNED-PAYLOAD",
		);
		assert.match(
			error.details.StringToSign ?? "",
			/^OSS4-HMAC-SHA256\n20231216T162057Z\n20231216\/cn-hangzhou\/oss\/aliyun_v4_request\n[0-9a-f]{64}$/,
		);
	});

	const malformed = [
		["Signature=x", "0002-00000202"],
		[
			`Credential=ak/${SCOPE},Signature=x,AdditionalHeaders=a,Signature=y`,
			"0002-00000202",
		],
		[`Credentialak/${SCOPE},Signature=x`, "0002-00000203"],
		[`Credential=ak/${SCOPE},Signature=x,SignedHeaders=host`, "0002-00000204"],
		["AdditionalHeaders=host,Signature=x", "0002-00000205"],
		["Credential=,Signature=x", "0002-00000205"],
		[`Credential=a\rk/${SCOPE},Signature=x`, "0002-00000206"],
		[`Credential=/${SCOPE},Signature=x`, "0002-00000206"],
		[`Credential=ak/${SCOPE},AdditionalHeaders=host`, "0002-00000207"],
		[`Credential=ak/${SCOPE},Signature=`, "0002-00000208"],
		[`Credential=ak/${SCOPE},AdditionalHeaders=,Signature=x`, "0002-00000209"],
		[
			`Credential=ak/${SCOPE},AdditionalHeaders=host;,Signature=x`,
			"0002-00000210",
		],
		[
			"Credential=ak/2022-12-20/cn-hangzhou/oss/aliyun_v4_request,Signature=x",
			"0002-00000212",
		],
		["Credential=ak/20221220/cn-hangzhou/oss/abc,Signature=x", "0002-00000213"],
		["Credential=ak,Signature=x", "0002-00000213"],
		[`Credential=${"/".repeat(8000)},Signature=x`, "0002-00000213"],
	] as const;
	for (const [items, ec] of malformed) {
		test(`refuses «${JSON.stringify(items).slice(0, 80)}» with ${ec} (A-105)`, () => {
			const error = thrownBy(() => byHeader({}, items));
			assert.equal(kindOf(error), `400 InvalidArgument ${ec}`);
			assert.equal(error.details.ArgumentName, "Authorization");
		});
	}

	test("is valid for one region, and the error is the recorded one", () => {
		const items =
			"Credential=ak/20231216/cn-beijing/oss/aliyun_v4_request,Signature=x";
		const error = thrownBy(() => byHeader({}, items));

		assert.equal(kindOf(error), "400 InvalidArgument 0002-00000226");
		assert.equal(
			error.message,
			"Invalid signing region in Authorization header.",
		);
		assert.deepEqual(error.details, {
			Authorization: `OSS4-HMAC-SHA256 ${items}`,
		});
	});

	test("is valid for one product, as java1's suite asserts for another cloud box", () => {
		for (const scope of ["1/oss-cloudbox", "cn-hangzhou/s3", "cn-beijing/s3"]) {
			const items = `Credential=ak/20231216/${scope}/aliyun_v4_request,Signature=x`;
			const error = thrownBy(() => byHeader({}, items));

			assert.equal(kindOf(error), "400 InvalidArgument 0002-00000227");
			assert.equal(
				error.message,
				"Invalid signing product in Authorization header.",
			);
		}
	});
});

suite("Signature V4 in the URL", () => {
	const headers = {
		"content-type": "application/octet-stream",
		"x-oss-head1": "value",
	};
	const query = (date: string, more = ""): string =>
		`${A_QUERY}&x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=${encodeURIComponent(`ak/${date.slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request`)}&x-oss-date=${date}&x-oss-expires=599${more}`;

	// From go2 oss/signer/signer_test.go.
	const vectors = [
		[
			"A5",
			"20231217T025437Z",
			"",
			{},
			"48814c11f278d51662015bf2f896b66ca10b6de0187ed8d952e341bbce0aa336",
			"a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe",
		],
		[
			"A6",
			"20231217T035628Z",
			"&x-oss-security-token=token",
			{},
			"458705026c021c95dd317d008cff79df19ce99bf2b241d1ecb20f4d65bb851a5",
			"3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5",
		],
		[
			"A7",
			"20231217T033009Z",
			"&x-oss-additional-headers=abc%3Bzabc",
			{ abc: "value", zabc: "value" },
			"e06541af14a8dc30dd12d3b75557af47f405e37784a76eae1a844c3426777df9",
			"6bd984bfe531afb6db1f7550983a741b103a8c58e5e14f83ea474c2322dfa2b7",
		],
	] as const;
	for (const [name, date, more, moreHeaders, hash, signature] of vectors) {
		test(`verifies ${name}`, () => {
			const rawQuery = query(date, `${more}&x-oss-signature=${signature}`);
			const sent = { ...headers, ...moreHeaders };
			const claim = byUrl(rawQuery, sent);

			assert.equal(hashIn(claim), hash);
			assert.ok(isSigned(claim, "sk", A));
			assert.ok(!isSigned(claim, "ks", A));
			assert.ok(!isSigned(byUrl(`${rawQuery}&extra=1`, sent), "sk", A));
			assert.ok(
				!isSigned(byUrl(rawQuery, { ...sent, "content-type": "a/b" }), "sk", A),
			);
		});
	}

	test("is valid from its date for x-oss-expires seconds", () => {
		const claim = byUrl(query("20231217T025437Z", "&x-oss-signature=x"));

		claim.requireTime(new Date("2023-12-17T02:39:37Z"));
		claim.requireTime(new Date("2023-12-17T03:04:36Z"));
		const early = thrownBy(() =>
			claim.requireTime(new Date("2023-12-17T02:39:36Z")),
		);
		assert.equal(early.ec, "0002-00000235");
		const late = thrownBy(() =>
			claim.requireTime(new Date("2023-12-17T03:04:37Z")),
		);
		assert.equal(late.ec, "0002-00000236");
	});

	test("can have its date in a header, as in the example on the page of EC 0002-00000502", () => {
		const rawQuery = query("20231217T025437Z", "&x-oss-signature=x").replace(
			/&x-oss-date=[^&]*/,
			"",
		);
		const now = new Date("2023-12-17T02:54:37Z");

		byUrl(rawQuery, { "x-oss-date": "20231217T025437Z" }).requireTime(now);
		assert.equal(
			thrownBy(() => byUrl(rawQuery).requireTime(now)).ec,
			"0002-00000503",
		);
	});

	const valid = query("20231217T025437Z", "&x-oss-signature=x");
	const broken = [
		["x-oss-expires=599", "", "0002-00000215"],
		["x-oss-expires=599", "x-oss-expires=", "0002-00000216"],
		["x-oss-expires=599", "x-oss-expires=0", "0002-00000232"],
		["x-oss-expires=599", "x-oss-expires=604801", "0002-00000232"],
		["x-oss-expires=599", "x-oss-expires=-1", "0002-00000232"],
		["x-oss-expires=599", "x-oss-expires=NaN", "0002-00000232"],
		["x-oss-expires=599", `x-oss-expires=${"9".repeat(400)}`, "0002-00000232"],
		["x-oss-credential=", "other=", "0002-00000217"],
		[/x-oss-credential=[^&]*/, "x-oss-credential=", "0002-00000218"],
		["x-oss-signature=x", "", "0002-00000219"],
		["x-oss-signature=x", "x-oss-signature=", "0002-00000220"],
		["x-oss-credential=ak", "x-oss-credential=%0Dabc", "0002-00000222"],
		["20231217%2F", "2022-12-20%2F", "0002-00000223"],
		["aliyun_v4_request", "abc", "0002-00000224"],
		[
			"x-oss-signature=x",
			"x-oss-signature=x&x-oss-additional-headers=",
			"0002-00000209",
		],
		[
			"x-oss-signature=x",
			"x-oss-signature=x&x-oss-additional-headers=%20;host",
			"0002-00000210",
		],
		[
			"x-oss-signature=x",
			"x-oss-signature=x&x-oss-additional-headers=email;x-oss-a",
			"0002-00000211",
		],
		["cn-hangzhou", "cn-beijing", "0002-00000226"],
		["%2Foss%2F", "%2Fs3%2F", "0002-00000227"],
	] as const;
	for (const [part, replacement, ec] of broken) {
		const what = `${part} → ${replacement.slice(0, 40)}`;
		test(`refuses «${what}» with ${ec} (A-104, A-120)`, () => {
			const error = thrownBy(() => byUrl(valid.replace(part, replacement)));
			assert.equal(kindOf(error), `400 InvalidArgument ${ec}`);
			assert.match(error.details.ArgumentName ?? "", /^x-oss-/);
		});
	}

	test("is valid for one region; py1's suite asserts the message", () => {
		const elsewhere = valid.replace("cn-hangzhou", "None");
		const error = thrownBy(() => byUrl(elsewhere));
		assert.equal(error.message, "The signing region in credential is invalid.");
	});

	test("is valid for at most 604800 seconds, seven days", () => {
		byUrl(valid.replace("x-oss-expires=599", "x-oss-expires=604800"));
		byUrl(valid.replace("x-oss-expires=599", "x-oss-expires=1"));
	});
});
