import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { refusal } from "../client.ts";
import type { TestEmulator } from "../emulator.ts";
import { diagnosisOf } from "../server/signing.ts";
import {
	assumeRoleParameters,
	type Parameters,
	signed,
} from "../sts/sts-requests.ts";
import { type Admin, type AdminAnswer, startWithAdmin } from "./admin.ts";

const OWNER = "1000000000000001";

const put = (admin: Admin, path: string, body: unknown): Promise<AdminAnswer> =>
	admin.send("PUT", `/api/ram/${path}`, {
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify(body),
	});

const allow = (...actions: string[]) => ({
	Version: "1",
	Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
});

const KEY = { id: "annKey", secret: "annSecret" };
const ANN = { accessKeys: [KEY], policies: [allow("oss:GetObject")] };

/** Starts an emulator with an object `cat`. */
async function start(t: TestContext, ...flags: readonly string[]) {
	const emulator = await startWithAdmin(t, ...flags);
	await emulator.oss.put("/photos/cat", "meow");
	return emulator;
}

const statusOf = async (
	{ oss }: TestEmulator,
	method: string,
	headers = {},
	as = KEY,
): Promise<string> => {
	const answer = await oss.send(method, "/photos/cat", { as, headers });
	return answer.status < 300 ? String(answer.status) : refusal(answer);
};

/** Returns STS's response to the default account. */
async function statusWithSession(
	{ oss }: TestEmulator,
	role: string,
	more: Parameters = {},
) {
	const parameters = assumeRoleParameters({
		AccessKeyId: "oss-emulator",
		Timestamp: new Date().toISOString(),
		RoleArn: `acs:ram::${OWNER}:role/${role}`,
		...more,
	});
	const query = signed(parameters, "oss-emulator-secret", "GET");
	const target = `/?${new URLSearchParams(query)}`;
	return JSON.parse((await oss.get(target, { as: null })).text);
}

async function makeFile(t: TestContext, document: object): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "oss-emulator-"));
	t.after(() => rm(folder, { recursive: true }));
	const file = join(folder, "ram.json");
	await writeFile(file, JSON.stringify(document));
	return file;
}

suite("A RAM user", () => {
	test("has the permissions of its policies as soon as it is created", async (t) => {
		const emulator = await start(t);
		assert.match(await statusOf(emulator, "GET"), /^403 InvalidAccessKeyId /);

		const made = await put(emulator.admin, "users/ann", ANN);
		assert.equal(made.status, 200, made.text);
		assert.equal(await statusOf(emulator, "GET"), "200");
		assert.match(await statusOf(emulator, "DELETE"), /^403 AccessDenied /);

		const policies = [allow("oss:DeleteObject")];
		await put(emulator.admin, "users/Ann", { ...ANN, policies });
		assert.match(await statusOf(emulator, "GET"), /^403 AccessDenied /);
		assert.equal(await statusOf(emulator, "DELETE"), "204");
	});

	test("loses its key when it is removed", async (t) => {
		const emulator = await start(t);
		await put(emulator.admin, "users/ann", ANN);
		const { json } = await emulator.admin.send("DELETE", "/api/ram/users/ann");
		assert.deepEqual(json, { deleted: 1 });
		assert.match(await statusOf(emulator, "GET"), /^403 InvalidAccessKeyId /);
	});

	test("can have a disabled key", async (t) => {
		const emulator = await start(t);
		const accessKeys = [{ ...KEY, status: "Inactive" }];
		await put(emulator.admin, "users/ann", { ...ANN, accessKeys });
		const answer = await emulator.oss.get("/photos/cat", { as: KEY });
		assert.match(
			refusal(answer),
			/^403 InvalidAccessKeyId : .* is disabled\.$/,
		);
		assert.equal(
			await diagnosisOf(emulator, answer),
			"the key annKey belongs to a RAM user and is Inactive",
		);
	});

	test("is listed with its settings, but without its secret", async (t) => {
		const { admin } = await start(t);
		const made = await put(admin, "users/ann", ANN);
		const { json, text } = await admin.get("/api/ram/users");
		assert.deepEqual(json, { users: [made.json] });
		const [{ id, ...user }] = json.users;
		assert.match(id, /^\d{18}$/);
		assert.deepEqual(user, {
			name: "ann",
			account: OWNER,
			arn: `acs:ram::${OWNER}:user/ann`,
			accessKeys: [{ id: "annKey", status: "Active" }],
			policies: [allow("oss:GetObject")],
		});
		assert.ok(!text.includes(KEY.secret));
	});

	test("can belong to another account, which then also has roles", async (t) => {
		const emulator = await start(t);
		const account = "2000000000000002";
		await put(emulator.admin, "users/bob", { ...ANN, account });
		assert.match(await statusOf(emulator, "GET"), /^403 AccessDenied /);
		const roles = await put(emulator.admin, "roles/app", {
			account,
			trusts: [OWNER],
		});
		const assumed = await statusWithSession(emulator, "", {
			RoleArn: roles.json.arn,
		});
		assert.equal(assumed.AssumedRoleUser?.Arn, `${roles.json.arn}/job`);
		const path = `/api/ram/users/bob?account=${account}`;
		assert.equal((await emulator.admin.send("DELETE", path)).status, 200);
	});
});

