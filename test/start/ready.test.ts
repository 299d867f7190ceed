import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { findAdminUrl } from "../../emulator/cli/find-admin-url.ts";
import { startEmulator } from "../../emulator/index.ts";
import { startInBackground, succeed } from "../run.ts";

const LAUNCH = fileURLToPath(
	new URL("../../emulator/launch.js", import.meta.url),
);
const COMMAND = `${process.execPath} ${LAUNCH}`;

async function makeFolder(t: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "ready-"));
	t.after(() => rm(folder, { recursive: true }));
	return folder;
}

suite("--ready-file", () => {
	test("exists while the emulator runs, readable only by its user", async (t) => {
		const folder = await makeFolder(t);
		const readyFile = join(folder, "ready.json");
		const emulator = await startEmulator({ logLevel: "silent", readyFile });

		const ready = JSON.parse(readFileSync(readyFile, "utf8"));
		const { mode } = statSync(readyFile);
		await emulator.close();

		assert.deepEqual(
			[ready.endpoint, ready.adminUrl, ready.accessKeyId],
			[emulator.endpoint, emulator.adminUrl, "oss-emulator"],
		);
		assert.deepEqual(
			[ready.accessKeySecret, ready.uid, ready.region, ready.pid],
			["oss-emulator-secret", "1000000000000001", "cn-hangzhou", process.pid],
		);
		assert.equal(mode & 0o077, 0);
		assert.deepEqual(readdirSync(folder), []);
	});

	test("in a missing folder is refused without any change", async (t) => {
		const folder = await makeFolder(t);
		const data = join(folder, "data");

		await assert.rejects(
			startEmulator({ data, readyFile: join(folder, "none/ready.json") }),
			/^StartError: --ready-file .* cannot be written \(ENOENT\): give a file/,
		);

		assert.ok(!existsSync(data));
	});

	test("connects a command to the emulator with the same environment", async (t) => {
		const folder = await makeFolder(t);
		const readyFile = join(folder, "ready.json");
		const emulator = await startEmulator({ logLevel: "silent", readyFile });
		t.after(() => emulator.close());
		await emulator.createBucket("photos");

		const env = { OSS_EMULATOR_READY_FILE: readyFile };
		const listed = await succeed(`${COMMAND} ls`, { cwd: folder, env });

		assert.match(listed, /photos/);
		assert.equal(findAdminUrl(env), emulator.adminUrl);
		assert.equal(
			findAdminUrl({ ...env, OSS_EMULATOR_READY_FILE: "none" }),
			"http://127.0.0.1:6771",
		);
		assert.equal(
			findAdminUrl({ OSS_EMULATOR_ADMIN_PORT: "7001" }),
			"http://127.0.0.1:7001",
		);
	});
});

test("--ready json prints one line of JSON", async (t) => {
	const cwd = await makeFolder(t);
	const flags = "--memory --port 0 --admin-port 0 --ready json";

	const { ready, stop } = await startInBackground(
		...([t, `${COMMAND} ${flags}`, /adminUrl/, { cwd }] as const),
	);

	const { adminUrl, endpoint, region } = JSON.parse(ready);
	assert.equal((await fetch(`${adminUrl}/health`)).status, 200);
	assert.match(endpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
	assert.equal(region, "cn-hangzhou");
	assert.equal(await stop("SIGTERM"), 0);
});

test("The https port that is chosen for --tls-port 0 is in the ready line, in the ready file and on the object", async (t) => {
	const cwd = await makeFolder(t);
	const flags = "--memory --port 0 --admin-port 0 --tls-port 0";
	const { ready, stop } = await startInBackground(
		...([t, `${COMMAND} ${flags}`, /ready: /, { cwd }] as const),
	);
	const [, port] = /https on https:\/\/127\.0\.0\.1:(\d+)$/m.exec(ready) ?? [];
	const socket = connect({
		...{ port: Number(port), host: "127.0.0.1" },
		rejectUnauthorized: false,
	});
	await once(socket, "secureConnect");
	socket.destroy();
	assert.equal(await stop("SIGTERM"), 0);

	const readyFile = join(cwd, "ready.json");
	const emulator = await startEmulator({ tlsPort: 0, readyFile });
	const { tlsEndpoint } = JSON.parse(readFileSync(readyFile, "utf8"));
	await emulator.close();
	assert.match(tlsEndpoint, /^https:\/\/127\.0\.0\.1:[1-9]\d*$/);
	assert.equal(emulator.tlsEndpoint, tlsEndpoint);
	const plain = await startEmulator({});
	await plain.close();
	assert.equal(plain.tlsEndpoint, undefined);
});

test("The data folder is ignored by Git", async (t) => {
	const data = join(await makeFolder(t), "oss-data");
	const emulator = await startEmulator({ logLevel: "silent", data });
	await emulator.close();

	assert.equal(readFileSync(join(data, ".gitignore"), "utf8"), "*\n");
});
