/**
 * The filter for deliveries in a request of the admin API.
 *
 * Pure.
 */
import type { DeliveryFilter } from "../storage/rows/delivery-rows.ts";
import { DELIVERY_STATUSES, type DeliveryStatus } from "../storage/types.ts";
import { AdminError } from "./admin-error.ts";
import { ACCOUNT, type Schema } from "./route-schema.ts";

export type FilterQuery = {
	readonly id?: string;
	readonly account?: string;
	readonly bucket?: string;
	readonly key?: string;
	readonly search?: string;
	readonly status?: readonly DeliveryStatus[];
	readonly since?: string;
};

export const filterParameters = {
	id: {
		type: "string",
		description: "The callback of the request with this id.",
	},
	account: ACCOUNT,
	bucket: { type: "string" },
	key: { type: "string", description: "The exact key." },
	search: { type: "string", description: "A part of the key." },
	status: {
		type: "array",
		items: { enum: DELIVERY_STATUSES },
		description: "May be given more than once.",
	},
	since: {
		type: "string",
		description:
			"Only callbacks that began at this time or later: 2026-01-31T12:00:00.000Z, or milliseconds since 1970.",
	},
} as const satisfies Record<string, Schema>;

/** @throws AdminError 400 for a `since` that is not a time */
export function readFilter({
	id,
	account,
	bucket,
	key,
	search,
	status,
	since,
}: FilterQuery): DeliveryFilter {
	return {
		id,
		account,
		bucket,
		key,
		search,
		statuses: status,
		since: since === undefined ? undefined : readSince(since),
	};
}

/** @throws AdminError 400 */
export function readSince(text: string): Date {
	const time = new Date(/^\d+$/.test(text) ? Number(text) : text);
	// `Date` accepts nearly any text: `-5` is the first of May 2001.
	const isTime = /^\d+$|^\d{4}-\d\d-\d\d(?:T|$)/.test(text);
	if (isTime && !Number.isNaN(time.getTime())) return time;
	throw new AdminError(
		400,
		"InvalidArgument",
		`since must be a time like 2026-01-31T12:00:00.000Z, not ${text}`,
	);
}
