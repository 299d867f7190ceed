import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Signable, signHeaders } from "../../emulator/upstream/sign.ts";

const NOW = new Date("2026-05-24T10:00:00Z");
const SCOPE = "20260524/cn-beijing/oss/aliyun_v4_request";
const KEY = { accessKeyId: "STS.NEWAK", accessKeySecret: "NEWSECRET" };

const B1: Signable = {
	...{ method: "GET", bucket: "mybucket", key: "path/to/object.txt" },
	...{ query: new Map(), rawQuery: "", headers: {} },
};

suite("A request to the cloud has the signature of oss2 2.19.1:", () => {
	// The output of this SDK for these requests.
	const vectors: readonly (readonly [
		string,
		Partial<Signable>,
		string,
		string,
	])[] = [
		[
			...(["GetObject with a token", {}, "NEWTOKEN"] as const),
			"02d1ed3aa2d4e4323db260483f44a9bae2d4f69b22aae4493cba73244e7a1245",
		],
		[
			...([
				"PutObject with a type",
				{ method: "PUT", headers: { "content-type": "text/plain" } },
				"NEWTOKEN",
			] as const),
			"e1ed3025a63175fe4d4e0127576c8df1de814f3d66f86aab29ffa4e09253c5ef",
		],
		[
			...([
				"ListObjects",
				{
					key: "",
					query: new Map([
						["prefix", "foo/"],
						["max-keys", "100"],
					]),
					rawQuery: "prefix=foo%2F&max-keys=100",
				},
				"NEWTOKEN",
			] as const),
			"9db5c9d7883356aaa9f9406d82f6f1c5e65fb4623b118e9073294cf98cad29fe",
		],
		[
			...(["GetObject without a token", {}, ""] as const),
			"6575f2b4788869ae039cf5e38aa6fb6b933a993ef1ac25f5900bde83b6f910d4",
		],
		[
			...([
				"GetObject of a key with a plus",
				{ key: "a+b/c.txt" },
				"NEWTOKEN",
			] as const),
			"7d2e5766346d049bff2a1cb46a39427a4e566aef185908dcc964fa6feabd6b21",
		],
		[
			...([
				"GetObjectACL",
				{ query: new Map([["acl", ""]]), rawQuery: "acl" },
				"NEWTOKEN",
			] as const),
			"851a80701781e932946ffb87831593fea3d5b24c9417aab01ca1822a1d9e4ed7",
		],
	];
	for (const [what, request, securityToken, signature] of vectors)
		test(what, () => {
			const credentials = { ...KEY, securityToken };
			const signed = signHeaders(
				...([{ ...B1, ...request }, credentials, "cn-beijing", NOW] as const),
			);
			assert.equal(
				signed.authorization,
				`OSS4-HMAC-SHA256 Credential=STS.NEWAK/${SCOPE},Signature=${signature}`,
			);
			assert.equal(signed["x-oss-date"], "20260524T100000Z");
			const token = securityToken === "" ? undefined : securityToken;
			assert.equal(signed["x-oss-security-token"], token);
		});
});
