import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "../client.ts";
import { findFreePort } from "../free-port.ts";
import { startInBackground } from "../run.ts";
import { CLOUD_KEY, CLOUD_REGION, startCloud } from "./clouds.ts";

const LAUNCH = fileURLToPath(
	new URL("../../emulator/launch.js", import.meta.url),
);

test("A gateway speaks https to the cloud, with its key from the environment", async (t) => {
	const folder = mkdtempSync(join(tmpdir(), "oss-emulator-https-"));
	t.after(() => rmSync(folder, { recursive: true }));
	const tlsPort = await findFreePort();
	const cloud = await startCloud(t, "--tls-port", String(tlsPort));
	await cloud.oss.put("/real-photos");
	const authority = join(folder, "ca.pem");
	const pem = await fetch(`${cloud.adminUrl}/ca.pem`);
	writeFileSync(authority, await pem.text());

	const { ready } = await startInBackground(
		t,
		`${process.execPath} ${LAUNCH} --port 0 --admin-port 0 --memory --upstream localhost:${tlsPort} --upstream-region ${CLOUD_REGION} --upstream-bucket photos=real-photos`,
		/ready/,
		{
			cwd: folder,
			env: {
				NODE_EXTRA_CA_CERTS: authority,
				OSS_EMULATOR_UPSTREAM_ACCESS_KEY: `${CLOUD_KEY.id}:${CLOUD_KEY.secret}`,
			},
		},
	);

	const [, endpoint = ""] = /OSS on (\S+),/.exec(ready) ?? [];
	const key = { id: "oss-emulator", secret: "oss-emulator-secret" };
	const oss = new Client(endpoint, key, CLOUD_REGION);
	t.after(() => oss.close());
	const put = await oss.put("/photos/cat", "meow");
	assert.equal(put.status, 200, put.text);
	assert.equal((await oss.get("/photos/cat")).text, "meow");
	assert.equal((await cloud.oss.get("/real-photos/cat")).text, "meow");
});
