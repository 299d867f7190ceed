/**
 * Vitest's `test` with an emulator: copy this file, and write `import { test } from "./oss-emulator.mjs"`.
 *
 * `oss` is an account of the test's own, with keys and a bucket; the account and all it owns are deleted when the test
 * ends. Each test file has an emulator in its process, in memory and on free ports, so files can run at the same time;
 * or all use the one whose admin port is at OSS_EMULATOR_ADMIN, where that is set (and its OSS port at
 * OSS_EMULATOR_ENDPOINT, where a container's port is mapped).
 */
import { connectEmulator, startEmulator } from "oss-emulator";
import { test as base } from "vitest";

const { OSS_EMULATOR_ADMIN: adminUrl, OSS_EMULATOR_ENDPOINT: endpoint } =
	process.env;

export const test = base.extend({
	emulator: [
		// biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it what a fixture needs
		async ({}, use) => {
			const emulator = await (adminUrl
				? connectEmulator({ adminUrl, ...(endpoint ? { endpoint } : {}) })
				: startEmulator());
			await use(emulator);
			await emulator.close();
		},
		{ scope: "file" },
	],

	oss: async ({ emulator }, use) => {
		const { uid, accessKeyId, accessKeySecret } =
			await emulator.createAccount();
		const bucket = `test-${uid}`;
		await emulator.createBucket(bucket, { owner: uid });
		await use({
			endpoint: emulator.endpoint,
			region: `oss-${emulator.region}`,
			...{ bucket, uid, accessKeyId, accessKeySecret },
			/** For `assumeRole` of STS, which answers at the endpoint. */
			role: `acs:ram::${uid}:role/uploader`,
			waitForCallback: (key) => emulator.waitForCallback({ account: uid, key }),
			callbacks: () => emulator.callbacks({ account: uid }),
			fault: (rule) => emulator.fault({ account: uid, ...rule }),
			/** Moves the clock of tokens, signed URLs and policies, for all accounts, until the test ends. */
			expire: (seconds) => emulator.clock.advance(seconds, { scope: "expiry" }),
		});
		await emulator.clock.reset();
		await emulator.deleteAccount(uid);
	},
});
