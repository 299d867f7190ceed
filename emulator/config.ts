/**
 * Every setting, one row each: flag, default, what it is. Environment variables and the manual are made from it.
 */
import { isIP } from "node:net";
import type { Account } from "./auth/accounts.ts";
import { STRICT_FINDINGS } from "./callback/finding.ts";
import type { KeyBits } from "./callback/key-pair.ts";
import type { CallbackSwitches } from "./callback/switches.ts";
import type { CallbackKeyOptions } from "./callback-key.ts";
import { LOG_LEVELS, type LogLevel } from "./oss/log.ts";
import { StartError } from "./oss/start-error.ts";
import type { DeliveryLimits } from "./storage/delivery-rows.ts";

type Kind = "text" | "switch" | "list";

type Setting = {
	/** How the value is called in the manual; '' for a switch. */
	readonly value: string;
	readonly kind: Kind;
	readonly byDefault: string;
	readonly what: string;
};

/** In the order of the manual. */
const settings = {
	port: {
		value: "PORT[,PORT]",
		kind: "list",
		byDefault: "6770",
		what: "where OSS answers; 0 for any free port",
	},
	"admin-port": {
		value: "PORT",
		kind: "text",
		byDefault: "6771",
		what: "where the admin API and the console answer",
	},
	host: {
		value: "ADDRESS[,ADDRESS]",
		kind: "list",
		byDefault: "127.0.0.1,::1",
		what: "addresses to listen on; 0.0.0.0,:: for all",
	},
	data: {
		value: "FOLDER",
		kind: "text",
		byDefault: "./oss-data",
		what: "where everything is kept",
	},
	memory: {
		value: "",
		kind: "switch",
		byDefault: "",
		what: "keep everything in memory, nothing on disk",
	},
	durable: {
		value: "",
		kind: "switch",
		byDefault: "",
		what: "survive power cuts too: wait for the disk at every upload",
	},
	"no-files": {
		value: "",
		kind: "switch",
		byDefault: "",
		what: "no plain copy of the objects under FOLDER/files",
	},
	region: {
		value: "REGION",
		kind: "text",
		byDefault: "cn-hangzhou",
		what: "the region of this OSS",
	},
	domain: {
		value: "NAME[,NAME]",
		kind: "list",
		byDefault: "",
		what: "more names for which BUCKET.NAME addresses a bucket",
	},
	"access-key": {
		value: "ID:SECRET[:UID]",
		kind: "list",
		byDefault: "oss-emulator:oss-emulator-secret:1000000000000001",
		what: "keys that may sign; the first account owns the emulator",
	},
	ram: {
		value: "FILE",
		kind: "text",
		byDefault: "",
		what: "JSON of RAM users with keys and policies, and of roles",
	},
	"sts-port": {
		value: "PORT",
		kind: "text",
		byDefault: "",
		what: "STS on a port of its own; the ports of OSS answer it too",
	},
	"tls-port": {
		value: "PORT",
		kind: "text",
		byDefault: "",
		what: "OSS over https too, by an authority of its own: trust /ca.pem of the admin port",
	},
	"public-key-url": {
		value: "URL",
		kind: "text",
		byDefault: "",
		what: "where callbacks say their public key is [this emulator's]",
	},
	"callback-key": {
		value: "FILE",
		kind: "text",
		byDefault: "",
		what: "the private RSA key that signs callbacks [one made and kept in the data folder]",
	},
	"callback-key-bits": {
		value: "512|1024|2048",
		kind: "text",
		byDefault: "1024",
		what: "of a key that is made; OSS's has 512, which current libraries refuse",
	},
	"callback-timeout": {
		value: "MILLISECONDS",
		kind: "text",
		byDefault: "5000",
		what: "for one URL of a callback; at OSS it is 5000 and cannot be set",
	},
	"callback-absent": {
		value: "mixed|null|quotes|nothing",
		kind: "text",
		byDefault: "mixed",
		what: "how a variable without a value is written into a JSON body",
	},
	"callback-missing-url": {
		value: "skip|refuse",
		kind: "text",
		byDefault: "skip",
		what: "a callback without callbackUrl: store and call nobody, or answer 400",
	},
	"callback-unresolvable": {
		value: "refuse|deliver",
		kind: "text",
		byDefault: "refuse",
		what: "a callback to a host that does not exist: 400 before storing, or 203 after",
	},
	"callback-verify-tls": {
		value: "",
		kind: "switch",
		byDefault: "",
		what: "an https application server must have a valid certificate",
	},
	"strict-callback": {
		value: "",
		kind: "switch",
		byDefault: "",
		what: "as in the cloud: no private addresses, no callbacks without URL, no https without callbackSNI",
	},
	strict: {
		value: "",
		kind: "switch",
		byDefault: "",
		what: "callbacks fail as they would in the cloud, or might; implies --strict-callback",
	},
	"strict-except": {
		value: "FINDING[,FINDING]",
		kind: "list",
		byDefault: "",
		what: "what --strict lets pass: private-address where application servers are local",
	},
	auth: {
		value: "strict|off",
		kind: "text",
		byDefault: "strict",
		what: "off accepts any signature, and none",
	},
	cors: {
		value: "off|dev",
		kind: "text",
		byDefault: "off",
		what: "dev lets pages of any origin do anything to buckets without CORS rules",
	},
	"deliveries-max": {
		value: "COUNT",
		kind: "text",
		byDefault: "10000",
		what: "callbacks that are remembered; the oldest go first",
	},
	"deliveries-mib-max": {
		value: "MIB",
		kind: "text",
		byDefault: "64",
		what: "what those that are remembered may take",
	},
	"log-level": {
		value: LOG_LEVELS.join("|"),
		kind: "text",
		byDefault: "warn",
		what: "what is written to standard error",
	},
} as const satisfies Record<string, Setting>;

