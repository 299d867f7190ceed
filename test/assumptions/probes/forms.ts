/** Probes of PostObject's forms: fields, policies, signatures, responses. */
import type { Answer } from "../../client.ts";
import {
	BOUNDARY,
	field,
	file,
	formBody,
	type Part,
} from "../../operations/object/form.ts";
import type { Cloud } from "../cloud.ts";
import { base64, code, each, outcomeOf, type Probe } from "../probe.ts";
import { compactTime, scopeOf, signText, signV1, signV2 } from "../signing.ts";

const FUTURE = "2099-01-01T00:00:00.000Z";
const ANY: readonly unknown[] = [["starts-with", "$key", ""]];

const send = (
	cloud: Cloud,
	parts: readonly Part[],
	headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
	cloud.send("POST", "/", {
		as: null,
		body: formBody(parts),
		headers: {
			"content-type": `multipart/form-data; boundary=${BOUNDARY}`,
			...headers,
		},
	});

const policyOf = (
	conditions: unknown = ANY,
	expiration: unknown = FUTURE,
): string => base64({ expiration, conditions });

/** The fields that sign a policy with V1. */
const signedV1 = (cloud: Cloud, policy: string = policyOf()): Part[] => [
	field("OSSAccessKeyId", cloud.key.id),
	field("policy", policy),
	field("Signature", signV1(cloud, policy)),
];

/** @param without the fields that do not get the condition that they need */
function signedV4(
	cloud: Cloud,
	date: Date = new Date(),
	conditions: readonly unknown[] = ANY,
	without: readonly string[] = [],
): Part[] {
	const own = Object.entries({
		"x-oss-signature-version": "OSS4-HMAC-SHA256",
		"x-oss-credential": `${cloud.key.id}/${scopeOf(cloud, date)}`,
		"x-oss-date": compactTime(date),
	});
	const policy = policyOf([
		...conditions,
		...own
			.filter(([name]) => !without.includes(name))
			.map(([name, value]) => ({ [name]: value })),
	]);
	return [
		...own.map(([name, value]) => field(name, value)),
		field("policy", policy),
		field("x-oss-signature", signText(cloud, date, policy)),
	];
}

/** A signed form for a key; `parts` follow the fields of the signature. */
export const postForm = (
	cloud: Cloud,
	key: string,
	parts: readonly Part[],
): Promise<Answer> =>
	send(cloud, [field("key", key), ...signedV1(cloud), ...parts]);

/** Sends a complete form with additional fields before the file. */
export const upload = (
	cloud: Cloud,
	key: string,
	...more: readonly Part[]
): Promise<Answer> => postForm(cloud, key, [...more, file("meow")]);

const withPolicy = (cloud: Cloud, text: string): Promise<Answer> =>
	send(cloud, [
		field("key", cloud.name()),
		...signedV1(cloud, base64(text)),
		file("meow"),
	]);

export const forms: readonly Probe[] = [
	{
		id: "A-05",
		assumes:
			"success_action_redirect takes precedence over success_action_status; the response is 303, and bucket, key and etag are added to the query.",
		sends: "A form with both fields; status and the query of Location.",
		expects: ["303 id, bucket, key, etag"],
		run: async ({ cloud }) => {
			const answer = await upload(
				cloud,
				cloud.name(),
				field("success_action_redirect", "http://app.example.com/done?id=7"),
				field("success_action_status", "200"),
			);
			const { location = "" } = answer.headers;
			const names = URL.canParse(location)
				? [...new URL(location).searchParams.keys()]
				: [];
			return [`${answer.status} ${names.join(", ")}`];
		},
	},
	{
		id: "A-109",
		assumes:
			"A malformed policy is InvalidPolicyDocument, with the EC whose page shows such a policy.",
		sends:
			"Signed forms, each with a different fault in its policy; code and EC.",
		expects: [
			"not JSON: 400 InvalidPolicyDocument 0006-00000201",
			"an empty object: 400 InvalidPolicyDocument 0006-00000209",
			"no conditions: 400 InvalidPolicyDocument 0006-00000207",
			"no expiration: 400 InvalidPolicyDocument 0006-00000208",
			"a number as expiration: 400 InvalidPolicyDocument 0006-00000210",
			"a number as conditions: 400 InvalidPolicyDocument 0006-00000214",
			"empty conditions: 400 InvalidPolicyDocument 0006-00000215",
			"an unknown operator: 400 InvalidPolicyDocument 0006-00000217",
			"a condition of four: 400 InvalidPolicyDocument 0006-00000218",
			"a range of text: 400 InvalidPolicyDocument 0006-00000220",
		],
		run: ({ cloud }) => {
			const whole = (conditions: unknown, expiration: unknown = FUTURE) =>
				JSON.stringify({ expiration, conditions });
			return each(
				{
					"not JSON": "{'expiration': 1}",
					"an empty object": "{}",
					"no conditions": JSON.stringify({ expiration: FUTURE }),
					"no expiration": JSON.stringify({ conditions: ANY }),
					"a number as expiration": whole(ANY, 123),
					"a number as conditions": whole(123),
					"empty conditions": whole([]),
					"an unknown operator": whole([["ends-with", "$key", "a"]]),
					"a condition of four": whole([["starts-with", "$key", "a", "b"]]),
					"a range of text": whole([["content-length-range", "a", 10]]),
				},
				async (text) => code(await withPolicy(cloud, text)),
			);
		},
	},
	{
		id: "A-110",
		assumes:
			"An expired policy is AccessDenied: some pages have InvalidPolicyDocument.",
		sends: "A signed form whose policy expired in 2020.",
		expects: [
			"403 AccessDenied 0006-00000213: Invalid according to Policy: Policy expired.",
		],
		run: async ({ cloud }) => {
			const text = JSON.stringify({
				expiration: "2020-01-01T00:00:00.000Z",
				conditions: ANY,
			});
			return [outcomeOf(await withPolicy(cloud, text))];
		},
	},
	{
		id: "A-111",
		assumes:
			"An expiration that is not ISO 8601 in UTC has the EC 0006-00000212.",
		sends:
			"Signed forms whose policies expire «tomorrow», on a date without a time, and at a time with +08:00.",
		expects: [
			"tomorrow: 400 InvalidPolicyDocument 0006-00000212",
			"a date: 400 InvalidPolicyDocument 0006-00000212",
			"+08:00: 400 InvalidPolicyDocument 0006-00000212",
		],
		run: ({ cloud }) =>
			each(
				{
					tomorrow: "tomorrow",
					"a date": "2099-01-01",
					"+08:00": "2099-01-01T00:00:00+08:00",
				},
				async (expiration) =>
					code(
						await withPolicy(
							cloud,
							JSON.stringify({ expiration, conditions: ANY }),
						),
					),
			),
	},
	{
		id: "A-112",
		assumes:
			"A form may be signed with V2: OSS2, x-oss-access-key-id and x-oss-signature.",
		sends: "A form signed with V2, and one with a wrong signature.",
		expects: ["right: 204", "wrong: 403 SignatureDoesNotMatch 0002-00000101"],
		run: ({ cloud }) => {
			const policy = policyOf();
			return each(
				{ right: signV2(cloud, policy), wrong: "x" },
				async (signature) =>
					code(
						await send(cloud, [
							field("key", cloud.name()),
							field("x-oss-signature-version", "OSS2"),
							field("x-oss-access-key-id", cloud.key.id),
							field("policy", policy),
							field("x-oss-signature", signature),
							file("meow"),
						]),
					),
			);
		},
	},
	{
		id: "A-113",
		assumes:
			"A form signed with V4 is accepted at any time until its policy expires.",
		sends: "A form signed with V4 and dated 30 days ago.",
		expects: ["204"],
		run: async ({ cloud }) => {
			const old = new Date(Date.now() - 30 * 24 * 3_600_000);
			const parts = signedV4(cloud, old);
			return [
				outcomeOf(
					await send(cloud, [
						field("key", cloud.name()),
						...parts,
						file("meow"),
					]),
				),
			];
		},
	},
	{
		id: "A-114",
		assumes:
			"The messages for an empty signature, key id and policy of a form are those of an older page.",
		sends: "Forms of V1 in which one of the three fields is empty.",
		expects: [
			"Signature: 400 InvalidArgument 0002-00000704: Post request signature is empty.",
			"OSSAccessKeyId: 400 InvalidArgument 0002-00000707: Post request accessKeyId is empty.",
			"policy: 400 InvalidArgument 0002-00000702: Post request policy is empty.",
		],
		run: ({ cloud }) =>
			each(
				{
					Signature: "Signature",
					OSSAccessKeyId: "OSSAccessKeyId",
					policy: "policy",
				},
				(name) =>
					send(cloud, [
						field("key", cloud.name()),
						...signedV1(cloud).filter((one) => one.name !== name),
						field(name, ""),
						file("meow"),
					]),
			),
	},
	{
		id: "A-607",
		assumes:
			"A form without a key is refused with the message for other missing fields.",
		sends: "A signed form without key.",
		expects: [
			"400 InvalidArgument : The bucket POST must contain the specified 'key'. If it is specified, please check the order of the fields",
		],
		run: async ({ cloud }) => [
			outcomeOf(await send(cloud, [...signedV1(cloud), file("meow")])),
		],
	},
	{
		id: "A-608",
		assumes:
			"A 201 has Bucket, Location, Key and ETag, in this order, and the ETag has no quotes.",
		sends:
			"A form with success_action_status=201; the elements, and whether the ETag has quotes.",
		expects: ["201 Bucket, Location, Key, ETag", "quotes: false"],
		run: async ({ cloud }) => {
			const answer = await upload(
				cloud,
				cloud.name(),
				field("success_action_status", "201"),
			);
			const names = Array.from(
				answer.text.matchAll(/<(\w+)>[^<\s]/g),
				([, name]) => name,
			);
			const [, etag = ""] = /<ETag>(.*)<\/ETag>/.exec(answer.text) ?? [];
			return [
				`${answer.status} ${names.join(", ")}`,
				`quotes: ${/"|&quot;/.test(etag)}`,
			];
		},
	},
	{
		id: "A-609",
		assumes:
			"The names of a form's fields are case-insensitive, and if a field is sent twice the first one is used.",
		sends:
			"A form with KEY in upper case, and one with two keys; which of the keys is stored.",
		expects: ["KEY: 204", "the first of two: 200", "the second of two: 404"],
		run: async ({ cloud }) => {
			const [upper, first, second] = [cloud.name(), cloud.name(), cloud.name()];
			const rest = [...signedV1(cloud), file("meow")];
			const inUpperCase = await send(cloud, [field("KEY", upper), ...rest]);
			await send(cloud, [field("key", first), field("key", second), ...rest]);
			return [
				`KEY: ${code(inUpperCase)}`,
				`the first of two: ${(await cloud.head(`/${first}`)).status}`,
				`the second of two: ${(await cloud.head(`/${second}`)).status}`,
			];
		},
	},
	{
		id: "A-690",
		assumes:
			"$content-type of a policy is the field Content-Type or, without this field, the type of the file's part.",
		sends:
			"Forms whose policy requires image/png, with the type in the part, in a field, and with a field that differs from the part.",
		expects: [
			"part image/png: 204",
			"part image/jpg: 403 AccessDenied 0006-00000227",
			"field image/png, part image/jpg: 204",
			"field image/jpg, part image/png: 403 AccessDenied 0006-00000227",
		],
		run: ({ cloud }) => {
			const policy = policyOf([["in", "$content-type", ["image/png"]]]);
			const one = (type: string, ...more: readonly Part[]) => [
				field("key", cloud.name()),
				...signedV1(cloud, policy),
				...more,
				file("meow", "cat", type),
			];
			return each(
				{
					"part image/png": one("image/png"),
					"part image/jpg": one("image/jpg"),
					"field image/png, part image/jpg": one(
						"image/jpg",
						field("Content-Type", "image/png"),
					),
					"field image/jpg, part image/png": one(
						"image/png",
						field("Content-Type", "image/jpg"),
					),
				},
				async (parts) => code(await send(cloud, parts)),
			);
		},
	},
	{
		id: "A-691",
		assumes:
			"A form of more than 5 GB is EntityTooLarge before its body is read.",
		sends: "The head of a form with Content-Length: 6442450944, and no body.",
		expects: [
			"400 EntityTooLarge 0006-00000003: Your proposed upload exceeds the maximum allowed size.",
		],
		run: async ({ cloud }) => [
			outcomeOf(
				await cloud.send("POST", "/", {
					as: null,
					headOnly: true,
					headers: {
						"content-type": `multipart/form-data; boundary=${BOUNDARY}`,
						"content-length": String(6 * 1024 ** 3),
					},
				}),
			),
		],
	},
	{
		id: "A-903",
		assumes:
			"The message for a policy that is not JSON contains the invalid character or the expected token.",
		sends: "Signed forms with policies that are not JSON in different ways.",
		expects: [
			"a word: 400 InvalidPolicyDocument 0006-00000201: Invalid Policy: Invalid JSON: unknown char m",
			"single quotes: 400 InvalidPolicyDocument 0006-00000201: Invalid Policy: Invalid JSON: unknown char '",
			"no colon: 400 InvalidPolicyDocument 0006-00000201: Invalid Policy: Invalid JSON: : expected",
			"a list that goes on: 400 InvalidPolicyDocument 0006-00000201: Invalid Policy: Invalid JSON: unknown char ]",
		],
		run: ({ cloud }) =>
			each(
				{
					"a word": "meow",
					"single quotes": "{'expiration': 1}",
					"no colon": '{"expiration" "x"}',
					"a list that goes on": "[1,]",
				},
				(text) => withPolicy(cloud, text),
			),
	},
	{
		id: "A-904",
		assumes: "A form with more than 64 KiB before its first part is refused.",
		sends: "A form after a preamble of 200,000 bytes; code and EC.",
		expects: ["400 MaxPOSTPreDataLengthExceededError"],
		run: async ({ cloud }) => [
			code(
				await cloud.send("POST", "/", {
					as: null,
					body: Buffer.concat([
						Buffer.alloc(200_000, "x"),
						Buffer.from("\r\n"),
						formBody([
							field("key", cloud.name()),
							...signedV1(cloud),
							file("meow"),
						]),
					]),
					headers: {
						"content-type": `multipart/form-data; boundary=${BOUNDARY}`,
					},
				}),
			),
		],
	},
	{
		id: "A-966",
		assumes:
			"A form must have every field that its policy names, whatever the condition; the message is that of a value that does not match.",
		sends:
			"Forms whose policy has a condition for a field that they lack, one for each matching mode.",
		expects: [
			'eq: 403 AccessDenied 0006-00000226: Invalid according to Policy: Policy Condition failed: ["eq", "$expires", "a"]',
			'starts-with: 403 AccessDenied 0006-00000226: Invalid according to Policy: Policy Condition failed: ["starts-with", "$expires", ""]',
			'in: 403 AccessDenied 0006-00000226: Invalid according to Policy: Policy Condition failed: ["in", "$expires", ["a"]]',
			'not-in: 403 AccessDenied 0006-00000226: Invalid according to Policy: Policy Condition failed: ["not-in", "$expires", ["a"]]',
		],
		run: ({ cloud }) =>
			each(
				{
					eq: ["eq", "$expires", "a"],
					"starts-with": ["starts-with", "$expires", ""],
					in: ["in", "$expires", ["a"]],
					"not-in": ["not-in", "$expires", ["a"]],
				},
				(condition) =>
					send(cloud, [
						field("key", cloud.name()),
						...signedV1(cloud, policyOf([condition])),
						file("meow"),
					]),
			),
	},
	{
		id: "A-967",
		assumes:
			"Of the fields of V4 without a condition, the first by name is refused, after the conditions.",
		sends:
			"Forms signed with V4 whose policy has no condition for these fields, also with a condition that fails.",
		expects: [
			"no conditions: 403 AccessDenied 0006-00000228: Invalid according to Policy: Extra input fields: x-oss-credential",
			"without a condition for x-oss-date: 403 AccessDenied 0006-00000228: Invalid according to Policy: Extra input fields: x-oss-date",
			'and one that fails: 403 AccessDenied 0006-00000227: Invalid according to Policy: Policy Condition failed: ["eq", "$key", "a"]',
		],
		run: ({ cloud }) => {
			const date = new Date();
			const all = ["x-oss-credential", "x-oss-date", "x-oss-signature-version"];
			return each(
				{
					"no conditions": signedV4(cloud, date, ANY, all),
					"without a condition for x-oss-date": signedV4(cloud, date, ANY, [
						"x-oss-date",
					]),
					"and one that fails": signedV4(cloud, date, [{ key: "a" }], all),
				},
				(parts) =>
					send(cloud, [field("key", cloud.name()), ...parts, file("meow")]),
			);
		},
	},
];
