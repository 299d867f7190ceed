/**
 * Checks which lifecycle rules OSS accepts, individually and in combination.
 *
 * Where a page or a suite states only that a request is refused, the code is a guess: InvalidArgument for contradictory
 * values, MalformedXML for contradictory elements (A-403).
 *
 * Pure. Source: docs «PutBucketLifecycle»; EC 0014-00000026 … -82; py1's, java1's, go1's and cpp's suites.
 */
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { STORAGE_CLASSES } from "../../oss/storage-class.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";

const ID_BYTES_MAX = 255;

/** The classes that a rule can transition to; nothing becomes Standard. */
const CLASSES: readonly string[] = STORAGE_CLASSES.slice(1);

export type Allowed = {
	/** Whether rules for one action may have prefixes that overlap. */
	readonly overlap: boolean;
	/** Whether rules may depend on the time of the last access. */
	readonly accessMonitor: boolean;
};

/** @throws OssError InvalidArgument, InvalidRequest, MalformedXML */
export function requireRules(
	rules: readonly LifecycleRule[],
	allowed: Allowed,
): void {
	for (const rule of rules) requireRule(rule, allowed);
	const ids = rules.map(({ ID }) => ID).filter((id) => id !== "");
	const repeated = ids.find((id, at) => ids.indexOf(id) !== at);
	if (repeated !== undefined)
		throw invalidArgument("ID", repeated, "Rule ID must be unique.");
	for (const [at, rule] of rules.entries())
		for (const other of rules.slice(at + 1))
			if (canMatchSameObject(rule, other))
				requireCompatible(rule, other, allowed);
}

function requireRule(rule: LifecycleRule, allowed: Allowed): void {
	if (Buffer.byteLength(rule.ID) > ID_BYTES_MAX)
		throw invalidArgument("ID", rule.ID, "The length of ID exceeds 255.");
	if (actionsOf(rule).length === 0)
		throw malformed("0014-00000026", "Rule has no action.");
	const { Expiration, AbortMultipartUpload, Transition, Tag } = rule;
	if (new Set(Tag.map(({ Key }) => Key)).size < Tag.length)
		throw malformed(undefined, "The keys of a rule's tags must be unique.");
	if (Expiration) requireOneWay("Expiration", Expiration, "0014-00000060");
	if (AbortMultipartUpload)
		requireOneWay("AbortMultipartUpload", AbortMultipartUpload);
	for (const each of Transition) {
		const { Days, CreatedBeforeDate } = each;
		requireOneWay("Transition", { Days, CreatedBeforeDate });
		requireAccessTime(each, allowed);
	}
	for (const each of rule.NoncurrentVersionTransition)
		requireAccessTime(each, allowed);
	requireOneMeasure(rule);
	requireOrder(
		Transition.map(({ Days, StorageClass }) => [StorageClass, Days]),
		Expiration?.Days,
	);
	requireOrder(
		rule.NoncurrentVersionTransition.map((each) => [
			each.StorageClass,
			each.NoncurrentDays,
		]),
		rule.NoncurrentVersionExpiration?.NoncurrentDays,
	);
}

/** Requires exactly one of the ways to state the time. */
function requireOneWay(
	action: string,
	ways: Readonly<Record<string, unknown>>,
	ec?: string,
): void {
	const stated = Object.values(ways).filter(
		(way) => way !== undefined && way !== false,
	);
	if (stated.length !== 1)
		throw malformed(ec, `${action} must state its time in exactly one way.`);
}

type AnyTransition =
	| LifecycleRule["Transition"][number]
	| LifecycleRule["NoncurrentVersionTransition"][number];

function requireAccessTime(
	transition: AnyTransition,
	{ accessMonitor }: Allowed,
): void {
	const { IsAccessTime, ReturnToStdWhenVisit } = transition;
	if (Boolean(IsAccessTime) !== (ReturnToStdWhenVisit !== undefined))
		throw malformed(
			"0014-00000052",
			"ReturnToStdWhenVisit requires IsAccessTime.",
		);
	if (!IsAccessTime) return;
	if ("CreatedBeforeDate" in transition && transition.CreatedBeforeDate)
		throw malformed(
			"0014-00000047",
			"CreatedBeforeDate can not be combined with IsAccessTime.",
		);
	if (!accessMonitor)
		throw malformed(undefined, "The access monitor is not enabled.");
}

