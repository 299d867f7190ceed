/**
 * The valid names of buckets and objects.
 *
 * Pure. Source: docs «Bucket naming conventions», «Object naming conventions»; EC 0015-00000001, 0016-00000002 (length,
 * UTF-8), -005.
 */
import { type ErrorDetails, OssError } from "./errors.ts";

const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

export const KEY_BYTES_MAX = 1023;

/** Whether a bucket can have this name; old buckets may have underscores. */
export const isBucketName = (text: string): boolean =>
	BUCKET.test(text.replaceAll("_", "-"));

/**
 * @param isNew whether the bucket is being created; old buckets may have underscores: java1's BucketInfoTest
 * @throws OssError InvalidBucketName
 */
export function requireBucketName(bucket: string, isNew = true): void {
	if (!BUCKET.test(isNew ? bucket : bucket.replaceAll("_", "-"))) {
		throw new OssError("InvalidBucketName", {
			details: { BucketName: bucket },
		});
	}
}

/**
 * Control characters, including CR and LF, are allowed: the SDKs' suites store such keys, although a page of the
 * documentation forbids them. Lone surrogates are bytes of a form or a header that are not UTF-8; stored, they would
 * all be U+FFFD.
 *
 * @throws OssError InvalidObjectName, InvalidArgument
 */
export function requireKey(key: string): void {
	if (!key.isWellFormed()) throw keyNotUtf8();
	const nameError = findNameError(key);
	if (nameError)
		throw new OssError("InvalidObjectName", {
			...nameError,
			details: { ObjectName: key },
		});
}

/** A key whose bytes are not UTF-8. Source: php1's suite and EC 0016-00000002; the combination is a guess (A-658). */
export const keyNotUtf8 = (): OssError =>
	new OssError("InvalidArgument", {
		message: "The characters encoding must be utf-8.",
		ec: "0016-00000002",
	});

function findNameError(key: string): ErrorDetails | undefined {
	if (key === "") return { message: "The Object name can not be empty." };
	if (key.startsWith("/") || key.startsWith("\\")) return {};
	// A UTF-16 unit is at most three bytes of UTF-8, so most keys do not have to be measured.
	if (
		key.length * 3 > KEY_BYTES_MAX &&
		Buffer.byteLength(key) > KEY_BYTES_MAX
	) {
		const message = "The Length of Object name must be less than 1024.";
		return { message, ec: "0016-00000002" };
	}
	return undefined;
}
