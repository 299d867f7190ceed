/**
 * Runs the same programs in a network in which every name below localhost and aliyuncs.com resolves to this machine,
 * because some SDKs can only put the bucket before the host. `sdks.ts` runs this file after everything is installed.
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
