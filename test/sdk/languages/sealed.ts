/**
 * The same programs in a network where every name under localhost and aliyuncs.com is this machine: SDKs put the bucket
 * before the host, and some have no other way. `sdks.ts` runs it, after everything is installed.
 */
import { suite, test } from "node:test";
import { exercise } from "./exercise.ts";
import { isInstalled } from "./install.ts";
import { SDKS } from "./table.ts";

const OSS = "http://oss-cn-hangzhou.aliyuncs.com";

suite("With names", { concurrency: 2 }, () => {
	for (const sdk of SDKS.filter(isInstalled)) {
		test(`${sdk.name} at localhost`, (t) =>
			exercise(t, sdk, ({ port }) => `http://localhost:${port}`));
		test(`${sdk.name} at aliyuncs.com`, (t) =>
			exercise(t, sdk, ({ port }) => `${OSS}:${port}`));
	}
});