suite("A RAM role", () => {
	const sessionOf = async (emulator: TestEmulator, role: string) => {
		const { Credentials } = await statusWithSession(emulator, role);
		const as = {
			id: Credentials.AccessKeyId,
			secret: Credentials.AccessKeySecret,
		};
		const headers = { "x-oss-security-token": Credentials.SecurityToken };
		return (method: string) => statusOf(emulator, method, headers, as);
	};

	test("limits its sessions, including existing ones", async (t) => {
		const emulator = await start(t);
		const statusWithSession = await sessionOf(emulator, "app");
		assert.equal(await statusWithSession("GET"), "200");

		const policies = [allow("oss:DeleteObject")];
		await put(emulator.admin, "roles/app", { policies });
		assert.match(
			await statusWithSession("GET"),
			/^403 AccessDenied 0003-00000202/,
		);
		const { requests } = (await emulator.admin.get("/api/requests")).json;
		assert.match(
			requests[0].refusal.sentence,
			/^no statement of identity policy and bucket policy allows oss:GetObject/,
		);
		await emulator.admin.send("DELETE", "/api/ram/roles/app");
		assert.equal(await statusWithSession("GET"), "200");
	});

	test("limits the duration of a session, and the principals that can assume it", async (t) => {
		const emulator = await start(t);
		const body = { maxSessionDuration: 3600 };
		const { json } = await put(emulator.admin, "roles/short", body);
		assert.deepEqual((await emulator.admin.get("/api/ram/roles")).json, {
			roles: [json],
		});
		assert.deepEqual(json.trusts, [OWNER]);
		const long = { DurationSeconds: "3601" };
		const refused = await statusWithSession(emulator, "short", long);
		assert.equal(refused.Code, "InvalidParameter.DurationSeconds");

		await put(emulator.admin, "roles/strange", { trusts: ["2"] });
		const strange = await statusWithSession(emulator, "strange");
		assert.equal(strange.Code, "NoPermission");
	});
});

suite("Users and roles of --ram", () => {
	test("exist from the start, and again after a reset", async (t) => {
		const users = [{ name: "ann", ...ANN }];
		const file = await makeFile(t, { users, roles: [{ name: "app" }] });
		const emulator = await start(t, "--ram", file);
		const { admin } = emulator;
		const namesOf = async (what: "users" | "roles"): Promise<string[]> => {
			const { json } = await admin.get(`/api/ram/${what}`);
			return json[what].map(({ name }: { name: string }) => name);
		};
		await put(admin, "users/bob", {});
		await put(admin, "users/ann", { accessKeys: [] });
		await admin.send("DELETE", "/api/ram/roles/app");
		assert.deepEqual((await namesOf("users")).sort(), ["ann", "bob"]);
		assert.match(await statusOf(emulator, "GET"), /^403 InvalidAccessKeyId /);

		await admin.post("/api/reset");
		assert.deepEqual(await namesOf("users"), ["ann"]);
		assert.deepEqual(await namesOf("roles"), ["app"]);
		assert.match(await statusOf(emulator, "GET"), /^404 NoSuchBucket /);
	});
});

