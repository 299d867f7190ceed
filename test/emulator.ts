/** A running emulator for one test, removed afterwards. Its endpoint is 127.0.0.1; it listens on ::1 as well. */
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import {
	type StartedEmulator,
	startEmulator as start,
} from "../emulator/index.ts";
import { Client } from "./client.ts";

export type TestEmulator = StartedEmulator & {
	readonly port: string;
	/** The location of its buckets. */
	readonly location: string;
	/** Sends requests signed with the default account's key. */
	readonly oss: Client;
};

/** A stored key, because generating a key takes longer than the rest of the start. */
const CALLBACK_KEY = fileURLToPath(
	new URL("../fixtures/keys/callback-512.pem", import.meta.url),
);

/**
 * Starts an emulator. Under `npm run test:gateway`, which sets THROUGH_GATEWAY to a host, it is a gateway, and its
 * upstream at that host is an emulator of another region with other keys.
 *
 * @param flags command-line flags, e.g. `--auth`, `off`
 */
export async function startEmulator(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<TestEmulator> {
	const host = process.env.THROUGH_GATEWAY ?? "";
	if (host === "") return startDirectly(t, ...flags);
	const key = "cloud:secret-of-the-cloud";
	const cloud = await startDirectly(
		t,
		...["--region", "cn-beijing", "--access-key", key],
	);
	const gateway = await startDirectly(
		t,
		...["--upstream", `http://${host}:${cloud.port}`],
		...["--upstream-region", "cn-beijing", "--upstream-access-key", key],
		...["--upstream-bucket", "*", "--upstream-allow", GUARDED],
		...["--region", "cn-hangzhou"],
		...flags,
	);
	return { ...gateway, location: cloud.location };
}

const GUARDED = [
	...["ListBuckets", "ListBucketsByTag", "DescribeRegions", "DeleteBucket"],
	...["PutBucketInventory", "PutBucketLogging", "PutBucketReplication"],
].join(",");

/** Starts an emulator that is never a gateway, also under `npm run test:gateway`. */
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
	const location = `oss-${emulator.region}`;
	return { ...emulator, oss, location, port: new URL(endpoint).port };
}

/** Starts an emulator with the bucket `photos`. */
export async function startWithBucket(
	t: Pick<TestContext, "after">,
	acl = "private",
	...flags: readonly string[]
): Promise<TestEmulator> {
	const emulator = await startEmulator(t, ...flags);
	await emulator.oss.put("/photos", "", { "x-oss-acl": acl });
	return emulator;
}
