import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readPolicy } from "../../../emulator/auth/policy/document.ts";
import { judge } from "../../../emulator/auth/policy/judge.ts";
import {
	isPublic,
	matchesPrincipals,
} from "../../../emulator/auth/policy/principal.ts";
import type { AccessQuestion } from "../../../emulator/auth/policy/question.ts";
import type { Caller } from "../../../emulator/oss/request.ts";

type Given = {
	readonly action?: string;
	readonly name?: string;
	readonly has?: Readonly<Record<string, readonly string[]>>;
};

const requestOf = ({
	action = "oss:GetObject",
	name = "b/k",
	has = {},
}: Given = {}): AccessQuestion => ({
	action,
	resource: {
		service: "oss",
		regions: ["oss-cn-hangzhou", "cn-hangzhou"],
		owner: "1",
		name,
	},
	conditionValues: (key) => has[key],
});

const ALLOW = { Effect: "Allow", Action: "oss:GetObject", Resource: "*" };

const judged = (statements: readonly object[], given: Given = {}): string => {
	const json = JSON.stringify({ Version: "1", Statement: statements });
	const policy = readPolicy(json, "identity");
	return judge([{ name: "p", policy }], requestOf(given)).verdict;
};

const resource = (text: string, name = "b/k"): string =>
	judged([{ ...ALLOW, Resource: text }], { name });

const condition = (Condition: object, has: Given["has"] = {}): string =>
	judged([{ ...ALLOW, Condition }], { has });

suite("Policies", () => {
	test("deny if any of them denies, in any order, and the result contains the statement", () => {
		const deny = { ...ALLOW, Effect: "Deny" };
		assert.equal(judged([ALLOW, deny]), "explicit deny");
		assert.equal(judged([deny, ALLOW]), "explicit deny");

		const read = (...statements: object[]) =>
			readPolicy(
				JSON.stringify({ Version: "1", Statement: statements }),
				"identity",
			);
		const judgement = judge(
			[
				{ name: "first", policy: read(ALLOW) },
				{ name: "second", policy: read(ALLOW, deny) },
			],
			requestOf(),
		);
		assert.deepEqual(judgement, {
			verdict: "explicit deny",
			by: { policy: "second", statement: 2 },
		});
	});

	test("ignore case in an action (A-504)", () => {
		assert.equal(judged([{ ...ALLOW, Action: "OSS:getobject" }]), "allow");
		assert.equal(judged([{ ...ALLOW, Action: "oss:get*" }]), "allow");
		assert.equal(judged([{ ...ALLOW, Action: "ecs:*" }]), "implicit deny");
	});

	test("with NotAction and NotResource apply to all other actions and resources", () => {
		const { Action: _, ...rest } = ALLOW;
		const but = [{ ...rest, NotAction: ["oss:PutObject", "oss:Delete*"] }];
		assert.equal(judged(but), "allow");
		assert.equal(judged(but, { action: "oss:DeleteObject" }), "implicit deny");
		const { Resource: __, ...any } = ALLOW;
		const other = [{ ...any, NotResource: "acs:oss:*:*:b/secret/*" }];
		assert.equal(judged(other), "allow");
		assert.equal(judged(other, { name: "b/secret/k" }), "implicit deny");
	});
});

suite("A resource", () => {
	const cases = [
		["* matches everything", "*", "allow"],
		["matches with wildcards for region and owner", "acs:oss:*:*:b/k", "allow"],
		["does not match without a region", "acs:oss::*:b/k", "implicit deny"],
		[
			"matches with the bucket's region",
			"acs:oss:oss-cn-hangzhou:*:b/k",
			"allow",
		],
		[
			"matches with the region without oss-",
			"acs:oss:cn-hangzhou:*:b/k",
			"allow",
		],
		[
			"does not match with another region",
			"acs:oss:oss-cn-beijing:*:b/k",
			"implicit deny",
		],
		["matches with the owner", "acs:oss:*:1:b/*", "allow"],
		["does not match with another owner", "acs:oss:*:2:b/*", "implicit deny"],
		["of another service does not match", "acs:ecs:*:*:*", "implicit deny"],
		["of S3 does not match", "arn:aws:s3:::b/*", "implicit deny"],
		["with too few parts does not match", "acs:oss:*", "implicit deny"],
	] as const;
	for (const [what, text, expected] of cases)
		test(what, () => assert.equal(resource(text), expected));

	test("can have colons in the key", () => {
		assert.equal(resource("acs:oss:*:*:b/a:b:c", "b/a:b:c"), "allow");
	});

	test("has asterisks that do not match colons (A-505)", () => {
		assert.equal(resource("acs:oss:*:*:b", "other/x:b"), "implicit deny");
		assert.equal(resource("acs:*:b/k"), "implicit deny");
	});
});

