/**
 * The entry point of the package: an emulator in the process of a test, or a client of one that runs elsewhere.
 *
 * The emulator itself is loaded dynamically, so that an older Node.js can read this file, which reports
 * the required version.
 */
/// <reference lib="esnext.disposable" preserve="true" />

import type { EmulatorControl, Seed } from "./client/types.ts";
import { nodeMistake } from "./node-version.js";

export { type ConnectOptions, connectEmulator } from "./client/connect.ts";
export { AdminApiError } from "./client/control.ts";
export type * from "./client/types.ts";

/** The flags of the command line in camel case. All of them are optional. */
export type EmulatorOptions = {
	/** Store everything in memory. Default: true if no `data` is given. */
	readonly memory?: boolean;
	/** A folder to store everything in; cannot be combined with `memory`. */
	readonly data?: string;
	/** Wait for the disk at every upload, so that uploads survive power cuts too. */
	readonly durable?: boolean;
	/** No plain copy of the objects under `data`/files. */
	readonly noFiles?: boolean;
	/** The port of OSS. Default: 0, any free port. */
	readonly port?: number | readonly number[];
	/** The port of the admin API and the console. Default: 0, any free port. */
	readonly adminPort?: number;
	/** The port of STS; the port of OSS also serves STS. */
	readonly stsPort?: number;
	/** The port of OSS over https; clients must trust `/ca.pem` of the admin port. */
	readonly tlsPort?: number;
	/** Addresses to listen on. Default: `127.0.0.1` and `::1`. */
	readonly host?: string | readonly string[];
	/** The region of the emulator. Default: `cn-hangzhou`. */
	readonly region?: string;
	/** Additional names for which `BUCKET.NAME` addresses a bucket. */
	readonly domain?: string | readonly string[];
	/** Access keys; the first account owns the emulator. Default: `oss-emulator`. */
	readonly accounts?: readonly {
		readonly accessKeyId: string;
		readonly accessKeySecret: string;
		/** The account's numeric id. */
		readonly uid?: string;
	}[];
	/** A JSON file of RAM users with keys and policies, and of roles. */
	readonly ram?: string;
	/** The initial content: a declaration, or JSON files and folders with objects. */
	readonly seed?: Seed | string | readonly string[];
	/** `off` accepts any signature, or a missing one. Default: `strict`. */
	readonly auth?: "strict" | "off";
	/** `dev` allows pages of any origin to use buckets without CORS rules. Default: `off`. */
	readonly cors?: "off" | "dev";
	/** Whether a Host of another region's endpoint is accepted. Default: `answer`, with `strict` `refuse`. */
	readonly otherRegions?: "answer" | "refuse";
	/** Whether new buckets block public access, as at OSS since October 2025. Default: `off`. */
	readonly blockPublicAccess?: "on" | "off";
	/** Callbacks fail if they would or might fail in the cloud. */
	readonly strict?: boolean;
	/** The findings that `strict` ignores: `private-address` if application servers are local. */
	readonly strictExcept?: string | readonly string[];
	/** The cloud's rules: no private addresses, no callbacks without URL, no https without callbackSNI. */
	readonly strictCallback?: boolean;
	/**
	 * The address from which application servers fetch the public key of callbacks. Default: the Host of the upload.
	 */
	readonly publicKeyUrl?: string;
	/** A file with the private RSA key that signs callbacks. Default: a generated key. */
	readonly callbackKey?: string;
	/** The size of the generated key in bits; OSS's own key has 512. Default: 1024. */
	readonly callbackKeyBits?: 512 | 1024 | 2048;
	/** The time limit for one URL of a callback, in milliseconds. Default: 5000, as at OSS. */
	readonly callbackTimeout?: number;
	/** The form of a variable without a value in a JSON body. Default: `mixed`. */
	readonly callbackAbsent?: "mixed" | "null" | "quotes" | "nothing";
	/** Whether a callback without callbackUrl is skipped or refused with 400. Default: `skip`. */
	readonly callbackMissingUrl?: "skip" | "refuse";
	/** Whether a callback to an unknown host fails with 400 before storing, or 203 after. Default: `refuse`. */
	readonly callbackUnresolvable?: "refuse" | "deliver";
	/** Whether an https application server must have a valid certificate. */
	readonly callbackVerifyTls?: boolean;
	/** Whether the S3-compatible protocol is enabled. Default: `on`. */
	readonly s3?: "on" | "off";
	/**
	 * Whether S3 requests may have the bucket in the path. Default: `local`, which allows it except at
	 * `*.aliyuncs.com`.
	 */
	readonly s3PathStyle?: "local" | "allow" | "refuse";
	/** The error for checksum trailers of AWS SDKs. Default: `not-implemented`. */
	readonly s3Trailers?: "not-implemented" | "invalid-argument";
	/** Whether S3 uploads may sign each chunk. Default: `accept`. */
	readonly s3SignedStreaming?: "accept" | "refuse";
	/** The maximum number of callbacks in the record. Default: 10000. */
	readonly deliveriesMax?: number;
	/** The maximum size of these callbacks, in MiB. Default: 64. */
	readonly deliveriesMibMax?: number;
	/** Run as a gateway: pass requests on to this OSS, except callbacks. */
	readonly upstream?: string;
	/** The region of the upstream, if it does not follow from the name. */
	readonly upstreamRegion?: string;
	/** The credentials of the cloud, `ID:SECRET[:TOKEN]`. */
	readonly upstreamAccessKey?: string;
	/** The buckets that the gateway may use. */
	readonly upstreamBucket?: string | readonly string[];
	/** Pass on only requests that change nothing. */
	readonly upstreamReadOnly?: boolean;
	/** Operations that pass although they affect more than the named buckets. */
	readonly upstreamAllow?: string | readonly string[];
	/** The maximum time without data from the cloud, in milliseconds. Default: 60000. */
	readonly upstreamTimeout?: number;
	/** With `upstream`: a folder for recordings of each exchange with the cloud, without secrets. */
	readonly record?: string;
	/** A file for the addresses and keys of the emulator, as JSON. */
	readonly readyFile?: string;
	/** The lowest level that is written to standard error. Default: `warn`. */
	readonly logLevel?: "silent" | "error" | "warn" | "info" | "debug";
	/** The format of the log. Default: `text`; `json` is an object per line. */
	readonly logFormat?: "text" | "json";
	/** Additional flags of the command line: `["--auth", "off"]`. */
	readonly flags?: readonly string[];
};

export type StartedEmulator = EmulatorControl & {
	/** The endpoint of STS's own port, if `stsPort` is set; `endpoint` serves STS too. */
	readonly stsEndpoint: string | undefined;
	/** The https endpoint, if `tlsPort` is set; clients must trust `/ca.pem` of `adminUrl`. */
	readonly tlsEndpoint: string | undefined;
	/** Must be called at the end, or the process does not exit. */
	close(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

const mistake = nodeMistake(process.versions.node);

/** Loaded with the package, so that the first emulator starts as fast as the others. */
const loading = mistake === "" ? import("./start/in-process.ts") : undefined;
loading?.catch(() => {}); // `startEmulator` rejects with the same error
loading?.then(({ warmUp }) => warmUp()).catch(() => {});

/**
 * Starts an emulator in this process: in memory and on free ports, unless the options say otherwise.
 *
 * @throws Error whose message describes the mistake in one line
 */
export async function startEmulator(
	options: EmulatorOptions = {},
): Promise<StartedEmulator> {
	if (!loading) throw new Error(mistake);
	const { startInProcess } = await loading;
	return startInProcess(options);
}
