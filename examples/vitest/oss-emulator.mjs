/**
 * Vitest's `test` with an emulator: copy this file, and write `import { test } from "./oss-emulator.mjs"`.
 *
 * The fixture `oss` is a new account with its own keys and bucket for each test. The account and everything that
 * belongs to it are deleted when the test ends.
 *
 * Each test file starts an emulator in its process, in memory and on free ports, so files can run in parallel. If
 * OSS_EMULATOR_ADMIN is set, all files use the running emulator with this admin URL instead (OSS_EMULATOR_ENDPOINT is
 * its endpoint if a container's port is mapped).
 */
import { connectEmulator, startEmulator } from "oss-emulator";
import { test as base } from "vitest";

const { OSS_EMULATOR_ADMIN: adminUrl, OSS_EMULATOR_ENDPOINT: endpoint } =
	process.env;

export const test = base.extend({
	emulator: [
		// biome-ignore lint/correctness/noEmptyPattern: Vitest requires a pattern, by which it finds what a fixture needs
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
			/** The role for STS's `assumeRole`; STS has the same endpoint. */
			role: `acs:ram::${uid}:role/uploader`,
			waitForCallback: (key) => emulator.waitForCallback({ account: uid, key }),
			callbacks: () => emulator.callbacks({ account: uid }),
			fault: (rule) => emulator.fault({ account: uid, ...rule }),
			/** Advances the clock by which tokens, signed URLs and policies expire, for all accounts, until the test ends. */
			expire: (seconds) => emulator.clock.advance(seconds, { scope: "expiry" }),
		});
		await emulator.clock.reset();
		await emulator.deleteAccount(uid);
	},
});
