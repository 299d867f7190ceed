/** Runs a client's program with a separate emulator, over http and https. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { startEmulator, type TestEmulator } from "../../emulator.ts";
import { findFreePort } from "../../free-port.ts";
import { type Ran, run } from "../../run.ts";
import { environmentOf } from "../languages/install.ts";
import type { S3Client } from "./table.ts";

const BUCKET = "s3-photos";

export type Place = {
	/** The host of the endpoint: `127.0.0.1`, `localhost`, `oss-cn-hangzhou.aliyuncs.com`. */
	readonly host: string;
	readonly style: "path" | "virtual";
};

export async function exercise(
	t: TestContext,
	client: S3Client,
	place: Place,
): Promise<void> {
	const { code, stdout, stderr } = await runAt(t, client, place);
	assert.equal(code, 0, `${stdout}\n${stderr}`);
	assert.deepEqual(stdout.trim().split("\n"), client.steps);
}

/** The bucket in the path is refused at Alibaba's host names, so the program ends at the first step. */
export async function beRefused(
	t: TestContext,
	client: S3Client,
	host: string,
): Promise<void> {
	const { code, stdout, stderr } = await runAt(t, client, {
		...{ host, style: "path" },
	});
	assert.notEqual(code, 0, stdout);
	assert.match(`${stdout}${stderr}`, client.refusal);
}

const ATTEMPTS_MAX = 5;

/** Tries again if another program has taken the port before the start. */
async function startWithTls(t: TestContext): Promise<{
	readonly emulator: TestEmulator;
	readonly tlsPort: number;
}> {
	for (let attempt = 1; ; attempt++) {
		const tlsPort = await findFreePort();
		try {
			const flags = ["--tls-port", String(tlsPort)];
			return { emulator: await startEmulator(t, ...flags), tlsPort };
		} catch (error) {
			if (attempt === ATTEMPTS_MAX) throw error;
		}
	}
}

async function runAt(
	t: TestContext,
	client: S3Client,
	{ host, style }: Place,
): Promise<Ran> {
	const { emulator, tlsPort } = await startWithTls(t);
	if (client.needsBucket === "always" || client.needsBucket === style)
		await emulator.oss.put(`/${BUCKET}`);
	const folder = mkdtempSync(join(tmpdir(), "oss-s3-"));
	t.after(() => rmSync(folder, { recursive: true }));
	const authority = await fetch(`${emulator.adminUrl}/ca.pem`);
	const file = join(folder, "ca.pem");
	writeFileSync(file, await authority.text());
	const { cwd, env } = environmentOf(client);
	return run(client.start, {
		cwd,
		env: {
			...env,
			S3_ENDPOINT: `http://${host}:${emulator.port}`,
			S3_TLS_ENDPOINT: `https://${host}:${tlsPort}`,
			CA_FILE: file,
			STYLE: style,
			ACCESS_KEY_ID: emulator.accessKeyId,
			ACCESS_KEY_SECRET: emulator.accessKeySecret,
			BUCKET,
		},
	});
}
