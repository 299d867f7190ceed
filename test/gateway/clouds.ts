/**
 * A gateway and the cloud behind it: a second emulator in another region and with other keys, which gateways address by
 * a name below localhost, with the bucket in the Host.
 */
import type { TestContext } from "node:test";
import { Client, type Key } from "../client.ts";
import { startDirectly, type TestEmulator } from "../emulator.ts";

export const CLOUD_KEY: Key = {
	id: "LTAI5tCloudCloudCloud001",
	secret: "cloud-secret-that-must-stay-in-the-gateway",
};

/** The number of the account. */
export const CLOUD_ACCOUNT = "1357924680135792";

export const CLOUD_REGION = "cn-beijing";

export type Cloud = TestEmulator & {
	/** The value of `--upstream`; requests have the bucket in the Host. */
	readonly url: string;
};

/** @param flags of the command line */
export async function startCloud(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<Cloud> {
	const { id, secret } = CLOUD_KEY;
	const key = `${id}:${secret}:${CLOUD_ACCOUNT}`;
	const own = ["--region", CLOUD_REGION, "--access-key", key];
	const cloud = await startDirectly(t, ...own, ...flags);
	const oss = new Client(cloud.endpoint, CLOUD_KEY, CLOUD_REGION);
	t.after(() => oss.close());
	return { ...cloud, oss, url: `http://localhost:${cloud.port}` };
}

/** @param flags in addition to those that configure the cloud */
export const startGateway = (
	t: Pick<TestContext, "after">,
	{ url }: Pick<Cloud, "url">,
	...flags: readonly string[]
): Promise<TestEmulator> =>
	startDirectly(
		t,
		...["--upstream", url, "--upstream-region", CLOUD_REGION],
		...["--region", "cn-hangzhou"],
		...["--upstream-access-key", `${CLOUD_KEY.id}:${CLOUD_KEY.secret}`],
		...flags,
	);

/** Starts a cloud with the bucket `real-photos`, and a gateway at which it is called `photos`. */
export async function startBoth(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<{ readonly cloud: Cloud; readonly gateway: TestEmulator }> {
	const cloud = await startCloud(t);
	await cloud.oss.put("/real-photos");
	const names = ["--upstream-bucket", "photos=real-photos"];
	const gateway = await startGateway(t, cloud, ...names, ...flags);
	return { cloud, gateway };
}
