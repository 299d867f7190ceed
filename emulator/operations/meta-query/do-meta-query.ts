/**
 * DoMetaQuery in the basic mode: finds the current objects that match a condition, in pages, sorted; or aggregates
 * them.
 *
 * It reads the objects page by page and lets other requests run in between. The semantic mode, which needs a model,
 * finds nothing.
 *
 * Source: docs «DoMetaQuery»; go2's and java1's suites. Without Sort the order is by Filename, and an answer with
 * aggregations has no files.
 */
import { setImmediate } from "node:timers/promises";
import type { Emulator } from "../../emulator.ts";
import { readDecimal } from "../../oss/decimal.ts";
import { decodeBase64 } from "../../oss/encoding.ts";
import { invalidArgument, type OssError } from "../../oss/errors.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredObject } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { readXmlBody } from "../body.ts";
import {
	element,
	many,
	maybe,
	one,
	oneOf,
	text,
	word,
} from "../configurations/shape.ts";
import { makeAggregation } from "./aggregations.ts";
import { describeFile, type FieldValue, findField } from "./fields.ts";
import { requireOpen } from "./index-switch.ts";
import { compareValues, type Predicate, readQuery } from "./query.ts";

const QUERY = element({
	NextToken: maybe(word),
	MaxResults: maybe(word),
	Query: maybe(text),
	Sort: maybe(word),
	Order: maybe(oneOf("asc", "desc")),
	Aggregations: maybe(
		element({
			Aggregation: many(element({ Field: one(word), Operation: one(word) })),
		}),
	),
});

/**
 * Source: docs «DoMetaQuery»: 1 to 100, by default 100; 0 counts as the default. Aggregations: at most 100, a limit of
 * the emulator.
 */
const RESULTS_MAX = 100;
const AGGREGATIONS_MAX = 100;

export async function doMetaQuery(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { mode } = await requireOpen(emulator, request);
	const document = QUERY(await readXmlBody(request, "MetaQuery"));
	if (mode === "semantic" && request.query.get("mode") === "semantic")
		return xml(writeXml("MetaQuery", { NextToken: "", Files: {} }));
	const matches = readQuery(document.Query);
	const requested = document.Aggregations?.Aggregation ?? [];
	if (requested.length > AGGREGATIONS_MAX)
		throw invalidArgument("Aggregations", String(requested.length));
	if (requested.length > 0) {
		const aggregations = requested.map(makeAggregation);
		await walk(emulator, request.bucket, matches, (object) => {
			for (const { add } of aggregations) add(object);
		});
		const Aggregation = aggregations.map(({ result }) => result());
		const found = { NextToken: "", Files: {}, Aggregations: { Aggregation } };
		return xml(writeXml("MetaQuery", found));
	}
	const page = new SortedPage(document);
	await walk(emulator, request.bucket, matches, (object) => page.offer(object));
	return xml(
		writeXml("MetaQuery", {
			NextToken: page.nextToken(),
			Files: { File: page.objects().map(describeFile) },
		}),
	);
}

const PAGE = 1000;

/** Other requests run between two pages. */
async function walk(
	{ store }: Emulator,
	bucket: string,
	matches: Predicate,
	visit: (object: StoredObject) => void,
): Promise<void> {
	let after = "";
	for (;;) {
		const page = await store.objects.list(bucket, {
			prefix: "",
			delimiter: "",
			after,
			max: PAGE,
		});
		for (const object of page.entries) if (matches(object)) visit(object);
		if (!page.isTruncated) return;
		after = page.entries.at(-1)?.key ?? "";
		await setImmediate();
	}
}

type Place = { readonly value: FieldValue; readonly key: string };
type Entry = Place & { readonly object: StoredObject };

/** The first objects after a position in the requested order; holds at most one page. */
class SortedPage {
	readonly #field: string;
	readonly #direction: 1 | -1;
	readonly #max: number;
	readonly #after: Place | undefined;
	#entries: Entry[] = [];
	#hasMore = false;

	/** @throws OssError InvalidArgument */
	constructor(document: {
		readonly NextToken?: string | undefined;
		readonly MaxResults?: string | undefined;
		readonly Sort?: string | undefined;
		readonly Order?: "asc" | "desc" | undefined;
	}) {
		this.#field = document.Sort || "Filename";
		if (!findField(this.#field)) throw invalidArgument("Sort", this.#field);
		const byDefault = document.Sort ? "desc" : "asc";
		this.#direction = (document.Order ?? byDefault) === "asc" ? 1 : -1;
		this.#max = readMaxResults(document.MaxResults);
		this.#after = readToken(document.NextToken);
	}

	offer(object: StoredObject): void {
		const value = findField(this.#field)?.read(object);
		const entry = { value, key: object.key, object };
		if (this.#after && this.#compare(entry, this.#after) <= 0) return;
		const last = this.#entries.at(-1);
		const isFull = this.#entries.length === this.#max;
		if (isFull) this.#hasMore = true;
		if (isFull && last && this.#compare(entry, last) > 0) return;
		const at = this.#entries.findIndex(
			(other) => this.#compare(entry, other) < 0,
		);
		this.#entries.splice(at < 0 ? this.#entries.length : at, 0, entry);
		this.#entries = this.#entries.slice(0, this.#max);
	}

	/** Objects without the field come last; objects with equal values are ordered by key. */
	#compare(a: Place, b: Place): number {
		if (a.value !== b.value) {
			if (a.value === undefined) return 1;
			if (b.value === undefined) return -1;
			const order = compareValues(a.value, b.value);
			if (order !== 0) return order * this.#direction;
		}
		return compareValues(a.key, b.key);
	}

	objects(): readonly StoredObject[] {
		return this.#entries.map(({ object }) => object);
	}

	/** '' when there are no more results. */
	nextToken(): string {
		const last = this.#entries.at(-1);
		if (!this.#hasMore || !last) return "";
		const place = JSON.stringify([last.key, last.value ?? null]);
		return Buffer.from(place).toString("base64");
	}
}

function readMaxResults(given: string | undefined): number {
	if (given === undefined || given === "") return RESULTS_MAX;
	const max = readDecimal(given, 0, RESULTS_MAX);
	if (max === undefined) throw invalidArgument("MaxResults", given);
	return max === 0 ? RESULTS_MAX : max;
}

function readToken(token: string | undefined): Place | undefined {
	if (token === undefined || token === "") return undefined;
	const refused: OssError = invalidArgument("NextToken", token);
	try {
		const place: unknown = JSON.parse(String(decodeBase64(token) ?? ""));
		const [key, value] = Array.isArray(place) ? place : [];
		const isValue = ["string", "number"].includes(typeof value);
		if (typeof key !== "string" || !(isValue || value === null)) throw refused;
		return { key, value: value ?? undefined };
	} catch {
		throw refused;
	}
}
