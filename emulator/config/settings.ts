/**
 * All settings, one row each: flag, meaning, default. Environment variables and the manual are derived from it.
 *
 * Pure.
 */
import { DEFAULT_ACCOUNT } from "../auth/accounts.ts";
import { LOG_FORMATS, LOG_LEVELS } from "../oss/log.ts";

type Setting = {
	/** A list may be given by several flags, or separated by commas. */
	readonly kind: "text" | "list" | "flag";
	/** The name of the value in the manual; '' for a flag. */
	readonly value: string;
	readonly what: string;
	readonly byDefault: string;
};

const flag = (what: string): Setting => ({
	kind: "flag",
	value: "",
	what,
	byDefault: "",
});

const text = (value: string, what: string, byDefault = ""): Setting => ({
	kind: "text",
	value,
	what,
	byDefault,
});

const list = (value: string, what: string, byDefault = ""): Setting => ({
	kind: "list",
	value,
	what,
	byDefault,
});

/** In the order of the manual. */
// biome-ignore format: a table
export const settings = {
  port:                    list("PORT[,PORT]", "ports of OSS; 0 for any free port", "6770"),
  "admin-port":            text("PORT", "port of the admin API and the console", "6771"),
  host:                    list("ADDRESS[,ADDRESS]", "addresses to listen on; 0.0.0.0,:: for all", "127.0.0.1,::1"),
  data:                    text("FOLDER", "folder for all data", "./oss-data"),
  memory:                  flag("keep everything in memory, nothing on disk"),
  durable:                 flag("survive power cuts: wait for the disk on every upload"),
  "no-files":              flag("do not store plain copies of the objects under FOLDER/files"),
  region:                  text("REGION", "the region of this OSS", "cn-hangzhou"),
  domain:                  list("NAME[,NAME]", "additional names: BUCKET.NAME addresses a bucket"),
  "access-key":            list("ID:SECRET[:UID]", "keys that may sign; the first account owns the emulator", Object.values(DEFAULT_ACCOUNT).join(":")),
  ram:                     text("FILE", "JSON of RAM users with keys and policies, and of roles"),
  seed:                    list("FILE_OR_FOLDER[,…]", "the initial content: JSON as for PUT /api/seed, or a folder whose sub-folders are buckets"),
  "sts-port":              text("PORT", "additional port for STS, which the OSS ports serve too"),
  "tls-port":              text("PORT", "port for https, with its own certificate authority: clients must trust /ca.pem of the admin port"),
  "public-key-url":        text("URL", "URL of the public key for application servers [the Host of the upload]"),
  "callback-key":          text("FILE", "the private RSA key that signs callbacks [a generated key, stored in the data folder]"),
  "callback-key-bits":     text("512|1024|2048", "size of the generated key in bits; OSS's own has 512, which current libraries refuse", "1024"),
  "callback-timeout":      text("MILLISECONDS", "time limit for one URL of a callback; 5000 at OSS, where it cannot be set", "5000"),
  "callback-absent":       text("mixed|null|quotes|nothing", "how a variable without a value is written into a JSON body", "mixed"),
  "callback-missing-url":  text("skip|refuse", "a callback without callbackUrl: store and call no server, or answer 400", "skip"),
  "callback-unresolvable": text("refuse|deliver", "a callback to a host that does not exist: 400 before storing, or 203 after", "refuse"),
  "callback-verify-tls":   flag("require a valid certificate from https application servers"),
  "strict-callback":       flag("refuse as in the cloud: private addresses, callbacks without URL, https without callbackSNI"),
  strict:                  flag("make callbacks fail as they would or might in the cloud; implies --strict-callback"),
  "strict-except":         list("FINDING[,FINDING]", "findings that --strict ignores, such as private-address for local application servers"),
  auth:                    text("strict|off", "off accepts any signature, and unsigned requests", "strict"),
  cors:                    text("off|dev", "dev lets pages of any origin do everything, for buckets without CORS rules", "off"),
  "other-regions":         text("answer|refuse", "requests for another region's endpoint; with --strict they are refused, as by OSS", "answer"),
  "block-public-access":   text("on|off", "whether new buckets block public access, as at OSS since October 2025", "off"),
  s3:                      text("on|off", "the S3-compatible protocol, recognised by the signature of a request", "on"),
  "s3-path-style":         text("local|allow|refuse", "BUCKET in the path of S3 requests: OSS refuses it; local allows it except at *.aliyuncs.com", "local"),
  "s3-trailers":           text("not-implemented|invalid-argument", "the error for checksum trailers of AWS SDKs: OSS's current one, or the one until 2026", "not-implemented"),
  "s3-signed-streaming":   text("accept|refuse", "S3 uploads that sign each chunk: OSS refused them until 2023", "accept"),
  "deliveries-max":        text("COUNT", "maximum number of callbacks in the log; the oldest are removed first", "10000"),
  "deliveries-mib-max":    text("MIB", "maximum size of the callback log, in MiB", "64"),
  upstream:                text("URL", "run as a gateway: pass requests on to this OSS, except for callbacks"),
  "upstream-region":       text("REGION", "region of the upstream, if its name does not contain it"),
  "upstream-access-key":   text("ID:SECRET[:TOKEN]", "key for the upstream [found as the SDKs find it: environment, profile, credentials URI]"),
  "upstream-bucket":       list("NAME|LOCAL=REAL[,…]", "the only buckets that the gateway touches; * for all"),
  "upstream-read-only":    flag("pass on only requests that do not change anything"),
  "upstream-allow":        list("OPERATION[,…]", "allowed operations that are not limited to the named buckets, like ListBuckets"),
  "upstream-timeout":      text("MILLISECONDS", "maximum time without data from the upstream", "60000"),
  record:                  text("FOLDER", "with --upstream: folder for recordings of each exchange with the cloud, without secrets"),
  ready:                   text("text|json", "format of the ready line on standard output", "text"),
  "ready-file":            text("FILE", "JSON file with the emulator's addresses and keys, written once it is ready"),
  "log-level":             text(LOG_LEVELS.join("|"), "least severe level that is written to standard error", "warn"),
  "log-format":            text(LOG_FORMATS.join("|"), "format of the log; json is one object per line", "text"),
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

export const isSettingName = (text: string): text is SettingName =>
	Object.hasOwn(settings, text);

/** The name of its environment variable. */
export const variableOf = (name: SettingName): string =>
	`OSS_EMULATOR_${name.toUpperCase().replaceAll("-", "_")}`;

/** A setting in the manual. */
type DescribedSetting = {
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

const FLAG_COLUMNS = 38;

/** The part of the manual that lists the settings. A flag that is too long for its column is on its own line. */
export function describeSettings(): string {
	const rows = listSettings().map(({ flag, byDefault, what }) => {
		const wide = flag.length + 4 > FLAG_COLUMNS;
		const start = wide ? `  ${flag}\n` : `  ${flag}`;
		const column = wide ? start + " ".repeat(FLAG_COLUMNS) : start;
		return `${column.padEnd(FLAG_COLUMNS)}${what}${byDefault && ` [${byDefault}]`}`;
	});
	return rows.join("\n");
}
