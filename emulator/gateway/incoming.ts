/**
 * Turns the cloud's response into the gateway's own: its status, headers, request id and body, streamed.
 *
 * An error about the gateway's signature is not the client's: the user must not look for the mistake in the client's
 * keys or clock. Names of buckets in documents become the names that clients use.
 */
import type { Readable } from "node:stream";
import { OssError } from "../oss/errors.ts";
import { readBody } from "../oss/incoming.ts";
import type { Reply, ReplyHeaders } from "../oss/reply.ts";
import type { UpstreamAnswer, UpstreamRequest } from "../upstream/request.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { childText, readXml, type XmlNode } from "../xml/read.ts";
import { type Renaming, renameBucket, renameUrl } from "./rename-bucket.ts";

/** The request that a response belongs to. */
export type SentRequest = Pick<
	UpstreamRequest,
	"method" | "bucket" | "isSigned"
> & {
	readonly renaming: Renaming;
	/** Whether the response is a document, which names buckets, rather than an object's content. */
	readonly isDocument: boolean;
	/** True for GetObjectMeta: Content-Length is the object's length, and no content follows. */
	readonly isHeadOnly: boolean;
};

/**
 * Headers in the spelling that the port and the record of requests look for; proxies may have changed it. Date is
 * omitted: clients correct their clocks by it, so it must be the emulator's.
 */
const SPELLED: ReadonlyMap<string, string> = new Map(
	[
		"Server",
		"Content-Length",
		"Content-Type",
		"ETag",
		"Location",
		"x-oss-request-id",
		"x-oss-server-time",
		"x-oss-ec",
	].map((name) => [name.toLowerCase(), name]),
);

/**
 * The maximum size of a document that is read whole: a listing of a thousand keys of 1,023 bytes, percent-encoded,
 * has 4 MB.
 */
const DOCUMENT_BYTES_MAX = 8 * 1024 * 1024;

/** @throws OssError UpstreamRefused, UpstreamClockSkewed */
export async function toReply(
	upstream: Upstream,
	answer: UpstreamAnswer,
	sent: SentRequest,
): Promise<Reply> {
	const { status } = answer;
	const headers = restoreSpelling(answer.headers, sent.renaming);
	if (isEmpty(answer, sent)) {
		answer.body.resume();
		if (status >= 400)
			await refuseOwn(upstream, sent, headers, errorIn(headers));
		const length = headers["Content-Length"]; // a HEAD without it does not mean 0
		// The client would wait for content that does not come.
		const ends = sent.isHeadOnly && sent.method === "GET" && length !== "0";
		const close = ends ? { Connection: "close" } : {};
		return {
			status,
			headers: { ...headers, "Content-Length": length, ...close },
			body: null,
		};
	}
	const length = Number(headers["Content-Length"] ?? Infinity);
	// Small documents are read whole: the S3-compatible protocol translates them.
	const isSmall = sent.isDocument && length <= DOCUMENT_BYTES_MAX;
	if (status < 400 && !isSmall)
		return { status, ...renamed(sent, headers, answer.body) };
	const document = await readWhole(answer.body);
	if (status < 400) return { status, ...renamed(sent, headers, document) };
	await refuseOwn(upstream, sent, headers, document);
	const { headers: own, body } = renamed(sent, headers, document);
	return { status, headers: own, body };
}

/** @throws OssError UpstreamUnreachable if the document is larger than any document of OSS */
export async function readWhole(body: Readable): Promise<Buffer> {
	const document = await readBody(body, DOCUMENT_BYTES_MAX);
	if (document) return document;
	body.destroy();
	throw new OssError("UpstreamUnreachable", {
		message: "The OSS behind the gateway sent a document of more than 8 MiB.",
	});
}

const isEmpty = (
	{ status, headers }: UpstreamAnswer,
	{ method, isHeadOnly }: SentRequest,
): boolean =>
	method === "HEAD" ||
	(isHeadOnly && status === 200) ||
	status === 204 ||
	status === 304 ||
	findHeader(headers, "content-length") === "0";

