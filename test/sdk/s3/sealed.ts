/**
 * Runs the same programs in a network in which every name below localhost and aliyuncs.com resolves to this machine,
 * with the bucket in the host. `clients.ts` runs this file after the clients are installed.
 */
import { suite, test } from "node:test";
import { isInstalled } from "../languages/install.ts";
import { beRefused, exercise } from "./exercise.ts";
import { S3_CLIENTS } from "./table.ts";

const OSS = "oss-cn-hangzhou.aliyuncs.com";

suite("With the bucket in the host", { concurrency: 2 }, () => {
	for (const client of S3_CLIENTS.filter(isInstalled)) {
		test(`${client.name} works at localhost`, (t) =>
			exercise(t, client, { host: "localhost", style: "virtual" }));
		test(`${client.name} works at s3.${OSS}`, (t) =>
			exercise(t, client, { host: `s3.${OSS}`, style: "virtual" }));
		test(`${client.name} is refused with the bucket in the path at ${OSS}`, (t) =>
			beRefused(t, client, OSS));
	}
});