type Name = keyof typeof settings;

export type Config = {
	readonly ports: readonly number[];
	readonly adminPort: number;
	readonly hosts: readonly string[];
	/** null for memory. */
	readonly data: string | null;
	readonly durable: boolean;
	readonly files: boolean;
	readonly region: string;
	readonly domains: readonly string[];
	readonly accounts: readonly [Account, ...Account[]];
	readonly checkSignatures: boolean;
	/** What holds for buckets without CORS rules. */
	readonly cors: "off" | "dev";
	/** A JSON file; '' for none. */
	readonly ram: string;
	/** undefined for none. */
	readonly stsPort: number | undefined;
	/** undefined for no https. */
	readonly tlsPort: number | undefined;
	readonly callbackKey: CallbackKeyOptions;
	/** `publicKeyUrl` is there only when it was given. */
	readonly callbacks: Partial<CallbackSwitches>;
	readonly deliveries: DeliveryLimits;
	readonly logLevel: LogLevel;
};

/** What was said of each setting; of those that may repeat, all of it. */
type Given = ReadonlyMap<Name, readonly string[]>;

const variableOf = (name: string): string =>
	`OSS_EMULATOR_${name.toUpperCase().replaceAll("-", "_")}`;

const isName = (text: string): text is Name => Object.hasOwn(settings, text);

/**
 * @param args of the command line, which win over `env`, of which an empty one says nothing
 * @throws StartError with one line on the first thing that is wrong
 */
export function readConfig(
	args: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
): Config {
	const given = new Map([...readEnvironment(env), ...readArguments(args)]);
	return toConfig(given);
}

function readEnvironment(
	env: Readonly<Record<string, string | undefined>>,
): Given {
	const given = new Map<Name, string[]>();
	for (const name of Object.keys(settings).filter(isName)) {
		const value = env[variableOf(name)];
		if (value === undefined || value === "") continue;
		if (settings[name].kind !== "switch") given.set(name, [value]);
		else if (isYes(variableOf(name), value)) given.set(name, ["yes"]);
	}
	return given;
}

function isYes(variable: string, value: string): boolean {
	if (/^(1|true|yes|on)$/i.test(value)) return true;
	if (/^(0|false|no|off)$/i.test(value)) return false;
	throw new StartError(`${variable} must be true or false, not ${value}`);
}

function readArguments(args: readonly string[]): Given {
	const given = new Map<Name, string[]>();
	const rest = [...args];
	for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
		const [, name = "", , inline] = /^--([a-z0-9-]+)(=(.*))?$/s.exec(arg) ?? [];
		if (!isName(name))
			throw new StartError(`unknown flag ${arg}: see oss-emulator --help`);
		const { kind, byDefault } = settings[name];
		if (kind === "switch") {
			if (inline !== undefined)
				throw new StartError(`--${name} takes no value`);
			given.set(name, ["yes"]);
			continue;
		}
		const value = inline ?? rest.shift();
		const isMissing = value === undefined || value.startsWith("--");
		// Where nothing is the default, nothing may be said.
		if (isMissing || (value === "" && byDefault !== "")) throw needsValue(name);
		given.set(
			name,
			kind === "list" ? [...(given.get(name) ?? []), value] : [value],
		);
	}
	return given;
}

