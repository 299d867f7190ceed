/**
 * Why a gateway has no answer of the cloud, as an error of OSS's shape that says so: neither the client nor its keys
 * are at fault.
 *
 * Pure.
 */
import { codeOf } from "../oss/code-of.ts";
import { OssError } from "../oss/errors.ts";

/** The meaning of codes of Node and undici, in words; the others are named by their code. */
// biome-ignore format: a table
const CAUSES: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED",            "the connection was refused: nothing listens there"],
  ["ECONNRESET",              "the connection was closed before the answer"],
  ["EPIPE",                   "the connection was closed before the answer"],
  ["UND_ERR_SOCKET",          "the connection was closed before the answer"],
  ["ENOTFOUND",               "its host was not found"],
  ["EAI_AGAIN",               "its host could not be looked up"],
  ["EHOSTUNREACH",            "its host is unreachable"],
  ["ENETUNREACH",             "its network is unreachable"],
  ["UND_ERR_CONNECT_TIMEOUT", "it could not be connected to in time"],
  ["ETIMEDOUT",               "it could not be connected to in time"],
  ["NOT_HTTP",                "it does not speak HTTP"],
]);

const SILENT = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);

/**
 * @param error of a request that was not answered
 * @param host of the cloud's endpoint
 * @returns an OssError for network errors; any other error unchanged
 */
export function toUpstreamError(error: unknown, host: string): unknown {
	if (error instanceof OssError || !(error instanceof Error)) return error;
	const details = { Upstream: host };
	if (error.name === "CredentialsError")
		return new OssError("UpstreamRefused", { message: error.message, details });
	const code = causeOf(error);
	if (code === "") return error;
	if (SILENT.has(code)) return new OssError("UpstreamTimeout", { details });
	const why = CAUSES.get(code) ?? otherCause(code);
	const message = `The gateway could not reach the OSS behind it, ${host}: ${why}.`;
	return new OssError("UpstreamUnreachable", { message, details });
}

/** Node has some thirty codes for errors in a certificate. */
const otherCause = (code: string): string =>
	/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code)
		? `its certificate is not accepted (${code})`
		: `of ${code}`;

/** Of several addresses that were tried the first counts. */
function causeOf(error: Error): string {
	if (error.name === "HTTPParserError") return "NOT_HTTP";
	const code = codeOf(error);
	if (code !== "") return code;
	const [first] = error instanceof AggregateError ? error.errors : [];
	return codeOf(first ?? error.cause);
}
