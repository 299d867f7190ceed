import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import { Accounts } from "../../emulator/auth/accounts.ts";
import {
	checkPolicy,
	checkSize,
	type PostAuthentication,
	readPostPolicy,
} from "../../emulator/auth/post-policy.ts";
import { aliOss } from "./ali-oss.ts";
import { kindOf, thrownBy } from "./request.ts";

const accounts = new Accounts([
	{ accessKeyId: "ak", accessKeySecret: "sk", uid: "1" },
	{ accessKeyId: "ak2", accessKeySecret: "sk2", uid: "2" },
]);
const NOW = new Date("2023-12-16T16:20:57Z");
const POLICY = Buffer.from(
	'{"expiration":"2030-01-01T00:00:00.000Z","conditions":[{"bucket":"examplebucket"},["content-length-range",0,1048576],["starts-with","$key","user/"]]}',
).toString("base64");

const V1 = {
	ossaccesskeyid: "ak",
	policy: POLICY,
	signature: "FiZ7FtG3dV03IPRSRDU91gxnVn0=",
};
const V4 = {
	"x-oss-signature-version": "OSS4-HMAC-SHA256",
	"x-oss-credential": "ak/20231216/cn-hangzhou/oss/aliyun_v4_request",
	"x-oss-date": "20231216T162057Z",
	policy: POLICY,
	"x-oss-signature":
		"311dda9d76380c1c3745bc40df26f41affa7441ed803a15ce16b3bccb7d19855",
};

const read = (
	fields: Readonly<Record<string, string | undefined>>,
	now = NOW,
	checkSignatures = true,
): PostAuthentication => {
	const present = Object.entries(fields).filter(
		(field): field is [string, string] => field[1] !== undefined,
	);
	return readPostPolicy(new Map(present), accounts, {
		region: "cn-hangzhou",
		now,
		checkSignatures,
	});
};

