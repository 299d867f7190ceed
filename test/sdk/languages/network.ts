/** Checks the requirements of a private network in which names resolve to this machine, for tests with real clients. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { run } from "../../run.ts";

/** The script that creates the network: next to the clone, or in the variable SEALED. */
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
	if (process.getuid?.() !== 0) return "a private network requires root";
	if (!existsSync(SEALED)) return `${SEALED} is missing`;
	const there = await run(`command -v ${TOOLS.join(" && command -v ")}`, {
		cwd: ".",
	});
	return there.code === 0 ? "" : `some are missing: ${TOOLS.join(", ")}`;
}
