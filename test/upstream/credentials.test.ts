import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import {
	CredentialsCache,
	readCredentialsSource,
} from "../../emulator/upstream/credentials.ts";
import { startFake } from "../gateway/fake-oss.ts";

const credentialsOf = (flag: string, env: Record<string, string> = {}) =>
	new CredentialsCache(readCredentialsSource(flag, env)).get();

const given = (id: string, secret: string, token = "") => ({
	accessKeyId: id,
	accessKeySecret: secret,
	securityToken: token,
});

/** The variables in the order in which SDKs read them. */
const ALL = {
	OSS_ACCESS_KEY_ID: "oss",
	OSS_ACCESS_KEY_SECRET: "oss-secret",
	OSS_SESSION_TOKEN: "oss-token",
	ALIBABA_CLOUD_ACCESS_KEY_ID: "cloud",
	ALIBABA_CLOUD_ACCESS_KEY_SECRET: "cloud-secret",
	ALIBABA_CLOUD_SECURITY_TOKEN: "cloud-token",
};

suite("The cloud's credentials come from", () => {
	test("the flag first, with a token that can contain colons", async () => {
		assert.deepEqual(await credentialsOf("a:b", ALL), given("a", "b"));
		assert.deepEqual(
			await credentialsOf("STS.a:b:c:d=="),
			given("STS.a", "b", "c:d=="),
		);
	});

	test("the environment with the names of the OSS SDKs, then with those of Alibaba Cloud's SDKs", async () => {
		assert.deepEqual(
			await credentialsOf("", ALL),
			given("oss", "oss-secret", "oss-token"),
		);
		const { OSS_ACCESS_KEY_SECRET: _, ...others } = ALL;
		assert.deepEqual(
			await credentialsOf("", others),
			given("cloud", "cloud-secret", "cloud-token"),
		);
	});

	test("a profile of the credentials file", async (t) => {
		const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
		t.after(() => rmSync(folder, { recursive: true }));
		const file = join(folder, "credentials");
		writeFileSync(
			file,
			"[default]\nenable = true\ntype = access_key\naccess_key_id = one\naccess_key_secret = one-secret\n\n[other]\ntype = sts\naccess_key_id=two\naccess_key_secret=two-secret\nsecurity_token=two-token\n",
		);
		const env = { ALIBABA_CLOUD_CREDENTIALS_FILE: file };
		assert.deepEqual(await credentialsOf("", env), given("one", "one-secret"));
		assert.deepEqual(
			await credentialsOf("", { ...env, ALIBABA_CLOUD_PROFILE: "other" }),
			given("two", "two-secret", "two-token"),
		);
		await assert.rejects(
			credentialsOf("", { ...env, ALIBABA_CLOUD_PROFILE: "third" }),
			/The profile third of the credentials file must have an access_key_id/,
		);
		await assert.rejects(
			credentialsOf("", { ALIBABA_CLOUD_CREDENTIALS_FILE: folder }),
			/There are no credentials for the cloud/,
		);
	});
});

suite("A credentials URI", () => {
	const start = async (t: TestContext, lives: number) => {
		let requests = 0;
		const uri = await startFake(t, (_, outgoing) => {
			requests += 1;
			outgoing.end(
				JSON.stringify({
					...{ Code: "Success", AccessKeyId: `STS.${requests}` },
					...{ AccessKeySecret: "secret", SecurityToken: "token" },
					Expiration: new Date(Date.now() + lives).toISOString(),
				}),
			);
		});
		const env = { ALIBABA_CLOUD_CREDENTIALS_URI: uri };
		return new CredentialsCache(readCredentialsSource("", env));
	};

	test("is requested once for credentials that do not expire", async (t) => {
		const cache = await start(t, 3_600_000);
		const both = [await cache.get(), await cache.get()];
		assert.deepEqual(
			both.map(({ accessKeyId }) => accessKeyId),
			["STS.1", "STS.1"],
		);
	});

	test("is requested again before the credentials expire", async (t) => {
		const cache = await start(t, 60_000);
		const both = [await cache.get(), await cache.get()];
		assert.deepEqual(
			both.map(({ accessKeyId }) => accessKeyId),
			["STS.1", "STS.2"],
		);
	});

	test("is requested again by the next request if it failed", async (t) => {
		let fails = true;
		const uri = await startFake(t, (_, outgoing) => {
			outgoing.statusCode = fails ? 500 : 200;
			outgoing.end('{"AccessKeyId":"a","AccessKeySecret":"b"}');
			fails = false;
		});
		const env = { ALIBABA_CLOUD_CREDENTIALS_URI: uri };
		const cache = new CredentialsCache(readCredentialsSource("", env));
		await assert.rejects(cache.get(), /answered 500/);
		assert.deepEqual(await cache.get(), given("a", "b"));
	});
});
