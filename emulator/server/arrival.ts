/**
 * Makes an `Arrival` of a Node.js request: path and query as in the request line, decoded once, nothing normalised.
 */

import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { MovableClock } from "../oss/clock.ts";
import { decodeWireText, formDecode } from "../oss/encoding.ts";
import type { Arrival, FormPart, Headers, Query } from "../oss/request.ts";
import { wholeSeconds } from "../oss/times.ts";

export type ReadForm = (
	body: AsyncIterable<Buffer>,
	headers: Headers,
) => AsyncIterable<FormPart>;

/**
 * @param target the target in the request line
 * @param readForm for the OSS port; other ports read no forms
 */
export function toArrival(
	raw: IncomingMessage,
	id: string,
	target: string,
	clock: Pick<MovableClock, "now" | "expiryNow" | "scope">,
	readForm: ReadForm = readNone,
): Arrival {
	const receivedAt = clock.now();
	const [rawPath, rawQuery] = splitTarget(target);
	const headers = readHeaders(raw.headers);
	const arrival: Arrival = {
		id,
		method: raw.method ?? "GET",
		rawPath,
		rawQuery,
		query: readQuery(rawQuery),
		headers,
		host: raw.headers.host ?? "",
		scheme: "encrypted" in raw.socket ? "https" : "http",
		clientIp: withoutMapping(raw.socket.remoteAddress ?? ""),
		receivedAt,
		isDisconnected: () => !raw.socket.writable,
		body: raw,
		form: (body = pieces(raw)) => readForm(body, headers),
	};
	return clock.scope === "all"
		? arrival
		: { ...arrival, expiryTime: clock.expiryNow() };
}

/** An IPv4 address as an IPv6 socket shows it. */
const withoutMapping = (address: string): string =>
	address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;

function readNone(): never {
	throw new Error("only the OSS port reads forms");
}

/** Leaving a form early must not close the connection: a response has to follow. */
const pieces = (raw: IncomingMessage): AsyncIterable<Buffer> =>
	raw.iterator({ destroyOnReturn: false });

/** The client of a proxy sends the whole URL in the request line. */
function splitTarget(target: string): [path: string, query: string] {
	const local = target.startsWith("/")
		? target
		: target.replace(/^[a-z]+:\/\/[^/?]*/i, "");
	const mark = local.indexOf("?");
	return mark < 0 ? [local, ""] : [local.slice(0, mark), local.slice(mark + 1)];
}

/** @throws nothing: a value that cannot be decoded is not changed, and no signature matches it */
function readQuery(raw: string): Query {
	const query = new Map<string, string>();
	if (raw === "") return query;
	for (const pair of raw.split("&")) {
		if (pair === "") continue;
		const equals = pair.indexOf("=");
		const [name, value] =
			equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
		const decoded = formDecode(name) ?? name;
		if (!query.has(decoded)) query.set(decoded, formDecode(value) ?? value);
	}
	return query;
}

function readHeaders(headers: IncomingMessage["headers"]): Headers {
	const read: Record<string, string | undefined> = Object.create(null);
	for (const name in headers) {
		const value = headers[name];
		read[name] = decodeWireText(
			Array.isArray(value) ? value.join(",") : (value ?? ""),
		);
	}
	return read;
}

/** A request id of 24 hex digits; the first eight are the time in seconds, as in captures. */
export function makeRequestId(now: Date): string {
	const seconds = wholeSeconds(now);
	// Node.js generates UUIDs in advance; the two parts of a UUID taken here are random.
	const chance = randomUUID();
	return `${seconds.toString(16).padStart(8, "0")}${chance.slice(-12)}${chance.slice(0, 4)}`.toUpperCase();
}
