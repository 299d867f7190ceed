/**
 * The stored form of replication rules. Nothing is copied, so a rule stays in the state starting. A deleted rule is
 * closing for a while before it is removed; the manual does not state for how long.
 */
import type { Emulator } from "../../emulator.ts";
import type { OssRequest } from "../../oss/request.ts";
import {
	element,
	many,
	maybe,
	one,
	oneOf,
	or,
	text,
	word,
} from "../configurations/shape.ts";

export const RTC = element({ Status: one(oneOf("enabled", "disabled")) });

export const RULE = element({
	ID: or(word, ""),
	RTC: maybe(RTC),
	PrefixSet: maybe(element({ Prefix: many(text) })),
	Action: or(word, "ALL"),
	Destination: one(
		element({
			Bucket: one(word),
			Location: one(word),
			TransferType: maybe(oneOf("internal", "oss_acc")),
		}),
	),
	HistoricalObjectReplication: or(oneOf("enabled", "disabled"), "enabled"),
	SyncRole: maybe(word),
	SourceSelectionCriteria: maybe(
		element({
			SseKmsEncryptedObjects: maybe(
				element({ Status: one(oneOf("Enabled", "Disabled")) }),
			),
		}),
	),
	EncryptionConfiguration: maybe(element({ ReplicaKmsKeyID: one(word) })),
});

export type ReplicationRule = ReturnType<typeof RULE>;

const NAME = "replication";
const CLOSING_MS = 60_000;

export type StoredRule = {
	readonly rule: ReplicationRule;
	/** When the rule was deleted. */
	readonly closedMs?: number;
};

type RulesRequest = Pick<OssRequest, "bucket" | "receivedAt">;

export const statusOf = ({ closedMs }: StoredRule): "starting" | "closing" =>
	closedMs === undefined ? "starting" : "closing";

export async function findRules(
	{ store }: Emulator,
	{ bucket, receivedAt }: RulesRequest,
): Promise<readonly StoredRule[]> {
	return parse(await store.configurations.find(bucket, NAME), receivedAt);
}

export async function changeRules(
	{ store }: Emulator,
	{ bucket, receivedAt }: RulesRequest,
	change: (rules: readonly StoredRule[]) => readonly StoredRule[],
): Promise<void> {
	await store.configurations.change(bucket, NAME, "", (stored) => {
		const rules = change(parse(stored, receivedAt));
		return rules.length > 0 ? JSON.stringify(rules) : undefined;
	});
}

function parse(stored: string | undefined, now: Date): readonly StoredRule[] {
	const rules: StoredRule[] = stored === undefined ? [] : JSON.parse(stored);
	return rules.filter(
		({ closedMs }) =>
			closedMs === undefined || now.getTime() - closedMs < CLOSING_MS,
	);
}
