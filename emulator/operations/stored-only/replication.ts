/**
 * Replication rules: PutBucketReplication, GetBucketReplication, DeleteBucketReplication, PutBucketRtc. No object is
 * copied.
 *
 * Source: docs of these names; «HTTP 400 / 404 status code»; py1's suite for the elements that are dropped from a rule
 * without SyncRole, and for the state closing of a deleted rule.
 */
import { randomUUID } from "node:crypto";
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { writeXml } from "../../xml/write.ts";
import { readXmlBody } from "../body.ts";
import { element, many, one, word } from "../configurations/shape.ts";
import { locationsFrom } from "../service/regions.ts";
import {
	changeRules,
	findRules,
	type ReplicationRule,
	RTC,
	RULE,
	type StoredRule,
	statusOf,
} from "./replication-rules.ts";

/** Docs «Data replication»: 100 rules for a bucket; the error is a guess. */
const RULES_MAX = 100;

const CONFIGURATION = element({ Rule: many(RULE) });

export async function putBucketReplication(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const body = await readXmlBody(request, "ReplicationConfiguration");
	const [given, second] = CONFIGURATION(body).Rule;
	if (!given) throw new OssError("NoReplicationRule");
	if (second) throw new OssError("TooManyReplicationRules");
	const { Location, Bucket } = given.Destination;
	if (!locationsFrom(emulator.region).includes(Location))
		throw new OssError("InvalidTargetLocation");
	const rule = withoutKeys({ ...given, ID: given.ID || randomUUID() });
	await changeRules(emulator, request, (rules) => {
		if (
			rules.some(({ rule: { Destination } }) => Destination.Bucket === Bucket)
		)
			throw new OssError("BucketReplicationAlreadyExist");
		if (rules.length >= RULES_MAX)
			throw invalidArgument(
				"replication",
				rule.ID,
				`The bucket already has ${RULES_MAX} of these, which is the limit.`,
			);
		return [...rules, { rule }];
	});
	return empty(200, { "x-oss-replication-rule-id": rule.ID });
}

/** A key is stored only with a role that may use it, and only if encrypted objects are replicated. */
function withoutKeys(rule: ReplicationRule): ReplicationRule {
	const criteria = rule.SyncRole ? rule.SourceSelectionCriteria : undefined;
	const wanted = criteria?.SseKmsEncryptedObjects?.Status === "Enabled";
	return {
		...rule,
		SourceSelectionCriteria: criteria,
		EncryptionConfiguration: wanted ? rule.EncryptionConfiguration : undefined,
	};
}

export async function getBucketReplication(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const rules = await findRules(emulator, request);
	if (rules.length === 0) throw new OssError("NoSuchReplicationConfiguration");
	return xml(
		writeXml("ReplicationConfiguration", {
			Rule: rules.map((stored) => ({
				...stored.rule,
				Status: statusOf(stored),
			})),
		}),
	);
}

const RULES = element({ ID: many(word, 1) });

export async function deleteBucketReplication(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const ids = RULES(await readXmlBody(request, "ReplicationRules")).ID;
	const closedMs = request.receivedAt.getTime();
	await changeRules(emulator, request, (rules) => {
		for (const id of ids) requireRule(rules, id);
		return rules.map((stored) =>
			ids.includes(stored.rule.ID) ? { ...stored, closedMs } : stored,
		);
	});
	return empty(200);
}

const RTC_CONFIGURATION = element({ RTC: one(RTC), ID: one(word) });

export async function putBucketRtc(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const body = await readXmlBody(request, "ReplicationRule");
	const { RTC: control, ID } = RTC_CONFIGURATION(body);
	await changeRules(emulator, request, (rules) => {
		requireRule(rules, ID);
		return rules.map((stored) =>
			stored.rule.ID === ID
				? { ...stored, rule: { ...stored.rule, RTC: control } }
				: stored,
		);
	});
	return empty(200);
}

/** @throws OssError NoSuchReplicationRule */
export function requireRule(
	rules: readonly StoredRule[],
	id: string,
): StoredRule {
	const found = rules.find(({ rule }) => rule.ID === id);
	if (!found) throw new OssError("NoSuchReplicationRule");
	return found;
}
