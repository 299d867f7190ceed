/**
 * GetBucketReplicationProgress, GetBucketReplicationLocation.
 *
 * Source: docs of these names; py1's and go1's suites: nothing has been copied yet; without a rule's id all rules are
 * returned.
 */
import type { Emulator } from "../../emulator.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { writeXml } from "../../xml/write.ts";
import { locationsFrom } from "../service/regions.ts";
import { requireRule } from "./replication.ts";
import { findRules, statusOf } from "./replication-rules.ts";

export async function getBucketReplicationProgress(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const id = request.query.get("rule-id") ?? "";
	const rules = await findRules(emulator, request);
	const wanted = id === "" ? rules : [requireRule(rules, id)];
	return xml(
		writeXml("ReplicationProgress", {
			Rule: wanted.map((stored) => ({
				ID: stored.rule.ID,
				PrefixSet: stored.rule.PrefixSet,
				Action: stored.rule.Action,
				Destination: stored.rule.Destination,
				Status: statusOf(stored),
				HistoricalObjectReplication: stored.rule.HistoricalObjectReplication,
				Progress: { HistoricalObject: "0" },
			})),
		}),
	);
}

export async function getBucketReplicationLocation({
	region,
}: Emulator): Promise<Reply> {
	const others = locationsFrom(region).filter(
		(location) => location !== `oss-${region}`,
	);
	return xml(
		writeXml("ReplicationLocation", {
			Location: others,
			LocationTransferTypeConstraint: {
				LocationTransferType: others.map((location) => ({
					Location: location,
					TransferTypes: { Type: ["internal", "oss_acc"] },
				})),
			},
			LocationRTCConstraint: {
				Location: others.filter((location) => location.startsWith("oss-cn-")),
			},
		}),
	);
}
