/**
 * Runs a short program for each official SDK: `npm run test:sdks`. It is not part of `npm test`, because it installs
 * the SDKs from their registries, once, outside of the repository.
 *
 * SDKs with missing tools are skipped, or fail if the environment sets CI.
 */
import { suite, test } from "node:test";
import { succeed } from "../../run.ts";
import { exercise } from "./exercise.ts";
import { install } from "./install.ts";
import { isSkipped, missingOfNetwork, SEALED } from "./network.ts";
import { SDKS } from "./table.ts";

suite("On 127.0.0.1 every step succeeds with", { concurrency: 2 }, () => {
	for (const sdk of SDKS)
		test(sdk.name, async (t) => {
			const missing = await install(sdk);
			if (isSkipped(t, missing)) return;
			await exercise(t, sdk, ({ endpoint }) => endpoint);
		});
});

suite("When BUCKET.localhost and *.aliyuncs.com resolve to this machine", () => {
	test("every step succeeds with the same SDKs", async (t) => {
		if (isSkipped(t, await missingOfNetwork())) return;
		const inside = `"${process.execPath}" --test --test-reporter=spec sealed.ts`;
		// In this network the cloud behind a gateway has one of OSS's host names.
		const cloud = process.env.THROUGH_GATEWAY && "oss-cn-beijing.aliyuncs.com";
		const printed = await succeed(`bash "${SEALED}" ${inside}`, {
			cwd: import.meta.dirname,
			env: cloud ? { THROUGH_GATEWAY: cloud } : {},
		});
		const passed = printed.split("\n").filter((line) => /^ +✔/.test(line));
		for (const line of passed) t.diagnostic(line.trim());
	});
});
