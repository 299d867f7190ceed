import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, textsOf } from "../client.ts";
import { startEmulator } from "../emulator.ts";
import { findFreePort } from "../free-port.ts";

const VERIFY = fileURLToPath(new URL("verify.ts", import.meta.url));
const CACHE = new URL("../compile-cache.js", import.meta.url).href;
const ID = "LTAI5tVerifyTest0001";
const SECRET = "VerifyTestSecretVerifyTestSecr";
const UID = "1234567890123456";

/** Replaces or withholds the answer to a request. */
type Change = (
	line: string,
) => { status: number; body: string } | "hold" | undefined;

type Cloud = {
	readonly endpoint: string;
	/** The received request lines. */
	readonly lines: readonly string[];
	/** Resolves when a request is held. */
	readonly held: Promise<void>;
	/** Resolves when a bucket has been deleted. */
	readonly removed: Promise<void>;
	buckets(): Promise<string[]>;
};

/** Starts an emulator in the role of the real OSS, behind a proxy that can change its answers. */
async function startCloud(
	t: TestContext,
	change: Change = () => undefined,
): Promise<Cloud> {
	const key = `${ID}:${SECRET}:${UID}`;
	const flags = ["--region", "cn-beijing", "--access-key", key];
	const { endpoint } = await startEmulator(t, ...flags);
	const lines: string[] = [];
	const held = Promise.withResolvers<void>();
	const removed = Promise.withResolvers<void>();
	const server = createServer(async (incoming, outgoing) => {
		const line = `${incoming.method} ${incoming.url}`;
		lines.push(line);
		const changed = change(line);
		if (changed === "hold") return held.resolve();
		if (changed) {
			incoming.resume();
			outgoing.writeHead(changed.status).end(changed.body);
			return;
		}
		const answer = await passOn(endpoint, incoming);
		const body = await buffer(answer);
		outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(body);
		if (line === "DELETE /" && answer.statusCode === 204) removed.resolve();
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const owner = new Client(endpoint, { id: ID, secret: SECRET }, "cn-beijing");
	t.after(() => owner.close());
	return {
		endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		lines,
		held: held.promise,
		removed: removed.promise,
		buckets: async () => textsOf(await owner.get("/"), "Name"),
	};
}

async function passOn(
	endpoint: string,
	incoming: IncomingMessage,
): Promise<IncomingMessage> {
	const { method, url, headers } = incoming;
	const { hostname, port } = new URL(endpoint);
	const outgoing = request({ hostname, port, method, path: url, headers });
	outgoing.end(await buffer(incoming));
	const [answer]: IncomingMessage[] = await once(outgoing, "response");
	assert.ok(answer);
	return answer;
}

type Run = {
	kill(signal: NodeJS.Signals): void;
	readonly ended: Promise<{
		code: number | null;
		stdout: string;
		stderr: string;
	}>;
};

function verify(t: TestContext, ...flags: readonly string[]): Run {
	const args = ["--import", CACHE, VERIFY, ...flags];
	const child = spawn(process.execPath, args, {
		stdio: ["ignore", "pipe", "pipe"],
	});
	t.after(() => child.kill("SIGKILL"));
	const ended = Promise.all([
		once(child, "exit"),
		text(child.stdout),
		text(child.stderr),
	]).then(([[code], stdout, stderr]) => ({ code, stdout, stderr }));
	return { kill: (signal) => child.kill(signal), ended };
}

/** The flags for that cloud, and a file for the report. */
function flagsFor(
	t: TestContext,
	{ endpoint }: Pick<Cloud, "endpoint">,
	...more: readonly string[]
): { flags: readonly string[]; file: string } {
	const folder = mkdtempSync(join(tmpdir(), "oss-emulator-verify-"));
	t.after(() => rmSync(folder, { recursive: true }));
	const file = join(folder, "report.json");
	const flags = ["--endpoint", endpoint, "--region", "cn-beijing"];
	const key = ["--access-key", `${ID}:${SECRET}`];
	return { flags: [...flags, ...key, "--report", file, ...more], file };
}

suite("npm run verify", () => {
	test("reports that all assumptions hold for the emulator", async (t) => {
		const { code, stdout, stderr } = await verify(t).ended;
		const summary = /^(\d+) hold, 0 differ, 0 not probed$/m;
		assert.match(stdout, summary, stderr);
		assert.ok(Number(summary.exec(stdout)?.[1]) >= 110);
		assert.equal(code, 0);
	});

	test("prints what it will create, finds differences, and reports them without secrets", async (t) => {
		const body = `<Error><Code>AnotherCode</Code><Message>Of ${UID}, key ${ID}.</Message><RequestId>5C3D9175B6FC201293AD4ABC</RequestId><EC>0001-00000001</EC></Error>`;
		const cloud = await startCloud(t, (line) =>
			line === "GET /?max-keys=0" ? { status: 418, body } : undefined,
		);
		const only = "A-02,A-16,A-17,A-227,A-606,A-659";
		const { flags, file } = flagsFor(t, cloud, "--only", only);

		const { code, stdout } = await verify(t, ...flags, "--bucket", "mine")
			.ended;

		assert.equal(code, 1);
		assert.match(
			stdout,
			/^6 probes will be sent to .*\n.* one bucket, mine-[\da-f]{8},/,
		);
		assert.match(stdout, /less than CNY \d+\./);
		assert.equal(cloud.lines[0], "PUT /");
		assert.match(stdout, /^A-16 +differs /m);
		assert.match(stdout, /^ +assumed +400 InvalidArgument 0015-00000402:/m);
		assert.match(stdout, /^ +seen +418 AnotherCode 0001-00000001:/m);
		assert.match(
			stdout,
			/^A-17 +not probed .*\n +because +it needs --application-server$/m,
		);
		assert.match(stdout, /^3 hold, 1 differ, 2 not probed$/m);
		const report = readFileSync(file, "utf8");
		const [bucket = "?"] = /mine-[\da-f]{8}/.exec(stdout) ?? [];
		for (const secret of [ID, SECRET, UID, bucket, "5C3D9175B6FC201293AD4ABC"])
			assert.ok(!report.includes(secret), secret);
		const { results } = JSON.parse(report);
		const differing = results.find(({ id }: { id: string }) => id === "A-16");
		assert.equal(differing.verdict, "differs");
		assert.deepEqual(differing.seen, [
			"418 AnotherCode 0001-00000001: Of ACCOUNT, key ACCESS-KEY-ID.",
		]);
		assert.deepEqual(differing.requests, ["GET /?max-keys=0"]);
		assert.match(stdout, /^removed the bucket mine-[\da-f]{8}$/m);
		assert.deepEqual(await cloud.buckets(), []);
	});

	/** Starts a run and waits until one probe has stored objects and another is waiting for its answer. */
	const startHalfDone = async (t: TestContext) => {
		const cloud = await startCloud(t, (line) =>
			/^GET \/p[\da-f]+\?objectMeta$/.test(line) ? "hold" : undefined,
		);
		const { flags } = flagsFor(t, cloud, "--only", "A-606,A-659,A-12,A-14");
		const run = verify(t, ...flags);
		await cloud.held;
		assert.equal((await cloud.buckets()).length, 1);
		return { cloud, run };
	};

	test("removes the bucket when it is interrupted", async (t) => {
		const { cloud, run } = await startHalfDone(t);

		run.kill("SIGINT");

		const { code, stdout } = await run.ended;
		assert.equal(code, 130);
		assert.match(stdout, /the run was interrupted/);
		assert.match(stdout, /^removed the bucket /m);
		assert.deepEqual(await cloud.buckets(), []);
	});

	test("removes the bucket when it is killed", async (t) => {
		const { cloud, run } = await startHalfDone(t);

		run.kill("SIGKILL");

		await cloud.removed;
		assert.deepEqual(await cloud.buckets(), []);
		await run.ended;
	});

	test("reports in one line the reason why no bucket could be created", async (t) => {
		const cloud = await startCloud(t);
		const { flags } = flagsFor(t, cloud, "--access-key", "unknown:secret");

		const { code, stderr } = await verify(t, ...flags).ended;

		assert.equal(code, 1);
		assert.match(
			stderr,
			/^verify: no bucket could be created: 403 InvalidAccessKeyId [^\n]*\n$/,
		);
		assert.deepEqual(cloud.lines, ["PUT /"]);
	});

	test("reports in one line that the endpoint cannot be reached", async (t) => {
		const endpoint = `http://127.0.0.1:${await findFreePort()}`;
		const { flags } = flagsFor(t, { endpoint });

		const { code, stderr } = await verify(t, ...flags).ended;

		assert.equal(code, 1);
		assert.match(
			stderr,
			/^verify: no bucket could be created: connect ECONNREFUSED [^\n]*\n$/,
		);
	});

	test("creates nothing if the report cannot be written", async (t) => {
		const cloud = await startCloud(t);
		const { flags } = flagsFor(t, cloud, "--report", "/missing/report.json");

		const { code, stderr } = await verify(t, ...flags).ended;

		assert.equal(code, 2);
		assert.equal(
			stderr,
			"verify: --report: /missing is not a writable folder\n",
		);
		assert.deepEqual(cloud.lines, []);
	});

	test("refuses a wrong flag in one line, with exit code 2", async (t) => {
		const { code, stdout, stderr } = await verify(t, "--meow").ended;
		assert.equal(code, 2);
		assert.equal(stdout, "");
		assert.equal(
			stderr,
			"verify: Unknown option '--meow'; --help lists the flags\n",
		);
	});
});
