/** Lists everything that a run against a real account creates, and its maximum cost. Pure. */
import { type Address, BYTES_MAX, REQUESTS_MAX } from "./cloud.ts";
import type { Probe } from "./probe.ts";

/**
 * An upper bound, several times the list prices: CNY 0.10 per 10,000 requests, 1 per GB of traffic or processing, 0.20
 * per GB and month of storage; archived objects are charged for two months.
 */
const CNY_MAX = Math.ceil(
	(REQUESTS_MAX / 10_000) * 0.1 + (BYTES_MAX / 1e9) * (1 + 0.2 * 2),
);

export const describePlan = (
	{ endpoint, bucket }: Pick<Address, "endpoint" | "bucket">,
	chosen: readonly Probe[],
): string =>
	[
		`${chosen.length} probes will be sent to ${endpoint}.`,
		`They create one bucket, ${bucket}, with objects of at most 1 MiB. Its configuration, ACL and policy are changed`,
		"temporarily, and its public access is not blocked. Nothing else in the account is changed, and no other bucket is read.",
		`At most ${REQUESTS_MAX.toLocaleString("en")} requests are sent and ${BYTES_MAX / 1024 ** 2} MiB transferred: less than CNY ${CNY_MAX}.`,
		"The bucket is removed at the end, even if the run is interrupted or crashes.",
	].join("\n");
