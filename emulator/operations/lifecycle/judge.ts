/**
 * Decides which actions of lifecycle rules are due for the versions of one key.
 *
 * If several rules are due, a rule that deletes wins; if several transitions are due, the one to the coldest class
 * wins. A class never becomes warmer. Rules that depend on the time of the last access are not carried out.
 *
 * Pure. Source: docs «Lifecycle rules»: which rule wins; «SealAppendObject»: objects that cannot become colder.
 */
import { STORAGE_CLASSES, type StorageClass } from "../../oss/storage-class.ts";
import type { StoredObject } from "../../storage/types.ts";
import { daysAfter, dueOf, isDue } from "./due.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";
import { appliesTo } from "./matching.ts";

export type Action =
	/** Deletes without a version id, like DeleteObject: with versioning this adds a delete marker. */
	| { readonly kind: "expire"; readonly rule: string }
	| { readonly kind: "deleteVersion"; readonly rule: string }
	| {
			readonly kind: "transition";
			readonly rule: string;
			readonly storageClass: StorageClass;
	  };

export type DueAction = {
	readonly version: StoredObject;
	readonly action: Action;
};

/**
 * @param versions all versions of one key, newest first
 * @param pause awaited before each version, because there may be thousands of versions and of conditions
 */
export async function judge(
	rules: readonly LifecycleRule[],
	versions: readonly StoredObject[],
	now: Date,
	pause: () => Promise<void>,
): Promise<DueAction[]> {
	const due: DueAction[] = [];
	for (const [i, version] of versions.entries()) {
		await pause();
		const newer = versions[i - 1];
		const own = rules.filter((rule) => appliesTo(rule, version));
		const action = newer
			? judgeNoncurrent(own, version, newer.modified, now)
			: judgeCurrent(own, version, now);
		if (action) due.push({ version, action });
	}
	const marker = soleMarker(versions, due);
	const rule =
		marker && rules.find((candidate) => removesMarkers(candidate, marker));
	return rule
		? [
				...due,
				{
					version: marker,
					action: { kind: "deleteVersion", rule: rule.ID },
				},
			]
		: due;
}

function judgeCurrent(
	rules: readonly LifecycleRule[],
	version: StoredObject,
	now: Date,
): Action | undefined {
	if (version.type === "DeleteMarker") return undefined;
	const expiring = rules.find(
		({ Expiration }) =>
			Expiration && isDue(dueOf(Expiration, version.modified), now),
	);
	if (expiring) return { kind: "expire", rule: expiring.ID };
	return coldest(version, rules, ({ Transition }) =>
		Transition.filter((each) => isDue(dueOf(each, version.modified), now)),
	);
}

/** @param since the time at which a newer version replaced it as the current one */
function judgeNoncurrent(
	rules: readonly LifecycleRule[],
	version: StoredObject,
	since: Date,
	now: Date,
): Action | undefined {
	const hasPassed = ({ NoncurrentDays: days }: { NoncurrentDays: number }) =>
		isDue(daysAfter(since, days), now);
	const expiring = rules.find(
		({ NoncurrentVersionExpiration: expiration }) =>
			expiration && hasPassed(expiration),
	);
	if (expiring) return { kind: "deleteVersion", rule: expiring.ID };
	if (version.type === "DeleteMarker") return undefined;
	return coldest(version, rules, ({ NoncurrentVersionTransition: all }) =>
		all.filter(hasPassed),
	);
}

type Transition = {
	readonly StorageClass: string;
	readonly IsAccessTime?: boolean | undefined;
};

function coldest(
	version: StoredObject,
	rules: readonly LifecycleRule[],
	dueOfRule: (rule: LifecycleRule) => readonly Transition[],
): Action | undefined {
	const possible = rules.flatMap((rule) =>
		dueOfRule(rule)
			.filter(({ IsAccessTime }) => !IsAccessTime)
			.flatMap(({ StorageClass }) => {
				const storageClass = STORAGE_CLASSES.find(
					(known) => known === StorageClass,
				);
				return storageClass && canBecome(version, storageClass)
					? [{ kind: "transition", rule: rule.ID, storageClass } as const]
					: [];
			}),
	);
	return possible
		.sort((a, b) => coldness(b.storageClass) - coldness(a.storageClass))
		.at(0);
}

const coldness = (storageClass: StorageClass): number =>
	STORAGE_CLASSES.indexOf(storageClass);

const canBecome = (
	{ type, storageClass, state }: StoredObject,
	target: StorageClass,
): boolean => {
	const canGrow = type === "Appendable" && state.sealed === undefined;
	if (canGrow && coldness(target) > coldness("Archive")) return false;
	return type !== "Symlink" && coldness(target) > coldness(storageClass);
};

/** The delete marker that will be the key's only version when the due versions are deleted. */
function soleMarker(
	versions: readonly StoredObject[],
	due: readonly DueAction[],
): StoredObject | undefined {
	const deleted = new Set(
		due
			.filter(({ action }) => action.kind === "deleteVersion")
			.map(({ version }) => version),
	);
	const [only, ...more] = versions.filter((version) => !deleted.has(version));
	return only?.type === "DeleteMarker" && more.length === 0 ? only : undefined;
}

const removesMarkers = (rule: LifecycleRule, marker: StoredObject): boolean =>
	rule.Expiration?.ExpiredObjectDeleteMarker === true &&
	appliesTo(rule, marker);
