import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Ask } from "../../../emulator/auth/policy/ask.ts";
import { readPolicy } from "../../../emulator/auth/policy/document.ts";
import { judge } from "../../../emulator/auth/policy/judge.ts";
import {
	isPublic,
	matchesPrincipals,
} from "../../../emulator/auth/policy/principal.ts";
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
}: Given = {}): Ask => ({
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
	test("deny if any of them denies, in any order, and name the statement", () => {
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
		["may be everything", "*", "allow"],
		["may leave region and owner open", "acs:oss:*:*:b/k", "allow"],
		[
			"without a region does not match a bucket",
			"acs:oss::*:b/k",
			"implicit deny",
		],
		["may name the bucket's region", "acs:oss:oss-cn-hangzhou:*:b/k", "allow"],
		["may name it without oss-", "acs:oss:cn-hangzhou:*:b/k", "allow"],
		[
			"may name another region",
			"acs:oss:oss-cn-beijing:*:b/k",
			"implicit deny",
		],
		["may name the owner", "acs:oss:*:1:b/*", "allow"],
		["may name another owner", "acs:oss:*:2:b/*", "implicit deny"],
		["may be of another service", "acs:ecs:*:*:*", "implicit deny"],
		["may be S3's", "arn:aws:s3:::b/*", "implicit deny"],
		["may have too few parts", "acs:oss:*", "implicit deny"],
	] as const;
	for (const [what, text, expected] of cases)
		test(what, () => assert.equal(resource(text), expected));

	test("can have colons in its key", () => {
		assert.equal(resource("acs:oss:*:*:b/a:b:c", "b/a:b:c"), "allow");
	});

	test("has stars that stay within their part (A-505)", () => {
		assert.equal(resource("acs:oss:*:*:b", "other/x:b"), "implicit deny");
		assert.equal(resource("acs:*:b/k"), "implicit deny");
	});
});

suite("A condition", () => {
	test("requires one of a key's values, and all of its keys and operators", () => {
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

	test("negated with several values matches if none of them does", () => {
		const negated = { StringNotEquals: { "oss:Prefix": ["foo", "bar"] } };
		assert.equal(
			condition(negated, { "oss:Prefix": ["bar"] }),
			"implicit deny",
		);
		assert.equal(condition(negated, { "oss:Prefix": ["baz"] }), "allow");
	});

	test("on a key that the request lacks is false, and true when negated (A-506)", () => {
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

	test("names its key as it is documented, case included (A-503)", () => {
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

	test("is a role's session, one or all, the role in lower case", () => {
		const arn = (rest: string): string => `arn:sts::1:assumed-role/${rest}`;
		assert.ok(about(arn("approle/*"), session));
		assert.ok(about(arn("AppRole/job"), session));
		assert.ok(!about(arn("approle/other"), session));
		assert.ok(!about(arn("other/*"), session));
		assert.ok(!about(arn("approle/*"), user));
		assert.ok(!about("arn:sts::2:assumed-role/approle/*", session));
	});

	test("* is every caller except the owner, and the owner too under a condition", () => {
		const Condition = { Bool: { "acs:SecureTransport": "true" } };
		for (const caller of [account("2"), user, session, anonymous])
			assert.ok(about("*", caller));
		assert.ok(!about("*", account("1")));
		assert.ok(about("*", account("1"), Condition));
	});

	test("that is missing is *", () => {
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

	test("is public when it allows all callers, unless a condition names them (A-508)", () => {
		const from = (address: string) => ({
			Condition: { IpAddress: { "acs:SourceIp": [address] } },
		});
		assert.ok(isOpen({}));
		assert.ok(isOpen({ Principal: [] }));
		assert.ok(isOpen({ Principal: undefined }));
		assert.ok(isOpen({ Principal: ["1", "*"] }));
		assert.ok(isOpen({ Condition: { Bool: { "acs:SecureTransport": true } } }));
		assert.ok(isOpen(from("192.168.*")));
		assert.ok(!isOpen(from("192.168.0.0/16")));
		assert.ok(!isOpen({ Principal: ["1"] }));
		assert.ok(!isOpen({ Effect: "Deny" }));
	});
});
