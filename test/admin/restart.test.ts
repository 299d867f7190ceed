import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { suite, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { startApplicationServer } from "../application-server.ts";
import { Client } from "../client.ts";
import { type Admin, asking, openAdmin } from "./admin.ts";

const LAUNCH = fileURLToPath(
	new URL("../../emulator/launch.js", import.meta.url),
);
const KEY = { id: "oss-emulator", secret: "oss-emulator-secret" };

type Process = {
	readonly child: ChildProcess;
	readonly oss: Client;
	readonly admin: Admin;
};

async function launch(t: TestContext, data: string): Promise<Process> {
	const flags = ["--data", data, "--port", "0", "--admin-port", "0"];
	const child = spawn(process.execPath, [LAUNCH, ...flags], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	t.after(() => child.kill("SIGKILL"));
	const [line] = await once(createInterface(child.stdout), "line");
	const [endpoint = "", adminUrl = ""] =
		String(line).match(/http:\S+\d/g) ?? [];
	const oss = new Client(endpoint, KEY);
	t.after(() => oss.close());
	return { child, oss, admin: await openAdmin(adminUrl) };
}

suite("When the emulator is killed", () => {
	test("deliveries stay on record; one that was under way is shown as interrupted", async (t) => {
		const folder = await mkdtemp(join(tmpdir(), "killed-"));
		t.after(() => rm(folder, { recursive: true }));
		const { child, oss } = await launch(t, folder);
		const asked = Promise.withResolvers<void>();
		const never = Promise.withResolvers<void>();
		t.after(() => never.resolve());
		const quick = await startApplicationServer(t);
		const silent = await startApplicationServer(t, {
			before: () => {
				asked.resolve();
				return never.promise;
			},
		});
		const to = (callbackUrl: string) =>
			asking({ callbackUrl, callbackBody: "x=1" });
		await oss.put("/photos");
		await oss.put("/photos/quick", "meow", to(quick.url));
		const lost = assert.rejects(
			oss.put("/photos/slow", "meow", to(silent.url)),
		);
		await asked.promise;
		const db = new Database(join(folder, "oss.db"), { readonly: true });
		const count = db.prepare("SELECT count(*) FROM delivery").pluck();
		await t.waitFor(() => assert.equal(count.get(), 2), { timeout: 1000 });
		db.close();

		child.kill("SIGKILL");
		await once(child, "exit");
		await lost;

		const again = await launch(t, folder);
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
});
