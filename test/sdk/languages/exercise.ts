/** Runs an SDK's program with a separate emulator, and checks the callbacks to the application server. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { FaultRule } from "../../../emulator/index.ts";
import { startApplicationServer } from "../../application-server.ts";
import { startEmulator, type TestEmulator } from "../../emulator.ts";
import { findFreePort } from "../../free-port.ts";
import { succeed } from "../../run.ts";
import { environmentOf } from "./install.ts";
import { RECOVERY, type Sdk } from "./table.ts";

/** The bodies of the callbacks that the programs request; forms are percent-encoded, according to docs «Callback». */
const CALLBACKS = [
	"object=a%20b%2F%E7%8C%AB.txt&size=5&by=tom%20%26%20co",
	"object=big&size=102401&by=tom%20%26%20co",
];

/** Keys of the objects that are stored and read to test that the SDK recovers. */
const FAULTS: readonly FaultRule[] = [
	{
		...{ operation: "PutObject", key: "flaky/*", after: 1, times: 1 },
		do: { status: 503, code: "SlowDown" },
	},
	{
		...{ operation: "GetObject", key: "flaky/*", times: 1 },
		do: { cutAfterBytes: 60_000, direction: "response" },
	},
];

const BUCKET = "sdk-photos";

const TARGET = "/uploaded?from=oss";

export async function exercise(
	t: TestContext,
	sdk: Sdk,
	toEndpoint: (emulator: TestEmulator) => string,
): Promise<void> {
	const emulator = await startEmulator(t);
	const application = await startApplicationServer(t);
	if (!sdk.steps.includes("create bucket"))
		await emulator.oss.put(`/${BUCKET}`);
	const { cwd, env } = environmentOf(sdk);
	for (const fault of FAULTS) await emulator.fault(fault);

	const printed = await succeed(sdk.start, {
		cwd,
		env: {
			...env,
			OSS_ENDPOINT: toEndpoint(emulator),
			ACCESS_KEY_ID: emulator.accessKeyId,
			ACCESS_KEY_SECRET: emulator.accessKeySecret,
			BUCKET,
			CALLBACK_URL: `${application.url}${TARGET}`,
			UNREACHABLE_URL: `http://127.0.0.1:${await findFreePort()}/`,
		},
	});

	assert.deepEqual(printed.trim().split("\n"), sdk.steps);
	const received = application.received.map(({ target, body, isSigned }) => ({
		target,
		body,
		isSigned,
	}));
	const struck = sdk.steps.includes(RECOVERY) ? 1 : 0;
	assert.deepEqual(
		(await emulator.faults()).map((fault) => fault.struck),
		FAULTS.map(() => struck),
	);
	const expected = sdk.steps.includes("put with callback") ? CALLBACKS : [];
	assert.deepEqual(
		received,
		expected.map((body) => ({ target: TARGET, body, isSigned: true })),
	);
}
