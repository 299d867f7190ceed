import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { rpcStringToSign, signRpc } from "../../emulator/sts/rpc.ts";

/** The example in docs «Signature method» of STS. */
const DOCUMENTED = {
	AccessKeyId: "testid",
	Action: "AssumeRole",
	Format: "JSON",
	RoleArn: "acs:ram::1234567890123:role/firstrole",
	RoleSessionName: "client",
	SignatureMethod: "HMAC-SHA1",
	SignatureNonce: "571f8fb8-506e-11e5-8e12-b8e8563dc8d2",
	SignatureVersion: "1.0",
	Timestamp: "2015-09-01T05:57:34Z",
	Version: "2015-04-01",
};

/** From the Ruby SDK's spec/aliyun/sts/util_spec.rb. */
const RUBY = {
	Action: "AssumeRole",
	RoleArn: "role-1",
	RoleSessionName: "app-1",
	DurationSeconds: "300",
	Format: "XML",
	Version: "2015-04-01",
	AccessKeyId: "xxx",
	SignatureMethod: "HMAC-SHA1",
	SignatureVersion: "1.0",
	SignatureNonce: "3.14159",
	Timestamp: "2015-12-07T07:18:41Z",
};

const AWKWARD = {
	...DOCUMENTED,
	Policy:
		'{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:PutObject"],"Resource":["acs:oss:*:*:my bucket/~a*(1)!\'猫"]}]}',
};

suite("The RPC signature", () => {
	const cases = [
		[
			"of the documented GET",
			"GET",
			"testsecret",
			DOCUMENTED,
			"gNI7b0AyKZHxDgjBGPDgJ1Ce3L4=",
		],
		[
			"of the Ruby SDK's POST",
			"POST",
			"helloworld",
			RUBY,
			"92ta30QopCT4YTbRCaWtS31kyeg=",
		],
		[
			"of the Ruby SDK's GET",
			"GET",
			"helloworld",
			RUBY,
			"nvMmnOSxGrfK+1zf0oFR5RB2M7k=",
		],
		[
			"of awkward characters in a GET",
			"GET",
			"testsecret",
			AWKWARD,
			"o0u0Us3+3qWEYKl6Uvc3KHw1TKM=",
		],
		[
			"of awkward characters in a POST",
			"POST",
			"testsecret",
			AWKWARD,
			"ZKV/9EcUZ7mJoaCcpiGSFLRbrdU=",
		],
	] as const;
	for (const [what, method, secret, parameters, expected] of cases) {
		test(`${what} is ${expected}`, () => {
			const all = new Map(
				Object.entries({ ...parameters, Signature: "is not signed" }),
			);
			assert.equal(signRpc(secret, rpcStringToSign(method, all)), expected);
		});
	}

	test("sorts by name, not by the rest of the pair", () => {
		const parameters = new Map([
			["A1", "x"],
			["A", "y"],
			["a", "z"],
			["B", ""],
		]);
		assert.equal(
			rpcStringToSign("GET", parameters),
			"GET&%2F&A%3Dy%26A1%3Dx%26B%3D%26a%3Dz",
		);
	});
});
