/**
 * Translates an authenticated request of S3 into the equivalent request of OSS: refuses it if OSS does, unwraps and
 * checks its body while it is read, and translates headers, parameters and documents.
 *
 * Counts of listings keep OSS's defaults and limits. A range that ends past the object returns the whole
 * object, as in OSS's own protocol.
 *
 * Order of refusal: features that OSS does not implement, then the form of the body, before any byte of it is read.
 */
import { hash } from "node:crypto";
import { Readable } from "node:stream";
import type { Accounts } from "../auth/accounts.ts";
import { requireMd5 } from "../oss/content-md5.ts";
import { readDecimal } from "../oss/decimal.ts";
import { invalidArgument, OssError } from "../oss/errors.ts";
import { hasBody, readBody } from "../oss/incoming.ts";
import { expiryTimeOf, type OssRequest, type Query } from "../oss/request.ts";
import { malformed } from "../xml/read.ts";
import { type ChunkSigner, checkHash, unwrapChunks } from "./chunked.ts";
import {
	toOssAcl,
	toOssEncryptionRule,
	toOssLifecycle,
	toOssLocation,
} from "./documents-in.ts";
import { toOssHeaders } from "./headers.ts";
import {
	badHash,
	EMPTY_SHA256,
	judgePayload,
	type Payload,
	withoutAwsChunked,
} from "./payload.ts";
import { refuseUnsupported } from "./refusals.ts";
import type { S3Settings } from "./settings.ts";
import { readV4Header } from "./v4.ts";
import { signingKey, writeScope } from "./v4-key.ts";

export type S3Context = {
	readonly accounts: Accounts;
	readonly checkSignatures: boolean;
	readonly s3: S3Settings;
};

/** @throws OssError NotImplemented, InvalidArgument, MissingArgument, MissingContentLength, and errors of documents */
export async function toOss(
	request: OssRequest,
	known: S3Context,
): Promise<OssRequest> {
	refuseUnsupported(request);
	const { method, headers, query } = request;
	const payload = judgePayload(method, headers, payloadOf(request), known.s3);
	const unwrapped = unwrap(request, payload, known);
	const aclName = request.key === "" ? "x-oss-acl" : "x-oss-object-acl";
	const translated = {
		...unwrapped,
		protocol: "S3" as const,
		query: toOssQuery(method, request, query),
		headers: toOssHeaders(unwrapped.headers, aclName),
	};
	return withOssDocument(translated, aclName);
}

/**
 * The signature's statement about the body; undefined for V2, for unsigned requests and for most URLs.
 *
 * @throws OssError InvalidArgument for a URL which declares signed chunks: they cannot continue its signature
 */
function payloadOf({ headers, query }: OssRequest): string | undefined {
	const inHeader = headers["x-amz-content-sha256"];
	if (headers.authorization?.startsWith("AWS4-")) return inHeader;
	if (!query.has("X-Amz-Signature")) return undefined;
	const payload = query.get("X-Amz-Content-Sha256") ?? inHeader;
	if (payload?.startsWith("STREAMING-")) throw badHash(payload);
	return payload;
}

function unwrap(
	request: OssRequest,
	payload: Payload,
	known: S3Context,
): OssRequest {
	switch (payload.kind) {
		case "plain":
			return request;
		case "hashed":
			return withHash(request, payload.sha256);
		case "chunked":
			return withoutChunks(request, known);
	}
}

function withHash(request: OssRequest, sha256: string): OssRequest {
	const { headers, body } = request;
	const wrong = (): OssError => badHash(sha256);
	if (!hasBody(headers)) {
		if (sha256 !== EMPTY_SHA256) throw wrong();
		return request;
	}
	return { ...request, body: toReadable(checkHash(body, sha256, wrong)) };
}

const toReadable = (chunks: AsyncIterable<Buffer>): Readable =>
	Readable.from(chunks, { objectMode: false });

function withoutChunks(request: OssRequest, known: S3Context): OssRequest {
	const { headers, body } = request;
	const size = readDecodedLength(headers["x-amz-decoded-content-length"]);
	const signer = known.checkSignatures
		? chunkSigner(request, known.accounts)
		: undefined;
	return {
		...request,
		headers: {
			...headers,
			"content-length": String(size),
			"transfer-encoding": undefined,
			"content-encoding": withoutAwsChunked(headers["content-encoding"]),
		},
		body: toReadable(unwrapChunks(body, size, signer)),
	};
}