suite("A form's signature", () => {
	for (const [version, fields] of [
		["V1", V1],
		["V4", V4],
	] as const) {
		test(`${version} identifies the caller and returns the conditions`, () => {
			const { caller, policy } = read({ key: "user/a", ...fields });

			assert.deepEqual(caller, { accessKeyId: "ak", uid: "1" });
			assert.ok(policy);
			assert.deepEqual(policy.size, { min: 0, max: 1048576 });
			checkPolicy(policy, new Map([["key", "user/a"]]), "examplebucket");
			checkSize(policy, 1048576);
		});
	}

	test("of ali-oss is accepted with V1 and V4", () => {
		const policy = {
			expiration: "2030-01-01T00:00:00.000Z",
			conditions: [["content-length-range", 0, 1048576000], { bucket: "猫" }],
		};
		const v1 = aliOss().calculatePostSignature(policy);
		const v4 = aliOss().signPostObjectPolicyV4(policy, NOW);

		const byV1 = read({
			ossaccesskeyid: v1.OSSAccessKeyId,
			policy: v1.policy,
			signature: v1.Signature,
		});
		const byV4 = read({ ...V4, policy: v1.policy, "x-oss-signature": v4 });
		assert.equal(byV1.caller.uid, "1");
		assert.deepEqual(byV4, byV1);
	});

	test("of java1's test is accepted, with its policy", () => {
		const java = new Accounts([
			{ accessKeyId: "A", accessKeySecret: "B".repeat(30), uid: "3" },
		]);
		const fields = new Map([
			["ossaccesskeyid", "A"],
			["signature", "9fs2TRS2W2k5hV8mLsvqZBnlC2M="],
			[
				"policy",
				"eyJleHBpcmF0aW9uIjoiMjAyMC0wMy0xOVQwMzo0NDowNi40NzZaIiwiY29uZGl0aW9ucyI6W3siYnVja2V0IjoiZ2VuLXBvc3QtcG9saWN5In0sWyJlcSIsIiRrZXkiLCJ1c2VyXC9lcmljXC9cXCR7ZmlsZW5hbWV9Il0sWyJzdGFydHMtd2l0aCIsIiRrZXkiLCJ1c2VyXC9lcmljIl0sWyJzdGFydHMtd2l0aCIsIiR4LW9zcy1tZXRhLXRhZyIsImR1bW15X2V0YWciXSxbImNvbnRlbnQtbGVuZ3RoLXJhbmdlIiwxLDEwMjRdXX0=",
			],
			["key", `user/eric/\${filename}`],
			["x-oss-meta-tag", "dummy_etag"],
		]);
		const now = new Date("2020-03-19T03:44:06Z");
		const { policy } = readPostPolicy(fields, java, { region: "x", now });
		assert.ok(policy);
		checkPolicy(policy, fields, "gen-post-policy");
	});

	test("V2 has different fields (A-112)", () => {
		const fields = {
			"x-oss-signature-version": "OSS2",
			"x-oss-access-key-id": "ak2",
			policy: POLICY,
			"x-oss-signature": createHmac("sha256", "sk2")
				.update(POLICY)
				.digest("base64"),
		};
		assert.equal(read(fields).caller.uid, "2");
		const error = thrownBy(() => read({ ...fields, "x-oss-signature": "x" }));
		assert.equal(kindOf(error), "403 SignatureDoesNotMatch 0002-00000101");
	});

	test("can be missing; the form is then anonymous", () => {
		const { caller, policy } = read({ key: "a", "x-oss-date": "x" });
		assert.deepEqual(caller, { accessKeyId: "", uid: "" });
		assert.equal(policy, undefined);
	});

	for (const [version, fields, ec] of [
		["V1", { ...V1, signature: "AAAA" }, "0002-00000040"],
		["V4", { ...V4, "x-oss-signature": "00" }, "0002-00000201"],
	] as const) {
		test(`${version} that is wrong is refused with the string to sign: the policy`, () => {
			const error = thrownBy(() => read(fields));
			assert.equal(kindOf(error), `403 SignatureDoesNotMatch ${ec}`);
			assert.equal(error.details.OSSAccessKeyId, "ak");
			assert.equal(error.details.StringToSign, POLICY);
			assert.match(error.details.StringToSignBytes ?? "", /^65 79 4A /);
		});
	}

	test("of another key or another policy is refused", () => {
		const other = Buffer.from("{}").toString("base64");
		for (const fields of [
			{ ...V1, ossaccesskeyid: "ak2" },
			{ ...V1, policy: other },
		])
			assert.equal(thrownBy(() => read(fields)).code, "SignatureDoesNotMatch");
	});

	test("must have an existing key, and a permanent key must not have a token", () => {
		for (const fields of [
			{ ...V1, ossaccesskeyid: "unknown" },
			{ ...V1, ossaccesskeyid: "__proto__" },
		]) {
			const error = thrownBy(() => read(fields));
			assert.equal(kindOf(error), "403 InvalidAccessKeyId 0002-00000902");
		}
		for (const fields of [V1, V4]) {
			const error = thrownBy(() =>
				read({ ...fields, "x-oss-security-token": "bogus" }),
			);
			assert.equal(kindOf(error), "403 InvalidAccessKeyId 0002-00000002");
		}
	});

	test("is checked before the policy is read", () => {
		const fields = { ...V1, policy: "not base64" };
		assert.equal(thrownBy(() => read(fields)).code, "SignatureDoesNotMatch");
	});

	test("of an expired policy is AccessDenied", () => {
		const error = thrownBy(() => read(V1, new Date("2030-01-01T00:00:01Z")));
		assert.equal(kindOf(error), "403 AccessDenied 0006-00000213");
	});

	const missing = [
		[V1, "policy", "policy", "0002-00000702"],
		[V1, "signature", "Signature", "0002-00000703"],
		[V1, "ossaccesskeyid", "OSSAccessKeyId", "0002-00000706"],
		[V4, "policy", "policy", "0002-00000702"],
		[V4, "x-oss-signature", "x-oss-signature", "0002-00000703"],
		[V4, "x-oss-credential", "x-oss-credential", "0002-00000706"],
	] as const;
	for (const [fields, name, spelt, ec] of missing) {
		test(`without ${spelt} is refused with ${ec} and the recorded message`, () => {
			const error = thrownBy(() => read({ ...fields, [name]: undefined }));
			assert.equal(kindOf(error), `400 InvalidArgument ${ec}`);
			assert.equal(
				error.message,
				`The bucket POST must contain the specified '${spelt}'. If it is specified, please check the order of the fields`,
			);
			assert.deepEqual(error.details, {
				ArgumentName: spelt,
				ArgumentValue: "",
			});
		});
	}

	const empty = [
		[V1, "signature", "Post request signature is empty.", "0002-00000704"],
		[
			V1,
			"ossaccesskeyid",
			"Post request accessKeyId is empty.",
			"0002-00000707",
		],
		[
			V4,
			"x-oss-signature",
			"Post request signature is empty.",
			"0002-00000704",
		],
		[
			V4,
			"x-oss-credential",
			"Post request accessKeyId is empty.",
			"0002-00000707",
		],
		[V1, "policy", "Post request policy is empty.", "0002-00000702"],
	] as const;
	for (const [fields, name, message, ec] of empty) {
		test(`with an empty ${name} is refused with ${ec} (A-114)`, () => {
			const error = thrownBy(() => read({ ...fields, [name]: "" }));
			assert.equal(kindOf(error), `400 InvalidArgument ${ec}`);
			assert.equal(error.message, message);
		});
	}

	const malformed = [
		["x-oss-signature-version", "2", "0002-00000701"],
		["x-oss-signature-version", "", "0002-00000701"],
		[
			"x-oss-credential",
			"a\tk/20231216/cn-hangzhou/oss/aliyun_v4_request",
			"0002-00000708",
		],
		[
			"x-oss-credential",
			"ak/2024-03-15/cn-hangzhou/oss/aliyun_v4_request",
			"0002-00000709",
		],
		["x-oss-credential", "ak/20231216/cn-hangzhou/oss/abc", "0002-00000710"],
		["x-oss-credential", "ak", "0002-00000710"],
		[
			"x-oss-credential",
			"ak/20231216/cn-beijing/oss/aliyun_v4_request",
			"0002-00000226",
		],
		[
			"x-oss-credential",
			"ak/20231216/cn-hangzhou/s3/aliyun_v4_request",
			"0002-00000227",
		],
		["x-oss-date", "Sat, 16 Dec 2023 16:20:57 GMT", "0002-00000502"],
	] as const;
	for (const [name, value, ec] of malformed) {
		test(`with ${name} «${JSON.stringify(value)}» is refused with ${ec}`, () => {
			const error = thrownBy(() => read({ ...V4, [name]: value }));
			assert.equal(kindOf(error), `400 InvalidArgument ${ec}`);
		});
	}

	test("V4 must have a date", () => {
		const error = thrownBy(() => read({ ...V4, "x-oss-date": undefined }));
		assert.equal(kindOf(error), "403 AccessDenied 0002-00000503");
	});

	test("V4 can be as old as its policy allows (A-113)", () => {
		const { caller } = read(V4, new Date("2029-12-31T23:59:59Z"));
		assert.equal(caller.uid, "1");
	});
});

suite("A form with --auth off", () => {
	const believe = (
		fields: Readonly<Record<string, string>>,
		now?: Date,
	): PostAuthentication => read(fields, now, false);

	test("belongs to the account of its key, or to the default account", () => {
		const uid = (fields: Readonly<Record<string, string>>): string =>
			believe(fields).caller.uid;

		assert.equal(uid({ ossaccesskeyid: "ak2", signature: "wrong" }), "2");
		assert.equal(uid({ "x-oss-credential": "ak2/x" }), "2");
		assert.equal(uid({ "x-oss-access-key-id": "ak2" }), "2");
		assert.equal(uid({ ossaccesskeyid: "unknown" }), "1");
		assert.equal(uid({}), "1");
	});

	test("must still comply with its policy", () => {
		const { policy } = believe({ policy: POLICY });
		assert.equal(policy?.size.max, 1048576);
		const late = new Date("2031-01-01T00:00:00Z");
		assert.equal(thrownBy(() => believe(V1, late)).ec, "0006-00000213");
	});
});
