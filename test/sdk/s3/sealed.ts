/**
 * The same programs in a network where every name under localhost and aliyuncs.com is this machine, with the bucket in
 * the host. To be run by clients.ts, after the clients have been installed.
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