function readDecodedLength(text: string | undefined): number {
	if (text === undefined) throw new OssError("MissingContentLength");
	const length = readDecimal(text);
	if (length === undefined)
		throw invalidArgument("x-amz-decoded-content-length", text);
	return length;
}

/** The request's signature has been verified. */
function chunkSigner(request: OssRequest, accounts: Accounts): ChunkSigner {
	const { headers } = request;
	const { signing, signature, accessKeyId, securityToken } = readV4Header(
		request,
		headers.authorization ?? "",
	);
	const { credential, date } = signing;
	const account = accounts.get(
		accessKeyId,
		securityToken,
		expiryTimeOf(request),
	);
	const key = signingKey(account.accessKeySecret, credential);
	return {
		seed: signature,
		date,
		scope: writeScope(credential),
		sign: (stringToSign) => key.sign(stringToSign),
	};
}

/**
 * Omits the parameters of the signature: a gateway signs the request again. S3 lists all buckets on one page; a part
 * number of GetObject, which OSS does not support, is ignored. A client that has the bucket in the Host and
 * also in the path requests its `?location` or `?versioning` as if it were a key, and OSS reads that key.
 *
 * Source: captures of minio-go and clickhouse-backup for a bucket that is addressed twice.
 */
function toOssQuery(
	method: string,
	{ bucket, key }: OssRequest,
	query: Query,
): Query {
	if (bucket === "" && !query.has("max-keys"))
		return new Map([...withoutSigning(query), ["max-keys", "1000"]]);
	if (query.size === 0) return query;
	const isRead = method === "GET" || method === "HEAD";
	const isWhole = isRead && key !== "" && !query.has("uploadId");
	return new Map(
		withoutSigning(query).filter(
			([name]) => !(isWhole && IGNORED_IN_READS.has(name)),
		),
	);
}

const IGNORED_IN_READS = new Set(["partNumber", "location", "versioning"]);

const withoutSigning = (query: Query): [string, string][] => {
	const isV2 = query.has("AWSAccessKeyId");
	return [...query].filter(
		([name]) =>
			name !== "x-id" &&
			!name.startsWith("X-Amz-") &&
			!(isV2 && V2_PARAMETERS.has(name)),
	);
};

const V2_PARAMETERS = new Set([
	"AWSAccessKeyId",
	"Expires",
	"Signature",
	"x-amz-security-token",
]);

const DOCUMENT_BYTES_MAX = 2 * 1024 ** 2;

/** Replaces the body by the document that OSS uses instead of S3's. */
async function withOssDocument(
	request: OssRequest,
	aclName: string,
): Promise<OssRequest> {
	const { method, query, headers, key } = request;
	if (!hasBody(headers)) return request;
	if (method === "POST" && key !== "" && query.has("restore")) {
		await readDocument(request);
		return withBody(request, "");
	}
	if (method !== "PUT") return request;
	if (query.has("acl")) {
		const document = await readDocument(request);
		if (headers[aclName] !== undefined) return withBody(request, "");
		const acl = await toOssAcl(document);
		const withoutBody = withBody(request, "");
		return {
			...withoutBody,
			headers: { ...withoutBody.headers, [aclName]: acl },
		};
	}
	if (key !== "") return request;
	const translate = query.has("lifecycle")
		? toOssLifecycle
		: query.has("encryption")
			? toOssEncryptionRule
			: isPutBucket(query)
				? toOssLocation
				: undefined;
	return translate
		? withBody(request, await translate(await readDocument(request)))
		: request;
}

const isPutBucket = (query: Query): boolean => query.size === 0;

/** @throws OssError MalformedXML if it is too large, InvalidDigest, IncompleteBody */
async function readDocument({ headers, body }: OssRequest): Promise<Buffer> {
	const document = await readBody(body, DOCUMENT_BYTES_MAX);
	if (!document) throw malformed();
	const md5 = headers["content-md5"];
	if (md5 !== undefined) requireMd5({ md5 }, hash("md5", document, "base64"));
	return document;
}

function withBody(request: OssRequest, document: string): OssRequest {
	const content = Buffer.from(document);
	return {
		...request,
		headers: {
			...request.headers,
			"content-md5": undefined,
			"content-length": String(content.length),
			"transfer-encoding": undefined,
		},
		body: Readable.from(content.length === 0 ? [] : [content]),
	};
}
