/**
 * A request to STS: the parameters in the query and in the body are one set.
 *
 * Pure. Source: docs «Request structure» of STS; every official client distributes them differently.
 */
import { formDecode } from "../oss/encoding.ts";
import type { Headers, Query } from "../oss/request.ts";
import { StsError } from "./errors.ts";

/** The request as the port passes it on. */
export type StsArrival = {
	readonly method: string;
	/** The path as on the wire, without the query. */
	readonly path: string;
	readonly host: string;
	readonly query: Query;
	readonly headers: Headers;
	readonly body: Buffer;
	readonly receivedAt: Date;
	/** The time at which expiration is checked; by default `receivedAt`. */
	readonly expiryTime?: Date;
};

export type StsRequest = StsArrival & {
	readonly parameters: Query;
};

/** A body of another type than a form has no parameters: `requireBodyType` refuses it. */
export function readStsRequest(arrival: StsArrival): StsRequest {
	const { query, body } = arrival;
	const form = BODIES.get(bodyType(arrival))?.(body.toString()) ?? [];
	return { ...arrival, parameters: new Map([...form, ...query]) };
}

/** @throws StsError InvalidContentType */
export function requireBodyType(arrival: StsArrival): void {
	if (arrival.body.length > 0 && !BODIES.has(bodyType(arrival)))
		throw new StsError("InvalidContentType");
}

const bodyType = ({ headers }: Pick<StsArrival, "headers">): string =>
	headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";

type Parameter = readonly [name: string, value: string];

/** Whether the Content-Type is the type of a form. */
export const hasForm = (arrival: Pick<StsArrival, "headers">): boolean =>
	bodyType(arrival) === FORM_TYPE;

const FORM_TYPE = "application/x-www-form-urlencoded";

const BODIES: ReadonlyMap<string, (text: string) => Parameter[]> = new Map([
	[FORM_TYPE, readForm],
	["application/json", readJson],
]);

function readForm(text: string): Parameter[] {
	const pairs = text.split("&").filter((pair) => pair !== "");
	return pairs.map((pair) => {
		const [name = "", ...value] = pair.split("=");
		return [decode(name), decode(value.join("="))];
	});
}

/** A value that cannot be decoded is not changed, and no signature matches it. */
const decode = (text: string): string => formDecode(text) ?? text;

function readJson(text: string): Parameter[] {
	const value = parse(text);
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value)
		.filter(([, item]) => item !== null)
		.map(([name, item]) => [name, toText(item)]);
}

/** Parameters cannot be lists or objects; such a value is treated as invalid. */
const toText = (item: unknown): string =>
	typeof item === "object" ? "{}" : String(item);

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined; // the parameters are empty then, and the error names the missing ones
	}
}