suite("The admin API refuses", () => {
	const deep = (levels: number): unknown =>
		levels === 0 ? 1 : [deep(levels - 1)];
	const cases = [
		["users/a b", {}, 400, /^name: must be text of the form/],
		["users/ann", { name: "bob" }, 400, /^there is no parameter name/],
		["users/ann", { account: "x" }, 400, /^account: must be text of the form/],
		["users/ann", { accessKeys: {} }, 400, /^accessKeys must be array$/],
		["users/ann", { accessKeys: [{ id: "a" }] }, 400, /^secret is missing$/],
		[
			"users/ann",
			{ accessKeys: [{ id: "a b", secret: "s" }] },
			400,
			/^accessKeys\[0\]\.id: must be text of the form/,
		],
		[
			"users/ann",
			{ policies: [{ Version: "1" }] },
			400,
			/^policies\[0\]: Invalid Policy: Statement must be a list of at least one/,
		],
		[
			"users/ann",
			{ policies: [{ ...allow("*"), x: deep(30) }] },
			400,
			/^policies\[0\]: is nested in more than 16 levels$/,
		],
		[
			"users/ann",
			{ policies: [{ ...allow("*"), x: "x".repeat(70_000) }] },
			413,
			/too large/,
		],
		[
			"users/bob",
			{ accessKeys: [KEY] },
			409,
			/^key annKey already exists: use another id$/,
		],
		[
			"users/bob",
			{ accessKeys: [{ id: "oss-emulator", secret: "s" }] },
			409,
			/^key oss-emulator already exists/,
		],
		[
			"users/bob",
			{
				accessKeys: [
					{ ...KEY, id: "k" },
					{ ...KEY, id: "k" },
				],
			},
			409,
			/^key k already exists/,
		],
		["roles/app", { maxSessionDuration: 60 }, 400, /^maxSessionDuration must/],
		["roles/app", { trusts: ["x"] }, 400, /^trusts\[0\]: must be text/],
	] as const;
	for (const [path, body, status, message] of cases)
		test(`${path} with ${JSON.stringify(body).slice(0, 60)}`, async (t) => {
			const { admin } = await startWithAdmin(t);
			await put(admin, "users/ann", ANN);
			const answer = await put(admin, encodeURI(path), body);
			assert.equal(answer.status, status, answer.text);
			assert.match(answer.json.message, message);
			assert.ok(!answer.json.message.includes("\n"));
			const { users } = (await admin.get("/api/ram/users")).json;
			assert.equal(users.length, 1);
		});

	test("to remove an unknown user", async (t) => {
		const { admin } = await startWithAdmin(t);
		for (const [path, message] of [
			["users/bob", `there is no user bob of account ${OWNER}`],
			["roles/app?account=2", "there is no role app of account 2"],
		]) {
			const answer = await admin.send("DELETE", `/api/ram/${path}`);
			assert.equal(answer.status, 404);
			assert.equal(answer.json.message, message);
		}
	});

	test("more than a thousand roles, but not the replacement of an existing role", async (t) => {
		const names = Array.from({ length: 1000 }, (_, index) => `r${index}`);
		const roles = names.map((name) => ({ name }));
		const file = await makeFile(t, { roles });
		const { admin } = await startWithAdmin(t, "--ram", file);
		const more = await put(admin, "roles/one-more", {});
		assert.equal(more.status, 409);
		assert.match(more.json.message, /^there are already 1000 roles/);
		assert.equal((await put(admin, "roles/R7", {})).status, 200);
	});
});