const needsValue = (name: Name): StartError =>
	new StartError(`--${name} needs a value: --${name} ${settings[name].value}`);

function toConfig(given: Given): Config {
	const text = (name: Name): string =>
		given.get(name)?.at(-1) ?? settings[name].byDefault;
	const list = (name: Name): string[] => {
		const items = (given.get(name) ?? [settings[name].byDefault])
			.flatMap((one) => one.split(","))
			.map((one) => one.trim())
			.filter((one) => one !== "");
		const isWanted = settings[name].byDefault !== "";
		if (items.length === 0 && isWanted) throw needsValue(name);
		return items;
	};
	const hosts = list("host");
	for (const host of hosts) {
		if (!isIP(host) && host !== "localhost")
			throw new StartError(
				`--host must be an IP address or localhost, not ${host}`,
			);
	}
	if (given.has("data") && given.has("memory"))
		throw new StartError(
			"--data and --memory exclude one another: leave one out",
		);
	return {
		ports: list("port").map((port) => readPort("--port", port)),
		adminPort: readPort("--admin-port", text("admin-port")),
		hosts: hosts.flatMap((host) =>
			host === "localhost" ? ["127.0.0.1", "::1"] : [host],
		),
		data: given.has("memory") ? null : text("data"),
		durable: given.has("durable"),
		files: !given.has("no-files"),
		region: readRegion(text("region")),
		domains: list("domain").map(readDomain),
		accounts: readAccounts(list("access-key")),
		checkSignatures:
			readChoice("auth", text("auth"), ["strict", "off"]) === "strict",
		cors: readChoice("cors", text("cors"), ["off", "dev"]),
		ram: text("ram"),
		stsPort: readOptionalPort("--sts-port", text("sts-port")),
		tlsPort: readOptionalPort("--tls-port", text("tls-port")),
		callbackKey: {
			file: text("callback-key"),
			bits: readBits(text("callback-key-bits")),
		},
		callbacks: readCallbacks(text, list, (name) => given.has(name)),
		deliveries: {
			countMax: readLimit("deliveries-max", text("deliveries-max")),
			bytesMax:
				readLimit("deliveries-mib-max", text("deliveries-mib-max")) *
				1024 *
				1024,
		},
		logLevel: readChoice("log-level", text("log-level"), LOG_LEVELS),
	};
}

function readBits(text: string): KeyBits {
	const choices = ["512", "1024", "2048"] as const;
	const bits = readChoice("callback-key-bits", text, choices);
	return bits === "512" ? 512 : bits === "1024" ? 1024 : 2048;
}

