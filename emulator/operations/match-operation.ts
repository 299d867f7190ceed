/**
 * Matches a request to its operation.
 *
 * Many operations of OSS share a method and a path and differ in sub-resources and headers. A row of the table names
 * the sub-resources and headers that the request must have. Of the rows that match, the row with the most requirements
 * wins, so the order of rows has no effect. If the request has a selecting sub-resource that the chosen row does not
 * name, it is refused rather than treated as another operation.
 *
 * Pure.
 */
import { invalidArgument, OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";
import type { Row } from "./row.ts";
import { SELECTING_SUB_RESOURCES } from "./sub-resources.ts";
import { table } from "./table.ts";

type Selector = (request: OssRequest) => Row;

/**
 * @param signed sub-resources that OSS signs and that select an operation, whether or not a row has them. An unsigned
 * sub-resource selects an operation only with the value that a row states: `list-type=1` selects nothing
 */
export function makeSelector(
	table: readonly Row[],
	signed: Iterable<string>,
): Selector {
	const selectors = new Set([
		...signed,
		...table.flatMap(({ query }) =>
			query.filter((parameter) => !parameter.includes("=")),
		),
	]);
	const byPlace = Map.groupBy(
		table,
		({ method, target }) => `${method} ${target}`,
	);
	// Most requests have no query, and one or two rows of fifty match without one.
	const plain = Map.groupBy(
		table.filter(({ query }) => query.length === 0),
		({ method, target }) => `${method} ${target}`,
	);
	return (request) => {
		const place = `${request.method} ${targetOf(request)}`;
		const rows = request.query.size === 0 ? plain : byPlace;
		return choose(rows.get(place) ?? [], selectors, request);
	};
}

/** Finds the operation of a request. @throws OssError MethodNotAllowed, InvalidArgument, like `choose` */
export const select = makeSelector(table, SELECTING_SUB_RESOURCES);

/**
 * @throws OssError MethodNotAllowed when no row fits; InvalidArgument when two rows fit equally well, e.g.
 *   `GET /bucket?acl&cors` (A-02: OSS refuses it rather than choosing one), or when the chosen row does not name a
 *   sub-resource
 */
function choose(
	rows: readonly Row[],
	selectors: ReadonlySet<string>,
	request: OssRequest,
): Row {
	let best: Row | undefined;
	let tie: Row | undefined;
	for (const candidate of rows) {
		if (!isMatch(candidate, request)) continue;
		if (!best || conditions(candidate) > conditions(best))
			[best, tie] = [candidate, undefined];
		else if (conditions(candidate) === conditions(best)) tie = candidate;
	}
	const unmatched = namesOf(request).find(
		(name) =>
			selectors.has(name) && !best?.query.some((own) => nameOf(own) === name),
	);
	if (unmatched !== undefined)
		throw unexpected(missingPartner(rows, unmatched, request) ?? unmatched);
	if (tie) throw unexpected(nameOf(tie.query[0] ?? ""));
	if (!best)
		throw new OssError("MethodNotAllowed", {
			details: { Method: request.method, ResourceType: resourceType(request) },
		});
	return best;
}

/** A preflight's sub-resources belong to the request that it announces. */
const namesOf = ({ method, query }: OssRequest): string[] =>
	method === "OPTIONS" ? [] : [...query.keys()];

function isMatch(candidate: Row, request: OssRequest): boolean {
	return (
		candidate.query.every((condition) => isMet(condition, request)) &&
		(candidate.header === "" || request.headers[candidate.header] !== undefined)
	);
}

function isMet(condition: string, { query }: OssRequest): boolean {
	const [name = "", value] = condition.split("=");
	return value === undefined ? query.has(name) : query.get(name) === value;
}

const nameOf = (condition: string): string => condition.split("=")[0] ?? "";

/** A fixed value is an additional condition. */
const conditions = ({ query, header }: Row): number =>
	query.length +
	query.filter((condition) => condition.includes("=")).length +
	(header ? 1 : 0);

const targetOf = ({ bucket, key }: OssRequest): Row["target"] =>
	key ? "object" : bucket ? "bucket" : "service";

const resourceType = ({ key, bucket }: OssRequest): string =>
	key ? "Object" : bucket ? "Bucket" : "Service";

/** `PUT /bucket/object?uploadId` lacks its partNumber: OSS names the missing parameter. */
function missingPartner(
	rows: readonly Row[],
	name: string,
	request: OssRequest,
): string | undefined {
	const intended = rows.find(
		({ query }) => query.length > 1 && query.includes(name),
	);
	return intended?.query.find((condition) => !isMet(condition, request));
}

/** Source: EC 0017-00000219. */
const unexpected = (name: string): OssError =>
	invalidArgument(
		"ResourceType",
		name,
		"Unexpected query string parameter",
		"0017-00000219",
	);
