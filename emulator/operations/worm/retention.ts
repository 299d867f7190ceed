/**
 * Protects versions that must not be deleted yet: within their bucket's retention policy, within their own retention,
 * or on hold.
 *
 * Pure. Source: docs «Retention policy», «PutObjectRetention»; multicloudj, whose tests ran against OSS: a mode cannot
 * be changed and a date cannot be shortened, unless the retention is governed and an authorized caller requests to
 * bypass it.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import type { Headers } from "../../oss/request.ts";
import { DAY_MS, readTime } from "../../oss/times.ts";
import type {
	ObjectState,
	Protect,
	Retention,
	StoredObject,
} from "../../storage/types.ts";

/** The name under which a bucket's retention policy is stored. */
export const WORM = "worm";

const UNLOCKED_HOURS_MAX = 24;

/** The retention policy of a bucket. */
export type Worm = {
	readonly id: string;
	readonly isLocked: boolean;
	readonly days: number;
	/** `isoTime`. */
	readonly created: string;
};

/** The current policy, whether or not it is locked. */
export async function findWorm(
	{ configurations }: Emulator["store"],
	bucket: string,
	now: Date,
): Promise<Worm | undefined> {
	return parseWorm(await configurations.find(bucket, WORM), now);
}

/** @returns undefined for a policy that was not locked in time, which is void */
export function parseWorm(
	stored: string | undefined,
	now: Date,
): Worm | undefined {
	if (stored === undefined) return undefined;
	const worm: Worm = JSON.parse(stored);
	const age = now.getTime() - Date.parse(worm.created);
	return worm.isLocked || age < UNLOCKED_HOURS_MAX * 3_600_000
		? worm
		: undefined;
}

/** The retention in force at a given time. */
export type Rules = {
	readonly now: Date;
	/** Days of the bucket's policy; undefined without a policy. */
	readonly days: number | undefined;
	/** Whether governed retention is ignored. */
	readonly bypass: boolean;
};

/** @returns a function that throws FileImmutable for a protected version; delete markers are never protected */
export const makeProtect =
	(rules: Rules): Protect =>
	(version) => {
		if (isProtected(version, rules)) throw new OssError("FileImmutable");
	};

function isProtected(
	{ type, modified, state }: StoredObject,
	{ now, days, bypass }: Rules,
): boolean {
	if (type === "DeleteMarker") return false;
	if (state.legalHold === "ON") return true;
	if (days !== undefined && modified.getTime() + days * DAY_MS > now.getTime())
		return true;
	const { retention } = state;
	if (!retention || (bypass && retention.mode === "GOVERNANCE")) return false;
	return isInForce(retention, now);
}

const isInForce = ({ until }: Retention, now: Date): boolean =>
	until > now.getTime();

/** @throws OssError FileImmutable when `next` would weaken `present` */
export function requireTighter(
	present: Retention | undefined,
	next: Retention,
	{ now, bypass }: Rules,
): void {
	if (!present || !isInForce(present, now)) return;
	const canLoosen = bypass && present.mode === "GOVERNANCE";
	if (present.mode !== next.mode || (next.until < present.until && !canLoosen))
		throw new OssError("FileImmutable");
}

/** Reads the values of a `Retention` document or of an upload's headers. @throws OssError InvalidArgument */
export function readRetention(
	mode: string,
	date: string,
	now: Date,
): Retention {
	if (mode !== "GOVERNANCE" && mode !== "COMPLIANCE")
		throw invalidArgument("Mode", mode);
	const until = /^\d{4}-\d\d-\d\dT/.test(date) ? readTime(date) : undefined;
	if (!until) throw invalidArgument("RetainUntilDate", date);
	if (until <= now)
		throw invalidArgument(
			"RetainUntilDate",
			date,
			"The retain until date must be in the future.",
		);
	return { mode, until: until.getTime() };
}

/** @throws OssError InvalidArgument */
export function readLegalHold(text: string): "ON" | "OFF" {
	if (text !== "ON" && text !== "OFF") throw invalidArgument("Status", text);
	return text;
}

const HEADER = "x-oss-object-worm";

/**
 * The retention that an upload's own headers request.
 *
 * @throws OssError InvalidArgument, also for an incomplete retention
 */
export function readWormHeaders(
	headers: Headers,
	now: Date,
): Pick<ObjectState, "retention" | "legalHold"> {
	const mode = headers[`${HEADER}-mode`];
	const date = headers[`${HEADER}-retain-until-date`];
	const hold = headers[`${HEADER}-legal-hold`];
	return {
		...(mode === undefined && date === undefined
			? {}
			: { retention: readRetention(mode ?? "", date ?? "", now) }),
		...(hold === undefined ? {} : { legalHold: readLegalHold(hold) }),
	};
}

/** The bucket's rule for objects without their own retention; it has either `Days` or `Years`. */
export type DefaultRetention = {
	readonly Mode: Retention["mode"];
	readonly Days?: number | undefined;
	readonly Years?: number | undefined;
};

export function retentionByDefault(
	{ Mode, Days = 0, Years = 0 }: DefaultRetention,
	now: Date,
): Retention {
	const until = new Date(now.getTime() + Days * DAY_MS);
	until.setUTCFullYear(until.getUTCFullYear() + Years);
	return { mode: Mode, until: until.getTime() };
}
