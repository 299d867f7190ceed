/**
 * The signature of current SDKs, ACS3-HMAC-SHA256: over method, path, query, chosen headers and the body's hash.
 *
 * Pure. Source: the source of @alicloud/openapi-core 1.0; a request signed by @alicloud/sts20150401 is a test.
 */
import { createHash, createHmac } from "node:crypto";
import { canonicalParameters } from "./canonical.ts";
import type { StsClaim } from "./claim.ts";
import { StsError } from "./errors.ts";
import type { StsRequest } from "./request.ts";

const ALGORITHM = "ACS3-HMAC-SHA256";

export const isAcs3 = ({ headers }: StsRequest): boolean =>
	headers.authorization?.startsWith(ALGORITHM) === true;

/** @throws StsError if a part is missing */
export function readAcs3Claim(request: StsRequest): StsClaim {
	const { headers } = request;
	const parts = readParts(headers.authorization ?? "");
	const part = (name: string, missing: string): string => {
		const value = parts.get(name);
		if (!value) throw new StsError("Missing", missing);
		return value;
	};
	const header = (name: string, missing: string): string => {
		const value = headers[name];
		if (!value) throw new StsError("Missing", missing);
		return value;
	};
	const accessKeyId = part("Credential", "AccessKeyId");
	const signature = part("Signature", "Signature");
	const signedHeaders = part("SignedHeaders", "SignedHeaders");
	const canonicalRequest = writeCanonicalRequest(request, signedHeaders);
	const stringToSign = `${ALGORITHM}\n${sha256(canonicalRequest)}`;
	return {
		accessKeyId,
		signature,
		// Missing parts are reported by the names of the RPC style.
		nonce: header("x-acs-signature-nonce", "SignatureNonce"),
		timestamp: header("x-acs-date", "Timestamp"),
		securityToken: headers["x-acs-security-token"] ?? "",
		signatureForm: /^[0-9a-f]{64}$/,
		stringToSign,
		sign: (accessKeySecret) =>
			createHmac("sha256", accessKeySecret).update(stringToSign).digest("hex"),
		mistakes: () => [], // SDKs create this signature, so it has no typical mistakes of hand-written code
	};
}

const readParts = (authorization: string): ReadonlyMap<string, string> =>
	new Map(
		authorization
			.slice(ALGORITHM.length)
			.split(",")
			.map((item) => {
				const [name = "", ...value] = item.trim().split("=");
				return [name, value.join("=")] as const;
			}),
	);

/** The hash of the received body is used, not the one in the header, so that a replaced body does not match. */
function writeCanonicalRequest(
	{ method, path, query, headers, body }: StsRequest,
	signedHeaders: string,
): string {
	const names = signedHeaders.toLowerCase().split(";");
	const lines = names.map(
		(name) => `${name}:${(headers[name] ?? "").trim()}\n`,
	);
	return [
		method,
		path,
		canonicalParameters(query),
		lines.join(""),
		names.join(";"),
		sha256(body),
	].join("\n");
}

const sha256 = (data: string | Buffer): string =>
	createHash("sha256").update(data).digest("hex");
