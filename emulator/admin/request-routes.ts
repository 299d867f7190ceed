/**
 * The latest requests to OSS: listing, waiting, reading one, and removing.
 */
import { table } from "../operations/table.ts";
import type { LoggedRequest, RequestTest } from "../records/request-log.ts";
import { STS_OPERATIONS } from "../sts/sts.ts";
import { AdminError } from "./admin-error.ts";
import { readSince } from "./callback-filter.ts";
import type { Routes } from "./context.ts";
import { viewRequest, viewRequestLine } from "./request-view.ts";
import {
	ACCOUNT,
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

type ListQuery = OfAccount &
	LatestQuery & {
		readonly operation?: string;
		readonly method?: string;
		readonly status?: string;
		readonly code?: string;
		readonly bucket?: string;
		readonly key?: string;
		readonly url?: string;
		readonly since?: string;
	};

export const requestRoutes: Routes = (app, { requests, ending }) => {
	app.get<{ Querystring: ListQuery }>(
		"/api/requests",
		{ schema: listRequests },
		async ({ query }, { raw }) => {
			const { limit, before, wait, count } = query;
			const find = async (): Promise<LoggedRequest[]> => {
				const test = toTest(query);
				if (wait === undefined) return requests.list(test, limit, before);
				const end = endOfWait(readWait(wait), raw, ending);
				return requests.wait(test, count, limit, end);
			};
			return { requests: (await find()).map(viewRequestLine) };
		},
	);

	app.get<{ Params: { readonly id: string } }>(
		"/api/requests/:id",
		{ schema: getRequest },
		async ({ params: { id } }) => {
			const found = requests.find(id);
			if (found) return viewRequest(found);
			const message = `there is no request ${id}: it may have been cleared, or removed to make room for later ones`;
			throw new AdminError(404, "NoSuchRequest", message);
		},
	);

	app.delete<{ Querystring: OfAccount }>(
		"/api/requests",
		{ schema: clearRequests },
		async ({ query: { account } }) => ({ deleted: requests.clear(account) }),
	);
};

function toTest(query: ListQuery): RequestTest {
	const { status, url, since: sinceText } = query;
	const since = sinceText === undefined ? undefined : readSince(sinceText);
	return (request) =>
		EXACT.every(
			(name) => query[name] === undefined || query[name] === request[name],
		) &&
		(url === undefined || request.url.includes(url)) &&
		(status === undefined || isOfStatus(request.status, status)) &&
		(since === undefined || since <= request.receivedAt);
}

const EXACT = [
	"account",
	"operation",
	"method",
	"code",
	"bucket",
	"key",
] as const;

/** `404`, or `4xx` for every status that begins with 4. */
const isOfStatus = (status: number, wanted: string): boolean =>
	wanted.endsWith("xx")
		? Math.floor(status / 100) === Number(wanted[0])
		: status === Number(wanted);

const text = { type: "string" } as const;

/** No request can match a misspelt name. */
const OPERATIONS = [
	...new Set(["", ...table.map(({ name }) => name), ...STS_OPERATIONS]),
];

const listRequests = {
	operationId: "listRequests",
	tags: ["requests"],
	summary: "The latest requests to OSS, latest first; or the next ones",
	description:
		"With `wait`, answers as soon as `count` answered requests match, including earlier ones, or with fewer when the time is up.",
	querystring: parameters({
		account: ACCOUNT,
		operation: {
			enum: OPERATIONS,
			description:
				"The operation's name, like PutObject; empty for requests without an operation.",
		},
		method: text,
		status: {
			...text,
			pattern: "^[1-5]([0-9]{2}|xx)$",
			description: "404, or 4xx",
		},
		code: { ...text, description: "An error code like NoSuchKey." },
		bucket: text,
		key: { ...text, description: "The exact key." },
		url: { ...text, description: "A part of the URL, as on the wire." },
		since: {
			...text,
			description:
				"Only requests received at this time or later: 2026-01-31T12:00:00.000Z, or milliseconds since 1970.",
		},
		...latestParameters("An id: only requests received before this request."),
	}),
	response: answers(
		"The requests that match.",
		record({ requests: listOf(refer("Request")) }),
	),
} as const;

const getRequest = {
	operationId: "getRequest",
	tags: ["requests"],
	summary: "One request, with its headers and the signed text",
	params: parameters({ id: text }, "id"),
	response: answers("The request.", refer("RequestDetail")),
} as const;

const clearRequests = {
	operationId: "clearRequests",
	tags: ["requests"],
	summary: "Removes requests from the record",
	querystring: OF_ACCOUNT,
	response: answers(
		"Number of removed requests.",
		record({ deleted: { type: "integer" } }),
	),
} as const;
