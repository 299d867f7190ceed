/**
 * Runs a short program for each client of the S3-compatible protocol: `npm run test:s3`. It is not part of `npm test`,
 * because it installs the clients from their registries, once, outside of the repository.
 *
 * A missing client is skipped, or fails if the environment sets CI.
 */
import { suite, test } from "node:test";
import { succeed } from "../../run.ts";
import { install } from "../languages/install.ts";
import { isSkipped, missingOfNetwork, SEALED } from "../languages/network.ts";
import { exercise } from "./exercise.ts";
import { S3_CLIENTS } from "./table.ts";

suite("With the bucket in the path, at 127.0.0.1,", { concurrency: 2 }, () => {
	for (const client of S3_CLIENTS)
		test(`${client.name} fails if OSS refuses its requests, and works with the documented setting`, async (t) => {
			const missing = await install(client);
			if (isSkipped(t, missing)) return;
			await exercise(t, client, { host: "127.0.0.1", style: "path" });
		});
});

suite("When BUCKET.localhost and *.aliyuncs.com resolve to this machine", () => {
	test("the same clients work with the bucket in the host, and are refused with the bucket in the path", async (t) => {
		if (isSkipped(t, await missingOfNetwork())) return;
		const inside = `"${process.execPath}" --test --test-reporter=spec sealed.ts`;
		const output = await succeed(`bash "${SEALED}" ${inside}`, {
			cwd: import.meta.dirname,
		});
		const passed = output.split("\n").filter((line) => /^ +✔/.test(line));
		for (const line of passed) t.diagnostic(line.trim());
	});
});
