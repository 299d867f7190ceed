import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Ram, ramId } from "../../emulator/auth/ram.ts";
import {
	readRam,
	readRole,
	readUser,
} from "../../emulator/auth/ram-document.ts";
import { JsonError } from "../../emulator/oss/json-place.ts";

const READ = {
	Version: "1",
	Statement: [{ Effect: "Allow", Action: "oss:Get*", Resource: "*" }],
};
const ANN = {
	name: "ann",
	id: "201",
	accessKeys: [{ id: "annKey", secret: "s" }],
	policies: [READ],
};
const APP = { name: "App", maxSessionDuration: 7200, policies: [READ] };

suite("RAM", () => {
	test("finds a user by its key, and removes the key with the user", () => {
		const ram = new Ram([readUser(ANN, "1")]);
		assert.equal(ram.findKey("annKey")?.user.name, "ann");

		ram.putUser(
			readUser({ ...ANN, accessKeys: [{ id: "new", secret: "s" }] }, "1"),
		);
		assert.equal(ram.findKey("annKey"), undefined);
		assert.equal(ram.findKey("new")?.key.accessKeySecret, "s");

		assert.equal(ram.removeUser("1", "ann"), true);
		assert.equal(ram.removeUser("1", "ann"), false);
		assert.equal(ram.findKey("new"), undefined);
		assert.deepEqual(ram.users(), []);
	});

	test("has every role; roles that are not configured have all permissions", () => {
		const ram = new Ram([], [readRole(APP, "1")]);
		assert.equal(ram.getRole("1", "App").sessionSecondsMax, 7200);
		const other = ram.getRole("1", "other");
		assert.equal(other.sessionSecondsMax, 43_200);
		assert.deepEqual(other.trusts, ["1"]);
		assert.deepEqual(other.policies[0]?.policy[0]?.actions.patterns, ["*"]);
		assert.equal(ram.removeRole("1", "App"), true);
		assert.equal(ram.getRole("1", "App").sessionSecondsMax, 43_200);
	});

	test("distinguishes names by account, but not by case (A-510)", () => {
		const ram = new Ram([], [readRole(APP, "1")]);
		assert.equal(ram.getRole("1", "app").name, "App");
		assert.equal(ram.getRole("2", "App").sessionSecondsMax, 43_200);
		assert.equal(ramId("role", "1", "App"), ramId("role", "1", "app"));
	});

	test("identifies policies by their owner and position", () => {
		const ram = new Ram([readUser(ANN, "1")], [readRole(APP, "1")]);
		const names = (identity: Parameters<Ram["policiesOf"]>[0]["identity"]) =>
			ram
				.policiesOf({
					accessKeyId: "k",
					uid: "1",
					...(identity ? { identity } : {}),
				})
				.map(({ name }) => name);
		assert.deepEqual(names({ kind: "SubUser", name: "ann", id: "201" }), [
			"policy 1 of RAM user ann",
		]);
		assert.deepEqual(
			names({ kind: "AssumedRoleUser", role: "app", session: "job" }),
			["policy 1 of role app"],
		);
		assert.deepEqual(names(undefined), []);
	});

	test("assigns stable ids of 18 digits", () => {
		const id = ramId("role", "1", "app");
		assert.match(id, /^\d{18}$/);
		assert.equal(id, ramId("role", "1", "app"));
		assert.notEqual(id, ramId("user", "1", "app"));
		assert.notEqual(id, ramId("role", "2", "app"));
	});
});

suite("RAM's document", () => {
	test("has users and roles, which belong to the default account unless another is given", () => {
		const { users, roles } = readRam(
			JSON.stringify({ users: [ANN], roles: [{ ...APP, account: "2" }] }),
			"1",
		);
		assert.deepEqual(
			users.map(({ name, account, id }) => [name, account, id]),
			[["ann", "1", "201"]],
		);
		assert.deepEqual(
			roles.map(({ name, account, trusts }) => [name, account, trusts]),
			[["App", "2", ["2"]]],
		);
		assert.deepEqual(users[0]?.policies[0]?.document, READ);
		assert.deepEqual(readRam("{}", "1"), { users: [], roles: [] });
	});

	const bad = [
		["{", /JSON/],
		["[]", /^must be an object$/],
		[
			'{"user":[]}',
			/^has the unknown member user: expected one of users, roles$/,
		],
		['{"users":{}}', /^users: must be a list$/],
		['{"users":[{"name":"a b"}]}', /^users\[0\]\.name: must be text/],
		[
			'{"users":[{"name":"a","accessKeys":[{"id":"k"}]}]}',
			/^users\[0\]\.accessKeys\[0\]\.secret: /,
		],
		[
			'{"users":[{"name":"a","policy":[]}]}',
			/^users\[0\]: has the unknown member policy: expected one of name, /,
		],
		[
			'{"roles":[{"name":"a","maxSessionDuration":1}]}',
			/^roles\[0\]: maxSessionDuration must be a whole number, 3600 to 43200$/,
		],
		[
			'{"roles":[{"name":"a","policies":[{}]}]}',
			/^roles\[0\]\.policies\[0\]: Invalid Policy: Version must be "1"\.$/,
		],
		['{"roles":[{"name":"a","trusts":["x"]}]}', /^roles\[0\]\.trusts\[0\]: /],
		['{"roles":[null]}', /^roles\[0\]: must be an object$/],
		[
			'{"users":[{"name":"a"},{"name":"A"}]}',
			/^the user a of account 1 is defined twice$/,
		],
		[
			'{"roles":[{"name":"a"},{"name":"a","account":"1"}]}',
			/^the role a of account 1 is defined twice$/,
		],
		[
			'{"users":[{"name":"a","accessKeys":[{"id":"k","secret":"s"},{"id":"k","secret":"t"}]}]}',
			/^the key k is defined twice$/,
		],
		[
			'{"users":[{"name":"a","accessKeys":[{"id":"own","secret":"s"}]}]}',
			/^the key own is defined twice$/,
		],
	] as const;
	for (const [json, message] of bad) {
		test(`${json} is refused with the place of the mistake`, () => {
			assert.throws(
				() => readRam(json, "1", ["own"]),
				(error) => {
					assert.ok(error instanceof JsonError);
					assert.match(error.message, message);
					return true;
				},
			);
		});
	}
});
