/** A running emulator for one test, gone afterwards. Its endpoint is 127.0.0.1; it listens on ::1 as well. */
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import {
	type StartedEmulator,
	startEmulator as start,
} from "../emulator/index.ts";
import { Client } from "./client.ts";

export type TestEmulator = StartedEmulator & {
	readonly port: string;
	/** Sends requests signed with the default account's key. */
	readonly oss: Client;
};

/** Making one takes longer than all the rest of a start. */
const CALLBACK_KEY = fileURLToPath(
	new URL("../fixtures/keys/callback-512.pem", import.meta.url),
);

/**
 * Under `npm run test:gateway` it is a gateway with an emulator of its own behind it, so that a suite meets both.
 *
 * @param flags of the command line, e.g. `--auth`, `off`
 */
export async function startEmulator(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<TestEmulator> {
	if (process.env.THROUGH_GATEWAY !== "yes") return startDirectly(t, ...flags);
	const secret = "secret-of-the-cloud";
	const cloud = await startDirectly(
		t,
		...["--region", "cn-beijing", "--access-key", `cloud:${secret}`],
	);
	return startDirectly(
		t,
		...["--upstream", `http://localhost:${cloud.port}`],
		...["--upstream-region", "cn-beijing", "--upstream-bucket", "*"],
		...["--upstream-access-key", `cloud:${secret}`],
		...["--upstream-allow", GUARDED, "--region", "cn-hangzhou"],
		...flags,
	);
}

const GUARDED =
	"ListBuckets,DeleteBucket,PutBucketInventory,PutBucketLogging,PutBucketReplication,ListBucketsByTag,DescribeRegions";

/** Whatever the environment says. */
export async function startDirectly(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<TestEmulator> {
	const emulator = await start({
		memory: true,
		flags: ["--log-level", "error", "--callback-key", CALLBACK_KEY, ...flags],
	});
	const { endpoint, accessKeyId: id, accessKeySecret: secret } = emulator;
	const oss = new Client(endpoint, { id, secret });
	t.after(async () => {
		oss.close();
		await emulator.close();
	});
	return { ...emulator, oss, port: new URL(endpoint).port };
}

/** With a bucket called `photos`. */
export async function startWithBucket(
	t: Pick<TestContext, "after">,
	acl = "private",
	...flags: readonly string[]
): Promise<TestEmulator> {
	const emulator = await startEmulator(t, ...flags);
	await emulator.oss.put("/photos", "", { "x-oss-acl": acl });
	return emulator;
}
