/**
 * The headers that describe a request's body: `x-amz-content-sha256` and `Content-Encoding: aws-chunked`.
 *
 * OSS refuses the checksum trailers that AWS SDKs send since 2025. It did so in two ways: with InvalidArgument, whose
 * body is known, and since 2026 with NotImplemented, whose EC is not. Bodies that are signed chunk by chunk are
 * accepted by its newest pages and were refused until 2023.
 *
 * Checksums of S3 (`x-amz-checksum-…`) are neither checked nor stored.
 *
 * Pure. Source: EC 0002-00000427, 0017-00000804; captures of Polaris, Athens, Lakekeeper.
 */
import { invalidArgument, OssError } from "../oss/errors.ts";
import type { Headers } from "../oss/request.ts";
import type { S3Settings } from "./settings.ts";

export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
export const SIGNED_STREAMING = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

export const EMPTY_SHA256 =
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const HASH = /^[0-9a-f]{64}$/i;
const NAME = "x-amz-content-sha256";

/**
 * Finds the last line of a canonical request of V4.
 *
 * @throws OssError InvalidArgument for a value that is neither a hash nor a word of AWS; refusing a request without the
 *   header is a guess
 */
export function readPayloadLine(value: string | undefined): string {
	if (
		value !== undefined &&
		(HASH.test(value) ||
			value === UNSIGNED_PAYLOAD ||
			value.startsWith("STREAMING-"))
	)
		return value;
	throw badHash(value ?? "");
}

/** The error for a body whose hash differs, and for a malformed hash. */
export const badHash = (value: string): OssError =>
	invalidArgument(NAME, value, undefined, "0002-00000427");

/** The encoding of a body. */
export type Payload =
	| { readonly kind: "plain" }
	| { readonly kind: "hashed"; readonly sha256: string }
	/** The body consists of chunks that are signed one by one. */
	| { readonly kind: "chunked" };

/**
 * @param payload the signature's statement about the body; undefined if the signature has no such statement
 * @throws OssError InvalidArgument, NotImplemented
 */
export function judgePayload(
	method: string,
	headers: Headers,
	payload: string | undefined,
	settings: Pick<S3Settings, "trailers" | "signedStreaming">,
): Payload {
	const isChunked = encodings(headers).includes("aws-chunked");
	if (payload === SIGNED_STREAMING) {
		if (settings.signedStreaming === "accept") return { kind: "chunked" };
		throw new OssError("NotImplemented", {
			message: "Aws MultiChunkedEncoding is not supported.",
		});
	}
	if (payload?.startsWith("STREAMING-"))
		throw refusedStreaming(payload, settings.trailers);
	if (isChunked) throw unsupported("Content-Encoding", "aws-chunked");
	if (payload === undefined || payload === UNSIGNED_PAYLOAD)
		return { kind: "plain" };
	const sha256 = payload.toLowerCase();
	const hasBody = method === "PUT" || method === "POST";
	if (!hasBody && sha256 !== EMPTY_SHA256) throw badHash(payload);
	return hasBody ? { kind: "hashed", sha256 } : { kind: "plain" };
}

function refusedStreaming(
	payload: string,
	form: S3Settings["trailers"],
): OssError {
	if (form === "invalid-argument") return unsupported(NAME, payload);
	return new OssError("NotImplemented", {
		message: `Aws MultiChunkedEncoding ${payload} is not supported.`,
	});
}

const unsupported = (name: string, value: string): OssError =>
	invalidArgument(
		name,
		value,
		"aws-chunked encoding is not supported with the specified x-amz-content-sha256 value.",
		"0017-00000804",
	);

const encodings = (headers: Headers): readonly string[] =>
	(headers["content-encoding"] ?? "")
		.toLowerCase()
		.split(",")
		.map((item) => item.trim());

/** Removes `aws-chunked`, which describes the transfer and is not stored. @returns undefined if nothing remains */
export function withoutAwsChunked(
	encoding: string | undefined,
): string | undefined {
	const left = (encoding ?? "")
		.split(",")
		.map((item) => item.trim())
		.filter((item) => item !== "" && item.toLowerCase() !== "aws-chunked");
	return left.length === 0 ? undefined : left.join(",");
}
