/** Makes requests for the tests of signatures, and catches the errors. */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { formDecode } from "../../emulator/oss/encoding.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import {
	ANONYMOUS,
	type Headers,
	type OssRequest,
} from "../../emulator/oss/request.ts";

export type Given = {
	readonly method?: string;
	readonly bucket?: string;
	readonly key?: string;
	/** The path as on the wire. */
	readonly rawQuery?: string;
	readonly rawPath?: string;
	readonly headers?: Headers;
	readonly receivedAt?: Date;
};

export function makeRequest({
	method = "GET",
	bucket = "",
	key = "",
	rawQuery = "",
	rawPath = "/",
	headers = {},
	receivedAt = new Date(0),
}: Given): OssRequest {
	return {
		id: "5C06A3B67B8B5A3DA422299D",
		method,
		bucket,
		key,
		isInHost: false,
		query: decodeQuery(rawQuery),
		rawQuery,
		rawPath,
		headers,
		host: headers.host ?? "localhost",
		scheme: "http",
		clientIp: "127.0.0.1",
		receivedAt,
		caller: ANONYMOUS,
		isDisconnected: () => false,
		body: Readable.from([]),
		form: async function* () {},
	};
}

function decodeQuery(rawQuery: string): ReadonlyMap<string, string> {
	const query = new Map<string, string>();
	for (const pair of rawQuery.split("&").filter((text) => text !== "")) {
		const [name = "", ...value] = pair.split("=");
		const decoded = formDecode(name) ?? "";
		if (!query.has(decoded))
			query.set(decoded, formDecode(value.join("=")) ?? "");
	}
	return query;
}

/** Returns the error that `work` throws; it must be one of OSS's. */
export function thrownBy(work: () => unknown): OssError {
	try {
		work();
	} catch (error) {
		assert.ok(error instanceof OssError, String(error));
		return error;
	}
	throw new assert.AssertionError({ message: "nothing was thrown" });
}

/** Status, code and EC, by which a client distinguishes errors. */
export const kindOf = ({ status, code, ec }: OssError): string =>
	`${status} ${code} ${ec}`;
