/**
 * Replication rules as they are stored. Nothing is copied, so a rule stays in the state starting; a deleted rule is
 * closing for a while before it is removed. The manual does not say how long.
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

export type KeptRule = {
	readonly rule: ReplicationRule;
	/** When it was deleted. */
	readonly closedMs?: number;
};

type DocumentRequest = Pick<OssRequest, "bucket" | "receivedAt">;

export const statusOf = ({ closedMs }: KeptRule): "starting" | "closing" =>
	closedMs === undefined ? "starting" : "closing";

export async function findRules(
	{ store }: Emulator,
	{ bucket, receivedAt }: DocumentRequest,
): Promise<readonly KeptRule[]> {
	return parse(await store.configurations.find(bucket, NAME), receivedAt);
}

export async function changeRules(
	{ store }: Emulator,
	{ bucket, receivedAt }: DocumentRequest,
	change: (rules: readonly KeptRule[]) => readonly KeptRule[],
): Promise<void> {
	await store.configurations.change(bucket, NAME, "", (stored) => {
		const rules = change(parse(stored, receivedAt));
		return rules.length > 0 ? JSON.stringify(rules) : undefined;
	});
}

function parse(stored: string | undefined, now: Date): readonly KeptRule[] {
	const rules: KeptRule[] = stored === undefined ? [] : JSON.parse(stored);
	return rules.filter(
		({ closedMs }) =>
			closedMs === undefined || now.getTime() - closedMs < CLOSING_MS,
	);
}
