/** For tests with real clients: a private network in which names resolve to this machine. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { run } from "../../run.ts";

/** Next to the clone, unless the environment names another folder. */
export const SEALED =
	process.env.SEALED ??
	join(import.meta.dirname, "../../../../shared/sdk-bench/sealed.sh");

/** The tools that map names to this machine. */
const TOOLS = ["dnsmasq", "ip", "unshare"];

/** @returns false if it exists */
export function isSkipped(t: TestContext, missing: string): boolean {
	if (missing === "") return false;
	assert.ok(!process.env.CI, missing);
	console.warn(`SKIPPED: ${t.name}: ${missing}`);
	t.skip(missing);
	return true;
}

export async function missingOfNetwork(): Promise<string> {
	if (process.getuid?.() !== 0) return "who is not root has no private network";
	if (!existsSync(SEALED)) return `${SEALED} is not there`;
	const there = await run(`command -v ${TOOLS.join(" && command -v ")}`, {
		cwd: ".",
	});
	return there.code === 0 ? "" : `not all are there: ${TOOLS.join(", ")}`;
}
