import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { refusal } from "../client.ts";
import { startWithBucket } from "../emulator.ts";
import {
	ANY,
	field,
	file,
	ID,
	type Part,
	policyOf,
	postForm,
	SECRET,
} from "../operations/object/form.ts";
import {
	diagnosisOf,
	encode,
	hmac,
	sha256,
	signingKey,
} from "../server/signing.ts";

const POLICY = policyOf(ANY);
const JSON_OF_IT = Buffer.from(POLICY, "base64").toString();
const TIME = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
const SCOPE = `${TIME.slice(0, 8)}/cn-hangzhou/oss`;

const v1 = (text: string, secret = SECRET): string =>
	hmac("sha1", secret, text).toString("base64");
const v4 = (text: string, secret = SECRET): string =>
	hmac("sha256", signingKey(`aliyun_v4${secret}`, SCOPE), text).toString("hex");

/** A form as documented, with the changes of a test. */
const formV1 = (signature: string, policy = POLICY): Part[] => [
	field("OSSAccessKeyId", ID),
	field("policy", policy),
	field("Signature", signature),
];
const FIELDS_V4 = Object.entries({
	"x-oss-signature-version": "OSS4-HMAC-SHA256",
	"x-oss-credential": `${ID}/${SCOPE}/aliyun_v4_request`,
	"x-oss-date": TIME,
});
/** The conditions that the policy of a form signed with V4 must have. */
const CONDITIONS_V4 = FIELDS_V4.map(([name, value]) => ({ [name]: value }));
const formV4 = (signature: string, policy = POLICY): Part[] => [
	...FIELDS_V4.map(([name, value]) => field(name, value)),
	field("policy", policy),
	field("x-oss-signature", signature),
];

/** @returns the uploader's error, and the diagnosis */
async function post(
	t: TestContext,
	parts: readonly Part[],
): Promise<[refused: string, sentence: string]> {
	const keys = `${ID}:${SECRET},second:second-secret`;
	const flags = ["--access-key", keys];
	const emulator = await startWithBucket(t, "private", ...flags);
	const form = [field("key", "cat"), ...parts, file("meow")];
	const answer = await postForm(emulator.oss, form);
	return [refusal(answer), await diagnosisOf(emulator, answer)];
}

const wrapped = POLICY.replaceAll(/.{76}(?=.)/g, "$&\r\n");
/** A policy whose base64 has a `+`, unlike POLICY. */
const PLUS = policyOf([["not-in", "$key", ["~~>~~>~~>"]]]);
assert.ok(PLUS.includes("+"));
const stringToSign = `OSS4-HMAC-SHA256\n${TIME}\n${SCOPE}/aliyun_v4_request\n${sha256(POLICY)}`;