/** @param name lower-case */
export function findHeader(
	headers: ReplyHeaders,
	name: string,
): string | undefined {
	if (headers[name] !== undefined) return headers[name];
	const found = Object.keys(headers).find(
		(header) => header.toLowerCase() === name,
	);
	return found === undefined ? undefined : headers[found];
}

function restoreSpelling(
	headers: ReplyHeaders,
	renaming: Renaming,
): ReplyHeaders {
	const own: Record<string, string | undefined> = {};
	for (const [name, value] of Object.entries(headers)) {
		const lower = name.toLowerCase();
		if (lower === "date") continue;
		own[SPELLED.get(lower) ?? name] = value;
	}
	if (own.Location) own.Location = renameUrl(own.Location, renaming);
	return own;
}

/** True for a HEAD: a header contains the document. */
const errorIn = (headers: ReplyHeaders): Buffer =>
	Buffer.from(findHeader(headers, "x-oss-err") ?? "", "base64");

/** The length of a document may change. */
function renamed<Body extends Buffer | Readable>(
	{ renaming, isDocument }: SentRequest,
	headers: ReplyHeaders,
	body: Body,
): Pick<Reply, "headers" | "body"> {
	const type = headers["Content-Type"] ?? "";
	if (!isDocument || !type.startsWith("application/xml"))
		return { headers, body };
	const { "Content-Length": _, ...others } = headers;
	return { headers: others, body: renameBucket(body, renaming) };
}

/** Codes of errors about a signature that the gateway made. */
const GATEWAY_ERROR_CODES: ReadonlySet<string> = new Set([
	"InvalidAccessKeyId",
	"InvalidSecurityToken",
	"SecurityTokenExpired",
	"SignatureDoesNotMatch",
	"AccessKeyIdAndSecurityTokenNotMatch",
]);

const WRONG_REGION_EC = "0002-00000226";
const OTHER_ENDPOINT_EC = "0003-00001403";

/** The cloud's error document; undefined for anything else, such as a proxy's page. */
export async function readError(
	document: Buffer,
): Promise<XmlNode | undefined> {
	try {
		return await readXml(document, "Error");
	} catch (error) {
		if (error instanceof OssError && error.code === "MalformedXML")
			return undefined;
		throw error;
	}
}

/** @throws OssError when the error is the gateway's own */
async function refuseOwn(
	upstream: Upstream,
	{ isSigned, bucket }: SentRequest,
	headers: ReplyHeaders,
	document: Buffer,
): Promise<void> {
	if (!isSigned) return;
	const error = await readError(document);
	if (!error) return; // a proxy's page passes unchanged
	const text = (name: string): string => childText(error, name) ?? "";
	const code = text("Code");
	const ec = findHeader(headers, "x-oss-ec") ?? text("EC");
	const details = {
		Upstream: upstream.host,
		UpstreamCode: code,
		UpstreamMessage: text("Message"),
		UpstreamRequestId: text("RequestId"),
	};
	if (code === "RequestTimeTooSkewed") {
		upstream.followClock(text("ServerTime") || undefined);
		throw new OssError("UpstreamClockSkewed", { details });
	}
	const isElsewhere = ec === OTHER_ENDPOINT_EC;
	if (GATEWAY_ERROR_CODES.has(code)) upstream.forgetCredentials();
	else if (ec !== WRONG_REGION_EC && !isElsewhere) return;
	const why = isElsewhere
		? `the bucket ${bucket} is at ${text("Endpoint")}: start the gateway with this endpoint as --upstream`
		: `${code}: ${text("Message")}`;
	throw new OssError("UpstreamRefused", {
		message: `The OSS behind the gateway, ${upstream.host}, refused the gateway itself; the client's own key and signature are valid. ${why}`,
		details,
	});
}
