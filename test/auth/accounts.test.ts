import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Accounts, callerOf } from "../../emulator/auth/accounts.ts";
import { Ram } from "../../emulator/auth/ram.ts";
import {
	type Session,
	SessionTokens,
} from "../../emulator/auth/session-token.ts";
import { kindOf, thrownBy } from "./request.ts";

const first = { accessKeyId: "ak", accessKeySecret: "sk", uid: "1" };
const second = { accessKeyId: "ak2", accessKeySecret: "sk2", uid: "2" };
const NOW = new Date("2026-01-02T03:04:05Z");

const ann = {
	name: "ann",
	account: "2",
	id: "201",
	accessKeys: [
		{ accessKeyId: "annKey", accessKeySecret: "s", isActive: true },
		{ accessKeyId: "oldKey", accessKeySecret: "s", isActive: false },
	],
	policies: [],
};
const tokens = new SessionTokens();
const accounts = new Accounts([first, second], new Ram([ann]), tokens);

const session: Session = {
	accessKeyId: "STS.abc",
	accessKeySecret: "temporary",
	uid: "1",
	role: "app",
	session: "job",
	policy: "",
	expires: new Date(NOW.getTime() + 1000),
};

suite("Accounts", () => {
	test("are found by their keys, and the first is the default", () => {
		assert.equal(accounts.find("ak2"), second);
		assert.equal(accounts.get("ak", "", NOW), first);
		assert.equal(accounts.default, first);
	});

	test("refuse an unknown key, with the message that go2's suite asserts", () => {
		const error = thrownBy(() => accounts.get("unknown", "", NOW));

		assert.equal(kindOf(error), "403 InvalidAccessKeyId 0002-00000902");
		assert.equal(
			error.message,
			"The OSS Access Key Id you provided does not exist in our records.",
		);
		assert.deepEqual(error.details, { OSSAccessKeyId: "unknown" });
	});

	test("refuse a token with a permanent key, as cpp's suite asserts", () => {
		const error = thrownBy(() => accounts.get("ak", "bogus", NOW));

		assert.equal(kindOf(error), "403 InvalidAccessKeyId 0002-00000002");
	});

	test("do not treat members of Object's prototype as keys", () => {
		for (const name of ["__proto__", "constructor", "toString", ""])
			assert.equal(accounts.find(name), undefined);
	});

	test("describe a caller without the secret", () => {
		assert.deepEqual(callerOf(second), { accessKeyId: "ak2", uid: "2" });
	});

	test("contain the uids of all accounts", () => {
		assert.deepEqual(
			["1", "2", "3", ""].map((uid) => accounts.has(uid)),
			[true, true, false, false],
		);
	});

	test("include the keys of RAM users, and refuse a disabled key", () => {
		assert.deepEqual(callerOf(accounts.get("annKey", "", NOW)), {
			accessKeyId: "annKey",
			uid: "2",
			identity: { kind: "SubUser", name: "ann", id: "201" },
		});
		const error = thrownBy(() => accounts.get("oldKey", "", NOW));
		assert.equal(kindOf(error), "403 InvalidAccessKeyId ");
		assert.equal(
			error.message,
			"The OSS Access Key Id you provided is disabled.",
		);
	});
});

suite("A temporary key", () => {
	const refusal = (accessKeyId: string, token: string, now = NOW): string =>
		kindOf(thrownBy(() => accounts.get(accessKeyId, token, now)));

	test("belongs to the account of its role, and has the policy of its session", () => {
		const policy = '{"Version":"1"}';
		const token = tokens.seal({ ...session, policy });
		const account = accounts.get("STS.abc", token, NOW);
		assert.equal(account.accessKeySecret, "temporary");
		assert.deepEqual(callerOf(account), {
			accessKeyId: "STS.abc",
			uid: "1",
			identity: {
				kind: "AssumedRoleUser",
				role: "app",
				session: "job",
				policy,
			},
		});
	});

	test("without its token is refused with the recorded message, which mentions the missing token", () => {
		assert.equal(
			refusal("STS.abc", ""),
			"403 InvalidAccessKeyId 0002-00000003",
		);
		assert.equal(
			(thrownBy(() => accounts.get("STS.abc", "", NOW)) as Error).message,
			"The OSS Access Key Id you provided does not exist in our records. The Security Token may be lost to specify that it is a STS Access Id.",
		);
	});

	test("with an altered or invented token is InvalidSecurityToken (A-930)", () => {
		const token = tokens.seal(session);
		const altered = `${token.slice(0, 60)}${token[60] === "A" ? "B" : "A"}${token.slice(61)}`;
		const foreign = new SessionTokens().seal(session);
		for (const bad of ["bogus!", "ü", "C"])
			assert.equal(
				refusal("STS.abc", bad),
				"403 InvalidSecurityToken 0002-00000006",
			);
		for (const bad of [altered, foreign, "CAIS", token.slice(0, 40)])
			assert.equal(
				refusal("STS.abc", bad),
				"403 InvalidSecurityToken 0002-00000008",
			);
	});

	test("with the token of another session does not match it", () => {
		const token = tokens.seal(session);
		assert.equal(
			refusal("STS.other", token),
			"403 AccessKeyIdAndSecurityTokenNotMatch 0002-00000004",
		);
		assert.equal(
			refusal("unknown", token),
			"403 InvalidAccessKeyId 0002-00000902",
		);
	});

	test("is required for a token: a permanent key with a token is refused (A-511)", () => {
		for (const token of [tokens.seal(session), "bogus"])
			assert.equal(
				refusal("ak", token),
				"403 InvalidAccessKeyId 0002-00000002",
			);
	});

	test("is refused from the moment it expires", () => {
		const token = tokens.seal(session);
		const last = new Date(session.expires.getTime() - 1);
		assert.ok(accounts.get("STS.abc", token, last));
		assert.equal(
			refusal("STS.abc", token, session.expires),
			"403 SecurityTokenExpired 0002-00000007",
		);
	});
});