/**
 * Days and dates cannot be compared, so a rule may use only one of them; this does not include AbortMultipartUpload.
 */
function requireOneMeasure({ Expiration, Transition }: LifecycleRule): void {
	const all = [...(Expiration ? [Expiration] : []), ...Transition];
	const inDays = all.some(({ Days }) => Days !== undefined);
	const byDate = all.some((each) => each.CreatedBeforeDate !== undefined);
	if (inDays && byDate)
		throw new OssError("InvalidRequest", { ec: "0014-00000080" });
}

/** Requires each class at most once, colder classes later, and expiration last. */
function requireOrder(
	steps: readonly (readonly [storageClass: string, days: number | undefined])[],
	end: number | undefined,
): void {
	for (const [storageClass] of steps)
		if (!CLASSES.includes(storageClass))
			throw invalidArgument("StorageClass", storageClass);
	const inOrder = steps
		.toSorted(([a], [b]) => CLASSES.indexOf(a) - CLASSES.indexOf(b))
		.map(([storageClass, days]) => ({ storageClass, days }));
	for (const [at, { storageClass, days }] of inOrder.entries()) {
		const next = inOrder[at + 1] ?? { storageClass: "", days: end };
		if (next.storageClass === storageClass)
			throw invalidArgument("StorageClass", storageClass);
		if (days !== undefined && next.days !== undefined && next.days <= days)
			throw invalidArgument("Days", String(next.days));
	}
}

/**
 * Compares two rules that can apply to the same object.
 *
 * @throws OssError whose message py1's suite asserts; its code is a guess (A-404)
 */
function requireCompatible(
	rule: LifecycleRule,
	other: LifecycleRule,
	{ overlap }: Allowed,
): void {
	const action = actionsOf(rule).find((candidate) =>
		actionsOf(other).includes(candidate),
	);
	if (action !== undefined && !overlap)
		throw invalidArgument(
			"Prefix",
			other.Prefix,
			`Overlap for same action type ${action}`,
		);
	if (isSooner(rule, other) || isSooner(other, rule))
		throw invalidArgument("Prefix", other.Prefix, undefined, "0014-00000082");
}

/** Whether a later stage of one rule precedes an earlier stage of the other. */
const isSooner = (rule: LifecycleRule, other: LifecycleRule): boolean =>
	stagesOf(rule).some(({ stage, days }) =>
		stagesOf(other).some((each) => each.stage > stage && each.days <= days),
	);

/** Storage classes from warm to cold; expiration is last. */
const stagesOf = ({ Transition, Expiration }: LifecycleRule) =>
	[
		...Transition.map(({ StorageClass, Days }) => ({
			stage: CLASSES.indexOf(StorageClass),
			days: Days,
		})),
		{ stage: CLASSES.length, days: Expiration?.Days },
	].flatMap(({ stage, days }) => (days === undefined ? [] : [{ stage, days }]));

/** Whether both rules can apply to one object; an object has one value per tag. */
function canMatchSameObject(a: LifecycleRule, b: LifecycleRule): boolean {
	const prefixes =
		a.Prefix.startsWith(b.Prefix) || b.Prefix.startsWith(a.Prefix);
	const values = new Map(a.Tag.map(({ Key, Value }) => [Key, Value]));
	return (
		prefixes &&
		b.Tag.every(({ Key, Value }) => (values.get(Key) ?? Value) === Value)
	);
}

const actionsOf = (rule: LifecycleRule): string[] =>
	[
		rule.Expiration && "Expiration",
		rule.Transition.length > 0 && "Transition",
		rule.AbortMultipartUpload && "AbortMultipartUpload",
		rule.NoncurrentVersionExpiration && "NoncurrentVersionExpiration",
		rule.NoncurrentVersionTransition.length > 0 &&
			"NoncurrentVersionTransition",
	].filter((action) => typeof action === "string");

const malformed = (ec: string | undefined, detail: string): OssError =>
	new OssError("MalformedXML", {
		...(ec === undefined ? {} : { ec }),
		details: { ErrorDetail: detail },
	});
