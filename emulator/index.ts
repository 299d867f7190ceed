/**
 * The package's face: an emulator in the process of a test, or the methods of one that runs elsewhere.
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

/** As the flags of the command line, in camel case. All of them are optional. */
export type EmulatorOptions = {
	/** Keep everything in memory. Default: true when no `data` is given. */
	readonly memory?: boolean;
	/** A folder to keep everything in; it excludes `memory`. */
	readonly data?: string;
	/** Survive power cuts too: wait for the disk at every upload. */
	readonly durable?: boolean;
	/** No plain copy of the objects under `data`/files. */
	readonly noFiles?: boolean;
	/** Where OSS answers. Default: 0, any free port. */
	readonly port?: number | readonly number[];
	/** Where the admin API and the console answer. Default: 0, any free port. */
	readonly adminPort?: number;
	/** STS on a port of its own; the port of OSS answers it too. */
	readonly stsPort?: number;
	/** OSS over https too; clients must trust `/ca.pem` of the admin port. */
	readonly tlsPort?: number;
	/** Addresses to listen on. Default: `127.0.0.1` and `::1`. */
	readonly host?: string | readonly string[];
	/** The region of this OSS. Default: `cn-hangzhou`. */
	readonly region?: string;
	/** More names for which `BUCKET.NAME` addresses a bucket. */
	readonly domain?: string | readonly string[];
	/** Keys that may sign; the first account owns the emulator. Default: `oss-emulator`. */
	readonly accounts?: readonly {
		readonly accessKeyId: string;
		readonly accessKeySecret: string;
		/** Numeric id. */
		readonly uid?: string;
	}[];
	/** A JSON file of RAM users with keys and policies, and of roles. */
	readonly ram?: string;
	/** The initial content: a declaration, or JSON files and folders with objects. */
	readonly seed?: Seed | string | readonly string[];
	/** `off` accepts any signature, or a missing one. Default: `strict`. */
	readonly auth?: "strict" | "off";
	/** `dev` lets pages of any origin use buckets without CORS rules. Default: `off`. */
	readonly cors?: "off" | "dev";
	/** Whether a Host of another region's endpoint is answered. Default: `answer`, under `strict` `refuse`. */
	readonly otherRegions?: "answer" | "refuse";
	/** Whether new buckets block public access, as OSS's do since October 2025. Default: `off`. */
	readonly blockPublicAccess?: "on" | "off";
	/** Callbacks fail as they would in the cloud, or might. */
	readonly strict?: boolean;
	/** The findings that `strict` ignores: `private-address` where application servers are local. */
	readonly strictExcept?: string | readonly string[];
	/** As in the cloud: no private addresses, no callbacks without URL, no https without callbackSNI. */
	readonly strictCallback?: boolean;
	/** Where application servers fetch the public key of callbacks. Default: the Host of the upload. */
	readonly publicKeyUrl?: string;
	/** A file with the private RSA key that signs callbacks. Default: one is made. */
	readonly callbackKey?: string;
	/** Size of a key that is made, in bits; OSS's own has 512. Default: 1024. */
	readonly callbackKeyBits?: 512 | 1024 | 2048;
	/** Milliseconds for one URL of a callback. Default: 5000, as at OSS. */
	readonly callbackTimeout?: number;
	/** How a variable without a value is written into a JSON body. Default: `mixed`. */
	readonly callbackAbsent?: "mixed" | "null" | "quotes" | "nothing";
	/** A callback without callbackUrl: store and call no server, or answer 400. Default: `skip`. */
	readonly callbackMissingUrl?: "skip" | "refuse";
	/** A callback to a host that does not exist: 400 before storing, or 203 after. Default: `refuse`. */
	readonly callbackUnresolvable?: "refuse" | "deliver";
	/** An https application server must have a valid certificate. */
	readonly callbackVerifyTls?: boolean;
	/** The S3-compatible protocol. Default: `on`. */
	readonly s3?: "on" | "off";
	/** BUCKET in the path of S3 requests. Default: `local`, which allows it except at `*.aliyuncs.com`. */
	readonly s3PathStyle?: "local" | "allow" | "refuse";
	/** How checksum trailers of AWS SDKs are refused. Default: `not-implemented`. */
	readonly s3Trailers?: "not-implemented" | "invalid-argument";
	/** S3 uploads that sign each chunk. Default: `accept`. */
	readonly s3SignedStreaming?: "accept" | "refuse";
	/** How many callbacks are remembered. Default: 10000. */
	readonly deliveriesMax?: number;
	/** The maximum size of these callbacks, in MiB. Default: 64. */
	readonly deliveriesMibMax?: number;
	/** Be a gateway: pass requests on to this OSS, callbacks excepted. */
	readonly upstream?: string;
	/** Its region, if it does not follow from the name. */
	readonly upstreamRegion?: string;
	/** `ID:SECRET[:TOKEN]` of the cloud. */
	readonly upstreamAccessKey?: string;
	/** The only buckets that the gateway touches. */
	readonly upstreamBucket?: string | readonly string[];
	/** Pass on only requests that change nothing. */
	readonly upstreamReadOnly?: boolean;
	/** Operations on more than the named buckets that pass. */
	readonly upstreamAllow?: string | readonly string[];
	/** Milliseconds. Default: 60000. */
	readonly upstreamTimeout?: number;
	/** Where to write how the emulator is reached, keys included, as JSON. */
	readonly readyFile?: string;
	/** The least severe level that is written to standard error. Default: `warn`. */
	readonly logLevel?: "silent" | "error" | "warn" | "info" | "debug";
	/** How it is written. Default: `text`; `json` is an object per line. */
	readonly logFormat?: "text" | "json";
	/** Further flags of the command line: `["--auth", "off"]`. */
	readonly flags?: readonly string[];
};

export type StartedEmulator = EmulatorControl & {
	/** The endpoint of STS's own port, if `stsPort` is set; `endpoint` answers STS too. */
	readonly stsEndpoint: string | undefined;
	/** Must be called at the end, because the process does not end otherwise. */
	close(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

const mistake = nodeMistake(process.versions.node);

/** Loaded with the package, so that the first emulator starts as fast as the others. */
const loading = mistake === "" ? import("./start/in-process.ts") : undefined;
loading?.catch(() => {}); // `startEmulator` rejects with it
loading?.then(({ warmUp }) => warmUp()).catch(() => {});

/**
 * Starts an emulator in this process: in memory and on free ports, unless the options say otherwise.
 *
 * @throws Error whose message names the mistake in one line
 */
export async function startEmulator(
	options: EmulatorOptions = {},
): Promise<StartedEmulator> {
	if (!loading) throw new Error(mistake);
	const { startInProcess } = await loading;
	return startInProcess(options);
}
