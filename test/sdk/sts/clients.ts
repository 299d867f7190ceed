/**
 * The official STS clients in four languages: each gets temporary keys from a running emulator and uploads with them.
 * Their dependencies are installed once, outside of the repository, from the registries of their languages.
 *
 * If a language or its registry is missing, the test is skipped, or fails if the environment sets CI.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { startWithBucket } from "../../emulator.ts";
import { run } from "../../run.ts";

type Language = {
	/** The folder next to this file. */
	readonly folder: string;
	/** The command that succeeds if the toolchain is installed. */
	readonly toolchain: string;
	/** A command that installs the dependencies into the current folder; it ends quickly if they are installed. */
	readonly install: string;
	/** The command that runs the program; `CA` is a trusted certificate file in PEM. */
	readonly start: string;
	/** The names of the sessions and of the uploaded objects. */
	readonly uploads: readonly string[];
};

const LANGUAGES: readonly Language[] = [
	{
		folder: "python",
		toolchain: "python3 -m venv --help",
		install:
			"python3 -m venv env && env/bin/pip install -q -r requirements.txt",
		start:
			'REQUESTS_CA_BUNDLE="$CA" SSL_CERT_FILE="$CA" env/bin/python main.py',
		uploads: ["credentials-python", "sdk-sts-python"],
	},
	{
		folder: "node",
		toolchain: "npm --version",
		install: "npm install --no-audit --no-fund --loglevel=error",
		start: 'NODE_EXTRA_CA_CERTS="$CA" node main.mjs',
		uploads: [
			"pop-core-GET",
			"pop-core-POST",
			"credentials-node",
			"sts20150401",
		],
	},
	{
		folder: "go",
		toolchain: "go version",
		install: "go build -o client .",
		start: 'SSL_CERT_FILE="$CA" ./client',
		uploads: ["credentials-go"],
	},
	{
		folder: "java",
		toolchain: "javac -version && keytool -help && mvn --version",
		install:
			"mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib && javac -cp 'lib/*' StsClient.java",
		start:
			'rm -f trusted && keytool -importcert -noprompt -file "$CA" -keystore trusted -storepass emulator && java -Djavax.net.ssl.trustStore=trusted -Djavax.net.ssl.trustStorePassword=emulator -cp ".:lib/*" StsClient',
		uploads: ["credentials-java"],
	},
];

const CACHE = join(
	process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
	"oss-emulator",
	"sts-clients",
);

const INSTALL_MS_MAX = 600_000;

/** @returns the folder in which it is installed; undefined if the test cannot continue */
async function install(
	t: TestContext,
	{ folder, toolchain, install }: Language,
): Promise<string | undefined> {
	const source = join(import.meta.dirname, folder);
	const hash = createHash("sha256").update(install);
	for (const name of readdirSync(source).sort())
		hash.update(readFileSync(join(source, name)));
	const cwd = join(CACHE, `${folder}-${hash.digest("hex").slice(0, 16)}`);
	const ready = join(cwd, "installed");
	if (existsSync(ready)) return cwd;

	await mkdir(cwd, { recursive: true });
	await cp(source, cwd, { recursive: true });
	const found = await run(`${toolchain} >/dev/null 2>&1`, { cwd });
	if (found.code !== 0) return skip(t, `${folder} is not installed here`);
	const installed = await run(install, { cwd });
	const output = `${installed.stdout}${installed.stderr}`.trim();
	if (installed.code !== 0)
		return skip(
			t,
			`the dependencies of ${folder} cannot be installed: ${output.slice(-500)}`,
		);
	await writeFile(ready, "");
	return cwd;
}

/** In CI a missing tool is a failure. */
function skip(t: TestContext, reason: string): undefined {
	assert.ok(!process.env.CI, reason);
	t.skip(reason);
	console.warn(`SKIPPED: ${reason}`);
}

/** The emulator does not print the port of https, so it must be chosen in advance. */
async function findFreePort(): Promise<number> {
	const server = createServer();
	const { promise, resolve } = Promise.withResolvers<void>();
	server.listen(0, "127.0.0.1", resolve);
	await promise;
	const address = server.address();
	assert.ok(typeof address === "object" && address);
	const closed = Promise.withResolvers<void>();
	server.close(() => closed.resolve());
	await closed.promise;
	return address.port;
}

suite("The official STS clients of", () => {
	for (const language of LANGUAGES) {
		const { folder, start, uploads } = language;
		test(`${folder} receive keys that can upload`, {
			timeout: INSTALL_MS_MAX,
		}, async (t) => {
			const cwd = await install(t, language);
			if (cwd === undefined) return;
			const tlsPort = String(await findFreePort());
			const flags = ["--tls-port", tlsPort];
			const { oss, endpoint, adminUrl, ...keys } = await startWithBucket(
				t,
				"private",
				...flags,
			);
			const CA = join(cwd, "ca.pem");
			await writeFile(CA, await (await fetch(`${adminUrl}/ca.pem`)).text());

			const ran = await run(start, {
				cwd,
				env: {
					CA,
					STS_HOST: `127.0.0.1:${tlsPort}`,
					OSS_ENDPOINT: endpoint,
					ACCESS_KEY_ID: keys.accessKeyId,
					ACCESS_KEY_SECRET: keys.accessKeySecret,
					ROLE_ARN: "acs:ram::1000000000000001:role/uploader",
				},
			});

			assert.equal(ran.code, 0, `${ran.stdout}${ran.stderr}`);
			for (const name of uploads)
				assert.equal((await oss.get(`/photos/${name}`)).text, name);
		});
	}
});
