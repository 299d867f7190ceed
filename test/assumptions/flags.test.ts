import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { FlagError, readFlags } from "./flags.ts";

const known = new Set(["A-15", "A-16"]);
const read = (line: string, environment = {}) =>
	readFlags(line.split(" ").filter(Boolean), known, environment);

const CLOUD = "--endpoint https://oss-cn-beijing.aliyuncs.com";
const KEY = "--access-key id:secret";

suite("The flags of npm run verify", () => {
	test("use an emulator by default", () => {
		assert.deepEqual(read(""), { help: false, yes: false, only: [] });
		assert.deepEqual(read("--only A-16,A-15").only, ["A-16", "A-15"]);
	});

	test("select a real account; the region is read from the endpoint", () => {
		assert.deepEqual(read(`${CLOUD} ${KEY} --bucket mine --yes`).target, {
			endpoint: "https://oss-cn-beijing.aliyuncs.com",
			region: "cn-beijing",
			key: { id: "id", secret: "secret" },
			bucketPrefix: "mine",
		});
		const internal = "--endpoint http://oss-us-west-1-internal.aliyuncs.com/";
		assert.equal(read(`${internal} ${KEY}`).target?.region, "us-west-1");
		const local = `--endpoint http://[::1]:6770 ${KEY}`;
		assert.equal(read(local).target?.region, "cn-hangzhou");
		const elsewhere = "--endpoint http://127.0.0.1:6770 --region cn-shanghai";
		assert.equal(read(`${elsewhere} ${KEY}`).target?.region, "cn-shanghai");
	});

	test("read the key from the environment, which other users cannot see", () => {
		const environment = {
			OSS_ACCESS_KEY_ID: "envId",
			OSS_ACCESS_KEY_SECRET: "envSecret",
		};
		const key = { id: "envId", secret: "envSecret" };
		assert.deepEqual(read(CLOUD, environment).target?.key, key);
		assert.equal(read(`${CLOUD} ${KEY}`, environment).target?.key.id, "id");
	});

	test("specify the URL and the port of an application server", () => {
		const at = (more: string) =>
			read(`${CLOUD} ${KEY} --application-server ${more}`).target
				?.applicationServer;
		assert.deepEqual(at("http://app.example.com:8080"), {
			url: "http://app.example.com:8080",
			port: 8080,
		});
		assert.deepEqual(
			at("http://app.example.com --application-server-port 9000"),
			{ url: "http://app.example.com", port: 9000 },
		);
	});

	for (const [line, message] of [
		["--meow", "Unknown option '--meow'; --help lists the flags"],
		["meow", "Unexpected argument 'meow'; --help lists the flags"],
		["--only A-1", "--only: there is no probe for «A-1»"],
		[KEY, "--access-key needs --endpoint"],
		["--bucket mine", "--bucket needs --endpoint"],
		[
			`--endpoint oss-cn-beijing ${KEY}`,
			"--endpoint must be a URL of http or https without a path",
		],
		[
			`${CLOUD}/bucket ${KEY}`,
			"--endpoint must be a URL of http or https without a path",
		],
		[
			`--endpoint https://oss.example.com ${KEY}`,
			"--region is needed: the endpoint does not contain it",
		],
		[
			`${CLOUD} ${KEY} --region Peking`,
			"--region must be a region like cn-hangzhou",
		],
		[CLOUD, "--access-key ID:SECRET is needed for an endpoint"],
		[`${CLOUD} --access-key id`, "--access-key must be ID:SECRET"],
		[
			`${CLOUD} ${KEY} --bucket A_B`,
			"--bucket must be 3 to 54 lower-case letters, digits and hyphens",
		],
		[
			`${CLOUD} ${KEY} --application-server-port 80`,
			"--application-server-port needs --application-server",
		],
		[
			`${CLOUD} ${KEY} --application-server http://a.example --application-server-port 0`,
			"--application-server-port must be from 1 to 65535",
		],
	] as const)
		test(`are refused in one line: ${line}`, () => {
			assert.throws(
				() => read(line),
				(error) => error instanceof FlagError && error.message === message,
				message,
			);
		});
});
