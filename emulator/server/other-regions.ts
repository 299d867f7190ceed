/**
 * Requests for a bucket that arrive by the endpoint of another region.
 *
 * OSS refuses them. The emulator answers by default: ali-oss with an address as endpoint makes up a Host from its
 * `region`, whatever region the emulator has, and such a Host looks like a real one.
 *
 * Source: java1's OverwriteEndpointTest and ossutil's TestListRegionBucketByEndpoint; EC 0003-00001403.
 */
import { hostName } from "../auth/addressing.ts";
import type { Emulator } from "../emulator.ts";
import { OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";

/** Endpoints of acceleration serve all regions. */
const ENDPOINT =
	/(?:^|\.)(oss-(?!accelerate)[a-z0-9-]+?)(-internal)?\.aliyuncs\.com$/;

/** @throws OssError AccessDenied, naming the endpoint to use, with `--other-regions refuse` */
export async function requireOwnRegion(
	{ store, otherRegions }: Emulator,
	{ host, bucket }: OssRequest,
): Promise<void> {
	if (otherRegions === "answer" || bucket === "") return;
	const [, location, internal = ""] = ENDPOINT.exec(hostName(host)) ?? [];
	if (location === undefined) return;
	const stored = await store.buckets.find(bucket);
	if (!stored || stored.location === location) return;
	throw new OssError("AccessDenied", {
		message:
			"The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
		ec: "0003-00001403",
		details: {
			Bucket: bucket,
			Endpoint: `${stored.location}${internal}.aliyuncs.com`,
		},
	});
}
