/**
 * Reads the configuration from the command line and the environment. The settings are listed in settings.ts.
 */
import { isIP } from "node:net";
import type { Account } from "../auth/accounts.ts";
import type { CallbackSwitches } from "../callback/switches.ts";
import {
	LOG_FORMATS,
	LOG_LEVELS,
	type LogFormat,
	type LogLevel,
} from "../oss/log.ts";
import { StartError } from "../oss/start-error.ts";
import type { S3Settings } from "../s3/settings.ts";
import type { DeliveryLimits } from "../storage/rows/delivery-rows.ts";
import type { UpstreamOptions } from "../upstream/upstream.ts";
import type { CallbackKeyOptions } from "./callback-key.ts";
import { readCallbacks } from "./callbacks.ts";
import {
	type Environment,
	type Given,
	needsValue,
	readArguments,
	readEnvironment,
} from "./given.ts";
import { type SettingName, settings } from "./settings.ts";
import { describeUpstream, readUpstream } from "./upstream.ts";
import {
	readAccounts,
	readBits,
	readChoice,
	readDomain,
	readLimit,
	readOptionalPort,
	readPort,
	readRegion,
} from "./values.ts";

export type Config = {
	readonly ports: readonly number[];
	readonly adminPort: number;
	readonly hosts: readonly string[];
	/** The data folder; null for memory. */
	readonly data: string | null;
	readonly durable: boolean;
	readonly files: boolean;
	readonly region: string;
	readonly domains: readonly string[];
	readonly accounts: readonly [Account, ...Account[]];
	readonly checkSignatures: boolean;
	/** The CORS rules for buckets without any. */
	readonly cors: "off" | "dev";
	readonly otherRegions: "answer" | "refuse";
	/** Whether new buckets block public access. */
	readonly blockPublicAccess: boolean;
	readonly s3: S3Settings;
	/** A JSON file; '' for none. */
	readonly ram: string;
	/** Files and folders of seeds. */
	readonly seeds: readonly string[];
	/** undefined if not set. */
	readonly stsPort: number | undefined;
	/** undefined without https. */
	readonly tlsPort: number | undefined;
	readonly callbackKey: CallbackKeyOptions;
	/** `publicKeyUrl` is present only if it was given. */
	readonly callbacks: Partial<CallbackSwitches>;
	readonly deliveries: DeliveryLimits;
	/** The OSS behind a gateway; undefined for an emulator that stores objects itself. */
	readonly upstream: UpstreamOptions | undefined;
	readonly logLevel: LogLevel;
	readonly logFormat: LogFormat;
	/** The format of the ready line. */
	readonly ready: "text" | "json";
	/** The file for the emulator's addresses and keys as JSON; '' for none. */
	readonly readyFile: string;
};

/**
 * @param args the command-line arguments; they take precedence over `env`, whose empty variables are ignored
 * @param credentials the environment variables from which a gateway reads the cloud's key
 * @throws StartError whose message describes the first mistake in one line
 */
export function readConfig(
	args: readonly string[],
	env: Environment,
	credentials: Environment = env,
): Config {
	const given = new Map([...readEnvironment(env), ...readArguments(args)]);
	return toConfig(given, credentials);
}