function readCallbacks(
	text: (name: Name) => string,
	list: (name: Name) => readonly string[],
	has: (name: Name) => boolean,
): Partial<CallbackSwitches> {
	const url = text("public-key-url");
	// `oss:6770` is a URL too, of the scheme oss.
	if (url !== "" && !(/^https?:\/\//i.test(url) && URL.canParse(url)))
		throw new StartError(
			`--public-key-url must begin with http:// or https://, not ${url}`,
		);
	return {
		...(url === "" ? {} : { publicKeyUrl: url }),
		timeoutMs: readTimeout(text("callback-timeout")),
		absentValues: readChoice("callback-absent", text("callback-absent"), [
			"mixed",
			"null",
			"quotes",
			"nothing",
		]),
		missingUrl: readChoice(
			"callback-missing-url",
			text("callback-missing-url"),
			["skip", "refuse"],
		),
		unresolvableHost: readChoice(
			"callback-unresolvable",
			text("callback-unresolvable"),
			["refuse", "deliver"],
		),
		verifyTls: has("callback-verify-tls"),
		// The only region that always sends it: docs «Callback».
		alwaysSni: readRegion(text("region")) === "eu-west-1",
		...readStrictness(list("strict-except"), has),
	};
}

/** Of all that `--strict` makes fail, `--strict-callback` is but what is wrong with where callbacks go. */
const OF_URLS = ["private-address", "no-url", "no-sni"] as const;

function readStrictness(
	exceptions: readonly string[],
	has: (name: Name) => boolean,
): Partial<CallbackSwitches> {
	const unknown = exceptions.find((one) => !isStrict(one));
	if (unknown !== undefined)
		throw new StartError(
			`--strict-except must name some of ${STRICT_FINDINGS.join(", ")}, not ${unknown}`,
		);
	const asked = has("strict")
		? STRICT_FINDINGS
		: has("strict-callback")
			? OF_URLS
			: [];
	const strict = asked.filter((id) => !exceptions.includes(id));
	return {
		strict,
		...(strict.includes("no-url") ? { missingUrl: "refuse" } : {}),
		privateAddresses: strict.includes("private-address") ? "refuse" : "allow",
	};
}

const isStrict = (text: string): boolean =>
	STRICT_FINDINGS.some((id) => id === text);

function readLimit(name: Name, text: string): number {
	if (!/^\d{1,9}$/.test(text))
		throw new StartError(`--${name} must be a whole number, not ${text}`);
	return Number(text);
}

const TIMEOUT_MS_MAX = 600_000;

function readTimeout(text: string): number {
	const timeoutMs = Number(text);
	if (!/^\d+$/.test(text) || timeoutMs < 1 || timeoutMs > TIMEOUT_MS_MAX) {
		throw new StartError(
			`--callback-timeout must be milliseconds, 1 to ${TIMEOUT_MS_MAX}, not ${text}`,
		);
	}
	return timeoutMs;
}

const readOptionalPort = (flag: string, text: string): number | undefined =>
	text === "" ? undefined : readPort(flag, text);

function readPort(flag: string, text: string): number {
	const port = Number(text);
	if (!/^\d+$/.test(text) || port > 65_535)
		throw new StartError(`${flag} must be a port, 0 to 65535, not ${text}`);
	return port;
}

function readRegion(text: string): string {
	const region = text.replace(/^oss-/, "");
	if (!/^[a-z0-9-]+$/.test(region))
		throw new StartError(`--region must look like cn-hangzhou, not ${text}`);
	return region;
}

function readDomain(text: string): string {
	const domain = text.toLowerCase().replace(/^\./, "");
	if (!/^[a-z0-9._-]+$/.test(domain))
		throw new StartError(
			`--domain must be a host's name without scheme and port, not ${text}`,
		);
	return domain;
}

function readChoice<Choice extends string>(
	name: string,
	text: string,
	choices: readonly Choice[],
): Choice {
	const choice = choices.find((one) => one === text);
	if (choice === undefined)
		throw new StartError(
			`--${name} must be one of ${choices.join(", ")}, not ${text}`,
		);
	return choice;
}

const UID_FIRST = 1_000_000_000_000_001;

function readAccounts(
	list: readonly string[],
): readonly [Account, ...Account[]] {
	const accounts = list.map((text, index) => {
		const [
			accessKeyId = "",
			accessKeySecret = "",
			uid = String(UID_FIRST + index),
			...more
		] = text.split(":");
		if (
			!accessKeyId ||
			!accessKeySecret ||
			!/^\d+$/.test(uid) ||
			more.length > 0
		) {
			throw new StartError(
				"--access-key must be ID:SECRET or ID:SECRET:UID, the uid a number",
			); // no secret in a message
		}
		return { accessKeyId, accessKeySecret, uid };
	});
	for (const { accessKeyId } of accounts)
		if (accounts.filter((one) => one.accessKeyId === accessKeyId).length > 1)
			throw new StartError(`--access-key names ${accessKeyId} more than once`);
	const [first, ...others] = accounts;
	if (!first) throw new StartError("--access-key must name at least one key");
	return [first, ...others];
}

/** As the manual shows a setting. */
export type DescribedSetting = {
	/** `--port PORT[,PORT]`. */
	readonly flag: string;
	/** '' for none. */
	readonly byDefault: string;
	readonly what: string;
};

export const listSettings = (): DescribedSetting[] =>
	Object.entries(settings).map(([name, { value, byDefault, what }]) => ({
		flag: `--${name} ${value}`.trimEnd(),
		byDefault,
		what,
	}));

/** For whoever may look and may not sign. */
export const withoutSecrets = (config: Config): object => ({
	...config,
	accounts: config.accounts.map(({ accessKeyId, uid }) => ({
		accessKeyId,
		uid,
	})),
});

const FLAG_COLUMNS = 38;

/** The part of the manual that lists the settings. A flag that is too long for its column has a line of its own. */
export function describeSettings(): string {
	const rows = listSettings().map(({ flag, byDefault, what }) => {
		const wide = flag.length + 4 > FLAG_COLUMNS;
		const start = wide ? `  ${flag}\n` : `  ${flag}`;
		const column = wide ? start + " ".repeat(FLAG_COLUMNS) : start;
		return `${column.padEnd(FLAG_COLUMNS)}${what}${byDefault && ` [${byDefault}]`}`;
	});
	return rows.join("\n");
}
