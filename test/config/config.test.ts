import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readConfig } from "../../emulator/config/config.ts";
import { StartError } from "../../emulator/oss/start-error.ts";
import { start } from "../../emulator/start/start.ts";

const refusalOf = (
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): string => {
	try {
		readConfig(args, env);
	} catch (error) {
		assert.ok(error instanceof StartError, String(error));
		return error.message;
	}
	throw new assert.AssertionError({ message: `${args.join(" ")} is taken` });
};

suite("A wrong flag is refused with one line that contains the remedy:", () => {
	const cases: readonly (readonly [args: string, expected: RegExp])[] = [
		["--nope", /^unknown flag --nope: see oss-emulator --help$/],
		["extra", /^unknown flag extra: /],
		["--port", /^--port needs a value: --port PORT\[,PORT\]$/],
		["--port=", /^--port needs a value/],
		["--port ,", /^--port needs a value/],
		["--host=", /^--host needs a value/],
		["--host ,", /^--host needs a value: --host ADDRESS\[,ADDRESS\]$/],
		["--data --memory", /^--data needs a value: --data FOLDER$/],
		["--data=", /^--data needs a value/],
		["--port x", /^--port must be a port, 0 to 65535, not x$/],
		["--port 6770,65536", /^--port must be a port, 0 to 65535, not 65536$/],
		["--admin-port -1", /^--admin-port must be a port/],
		["--sts-port x", /^--sts-port must be a port/],
		["--tls-port x", /^--tls-port must be a port/],
		["--host example.com", /^--host must be an IP address or localhost/],
		["--memory=yes", /^--memory takes no value$/],
		["--data x --memory", /^--data and --memory are mutually exclusive/],
		["--region a_b", /^--region must look like cn-hangzhou, not a_b$/],
		["--domain http://oss", /^--domain must be a host name without scheme/],
		["--domain oss:6770", /^--domain must be a host name .* not oss:6770$/],
		["--access-key a", /^--access-key must be ID:SECRET or ID:SECRET:UID/],
		["--access-key a:b:c", /^--access-key must be ID:SECRET or ID:SECRET:UID/],
		["--access-key a:b,a:c", /^--access-key names a more than once$/],
		["--auth maybe", /^--auth must be one of strict, off, not maybe$/],
		["--cors on", /^--cors must be one of off, dev, not on$/],
		["--upstream-bucket photos", /^--upstream-bucket requires --upstream: /],
		["--upstream-read-only", /^--upstream-read-only requires --upstream: /],
		["--upstream http://127.0.0.1:9", /--upstream-region$/],
		[
			"--upstream oss-cn-hangzhou.aliyuncs.com",
			/^--upstream needs --upstream-bucket/,
		],
		[
			"--upstream oss-cn-hangzhou.aliyuncs.com --upstream-bucket a-b --upstream-timeout 0",
			/^--upstream-timeout must be milliseconds/,
		],
		["--log-level loud", /^--log-level must be one of silent, error, /],
		["--callback-key-bits 1000", /^--callback-key-bits must be one of 512, /],
		["--callback-timeout 0", /^--callback-timeout must be milliseconds/],
		["--callback-absent x", /^--callback-absent must be one of mixed, /],
		["--callback-missing-url x", /^--callback-missing-url must be one of /],
		["--callback-unresolvable x", /^--callback-unresolvable must be one of /],
		["--public-key-url x", /^--public-key-url must begin with http:/],
		["--strict-except x", /^--strict-except must name some of private-address/],
		["--deliveries-max -1", /^--deliveries-max must be a whole number/],
		["--deliveries-mib-max x", /^--deliveries-mib-max must be a whole number/],
	];
	for (const [args, expected] of cases)
		test(args, () => assert.match(refusalOf(args.split(" ")), expected));

	test("--upstream-allow Nope", async () => {
		const flags = [
			...["--memory", "--port", "0", "--admin-port", "0"],
			...["--upstream", "oss-cn-hangzhou.aliyuncs.com"],
			...["--upstream-bucket", "a-b", "--upstream-allow", "Nope"],
			...["--upstream-access-key", "id:secret"],
		];
		await assert.rejects(start(readConfig(flags, {})), {
			name: "StartError",
			message: /^--upstream-allow must name operations .*, not Nope$/,
		});
	});

	test("which does not contain a secret", () => {
		const message = refusalOf(["--access-key", "id:secret:uid"]);
		assert.doesNotMatch(message, /secret/);
	});
});

suite("An environment variable", () => {
	test("has the meaning of its flag", () => {
		const config = readConfig([], {
			OSS_EMULATOR_PORT: "0,80",
			OSS_EMULATOR_ADMIN_PORT: "7001",
			OSS_EMULATOR_MEMORY: "true",
			OSS_EMULATOR_NO_FILES: "0",
			OSS_EMULATOR_ACCESS_KEY: "a:b,c:d:7",
			OSS_EMULATOR_DOMAIN: ".Oss.Test",
		});
		assert.deepEqual(config.ports, [0, 80]);
		assert.equal(config.adminPort, 7001);
		assert.equal(config.data, null);
		assert.equal(config.files, true);
		assert.deepEqual(config.domains, ["oss.test"]);
		assert.deepEqual(config.accounts, [
			{ accessKeyId: "a", accessKeySecret: "b", uid: "1000000000000001" },
			{ accessKeyId: "c", accessKeySecret: "d", uid: "7" },
		]);
	});

	test("is overridden by a flag, and ignored if it is empty", () => {
		const env = { OSS_EMULATOR_PORT: "1", OSS_EMULATOR_REGION: "" };
		const config = readConfig(["--port", "2"], env);
		assert.deepEqual(config.ports, [2]);
		assert.equal(config.region, "cn-hangzhou");
	});

	for (const [name, value, expected] of [
		["OSS_EMULATOR_MEMORY", "perhaps", /^OSS_EMULATOR_MEMORY must be true or /],
		["OSS_EMULATOR_PORT", ",", /^--port needs a value/],
		["OSS_EMULATOR_AUTH", "on", /^--auth must be one of strict, off, not on$/],
	] as const)
		test(`is refused like a flag: ${name}=${value}`, () =>
			assert.match(refusalOf([], { [name]: value }), expected));
});

test("A setting that is empty by default can be set back to an empty value", () => {
	const flags = ["--domain=", "--tls-port=", "--callback-key=", "--ram="];
	const config = readConfig(["--callback-key", "own.pem", ...flags], {});
	assert.deepEqual(config.domains, []);
	assert.equal(config.tlsPort, undefined);
	assert.equal(config.callbackKey.file, "");
});

test("All values of a repeatable flag count, and the last value of any other flag", () => {
	const args = "--host ::1 --host 127.0.0.1,0.0.0.0 --region a --region oss-b";
	const config = readConfig(args.split(" "), {});
	assert.deepEqual(config.hosts, ["::1", "127.0.0.1", "0.0.0.0"]);
	assert.equal(config.region, "b");
});
