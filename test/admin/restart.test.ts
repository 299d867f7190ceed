import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { suite, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startApplicationServer } from "../application-server.ts";
import { Client } from "../client.ts";
import { type Admin, callbackHeaders, openAdmin } from "./admin.ts";

const LAUNCH = fileURLToPath(
	new URL("../../emulator/launch.js", import.meta.url),
);
const KEY = { id: "oss-emulator", secret: "oss-emulator-secret" };

type Process = {
	readonly child: ChildProcess;
	readonly oss: Client;
	readonly admin: Admin;
};

/** Makes a data folder, and a function that starts one process after the other in it. */
async function prepare(t: TestContext): Promise<() => Promise<Process>> {
	const folder = await mkdtemp(join(tmpdir(), "killed-"));
	const children: ChildProcess[] = [];
	t.after(async () => {
		await Promise.all(children.map(kill));
		await rm(folder, { recursive: true });
	});
	const flags = ["--data", folder, "--port", "0", "--admin-port", "0"];
	return async () => {
		const child = spawn(process.execPath, [LAUNCH, ...flags], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		children.push(child);
		const [line] = await once(createInterface(child.stdout), "line");
		const [endpoint = "", adminUrl = ""] =
			String(line).match(/http:\S+\d/g) ?? [];
		const oss = new Client(endpoint, KEY);
		t.after(() => oss.close());
		return { child, oss, admin: await openAdmin(adminUrl) };
	};
}

async function kill(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exited = once(child, "exit");
	child.kill("SIGKILL");
	await exited;
}

suite("When the emulator is killed", () => {
	test("during a callback, deliveries are recorded, and the one in progress is shown as interrupted", async (t) => {
		const launch = await prepare(t);
		const { child, oss } = await launch();
		const never = Promise.withResolvers<void>();
		t.after(() => never.resolve());
		const quick = await startApplicationServer(t);
		const silent = await startApplicationServer(t, {
			before: () => {
				void kill(child);
				return never.promise;
			},
		});
		const to = (callbackUrl: string) =>
			callbackHeaders({ callbackUrl, callbackBody: "x=1" });
		await oss.put("/photos");
		await oss.put("/photos/quick", "meow", to(quick.url));
		await assert.rejects(oss.put("/photos/slow", "meow", to(silent.url)));
		await kill(child);

		const again = await launch();
		const { json } = await again.admin.get("/api/callbacks");
		assert.deepEqual(
			json.callbacks.map(({ key, status }: Record<string, string>) => [
				key,
				status,
			]),
			[
				["slow", "interrupted"],
				["quick", "succeeded"],
			],
		);
		const [interrupted] = json.callbacks;
		assert.match(interrupted.why, /The emulator ended/);
		assert.match(interrupted.advice, /^The object is stored/);
		assert.equal(interrupted.attempts[0].answer, null);
		assert.equal((await again.oss.get("/photos/slow")).text, "meow");
	});

	test("a received answer is recorded immediately", async (t) => {
		const launch = await prepare(t);
		const { child, oss } = await launch();
		const { url } = await startApplicationServer(t);
		await oss.put("/photos");
		const headers = callbackHeaders({ callbackUrl: url, callbackBody: "x=1" });
		const put = await oss.put("/photos/cat", "meow", headers);

		await kill(child);

		const again = await launch();
		const { json } = await again.admin.get("/api/callbacks");
		const [{ status, told }] = json.callbacks;
		assert.deepEqual([status, told.body], ["succeeded", put.text]);
	});
});
