import assert from "node:assert/strict";
import {
	mkdir,
	mkdtemp,
	readFile,
	rm,
	stat,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { startEmulator as start } from "../../emulator/index.ts";
import { Client, refusal, textsOf } from "../client.ts";
import { startEmulator } from "../emulator.ts";
import {
	assumeRoleParameters,
	type Parameters,
	signed,
} from "../sts/sts-requests.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const KEY = { AccessKeyId: "oss-emulator" };
const SECRET = "oss-emulator-secret";

/** The parameters of a request that is signed with the default account's key, at the current time. */
const now = (more: Parameters = {}, method?: string): string => {
	const Timestamp = new Date().toISOString();
	const parameters = assumeRoleParameters({ ...KEY, Timestamp, ...more });
	return String(new URLSearchParams(signed(parameters, SECRET, method)));
};

const json = (text: string): Record<string, unknown> => JSON.parse(text);

suite("STS on the port of OSS", () => {
	test("responds at any of its own hosts", async (t) => {
		const { oss } = await startEmulator(t);
		for (const host of [
			"sts.aliyuncs.com",
			"STS.aliyuncs.com",
			"sts.cn-hangzhou.aliyuncs.com",
			"sts-vpc.cn-hangzhou.aliyuncs.com:443",
		]) {
			const answer = await oss.get("/", { host, as: null });
			assert.equal(json(answer.text).Code, "InvalidParameter", host);
			assert.equal(json(answer.text).HostId, host);
		}
	});

	test("does not affect a bucket named sts", async (t) => {
		const { oss } = await startEmulator(t);
		const host = "sts.oss-cn-hangzhou.aliyuncs.com";
		const answer = await oss.get("/", { host, as: null });
		assert.equal(refusal(answer).slice(0, 16), "404 NoSuchBucket");
	});

	test("responds to requests with an operation and the version, at the root of any host", async (t) => {
		const { oss } = await startEmulator(t);
		const sendings = [
			oss.get(`/?${now({}, "GET")}`, { as: null }),
			oss.get(`/?${now({}, "GET")}`, { as: null, host: "photos.localhost" }),
			oss.send("POST", `/?${now()}`, { as: null }),
			oss.send("POST", "/", { as: null, headers: FORM, body: now() }),
		];
		for (const name of ["Action", "Version"]) {
			const query = new URLSearchParams(now());
			const body = `${name}=${query.get(name)}`;
			query.delete(name);
			sendings.push(
				oss.send("POST", `/?${query}`, { as: null, headers: FORM, body }),
			);
		}
		for (const answer of await Promise.all(sendings)) {
			assert.equal(answer.status, 200, answer.text);
			assert.ok(json(answer.text).Credentials);
		}
	});

	test("responds to requests that have these in headers only", async (t) => {
		const { oss } = await startEmulator(t);
		const headers = {
			"x-acs-action": "AssumeRole",
			"x-acs-version": "2015-04-01",
		};
		const answer = await oss.send("POST", "/?RoleArn=x", { as: null, headers });
		assert.equal(json(answer.text).Code, "MissingAccessKeyId");
	});

	test("does not process requests without an operation of STS", async (t) => {
		const { oss } = await startEmulator(t);
		for (const answer of [
			await oss.get("/?Action=ListUsers&Version=2015-05-01", { as: null }),
			await oss.get("/?Action=AssumeRole", { as: null }),
			await oss.get("/photos?Action=AssumeRole&Version=2015-04-01", {
				as: null,
			}),
			await oss.send("POST", "/", { as: null, headers: FORM, body: "a=b" }),
			await oss.send("POST", "/", {
				as: null,
				headers: FORM,
				body: "a".repeat(200_000),
			}),
		])
			assert.match(answer.headers["content-type"] ?? "", /^application\/xml/);
	});

	test("returns JSON and XML with the content types that its clients expect", async (t) => {
		const { oss, endpoint } = await startEmulator(t);
		const inJson = await oss.get(`/?${now({}, "GET")}`, { as: null });
		assert.match(inJson.headers["content-type"] ?? "", /^application\/json/);

		const inXml = await oss.get(`/?${now({ Format: "XML" }, "GET")}`, {
			as: null,
		});
		assert.equal(inXml.headers["content-type"], "text/xml;charset=utf-8");
		assert.match(
			inXml.text,
			/^<\?xml [^>]*>\s*<AssumeRoleResponse>\s*<RequestId>/,
		);
		assert.match(textsOf(inXml, "AccessKeyId")[0] ?? "", /^STS\./);
		assert.match(textsOf(inXml, "Expiration")[0] ?? "", /^[\d-]+T[\d:]+Z$/);

		const wrong = { Format: "XML", RoleArn: "x" };
		const error = await oss.get(`/?${now(wrong, "GET")}`, { as: null });
		assert.equal(error.status, 400);
		assert.equal(error.headers["content-type"], "text/xml;charset=utf-8");
		assert.match(error.text, /^<\?xml [^>]*>\s*<Error>/);
		assert.deepEqual(textsOf(error, "Code"), ["InvalidParameter.RoleArn"]);
		assert.deepEqual(textsOf(error, "HostId"), [new URL(endpoint).host]);
	});

	test("refuses a body that is too large or of another type", async (t) => {
		const { oss } = await startEmulator(t);
		const post = (headers: Record<string, string>, body: string) =>
			oss.send("POST", "/", {
				as: null,
				host: "sts.aliyuncs.com",
				headers,
				body,
			});

		const large = await post(FORM, "a".repeat(200_000));
		assert.equal(large.status, 413);
		assert.equal(json(large.text).Code, "RequestTooLarge");
		const form = { "content-type": "multipart/form-data; boundary=x" };
		const other = await post(form, "--x--\r\n");
		assert.equal(json(other.text).Code, "InvalidParameter.ContentType");
	});
});

suite("A refusal by STS", () => {
	test("is explained in its record, but not in the response", async (t) => {
		const { oss, adminUrl } = await startEmulator(t);
		const RoleArn = "acs:ram::1000000000000001:role/app";
		const Timestamp = new Date().toISOString();
		const parameters = assumeRoleParameters({ ...KEY, Timestamp, RoleArn });
		const query = new URLSearchParams(signed(parameters, `${SECRET}\n`, "GET"));
		const answer = await oss.get(`/?${query}`, { as: null });
		assert.equal(json(answer.text).Code, "SignatureDoesNotMatch");
		assert.doesNotMatch(answer.text, /line feed/);

		const record = await fetch(`${adminUrl}/api/requests`);
		const { requests } = JSON.parse(await record.text());
		assert.equal(requests[0].operation, "AssumeRole");
		assert.match(
			requests[0].diagnosis,
			/^the secret was used with a line feed/,
		);
	});
});

suite("STS on a separate port", () => {
	test("is the only service on this port", async (t) => {
		const emulator = await startEmulator(t, "--sts-port", "0");
		assert.ok(emulator.stsEndpoint);
		const sts = new Client(emulator.stsEndpoint, { id: "", secret: "" });
		t.after(() => sts.close());

		const answer = await sts.get(`/?${now({}, "GET")}`, { as: null });
		assert.equal(answer.status, 200, answer.text);
		const other = await sts.get("/photos/cat.jpg", { as: null });
		assert.equal(json(other.text).Code, "InvalidParameter");
	});
});

const makeFolder = async (t: TestContext): Promise<string> => {
	const folder = await mkdtemp(join(tmpdir(), "oss-emulator-"));
	t.after(() => rm(folder, { recursive: true }));
	return folder;
};

suite("Temporary keys", () => {
	test("are valid after a restart, and refused by another emulator", async (t) => {
		const data = await makeFolder(t);
		const flags = ["--log-level", "error"];
		const first = await start({ data, flags });
		const one = new Client(first.endpoint, { id: "", secret: "" });
		const { Credentials } = json(
			(await one.get(`/?${now({}, "GET")}`, { as: null })).text,
		);
		assert.ok(Credentials instanceof Object);
		one.close();
		await first.close();

		const second = await start({ data, flags });
		const third = await startEmulator(t);
		const { AccessKeyId, AccessKeySecret, SecurityToken } = Object.fromEntries(
			Object.entries(Credentials).map(([name, value]) => [name, String(value)]),
		);
		const as = { id: AccessKeyId ?? "", secret: AccessKeySecret ?? "" };
		const headers = { "x-oss-security-token": SecurityToken ?? "" };
		const other = new Client(second.endpoint, as);
		t.after(async () => {
			other.close();
			await second.close();
		});
		assert.equal((await other.get("/", { headers })).status, 200);
		const stranger = await third.oss.get("/", { headers, as });
		assert.equal(refusal(stranger).slice(0, 24), "403 InvalidSecurityToken");
		assert.equal((await stat(join(data, "sts-key"))).mode & 0o777, 0o600);
	});

	test("replace an empty key file, which can be left by a power cut", async (t) => {
		const data = await makeFolder(t);
		const file = join(data, "sts-key");
		await writeFile(file, "");
		await (await start({ data })).close();
		assert.equal(
			Buffer.from(await readFile(file, "utf8"), "base64").length,
			32,
		);
	});

	test("prevent a start with an invalid key file", async (t) => {
		const data = await makeFolder(t);
		await writeFile(join(data, "sts-key"), "short");
		await assert.rejects(
			start({ data }),
			/sts-key is damaged or was changed: remove it/,
		);
	});

	test("prevent a start with a key file that cannot be read, in one line", async (t) => {
		const data = await makeFolder(t);
		await mkdir(join(data, "sts-key"));
		await assert.rejects(start({ data }), {
			name: "StartError",
			message: `${join(data, "sts-key")} cannot be read or written (EISDIR)`,
		});
	});
});

suite("--ram", () => {
	test("sets a file of users whose keys are accepted", async (t) => {
		const file = join(await makeFolder(t), "ram.json");
		const policy = {
			Version: "1",
			Statement: [
				{ Effect: "Allow", Action: "oss:ListBuckets", Resource: "*" },
			],
		};
		const users = [
			{
				name: "ann",
				accessKeys: [{ id: "annKey", secret: "s" }],
				policies: [policy],
			},
		];
		await writeFile(file, JSON.stringify({ users }));
		const { oss } = await startEmulator(t, "--ram", file);

		const as = { id: "annKey", secret: "s" };
		assert.equal((await oss.get("/", { as })).status, 200);
		const Timestamp = new Date().toISOString();
		const Action = "GetCallerIdentity";
		const parameters = assumeRoleParameters({
			AccessKeyId: "annKey",
			Timestamp,
			Action,
		});
		const query = new URLSearchParams(signed(parameters, "s", "GET"));
		const answer = await oss.get(`/?${query}`, { as: null });
		assert.equal(json(answer.text).Arn, "acs:ram::1000000000000001:user/ann");
	});

	test("reports a mistake in one line", async (t) => {
		const file = join(await makeFolder(t), "ram.json");
		const startWith = () => start({ flags: ["--ram", file] });
		await assert.rejects(
			startWith,
			/^StartError: --ram .* cannot be read \(ENOENT\): give a JSON file/,
		);
		await writeFile(file, '{"users":[{}]}');
		await assert.rejects(
			startWith,
			/^StartError: --ram .*: users\[0\]\.name: must be text/,
		);
	});
});
