/**
 * Archived objects: frozen until a request restores them for a number of days, then frozen again.
 *
 * Pure. Source: docs «RestoreObject», «Restore objects»: the stages, and how long each lasts.
 */
import { OssError } from "../../oss/errors.ts";
import type { StorageClass } from "../../oss/storage-class.ts";
import { DAY_MS, httpTime } from "../../oss/times.ts";
import type { Restoration, StoredObject } from "../../storage/types.ts";

type Archived = Pick<StoredObject, "storageClass" | "state">;

/** Restore priorities, most urgent first. */
export const TIERS: readonly Restoration["tier"][] = [
	"Expedited",
	"Standard",
	"Bulk",
];

/** How objects of an archive class are restored. */
export type Terms = {
	/** Maximum number of days that an object can stay restored, extensions included. */
	readonly daysMax: number;
	/** Seconds until an object is restored, by tier; other tiers are refused. */
	readonly seconds: Readonly<Partial<Record<Restoration["tier"], number>>>;
};

/**
 * OSS takes a minute for Archive and hours for the other classes. The emulator takes seconds, in the same order, so
 * that tests can wait for the end and also observe an object while it is being restored.
 */
const TERMS: Readonly<Partial<Record<StorageClass, Terms>>> = {
	Archive: { daysMax: 7, seconds: { "": 3 } },
	ColdArchive: {
		daysMax: 365,
		seconds: { Expedited: 10, Standard: 20, Bulk: 30 },
	},
	DeepColdArchive: {
		daysMax: 365,
		seconds: { Expedited: 30, Standard: 60 },
	},
};

/** @returns undefined for a class that can always be read */
export const termsOf = (storageClass: StorageClass): Terms | undefined =>
	TERMS[storageClass];

export type Stage = "frozen" | "restoring" | "restored";

export function stageOf(
	restoration: Restoration | undefined,
	now: Date,
): Stage {
	const ms = now.getTime();
	if (!restoration || ms >= restoration.until) return "frozen";
	return ms < restoration.ready ? "restoring" : "restored";
}

/** A restoration that begins now. */
export function beginRestoration(
	{ seconds }: Terms,
	tier: Restoration["tier"],
	days: number,
	now: Date,
): Restoration {
	const ready = now.getTime() + (seconds[tier] ?? 0) * 1000;
	return { tier, ready, until: ready + days * DAY_MS };
}

/** Adds `days`, up to the maximum of the storage class. */
export const extendRestoration = (
	restoration: Restoration,
	{ daysMax }: Terms,
	days: number,
): Restoration => ({
	...restoration,
	until: Math.min(
		restoration.until + days * DAY_MS,
		restoration.ready + daysMax * DAY_MS,
	),
});

/** `x-oss-restore` and `RestoreInfo`; undefined while an object is frozen, or was never archived. */
export function restoreInfo(
	{ storageClass, state: { restoration } }: Archived,
	now: Date,
): string | undefined {
	if (!restoration || !termsOf(storageClass)) return undefined;
	const stage = stageOf(restoration, now);
	if (stage === "frozen") return undefined;
	if (stage === "restoring") return 'ongoing-request="true"';
	const until = httpTime(new Date(restoration.until));
	return `ongoing-request="false", expiry-date="${until}"`;
}

/**
 * @param isDirect whether the bucket allows reading Archive objects directly
 * @throws OssError InvalidObjectState
 */
export function requireReadable(
	{ storageClass, state: { restoration } }: Archived,
	isDirect: boolean,
	now: Date,
): void {
	if (!termsOf(storageClass)) return;
	if (storageClass === "Archive" && isDirect) return;
	if (stageOf(restoration, now) !== "restored")
		throw new OssError("InvalidObjectState");
}
