/**
 * All probes, in the order in which they run: first the one that needs an empty bucket, and last those that enable
 * versioning, because it cannot be disabled again.
 */
import type { Probe } from "../probe.ts";
import { callbacks } from "./callbacks.ts";
import { configurations } from "./configurations.ts";
import { deliveries } from "./deliveries.ts";
import { forms } from "./forms.ts";
import { images } from "./images.ts";
import { objects } from "./objects.ts";
import { policies } from "./policies.ts";
import { emptyBucket, requests } from "./requests.ts";
import { s3 } from "./s3.ts";
import { selects } from "./selects.ts";
import { signatures } from "./signatures.ts";
import { sts } from "./sts.ts";

const all: readonly Probe[] = [
	emptyBucket,
	...requests,
	...signatures,
	...objects,
	...forms,
	...configurations,
	...policies,
	...callbacks,
	...deliveries,
	...images,
	...selects,
	...sts,
	...s3,
];

const needsVersions = ({ needs = [] }: Probe): boolean =>
	needs.includes("versions");

export const probes: readonly Probe[] = [
	...all.filter((probe) => !needsVersions(probe)),
	...all.filter(needsVersions),
];
