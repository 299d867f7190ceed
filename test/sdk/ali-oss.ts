/** The published package ali-oss, configured for an emulator; the package has no types. */
import dns from "node:dns";
import { createRequire } from "node:module";
import type { Readable, Writable } from "node:stream";
import { mock, type TestContext } from "node:test";
import { startEmulator, type TestEmulator } from "../emulator.ts";

type Headers = Readonly<Record<string, string>>;
type Sent = {
	readonly res: {
		readonly status: number;
		readonly headers: Headers;
		readonly requestUrls: readonly string[];
	};
};
type Put = Sent & { readonly name: string; readonly data?: unknown };
type Entry = {
	readonly name: string;
	readonly etag: string;
	readonly size: number;
	readonly type: string;
	readonly storageClass: string;
	readonly owner: { readonly id: string; readonly displayName: string } | null;
};

export type CallbackOption = {
	readonly url: string;
	readonly body: string;
	readonly host?: string;
	readonly contentType?: string;
	readonly customValue?: Headers;
};

export type Checkpoint = {
	readonly uploadId: string;
	readonly doneParts: readonly { readonly number: number }[];
};

type Options = Readonly<Record<string, unknown>>;

export type AliOss = {
	putBucket(name: string): Promise<Sent>;
	useBucket(name: string): void;
	deleteBucket(name: string): Promise<Sent>;
	listBuckets(query?: Options): Promise<{
		readonly buckets: readonly { readonly name: string }[] | null;
	}>;
	getBucketInfo(name: string): Promise<{
		readonly bucket: Readonly<Record<string, unknown>>;
	}>;
	getBucketLocation(name: string): Promise<{ readonly location: string }>;
	putBucketACL(name: string, acl: string): Promise<Sent>;
	getBucketACL(name: string): Promise<{ readonly acl: string }>;
	put(
		name: string,
		content: Buffer | Readable | string,
		options?: Options,
	): Promise<Put>;
	putStream(name: string, content: Readable, options?: Options): Promise<Put>;
	get(
		name: string,
		options?: Options,
	): Promise<Sent & { readonly content: Buffer }>;
	get(name: string, to: Writable): Promise<Sent>;
	getStream(name: string): Promise<Sent & { readonly stream: Readable }>;
	head(
		name: string,
		options?: Options,
	): Promise<Sent & { readonly status: number; readonly meta: Headers | null }>;
	getObjectMeta(name: string): Promise<Sent>;
	copy(name: string, source: string, options?: Options): Promise<Put>;
	append(
		name: string,
		content: Buffer,
		options?: Options,
	): Promise<Put & { readonly nextAppendPosition: string }>;
	delete(name: string): Promise<Sent>;
	deleteMulti(
		names: readonly string[],
		options?: Options,
	): Promise<{ readonly deleted: readonly { readonly Key: string }[] | null }>;
	list(query?: Options): Promise<{
		readonly objects?: readonly Entry[];
		readonly prefixes: readonly string[] | null;
		readonly nextMarker: string | null;
		readonly isTruncated: boolean;
	}>;
	listV2(query?: Options): Promise<{
		readonly objects?: readonly Entry[];
		readonly prefixes: readonly string[] | null;
		readonly nextContinuationToken: string | null;
		readonly keyCount: number;
	}>;
	multipartUpload(
		name: string,
		content: Buffer | string,
		options?: Options,
	): Promise<Put & { readonly etag: string }>;
	initMultipartUpload(name: string): Promise<{ readonly uploadId: string }>;
	uploadPartCopy(
		name: string,
		uploadId: string,
		number: number,
		range: string,
		source: Options,
	): Promise<{ readonly etag: string }>;
	completeMultipartUpload(
		name: string,
		uploadId: string,
		parts: readonly object[],
	): Promise<Put>;
	abortMultipartUpload(name: string, uploadId: string): Promise<Sent>;
	listParts(
		name: string,
		uploadId: string,
	): Promise<{ readonly parts?: object }>;
	listUploads(query: Options): Promise<{
		readonly uploads?: readonly { readonly uploadId: string }[];
	}>;
	cancel(): void;
	putACL(name: string, acl: string): Promise<Sent>;
	getACL(name: string): Promise<{ readonly acl: string }>;
	putSymlink(name: string, target: string, options?: Options): Promise<Sent>;
	getSymlink(name: string): Promise<{ readonly targetName: string }>;
	signatureUrl(name: string, options?: Options): string;
	signatureUrlV4(
		method: string,
		seconds: number,
		request?: Options,
		name?: string,
	): Promise<string>;
	calculatePostSignature(policy: object): Readonly<Record<string, string>>;
	signPostObjectPolicyV4(policy: object, date: Date): string;
};

const Client: new (options: Options) => AliOss = createRequire(import.meta.url)(
	"ali-oss",
);

/** Resolves `*.localhost` to this machine (RFC 6761, 6.3), which not every system does. */
export function resolveLocalhost(): void {
	const lookup = dns.lookup;
	mock.method(dns, "lookup", (name: string, ...rest: unknown[]) =>
		Reflect.apply(lookup, dns, [
			name.endsWith(".localhost") ? "localhost" : name,
			...rest,
		]),
	);
}

/** The ways in which an application can configure ali-oss for an emulator. */
export const WAYS = [
	{ host: "localhost", authorizationV4: false },
	{ host: "localhost", authorizationV4: true },
	{ host: "127.0.0.1", authorizationV4: false },
	{ host: "127.0.0.1", authorizationV4: true },
	{ host: "127.0.0.1", authorizationV4: false, sldEnable: true },
	{ host: "127.0.0.1", authorizationV4: true, sldEnable: true },
] as const;

export type Way = (typeof WAYS)[number];

export const nameOf = (way: Way): string =>
	[
		way.host,
		way.authorizationV4 ? "V4" : "V1",
		"sldEnable" in way ? "sldEnable" : "",
	].join(" ");

/** @returns a client whose bucket `photos` exists */
export async function startAliOss(
	t: Pick<TestContext, "after">,
	{ host, ...options }: Way,
): Promise<
	TestEmulator & { readonly client: AliOss; readonly clients: () => AliOss }
> {
	const emulator = await startEmulator(t);
	const clients = (): AliOss =>
		new Client({
			...options,
			region: "oss-cn-hangzhou",
			endpoint: `http://${host}:${emulator.port}`,
			accessKeyId: emulator.accessKeyId,
			accessKeySecret: emulator.accessKeySecret,
			bucket: "photos",
		});
	const client = clients();
	await client.putBucket("photos");
	return { ...emulator, client, clients };
}
