/**
 * Content-MD5 of a body that has been read.
 *
 * Pure. Source: docs «Error responses», EC 0017-00000503.
 */
import { OssError } from "./errors.ts";

/** Both values are base64. @throws OssError InvalidDigest when `actual` differs from the expected value, if any */
export function requireMd5(
	{ md5 }: { readonly md5?: string },
	actual: string,
): void {
	if (md5 !== undefined && md5 !== actual) throw invalidDigest(md5);
}

/** @param expected base64 */
export const invalidDigest = (expected: string): OssError =>
	new OssError("InvalidDigest", {
		ec: "0017-00000503",
		details: { "Content-MD5": expected },
	});
