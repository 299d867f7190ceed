/** Tests the command's output, exit codes and signals. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSocket } from "./client.ts";
import { type Ran, run, startInBackground } from "./run.ts";

const LAUNCH = fileURLToPath(new URL("../emulator/launch.js", import.meta.url));
const COMMAND = `${process.execPath} ${LAUNCH}`;
const FREE = "--port 0 --admin-port 0";

function makeFolder(t: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
	t.after(() => rmSync(folder, { recursive: true }));
	return folder;
}

/** Checks the exit code 2, and that the only output is one line. @returns the line */
function refusalOf({ code, stdout, stderr }: Ran): string {
	assert.deepEqual({ code, stdout }, { code: 2, stdout: "" }, stderr);
	assert.match(stderr, /^oss-emulator: [^\n]+\n$/);
	return stderr;
}

suite("An emulator that cannot start prints the reason in one line, exits with 2 and changes no files:", () => {
	const cases = [
		["a wrong flag", "--auth maybe", /--auth must be one of strict, off/],
		[
			"an invalid key for callbacks",
			"--callback-key own.txt",
			/own\.txt: the key for callbacks is not a private key/,
		],
		[
			"users that are not JSON, in a file of two lines",
			"--ram own.txt",
			/--ram own\.txt: .*\\n/,
		],
		[
			"a link-local address without an interface",
			"--host fe80::1",
			/port \d+ of fe80::1 cannot be opened \(\w+\): choose others with --port and --host/,
		],
		[
			"addresses of other machines",
			"--host 203.0.113.77,2001:db8::77",
			/203\.0\.113\.77, 2001:db8::77 is not an address of this machine/,
		],
	] as const;
	for (const [what, flags, expected] of cases)
		test(what, async (t) => {
			const cwd = makeFolder(t);
			writeFileSync(join(cwd, "own.txt"), "meow\nmeow\n");
			const ran = await run(`${COMMAND} ${FREE} ${flags}`, { cwd });
			assert.match(refusalOf(ran), expected);
			assert.deepEqual(readdirSync(cwd), ["own.txt"]);
		});

	test("a port that is in use", async (t) => {
		const cwd = makeFolder(t);
		const other = createServer().listen(0, "127.0.0.1");
		t.after(() => other.close());
		await once(other, "listening");
		const address = other.address();
		assert.ok(address !== null && typeof address !== "string");
		for (const flags of [
			`--port ${address.port} --admin-port 0`,
			`--port 0 --admin-port ${address.port}`,
		]) {
			const ran = await run(`${COMMAND} ${flags}`, { cwd });
			assert.match(
				refusalOf(ran),
				new RegExp(
					`port ${address.port} is in use: .* choose another with --(admin-)?port \\(0 for any\\)`,
				),
			);
			assert.deepEqual(readdirSync(cwd), []);
		}
	});
});

test("An emulator prints its ports, and after SIGTERM finishes pending requests, accepts no others, and exits with 0", async (t) => {
	const cwd = makeFolder(t);
	const { ready, stop, lines } = await startInBackground(
		t,
		`${COMMAND} ${FREE} --auth off`,
		/ready/,
		{ cwd },
	);
	const [, endpoint = "", adminUrl = ""] =
		/^oss-emulator \d+\.\d+\.\d+ ready: OSS on (http:\S+), admin on (http:\S+) \(open it for the console\)$/.exec(
			ready,
		) ?? [];
	assert.equal((await fetch(`${adminUrl}/health`)).status, 200);
	await fetch(`${endpoint}/photos`, { method: "PUT" });
	const upload = await openSocket(endpoint);
	upload.write(
		"PUT /photos/cat HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
	);
	await once(upload, "data"); // the request is in progress

	const stopped = stop("SIGTERM");
	await refused(endpoint);
	upload.write("meow");
	assert.match(await text(upload), /^HTTP\/1\.1 200 OK/);
	assert.equal(await stopped, 0);
	assert.deepEqual(lines, [ready]);

	const again = await startInBackground(t, `${COMMAND} ${FREE}`, /ready/, {
		cwd,
	});
	const [, admin = ""] = /admin on (\S+)/.exec(again.ready) ?? [];
	const content = `${admin}/api/buckets/photos/content?key=cat`;
	assert.equal(await (await fetch(content)).text(), "meow");
	assert.equal(await again.stop("SIGINT"), 0);
});

/** Waits until the port is closed. */
async function refused(endpoint: string): Promise<void> {
	for (;;) {
		try {
			(await openSocket(endpoint)).destroy();
		} catch (error) {
			assert.ok(error instanceof Error && "code" in error, String(error));
			if (error.code === "ECONNREFUSED") return;
		}
	}
}