function toConfig(given: Given, credentials: Environment): Config {
	const text = (name: SettingName): string =>
		given.get(name)?.at(-1) ?? settings[name].byDefault;
	const list = (name: SettingName): string[] => {
		const items = (given.get(name) ?? [settings[name].byDefault])
			.flatMap((value) => value.split(","))
			.map((item) => item.trim())
			.filter((item) => item !== "");
		const isWanted = settings[name].byDefault !== "";
		if (items.length === 0 && isWanted) throw needsValue(name);
		return items;
	};
	const has = (name: SettingName): boolean => given.has(name);
	refuseContradictions(has);
	const upstream = readUpstream({ text, list, has }, credentials);
	return {
		ports: list("port").map((port) => readPort("port", port)),
		adminPort: readPort("admin-port", text("admin-port")),
		hosts: readHosts(list("host")),
		data: given.has("memory") ? null : text("data"),
		durable: given.has("durable"),
		files: !given.has("no-files"),
		// Applications behind a gateway are configured for the region of their bucket.
		region:
			has("region") || !upstream
				? readRegion(text("region"))
				: upstream.endpoint.region,
		domains: list("domain").map(readDomain),
		accounts: readAccounts(list("access-key")),
		...readBehaviour(text, (name) => given.has(name)),
		s3: readS3(text),
		ram: text("ram"),
		seeds: list("seed"),
		stsPort: readOptionalPort("sts-port", text("sts-port")),
		tlsPort: readOptionalPort("tls-port", text("tls-port")),
		callbackKey: {
			file: text("callback-key"),
			bits: readBits(text("callback-key-bits")),
		},
		callbacks: readCallbacks(text, list, has),
		deliveries: {
			countMax: readLimit("deliveries-max", text("deliveries-max")),
			bytesMax:
				readLimit("deliveries-mib-max", text("deliveries-mib-max")) *
				1024 *
				1024,
		},
		upstream,
		logLevel: readChoice("log-level", text("log-level"), LOG_LEVELS),
		logFormat: readChoice("log-format", text("log-format"), LOG_FORMATS),
		ready: readChoice("ready", text("ready"), ["text", "json"]),
		readyFile: text("ready-file"),
	};
}

/** Settings of the store are refused for a gateway, whose buckets are in the cloud. */
const EXCLUSIVE = [
	["data", "memory"],
	["seed", "upstream"],
] as const;

function refuseContradictions(has: (name: SettingName) => boolean): void {
	for (const [flag, other] of EXCLUSIVE)
		if (has(flag) && has(other))
			throw new StartError(
				`--${flag} and --${other} are mutually exclusive: omit one`,
			);
}

/** The settings for how strictly requests are checked. */
function readBehaviour(
	text: (name: SettingName) => string,
	has: (name: SettingName) => boolean,
): Pick<
	Config,
	"checkSignatures" | "cors" | "otherRegions" | "blockPublicAccess"
> {
	const refusesRegions = has("strict") && !has("other-regions");
	const blocks = readChoice(
		"block-public-access",
		text("block-public-access"),
		["off", "on"],
	);
	return {
		checkSignatures:
			readChoice("auth", text("auth"), ["strict", "off"]) === "strict",
		cors: readChoice("cors", text("cors"), ["off", "dev"]),
		otherRegions: refusesRegions
			? "refuse"
			: readChoice("other-regions", text("other-regions"), [
					"answer",
					"refuse",
				]),
		blockPublicAccess: blocks === "on",
	};
}

const readS3 = (text: (name: SettingName) => string): S3Settings => ({
	enabled: readChoice("s3", text("s3"), ["on", "off"]) === "on",
	pathStyle: readChoice("s3-path-style", text("s3-path-style"), [
		"local",
		"allow",
		"refuse",
	]),
	trailers: readChoice("s3-trailers", text("s3-trailers"), [
		"not-implemented",
		"invalid-argument",
	]),
	signedStreaming: readChoice(
		"s3-signed-streaming",
		text("s3-signed-streaming"),
		["accept", "refuse"],
	),
});

function readHosts(hosts: readonly string[]): string[] {
	const wrong = hosts.find((host) => !isIP(host) && host !== "localhost");
	if (wrong !== undefined)
		throw new StartError(
			`--host must be an IP address or localhost, not ${wrong}`,
		);
	return hosts.flatMap((host) =>
		host === "localhost" ? ["127.0.0.1", "::1"] : [host],
	);
}

/** The settings without the keys, which must stay secret. */
export const withoutSecrets = (config: Config): object => ({
	...config,
	upstream: config.upstream && describeUpstream(config.upstream),
	accounts: config.accounts.map(({ accessKeyId, uid }) => ({
		accessKeyId,
		uid,
	})),
});
