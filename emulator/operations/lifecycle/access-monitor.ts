/**
 * Whether a bucket keeps the times its objects were last read. Switching it off is up to its lifecycle rules:
 * lifecycle-document.ts.
 *
 * Pure. Source: docs «PutBucketAccessMonitor».
 */
import { kind } from "../configurations/kind.ts";
import { element, one, oneOf } from "../configurations/shape.ts";

export const ACCESS_MONITOR = kind(
	element({ Status: one(oneOf("Enabled", "Disabled")) }),
	{
		name: "accessmonitor",
		root: "AccessMonitorConfiguration",
		absent: () => ({ Status: "Disabled" }),
	},
);
