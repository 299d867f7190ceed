/** Runs examples/direct-upload with an emulator as in its README, but on free ports. */
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { startEmulator, type TestEmulator } from "../emulator.ts";
import { findFreePort } from "../free-port.ts";
import { type Background, startInBackground, succeed } from "../run.ts";

const cwd = fileURLToPath(
	new URL("../../examples/direct-upload", import.meta.url),
);

/** The maximum size in the example's policy. */
export const BYTES_MAX = 1_000_000;

export type Example = TestEmulator & {
	/** The URL of the application server, not of the emulator. */
	readonly url: string;
	readonly server: Background;
	/** Creates the bucket and its CORS rules. */
	setUp(): Promise<void>;
};

export async function startExample(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<Example> {
	const emulator = await startEmulator(t, ...flags);
	const port = String(await findFreePort());
	const env = {
		PORT: port,
		OSS_ENDPOINT: `http://localhost:${emulator.port}`,
		STS_ENDPOINT: emulator.endpoint,
		OSS_KEY_URLS: `${emulator.endpoint}/,${emulator.endpoint.replace("127.0.0.1", "localhost")}/`,
		BYTES_MAX: String(BYTES_MAX),
	};
	const server = await startInBackground(t, "node server.mjs", /server on/, {
		...{ cwd, env },
	});
	const setUp = async (): Promise<void> => {
		await succeed("node setup.mjs", { cwd, env });
	};
	return { ...emulator, url: `http://127.0.0.1:${port}`, server, setUp };
}
