/**
 * The data folder of a killed emulator: the last commits are in the log of the database. It is made once for a test
 * file, and copied for each test.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, type TestContext } from "node:test";
import { makeFolder } from "./stores.ts";

const ACKNOWLEDGED_BEFORE_KILL = 20;

let killed: Promise<string> | undefined;

export async function killedFolder(t: TestContext): Promise<string> {
	killed ??= killInUpload();
	const folder = makeFolder(t);
	cpSync(await killed, folder, { recursive: true });
	return folder;
}

const parents: string[] = [];
after(() => {
	for (const parent of parents) rmSync(parent, { recursive: true });
});

async function killInUpload(): Promise<string> {
	const parent = mkdtempSync(join(tmpdir(), "oss-emulator-"));
	parents.push(parent);
	const folder = join(parent, "data");
	const script = join(import.meta.dirname, "uploading-process.ts");
	const child = spawn(process.execPath, [script, folder, "upload", "0"], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const exited = once(child, "exit");
	let acknowledged = 0;
	for await (const line of createInterface(child.stdout))
		if (
			line.startsWith("acknowledged") &&
			++acknowledged === ACKNOWLEDGED_BEFORE_KILL
		)
			child.kill("SIGKILL");
	await exited;
	return folder;
}
