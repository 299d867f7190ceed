/**
 * Every setting, one row each: flag, meaning, default. Environment variables and the manual follow from it.
 *
 * Pure.
 */
import { DEFAULT_ACCOUNT } from "../auth/accounts.ts";
import { LOG_FORMATS, LOG_LEVELS } from "../oss/log.ts";

type Setting = {
	/** A list may be given more than once, or with commas. */
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
  port:                    list("PORT[,PORT]", "where OSS answers; 0 for any free port", "6770"),
  "admin-port":            text("PORT", "where the admin API and the console answer", "6771"),
  host:                    list("ADDRESS[,ADDRESS]", "addresses to listen on; 0.0.0.0,:: for all", "127.0.0.1,::1"),
  data:                    text("FOLDER", "where everything is stored", "./oss-data"),
  memory:                  flag("keep everything in memory, nothing on disk"),
  durable:                 flag("survive power cuts too: wait for the disk at every upload"),
  "no-files":              flag("no plain copy of the objects under FOLDER/files"),
  region:                  text("REGION", "the region of this OSS", "cn-hangzhou"),
  domain:                  list("NAME[,NAME]", "more names for which BUCKET.NAME addresses a bucket"),
  "access-key":            list("ID:SECRET[:UID]", "keys that may sign; the first account owns the emulator", Object.values(DEFAULT_ACCOUNT).join(":")),
  ram:                     text("FILE", "JSON of RAM users with keys and policies, and of roles"),
  seed:                    list("FILE_OR_FOLDER[,…]", "the initial content: JSON as for PUT /api/seed, or a folder whose sub-folders are buckets"),
  "sts-port":              text("PORT", "STS on a port of its own; the ports of OSS answer it too"),
  "tls-port":              text("PORT", "OSS over https too, with an authority of its own: clients must trust /ca.pem of the admin port"),
  "public-key-url":        text("URL", "where application servers fetch the public key of callbacks [the Host of the upload]"),
  "callback-key":          text("FILE", "the private RSA key that signs callbacks [one that is generated and stored in the data folder]"),
  "callback-key-bits":     text("512|1024|2048", "size of the generated key in bits; OSS's own has 512, which current libraries refuse", "1024"),
  "callback-timeout":      text("MILLISECONDS", "for one URL of a callback; at OSS it is 5000 and cannot be set", "5000"),
  "callback-absent":       text("mixed|null|quotes|nothing", "how a variable without a value is written into a JSON body", "mixed"),
  "callback-missing-url":  text("skip|refuse", "a callback without callbackUrl: store and call no server, or answer 400", "skip"),
  "callback-unresolvable": text("refuse|deliver", "a callback to a host that does not exist: 400 before storing, or 203 after", "refuse"),
  "callback-verify-tls":   flag("an https application server must have a valid certificate"),
  "strict-callback":       flag("as in the cloud: no private addresses, no callbacks without URL, no https without callbackSNI"),
  strict:                  flag("callbacks fail as they would in the cloud, or might; implies --strict-callback"),
  "strict-except":         list("FINDING[,FINDING]", "findings that --strict ignores: private-address where application servers are local"),
  auth:                    text("strict|off", "off accepts any signature, or a missing one", "strict"),
  cors:                    text("off|dev", "dev lets pages of any origin do anything to buckets without CORS rules", "off"),
  "other-regions":         text("answer|refuse", "a Host of another region's endpoint; refuse, as OSS does, under --strict", "answer"),
  "block-public-access":   text("on|off", "whether new buckets block public access, as OSS's do since October 2025", "off"),
  s3:                      text("on|off", "the S3-compatible protocol, recognised by how a request is signed", "on"),
  "s3-path-style":         text("local|allow|refuse", "BUCKET in the path of S3 requests: OSS refuses it; local allows it except at *.aliyuncs.com", "local"),
  "s3-trailers":           text("not-implemented|invalid-argument", "how checksum trailers of AWS SDKs are refused: as OSS does now, or did until 2026", "not-implemented"),
  "s3-signed-streaming":   text("accept|refuse", "S3 uploads that sign each chunk: OSS refused them until 2023", "accept"),
  "deliveries-max":        text("COUNT", "maximum number of callbacks in the log; the oldest are removed first", "10000"),
  "deliveries-mib-max":    text("MIB", "maximum size of the callback log, in MiB", "64"),
  upstream:                text("URL", "be a gateway: pass requests on to this OSS, callbacks excepted"),
  "upstream-region":       text("REGION", "its region, if it does not follow from the name"),
  "upstream-access-key":   text("ID:SECRET[:TOKEN]", "the cloud's own key [as the SDKs find it: environment, profile, credentials URI]"),
  "upstream-bucket":       list("NAME|LOCAL=REAL[,…]", "the only buckets that the gateway touches; * for all"),
  "upstream-read-only":    flag("pass on only requests that change nothing"),
  "upstream-allow":        list("OPERATION[,…]", "operations on more than the named buckets that pass, like ListBuckets"),
  "upstream-timeout":      text("MILLISECONDS", "how long the OSS behind the gateway may be silent", "60000"),
  record:                  text("FOLDER", "with --upstream: write each exchange with the cloud there, without secrets"),
  ready:                   text("text|json", "the form of the line on standard output that says it is ready", "text"),
  "ready-file":            text("FILE", "where to write how the emulator is reached, keys included, as JSON, once it is ready"),
  "log-level":             text(LOG_LEVELS.join("|"), "least severe level that is written to standard error", "warn"),
  "log-format":            text(LOG_FORMATS.join("|"), "how the log is written; json is an object per line", "text"),
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

export const isSettingName = (text: string): text is SettingName =>
	Object.hasOwn(settings, text);

/** The name of its environment variable. */
export const variableOf = (name: SettingName): string =>
	`OSS_EMULATOR_${name.toUpperCase().replaceAll("-", "_")}`;

/** As the manual shows a setting. */
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