suite("A condition", () => {
	test("requires one of the values of each key, and all keys and operators", () => {
		const has = { "oss:Prefix": ["foo"], "acs:UserAgent": ["java"] };
		const equals = (keys: object) => ({ StringEquals: keys });
		assert.equal(
			condition(equals({ "oss:Prefix": ["bar", "foo"] }), has),
			"allow",
		);
		assert.equal(
			condition(equals({ "oss:Prefix": "foo", "acs:UserAgent": "go" }), has),
			"implicit deny",
		);
		assert.equal(
			condition(
				{
					...equals({ "oss:Prefix": "foo" }),
					StringLike: { "acs:UserAgent": "g*" },
				},
				has,
			),
			"implicit deny",
		);
	});

	test("with a negated operator and several values is true if no value matches", () => {
		const negated = { StringNotEquals: { "oss:Prefix": ["foo", "bar"] } };
		assert.equal(
			condition(negated, { "oss:Prefix": ["bar"] }),
			"implicit deny",
		);
		assert.equal(condition(negated, { "oss:Prefix": ["baz"] }), "allow");
	});

	test("on a key that the request does not have is false, or true if negated (A-506)", () => {
		assert.equal(
			condition({ StringEquals: { "acs:SourceVpc": "v" } }),
			"implicit deny",
		);
		assert.equal(
			condition({ StringLike: { "acs:SourceVpc": "*" } }),
			"implicit deny",
		);
		assert.equal(
			condition({ StringNotEquals: { "acs:SourceVpc": "v" } }),
			"allow",
		);
		assert.equal(
			condition({ NotIpAddress: { "acs:SourceIp": "10.0.0.0/8" } }),
			"allow",
		);
	});

	test("has case-sensitive keys (A-503)", () => {
		const has = { "oss:Prefix": ["foo"] };
		assert.equal(
			condition({ StringEquals: { "OSS:prefix": "foo" } }, has),
			"implicit deny",
		);
	});
});

const account = (uid: string): Caller => ({ accessKeyId: "k", uid });
const user: Caller = {
	...account("1"),
	identity: { kind: "SubUser", name: "ann", id: "201" },
};
const session: Caller = {
	...account("1"),
	identity: { kind: "AssumedRoleUser", role: "AppRole", session: "job" },
};
const anonymous: Caller = { accessKeyId: "", uid: "" };

suite("A principal", () => {
	const about = (
		principal: string,
		caller: Caller,
		Condition?: object,
	): boolean => {
		const statement = { ...ALLOW, Principal: principal, Condition };
		const json = JSON.stringify({ Statement: [statement] });
		const [read] = readPolicy(json, "bucket");
		assert.ok(read);
		return matchesPrincipals(read, caller, "1");
	};

	test("is an account or a RAM user, by uid; an account does not include its users (A-507)", () => {
		assert.ok(about("2", account("2")));
		assert.ok(!about("2", account("3")));
		assert.ok(about("201", user));
		assert.ok(!about("1", user));
		assert.ok(!about("1", session));
		assert.ok(!about("", anonymous));
	});

	test("is one session of a role, or all, with the role's name in lower case", () => {
		const arn = (rest: string): string => `arn:sts::1:assumed-role/${rest}`;
		assert.ok(about(arn("approle/*"), session));
		assert.ok(about(arn("AppRole/job"), session));
		assert.ok(!about(arn("approle/other"), session));
		assert.ok(!about(arn("other/*"), session));
		assert.ok(!about(arn("approle/*"), user));
		assert.ok(!about("arn:sts::2:assumed-role/approle/*", session));
	});

	test("* is every caller except the owner; with a condition it includes the owner", () => {
		const Condition = { Bool: { "acs:SecureTransport": "true" } };
		for (const caller of [account("2"), user, session, anonymous])
			assert.ok(about("*", caller));
		assert.ok(!about("*", account("1")));
		assert.ok(about("*", account("1"), Condition));
	});

	test("is everybody else with NotPrincipal (A-963)", () => {
		const isIncluded = (NotPrincipal: unknown, caller: Caller): boolean => {
			const json = JSON.stringify({ Statement: [{ ...ALLOW, NotPrincipal }] });
			const [read] = readPolicy(json, "bucket");
			return read !== undefined && matchesPrincipals(read, caller, "1");
		};
		assert.ok(!isIncluded(["2"], account("2")));
		for (const caller of [account("3"), user, session, anonymous])
			assert.ok(isIncluded(["2"], caller));
		assert.ok(!isIncluded("2", account("1")), "the owner, as for *");
		for (const caller of [account("2"), anonymous])
			assert.ok(!isIncluded("*", caller));
		const both = { ...ALLOW, Principal: "1", NotPrincipal: "2" };
		assert.throws(
			() => readPolicy(JSON.stringify({ Statement: [both] }), "bucket"),
			/cannot have both Principal and NotPrincipal/,
		);
	});

	test("is * if it is missing", () => {
		const [read] = readPolicy(JSON.stringify({ Statement: [ALLOW] }), "bucket");
		assert.ok(read && matchesPrincipals(read, anonymous, "1"));
		assert.ok(!matchesPrincipals(read, account("1"), "1"));
	});
});

suite("A bucket's policy", () => {
	const isOpen = (statement: object): boolean =>
		isPublic(
			readPolicy(
				JSON.stringify({
					Statement: [{ ...ALLOW, Principal: "*", ...statement }],
				}),
				"bucket",
			),
		);

	test("is public if it allows all callers, unless a condition restricts them (A-508)", () => {
		const from = (address: string) => ({
			Condition: { IpAddress: { "acs:SourceIp": [address] } },
		});
		assert.ok(isOpen({}));
		assert.ok(isOpen({ Principal: [] }));
		assert.ok(isOpen({ Principal: undefined }));
		assert.ok(isOpen({ Principal: ["1", "*"] }));
		assert.ok(isOpen({ Principal: undefined, NotPrincipal: ["1"] }));
		assert.ok(!isOpen({ Principal: undefined, NotPrincipal: ["*"] }));
		assert.ok(isOpen({ Condition: { Bool: { "acs:SecureTransport": true } } }));
		assert.ok(isOpen(from("192.168.*")));
		assert.ok(!isOpen(from("192.168.0.0/16")));
		assert.ok(!isOpen({ Principal: ["1"] }));
		assert.ok(!isOpen({ Effect: "Deny" }));
	});
});
