/**
 * The package's face: an emulator in the process of a test.
 */
/// <reference lib="esnext.disposable" preserve="true" />
import { type Config, readConfig } from "./config/config.ts";
import { start } from "./start/start.ts";
import "./server/oss-app.ts"; // loaded with the package, so that its first emulator starts as fast as its others

export type EmulatorOptions = {
	/** Keep everything in memory. Default: true when no `data` is given. */
	readonly memory?: boolean;
	/** A folder to keep everything in. */
	readonly data?: string;
	/** Default: 0, any free one. */
	readonly port?: number;
	/** Default: 0, any free one. */
	readonly adminPort?: number;
	/** Further flags of the command line, e.g. `["--auth", "off"]`. */
	readonly flags?: readonly string[];
};

export type StartedEmulator = {
	/** `http://127.0.0.1:PORT`, for an SDK's endpoint. */
	readonly endpoint: string;
	readonly adminUrl: string;
	/** Of STS's own port, when `--sts-port` asks for one; `endpoint` answers STS too. */
	readonly stsEndpoint: string | undefined;
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	/** Without prefix, `cn-hangzhou`. */
	readonly region: string;
	/** To be called at the end: the process would not end otherwise. */
	close(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

/** @throws Error whose message says in one line what is wrong */
export async function startEmulator(
	options: EmulatorOptions = {},
): Promise<StartedEmulator> {
	const config = toConfig(options);
	const { endpoint, adminUrl, stsEndpoint, close } = await start(config);
	const [{ accessKeyId, accessKeySecret }] = config.accounts;
	return {
		endpoint,
		adminUrl,
		stsEndpoint,
		accessKeyId,
		accessKeySecret,
		region: config.region,
		close,
		[Symbol.asyncDispose]: close,
	};
}

function toConfig({
	memory,
	data,
	port = 0,
	adminPort = 0,
	flags = [],
}: EmulatorOptions): Config {
	const place = data === undefined || memory ? ["--memory"] : ["--data", data];
	return readConfig(
		[
			...place,
			"--port",
			String(port),
			"--admin-port",
			String(adminPort),
			...flags,
		],
		{},
		process.env, // as an SDK in this process would look for the cloud's credentials
	);
}
