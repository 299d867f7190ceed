/**
 * Calculates when a lifecycle rule takes effect.
 *
 * OSS runs the rules once a day, at midnight UTC, and completes them within another day. The emulator acts, and reports
 * the time of expiry, as soon as the number of days times 24 hours has passed: a test that moves the clock by a
 * day expects the day to have passed.
 *
 * Pure. Source: docs «PutBucketLifecycle», «Lifecycle rules». Old SDKs send `Date`: the day on which objects older than
 * it are deleted.
 */
import { DAY_MS } from "../../oss/times.ts";

/** Exactly one of the properties is present. */
export type When = {
	readonly Days?: number | undefined;
	/** Midnight UTC, ISO 8601. */
	readonly CreatedBeforeDate?: string | undefined;
	readonly Date?: string | undefined;
};

export const daysAfter = (since: Date, days: number): Date =>
	new Date(since.getTime() + days * DAY_MS);

/**
 * @param since the time at which the object was last modified, or the upload began
 * @returns undefined for never
 */
export function dueOf(when: When, since: Date): Date | undefined {
	const { Days, CreatedBeforeDate, Date: from } = when;
	if (Days !== undefined) return daysAfter(since, Days);
	const date = CreatedBeforeDate ?? from;
	if (date === undefined) return undefined;
	const moment = new Date(date);
	if (since >= moment) return undefined;
	return CreatedBeforeDate === undefined ? moment : since;
}

export const isDue = (due: Date | undefined, now: Date): boolean =>
	due !== undefined && due <= now;
