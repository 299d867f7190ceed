/**
 * Performs operations of OSS without a request, on behalf of an account, for seeds and for the routes that change
 * buckets and objects. They check and store like a client's request.
 */
import { Readable } from "node:stream";
import type { Emulator } from "../emulator.ts";
import { type OperationName, table } from "../operations/table.ts";
import { OssError } from "../oss/errors.ts";
import { requireBucketName, requireKey } from "../oss/names.ts";
import type { Reply } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";
import { makeRequestId } from "../server/arrival.ts";
import { gatewayRefusal } from "./gateway-refusal.ts";

export type Performed = {
	readonly operation: OperationName;
	/** The account's uid. */
	readonly account: string;
	readonly bucket: string;
	/** '' for operations on a bucket. */
	readonly key?: string;
	/** Parameters in addition to the operation's sub-resources. */
	readonly query?: Readonly<Record<string, string>>;
	/** Headers by lower-case name; undefined values are omitted. */
	readonly headers?: Readonly<Record<string, string | undefined>>;
	readonly body?: Readable | Buffer | string;
};

/** @throws OssError from the operation; AdminError 409 for a gateway, whose buckets are in the cloud */
export async function performAsOwner(
	emulator: Emulator,
	performed: Performed,
): Promise<Reply> {
	const row = table.find(({ name }) => name === performed.operation);
	if (!row?.run) throw new TypeError(`no operation ${performed.operation}`);
	if (emulator.upstream) throw gatewayRefusal();
	const { bucket, key = "" } = performed;
	requireBucketName(bucket, row.makesBucket);
	if (row.target === "object") requireKey(key);
	const { buckets } = emulator.store;
	const stored = row.makesBucket
		? await buckets.find(bucket)
		: await buckets.get(bucket);
	return row.run(emulator, toRequest(emulator, performed, row), stored);
}

/**
 * Like `performAsOwner`, as the owner of the bucket.
 *
 * @throws OssError NoSuchBucket too
 */
export async function performAsBucketOwner(
	emulator: Emulator,
	performed: Omit<Performed, "account">,
): Promise<Reply> {
	if (emulator.upstream) throw gatewayRefusal();
	const { owner } = await emulator.store.buckets.get(performed.bucket);
	return performAsOwner(emulator, { ...performed, account: owner });
}

type BucketChange = Pick<Performed, "account" | "bucket"> & {
	readonly acl: string | undefined;
	readonly versioning: string | undefined;
	readonly storageClass?: string | undefined;
};

/** Creates a bucket, or changes its ACL and versioning; undefined leaves them as they are. */
export async function putBucketAsOwner(
	emulator: Emulator,
	{ acl, versioning, storageClass, ...target }: BucketChange,
): Promise<void> {
	await performAsOwner(emulator, {
		operation: "PutBucket",
		...target,
		headers: { "x-oss-acl": acl },
		body:
			storageClass === undefined
				? ""
				: `<CreateBucketConfiguration><StorageClass>${storageClass}</StorageClass></CreateBucketConfiguration>`,
	});
	if (versioning !== undefined)
		await performAsOwner(emulator, {
			operation: "PutBucketVersioning",
			...target,
			body: `<VersioningConfiguration><Status>${versioning}</Status></VersioningConfiguration>`,
		});
}

/** For `catch`: returns undefined if OSS refuses the operation. @throws all other errors */
export function ifRefused(error: unknown): undefined {
	if (!(error instanceof OssError)) throw error;
	return undefined;
}

function toRequest(
	{ clock }: Emulator,
	{ account, bucket, key = "", query = {}, headers = {}, body = "" }: Performed,
	{ method, query: subResources }: (typeof table)[number],
): OssRequest {
	const receivedAt = clock.now();
	const own = subResources.map((subResource) => subResource.split("=", 2));
	return {
		id: makeRequestId(receivedAt),
		method,
		bucket,
		key,
		isInHost: false,
		query: new Map([
			...own.map(([name = "", value = ""]) => [name, value] as const),
			...Object.entries(query),
		]),
		rawQuery: "",
		rawPath: `/${bucket}/${encodeURIComponent(key)}`,
		headers: { ...headers, ...lengthOf(body) },
		// There is no Host, so callbacks announce the public key at the emulator's own endpoint.
		host: "",
		scheme: "http",
		clientIp: "127.0.0.1",
		receivedAt,
		expiryTime: clock.expiryNow(),
		caller: { accessKeyId: "", uid: account },
		isDisconnected: () => false,
		body: body instanceof Readable ? body : Readable.from(piecesOf(body)),
		form: () => {
			throw new TypeError("the request has no form");
		},
	};
}

const lengthOf = (
	body: Readable | Buffer | string,
): Readonly<Record<string, string>> =>
	body instanceof Readable
		? { "transfer-encoding": "chunked" }
		: { "content-length": String(Buffer.byteLength(body)) };

/** The number of bytes that are hashed and stored in one turn. */
const PIECE_BYTES = 64 * 1024;

function* piecesOf(body: Buffer | string): Generator<Buffer> {
	const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
	for (let start = 0; start < bytes.length; start += PIECE_BYTES)
		yield bytes.subarray(start, start + PIECE_BYTES);
}
