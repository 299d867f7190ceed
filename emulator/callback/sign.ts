/**
 * Signs a callback the way OSS does, so that an application server's own check passes.
 *
 * Pure: PKCS #1 v1.5 signatures are deterministic. Source: docs «Callback», step 4; seven signatures of OSS
 * (test/callback/vectors.ts).
 */
import { type KeyObject, sign } from "node:crypto";

/**
 * @param path percent-encoded; it is signed decoded, `+` stays, and so does an escape that is none
 * @param query as it is sent, without the `?`; '' when there is none
 */
export function stringToSign(
	path: string,
	query: string,
	body: Buffer,
): Buffer {
	const target = query === "" ? "\n" : `?${query}\n`;
	return Buffer.concat([decodePath(path), Buffer.from(target), body]);
}

/** To bytes, not to text: a path need not be UTF-8. */
function decodePath(path: string): Buffer {
	const decoded = path.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
	return Buffer.from(decoded, "latin1");
}

/** @returns base64, one line: the Authorization header */
export function signCallback(text: Buffer, privateKey: KeyObject): string {
	return sign("RSA-MD5", text, privateKey).toString("base64");
}
