/**
 * Deliveries of callbacks: listing, waiting, reading one, and removing.
 */

import { Breaks } from "../oss/breaks.ts";
import {
	type DeliveryDocument,
	readDelivery,
} from "../records/delivery-record.ts";
import type { StoredDelivery } from "../storage/rows/delivery-rows.ts";
import { AdminError } from "./admin-error.ts";
import {
	type FilterQuery,
	filterParameters,
	readFilter,
} from "./callback-filter.ts";
import type { AdminContext, Routes } from "./context.ts";
import { summarise, viewDelivery } from "./delivery-view.ts";
import {
	answers,
	listOf,
	OF_ACCOUNT,
	type OfAccount,
	parameters,
	record,
	refer,
} from "./route-schema.ts";
import {
	endOfWait,
	type LatestQuery,
	latestParameters,
	readWait,
} from "./wait.ts";

type ListQuery = FilterQuery & LatestQuery & { readonly summary: boolean };

export const callbackRoutes: Routes = (app, { emulator, ending }) => {
	const { deliveries } = emulator.store;

	app.get<{ Querystring: ListQuery }>(
		"/api/callbacks",
		{ schema: listCallbacks },
		async ({ query }, outgoing) => {
			const { limit, before, summary, wait, count } = query;
			const find = (): Promise<StoredDelivery[]> => {
				if (wait === undefined)
					return deliveries.list(readFilter(query), limit, before);
				const filter = readFilter({ status: COMPLETED, ...query });
				const end = endOfWait(readWait(wait), outgoing.raw, ending);
				return deliveries.wait(filter, count, limit, end);
			};
			const view = summary ? summarise : viewDelivery;
			const list = await writeList(await find(), (stored) =>
				view(readDelivery(stored)),
			);
			outgoing.type("application/json; charset=utf-8");
			return `{"callbacks":${list}}`;
		},
	);

	app.get<{ Params: { id: string } }>(
		"/api/callbacks/:id",
		{ schema: getCallback },
		async ({ params }) =>
			viewDelivery(await getDelivery(emulator.store, params.id)),
	);

	app.delete<{ Querystring: OfAccount }>(
		"/api/callbacks",
		{ schema: clearCallbacks },
		async ({ query: { account } }) => ({
			deleted: await deliveries.clear(account),
		}),
	);
};

/**
 * Writes a list as JSON with breaks, because a thousand callbacks with their bodies have megabytes.
 *
 * @param view converts an item to the value that is written
 */
async function writeList<T>(
	items: readonly T[],
	view: (item: T) => object,
): Promise<string> {
	const breaks = new Breaks();
	const texts: string[] = [];
	for (const item of items) {
		await breaks.pause();
		texts.push(JSON.stringify(view(item)));
	}
	return `[${texts.join(",")}]`;
}

/** A client that waits needs the outcome, so deliveries under way do not match. */
const COMPLETED = ["succeeded", "failed", "skipped", "interrupted"] as const;

/** @throws AdminError 404 */
export async function getDelivery(
	{ deliveries }: AdminContext["emulator"]["store"],
	id: string,
): Promise<DeliveryDocument> {
	const stored = await deliveries.find(id);
	if (stored) return readDelivery(stored);
	throw new AdminError(
		404,
		"NoSuchCallback",
		`there is no callback ${id}: it may have been cleared, or removed to make room for later ones`,
	);
}

const listCallbacks = {
	operationId: "listCallbacks",
	tags: ["callbacks"],
	summary: "Callbacks, latest first; or the next ones, in one call",
	description:
		"With `wait`, answers as soon as `count` callbacks match, including earlier ones, or with fewer when the time is up. Callbacks that are still under way do not match then, unless `status` includes them.",
	querystring: parameters({
		...filterParameters,
		...latestParameters(
			"An id: only callbacks that began before this callback.",
		),
		summary: {
			type: "boolean",
			default: false,
			description: "Only summaries, without bodies and headers.",
		},
	}),
	response: answers(
		"The callbacks that match.",
		record({
			callbacks: listOf({
				oneOf: [refer("Delivery"), refer("DeliverySummary")],
			}),
		}),
	),
} as const;

const getCallback = {
	operationId: "getCallback",
	tags: ["callbacks"],
	summary:
		"One callback: the request, the answer, and the reason for the result",
	params: parameters({ id: { type: "string" } }, "id"),
	response: answers("The callback.", refer("Delivery")),
} as const;

const clearCallbacks = {
	operationId: "clearCallbacks",
	tags: ["callbacks"],
	summary: "Removes callbacks from the record, including those under way",
	querystring: OF_ACCOUNT,
	response: answers(
		"Number of removed callbacks.",
		record({ deleted: { type: "integer" } }),
	),
} as const;
