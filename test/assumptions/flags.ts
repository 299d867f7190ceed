/**
 * The flags of `npm run verify`. Pure.
 *
 * @throws FlagError with one line that describes the mistake
 */
import { isIP } from "node:net";
import { parseArgs } from "node:util";
import type { Key } from "../client.ts";

export class FlagError extends Error {}

export type Target = {
	readonly endpoint: string;
	readonly region: string;
	readonly key: Key;
	/** The beginning of the bucket's name. */
	readonly bucketPrefix: string;
	/** The application server's URL for the cloud; undefined without an application server. */
	readonly applicationServer?: { readonly url: string; readonly port: number };
};

export type Flags = {
	readonly help: boolean;
	/** Starts without confirmation. */
	readonly yes: boolean;
	/** undefined: starts an emulator and probes it. */
	readonly target?: Target;
	/** The numbers of assumptions; empty for all. */
	readonly only: readonly string[];
	/** The report's file; undefined for a name with today's date. */
	readonly report?: string;
};

export const USAGE = `npm run verify [-- FLAGS]

Checks each assumption of the emulator about OSS. Without --endpoint it starts an emulator and checks that.

  --endpoint URL               https://oss-cn-hangzhou.aliyuncs.com
  --access-key ID:SECRET       or OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET in the environment
  --bucket NAME                prefix of the name of the bucket that is created (default: oss-emulator-verify)
  --region REGION              needed if the endpoint does not contain it (default for an address: cn-hangzhou)
  --application-server URL     a public URL of this machine, for assumptions about callbacks
  --application-server-port N  the port on which this machine listens (default: the port of the URL)
  --only A-15,A-16             check only these assumptions
  --report FILE                the file for the report
  --yes                        start without confirmation`;

const OPTIONS = {
	endpoint: { type: "string" },
	"access-key": { type: "string" },
	bucket: { type: "string" },
	region: { type: "string" },
	"application-server": { type: "string" },
	"application-server-port": { type: "string" },
	only: { type: "string" },
	report: { type: "string" },
	yes: { type: "boolean", default: false },
	help: { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof parse>;

/** @param environment may have the key; flags can be seen by other users of the machine */
export function readFlags(
	args: readonly string[],
	known: ReadonlySet<string>,
	environment: Readonly<Record<string, string | undefined>>,
): Flags {
	const values = parse(args);
	const only = values.only?.split(",").map((id) => id.trim()) ?? [];
	const unknown = only.find((id) => !known.has(id));
	if (unknown !== undefined)
		throw new FlagError(`--only: there is no probe for «${unknown}»`);
	if (values.report === "") throw new FlagError("--report needs a file name");
	const target = readTarget(values, environment);
	return {
		help: values.help,
		yes: values.yes,
		only,
		...(target ? { target } : {}),
		...(values.report === undefined ? {} : { report: values.report }),
	};
}

function parse(args: readonly string[]) {
	try {
		return parseArgs({ args: [...args], options: OPTIONS, strict: true })
			.values;
	} catch (error) {
		// Node's message continues with advice about positional arguments.
		const [line = ""] = String((error as Error).message).split(/\. |\n/);
		throw new FlagError(`${line}; --help lists the flags`);
	}
}

const NEED_ENDPOINT = [
	"access-key",
	"bucket",
	"region",
	"application-server",
	"application-server-port",
] as const;

function readTarget(
	values: Values,
	environment: Readonly<Record<string, string | undefined>>,
): Target | undefined {
	if (values.endpoint === undefined) {
		const lost = NEED_ENDPOINT.find((name) => values[name] !== undefined);
		if (lost) throw new FlagError(`--${lost} needs --endpoint`);
		return undefined;
	}
	const endpoint = readUrl("endpoint", values.endpoint);
	const applicationServer = readApplicationServer(values);
	return {
		endpoint: endpoint.origin,
		region: readRegion(values.region, endpoint),
		key: readKey(values["access-key"], environment),
		bucketPrefix: readBucketPrefix(values.bucket),
		...(applicationServer ? { applicationServer } : {}),
	};
}

function readUrl(flag: string, text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const isGood =
		url !== undefined &&
		/^https?:$/.test(url.protocol) &&
		`${url.username}${url.password}${url.search}${url.hash}` === "" &&
		url.pathname === "/";
	if (!isGood)
		throw new FlagError(
			`--${flag} must be a URL of http or https without a path`,
		);
	return url;
}

/** The default region of an emulator. */
const LOCAL_REGION = "cn-hangzhou";
const REGION = /^[a-z]{2,}(-[a-z0-9]+)+$/;

function readRegion(given: string | undefined, { hostname }: URL): string {
	const [, named] =
		/^oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/.exec(hostname) ?? [];
	const isLocal =
		isIP(hostname.replace(/^\[|\]$/g, "")) > 0 || hostname === "localhost";
	const region = given ?? named ?? (isLocal ? LOCAL_REGION : undefined);
	if (region === undefined)
		throw new FlagError("--region is needed: the endpoint does not contain it");
	if (!REGION.test(region))
		throw new FlagError("--region must be a region like cn-hangzhou");
	return region;
}

function readKey(
	given: string | undefined,
	environment: Readonly<Record<string, string | undefined>>,
): Key {
	const { OSS_ACCESS_KEY_ID: id, OSS_ACCESS_KEY_SECRET: secret } = environment;
	const text = given ?? (id && secret ? `${id}:${secret}` : undefined);
	if (text === undefined)
		throw new FlagError("--access-key ID:SECRET is needed for an endpoint");
	const [, first, rest] = /^([\w.-]+):([^\s:]+)$/.exec(text) ?? [];
	if (!first || !rest) throw new FlagError("--access-key must be ID:SECRET");
	return { id: first, secret: rest };
}

/** A hyphen and 8 characters are appended; a bucket's name has at most 63 characters. */
function readBucketPrefix(given = "oss-emulator-verify"): string {
	if (!/^[a-z0-9][a-z0-9-]{1,52}[a-z0-9]$/.test(given))
		throw new FlagError(
			"--bucket must be 3 to 54 lower-case letters, digits and hyphens",
		);
	return given;
}

function readApplicationServer(
	values: Values,
): Target["applicationServer"] | undefined {
	const { "application-server": given, "application-server-port": at } = values;
	if (given === undefined) {
		if (at !== undefined)
			throw new FlagError(
				"--application-server-port needs --application-server",
			);
		return undefined;
	}
	const url = readUrl("application-server", given);
	const port = Number(at ?? (url.port || "80"));
	if (!Number.isInteger(port) || port < 1 || port > 65_535)
		throw new FlagError("--application-server-port must be from 1 to 65535");
	return { url: url.origin, port };
}
