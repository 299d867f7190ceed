/**
 * The SDKs themselves, each with a short program of ours that uses it as people do: `npm run test:sdks`. It is not part
 * of `npm test`, for it installs the SDKs from their registries, once, outside the tree.
 *
 * What is missing is skipped, and fails where the environment says CI.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { run, succeed } from "../../run.ts";
import { exercise } from "./exercise.ts";
import { install } from "./install.ts";
import { SDKS } from "./table.ts";

/** Beside the clone, unless the environment says where. */
const SEALED =
	process.env.SEALED ??
	join(import.meta.dirname, "../../../../shared/sdk-bench/sealed.sh");

/** What is needed to give names to this machine. */
const TOOLS = ["dnsmasq", "ip", "unshare"];

/** @returns false when it is there */
function isSkipped(t: TestContext, missing: string): boolean {
	if (missing === "") return false;
	assert.ok(!process.env.CI, missing);
	console.warn(`SKIPPED: ${t.name}: ${missing}`);
	t.skip(missing);
	return true;
}

async function missingOfNetwork(): Promise<string> {
	if (process.getuid?.() !== 0) return "who is not root has no private network";
	if (!existsSync(SEALED)) return `${SEALED} is not there`;
	const there = await run(`command -v ${TOOLS.join(" && command -v ")}`, {
		cwd: ".",
	});
	return there.code === 0 ? "" : `not all are there: ${TOOLS.join(", ")}`;
}

suite("On 127.0.0.1 all goes well with", { concurrency: 2 }, () => {
	for (const sdk of SDKS)
		test(sdk.name, async (t) => {
			const missing = await install(sdk);
			if (isSkipped(t, missing)) return;
			await exercise(t, sdk, ({ endpoint }) => endpoint);
		});
});

suite("Where BUCKET.localhost and *.aliyuncs.com are this machine", () => {
	test("all goes well with the same SDKs", async (t) => {
		if (isSkipped(t, await missingOfNetwork())) return;
		const inside = `"${process.execPath}" --test --test-reporter=spec sealed.ts`;
		const told = await succeed(`bash "${SEALED}" ${inside}`, {
			cwd: import.meta.dirname,
		});
		const passed = told.split("\n").filter((line) => /^ +✔/.test(line));
		for (const line of passed) t.diagnostic(line.trim());
	});
});
