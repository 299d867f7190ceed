/**
 * An emulator in the process of a test: reads its options, and provides the admin API as methods, without a network
 * port.
 */

import { KEY_BITS } from "../callback/key-pair.ts";
import { makeControl, type Transport } from "../client/control.ts";
import type { EmulatorControl, Seed } from "../client/types.ts";
import { keyOfProcess } from "../config/callback-key.ts";
import { readConfig } from "../config/config.ts";
import { toArguments } from "../config/options.ts";
import { type Running, start } from "./start.ts";

/** Loads modules and generates the key in advance, so that the first start does not wait for them. */
export async function warmUp(): Promise<void> {
	// An error is reported by the first callback.
	keyOfProcess(KEY_BITS).catch(() => {});
	await import("../server/oss-app.ts");
}

export type InProcess = EmulatorControl & {
	readonly stsEndpoint: string | undefined;
	readonly tlsEndpoint: string | undefined;
	[Symbol.asyncDispose](): Promise<void>;
};

/**
 * @param options as `EmulatorOptions` of the package
 * @throws StartError whose message describes the mistake in one line
 */
export async function startInProcess(
	options: Readonly<Record<string, unknown>>,
): Promise<InProcess> {
	const { seed, ...others } = Object(options);
	const isDeclared = isSeed(seed);
	const args = toArguments(isDeclared ? others : options);
	// The same environment in which an SDK would look for the cloud's credentials.
	const config = readConfig(args, {}, process.env);
	const running = await start(config);
	const [{ accessKeyId, accessKeySecret }] = config.accounts;
	let isClosed = false;
	const close = async (): Promise<void> => {
		isClosed = true;
		await running.close();
	};
	const { endpoint, adminUrl, stsEndpoint, tlsEndpoint } = running;
	const control = makeControl(inside(running, () => isClosed));
	try {
		if (isDeclared) await control.seed(seed);
	} catch (error) {
		await close();
		throw error;
	}
	return {
		...control,
		endpoint,
		adminUrl,
		stsEndpoint,
		tlsEndpoint,
		accessKeyId,
		accessKeySecret,
		region: config.region,
		close,
		[Symbol.asyncDispose]: close,
	};
}

/** Files and folders are given as texts. */
const isSeed = (seed: unknown): seed is Seed =>
	typeof seed === "object" && seed !== null && !Array.isArray(seed);

const inside =
	({ adminApp }: Running, isClosed: () => boolean): Transport =>
	async ({ method, path, headers, body }) => {
		if (isClosed()) throw new Error("the emulator has been closed");
		const app = await adminApp();
		const answer = await app.inject({
			method,
			url: path,
			headers,
			...(body === undefined ? {} : { payload: Buffer.from(body) }),
		});
		return {
			status: answer.statusCode,
			contentType: String(answer.headers["content-type"] ?? ""),
			body: answer.rawPayload,
		};
	};
