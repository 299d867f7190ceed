/**
 * Decides which requests pass a gateway: only those for named buckets, only operations on such a bucket, and with
 * `--upstream-read-only` only operations that change nothing.
 *
 * The account behind the gateway is real: a test that empties «its» buckets must not find other buckets.
 */
import type { Row } from "../operations/row.ts";
import { OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";
import type { UpstreamOptions } from "../upstream/upstream.ts";

/**
 * @returns the bucket's name in the cloud; '' for the service
 * @throws OssError AccessDenied, which names the flag that allows the request
 */
export function requirePassage(
	{ buckets, readOnly, allowed }: UpstreamOptions,
	{ bucket }: Pick<OssRequest, "bucket">,
	{ name, reachesFurther, changes }: Row,
): string {
	if (reachesFurther && !allowed.has(name))
		throw refused(
			`${name} affects more than the objects of the named buckets: allow it with --upstream-allow ${name}.`,
		);
	if (readOnly && changes)
		throw refused(
			`${name} changes something, but the gateway was started with --upstream-read-only.`,
		);
	return bucket === "" ? "" : requireReal({ buckets }, bucket);
}

/** @throws OssError AccessDenied for a bucket that is not named */
export function requireReal(
	{ buckets }: Pick<UpstreamOptions, "buckets">,
	bucket: string,
): string {
	const real = buckets.findReal(bucket);
	if (real !== undefined) return real;
	throw refused(
		`The bucket ${bucket} is not one of those that --upstream-bucket names.`,
	);
}

const refused = (why: string): OssError =>
	new OssError("AccessDenied", {
		message: `The gateway does not pass this on. ${why}`,
	});