const MISTAKES: readonly (readonly [
	what: string,
	form: readonly Part[],
	sentence: RegExp,
])[] = [
	[
		"a line feed after the secret",
		formV1(v1(POLICY, `${SECRET}\n`)),
		/line feed/,
	],
	["quotes around it", formV4(v4(POLICY, `"${SECRET}"`)), /quotes around it/],
	[
		"another account's secret",
		formV4(v4(POLICY, "second-secret")),
		/that of second:/,
	],
	["the policy's JSON", formV1(v1(JSON_OF_IT)), /the policy's JSON was signed/],
	["the policy's JSON", formV4(v4(JSON_OF_IT)), /the policy's JSON was signed/],
	[
		"a policy that was signed with line breaks",
		formV1(v1(wrapped)),
		/signed with line breaks of CR and LF in its base64/,
	],
	[
		"a policy that was sent with line breaks",
		formV4(v4(POLICY), wrapped),
		/without the blanks and line/,
	],
	[
		"a policy that was signed percent-encoded",
		formV1(v1(encode(POLICY))),
		/signed percent-encoded/,
	],
	[
		"a policy that was sent percent-encoded",
		formV1(v1(PLUS), encode(PLUS)),
		/policy is percent-encoded/,
	],
	[
		"a policy that was sent with spaces",
		formV1(v1(PLUS), PLUS.replaceAll("+", " ")),
		/has blanks instead of \+/,
	],
	[
		"an encoded signature",
		formV1(encode(v1(POLICY))),
		/signature is percent-enc/,
	],
	[
		"a signature with a line feed",
		formV4(`${v4(POLICY)}\r\n`),
		/line breaks around it/,
	],
	[
		"hex in V1",
		formV1(hmac("sha1", SECRET, POLICY).toString("hex")),
		/hex of HMAC/,
	],
	[
		"the signature of V1 in a form of V4",
		formV4(v1(POLICY)),
		/as in V1, but under the name of V4/,
	],
	[
		"a key of V4 made from the secret only",
		formV4(hmac("sha256", SECRET, POLICY).toString("hex")),
		/the secret itself was used to sign/,
	],
	[
		"a request's string to sign",
		formV4(v4(stringToSign)),
		/the string to sign of a request was signed/,
	],
	[
		"an unknown field",
		formV1(v1(POLICY, "unknown")),
		/^no common mistake explains/,
	],
];

suite("For a form's signature, the doctor finds", () => {
	for (const [what, form, sentence] of MISTAKES)
		test(`${what}, with ${form.length} fields`, async (t) => {
			const [refused, diagnosis] = await post(t, form);
			assert.match(refused, /^403 SignatureDoesNotMatch /);
			assert.match(diagnosis, sentence);
		});
});

suite("For a form, the doctor reports", () => {
	const signed = (...conditions: unknown[]): Part[] => {
		const policy = policyOf([...conditions, ...CONDITIONS_V4]);
		return formV4(v4(policy), policy);
	};

	test("nothing if the form is correct", async (t) => {
		for (const form of [
			formV1(v1(POLICY)),
			signed(...ANY),
			formV1(v1(PLUS), PLUS),
		])
			assert.equal((await post(t, form))[1], "");
	});

	test("a value that its policy does not allow", async (t) => {
		const cases = [
			["227", ["starts-with", "$key", "a/"], 'the field key: "cat"'],
			[
				"226",
				["eq", "$x-oss-meta-a", "1"],
				"x-oss-meta-a, which is not among the fields before the",
			],
			["227", { bucket: "videos" }, "sent to the bucket photos"],
		] as const;
		for (const [ec, condition, sentence] of cases) {
			const [refused, diagnosis] = await post(t, signed(condition));
			assert.ok(
				refused.startsWith(`403 AccessDenied 0006-00000${ec}`),
				refused,
			);
			assert.ok(diagnosis.includes(sentence), diagnosis);
		}
	});

	test("a field of V4 for which its policy has no condition", async (t) => {
		const [refused, diagnosis] = await post(t, formV4(v4(POLICY)));
		assert.match(refused, /^403 AccessDenied 0006-00000228/);
		assert.match(diagnosis, /needs conditions for x-oss-signature-version,/);
	});

	test("that its policy has expired, its key is unknown, or its region is wrong", async (t) => {
		const old = policyOf(ANY, "2020-01-01T00:00:00Z");
		const cases = [
			[formV1(v1(old), old), /^the policy has expired/],
			[
				formV1(v1(POLICY)).with(0, field("OSSAccessKeyId", "unknown")),
				/^the emulator has the keys oss-emulator, second/,
			],
			[
				formV4(v4(POLICY)).with(
					1,
					field(
						"x-oss-credential",
						`${ID}/20260101/cn-beijing/oss/aliyun_v4_request`,
					),
				),
				/^the signature is for another region/,
			],
			[
				[...formV1(v1(POLICY)), field("x-oss-security-token", "x")],
				/^oss-emulator is a permanent key, which has no token/,
			],
		] as const;
		for (const [form, sentence] of cases)
			assert.match((await post(t, form))[1], sentence);
	});

	test("a result in bounded time, whatever the length of the policy", {
		timeout: 30_000,
	}, async (t) => {
		const many = Array.from({ length: 40_000 }, () => ANY[0]);
		const policy = policyOf(many);
		assert.ok(policy.length > 1_000_000);
		const [, diagnosis] = await post(t, formV1(v1(policy, "unknown"), policy));
		assert.match(diagnosis, /^no common mistake explains/);
	});
});
