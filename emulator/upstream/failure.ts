/**
 * Explains why a gateway has no response of the cloud, as an error in OSS's form: neither the client nor its keys are
 * the cause.
 *
 * Pure.
 */
import { codeOf } from "../oss/code-of.ts";
import { OssError } from "../oss/errors.ts";

/** Texts for codes of Node.js and undici; other errors are named by their code. */
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
 * @param error the error of a request without a response
 * @param host the host of the cloud's endpoint
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

/** Node.js has some thirty codes for certificate errors. */
const otherCause = (code: string): string =>
	/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code)
		? `its certificate is not accepted (${code})`
		: `the error ${code} occurred`;

/** If several addresses were tried, the error of the first is used. */
function causeOf(error: Error): string {
	if (error.name === "HTTPParserError") return "NOT_HTTP";
	const code = codeOf(error);
	if (code !== "") return code;
	const [first] = error instanceof AggregateError ? error.errors : [];
	return codeOf(first ?? error.cause);
}
