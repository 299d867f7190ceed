import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListQuery } from "../../emulator/oss/page.ts";
import type { Store } from "../../emulator/storage/store.ts";
import type { StoredObject } from "../../emulator/storage/types.ts";
import { BUCKET, dice, NOW, put, suiteOverBoth } from "./stores.ts";

/** Parts of keys: neighbours in byte order, and characters whose order differs in UTF-16. */
const PIECES = [
	"a",
	"b",
	"/",
	"//",
	"-",
	".",
	"0",
	"\0",
	"\u007f",
	"é",
	"\ud7ff",
	"\ue000",
	"\uffff",
	"\u{10000}",
	"\u{10ffff}",
];
const DELIMITERS = ["", "/", "/", "a", "//", "\u{10ffff}", "\0"];
const SEEDS = [1, 2, 3, 4, 5, 6];

suiteOverBoth("A listing of random keys", (open) => {
	for (const seed of SEEDS) {
		test(`equals a brute-force one (seed ${seed})`, async (t) => {
			const { store } = await open(t);
			const roll = dice(seed);
			const keys = new Set<string>();
			for (let i = 0; i < 60; i++) keys.add(randomKey(roll));
			for (const key of keys) await put(store, key, "");

			for (let i = 0; i < 250; i++) {
				const query = {
					prefix: roll(2) ? "" : randomStart([...keys], roll),
					delimiter: pick(DELIMITERS, roll),
					after: roll(2) ? "" : randomStart([...keys], roll),
					max: 1 + roll(12),
				};
				const { entries, prefixes, isTruncated } = await store.objects.list(
					BUCKET,
					query,
				);
				assert.deepEqual(
					{ keys: entries.map(({ key }) => key), prefixes, isTruncated },
					listModel([...keys], query),
					JSON.stringify(query),
				);
			}
		});

		test(`returns every key once, page by page (seed ${seed})`, async (t) => {
			const { store } = await open(t);
			const roll = dice(seed);
			const keys = new Set<string>();
			for (let i = 0; i < 80; i++) keys.add(randomKey(roll));
			for (const key of keys) await put(store, key, "");

			for (const delimiter of DELIMITERS) {
				for (const prefix of ["", randomStart([...keys], roll)]) {
					const all = { prefix, delimiter, after: "", max: 1000 };
					const expected = listModel([...keys], all);
					assert.deepEqual(
						await listPages(store, { ...all, max: 1 + roll(5) }),
						[...expected.keys, ...expected.prefixes].sort(compare),
					);
				}
			}
		});

		test(`of versions equals a brute-force one (seed ${seed})`, async (t) => {
			const { store } = await open(t);
			const roll = dice(seed);
			const model = await makeHistory(store, roll);

			for (let i = 0; i < 250; i++) {
				const marker = roll(3) === 0 ? pick(model, roll) : undefined;
				const after = roll(3) === 0 ? randomStart(keysOf(model), roll) : "";
				const query = {
					prefix: roll(2) ? "" : randomStart(keysOf(model), roll),
					delimiter: pick(DELIMITERS, roll),
					after: marker?.key ?? after,
					max: 1 + roll(12),
				};
				const page = await store.objects.listVersions(BUCKET, {
					...query,
					...(marker && { afterVersionId: marker.versionId }),
				});
				assert.deepEqual(
					{ ...page, entries: page.entries.map(sketch) },
					listVersionsModel(model, query, marker),
					JSON.stringify({ ...query, marker }),
				);
			}
		});
	}
});

suiteOverBoth("A listing", (open) => {
	test("returns a common prefix once, and the keys below it on request", async (t) => {
		const { store } = await open(t);
		for (const key of ["fun/movie/001.avi", "fun/test.jpg", "oss.jpg", "fun/"])
			await put(store, key, "");
		const list = async (prefix: string) => {
			const query = { prefix, delimiter: "/", after: "", max: 100 };
			const { entries, prefixes } = await store.objects.list(BUCKET, query);
			return [entries.map(({ key }) => key), prefixes];
		};

		// The examples in docs «GetBucket (ListObjects)».
		assert.deepEqual(await list(""), [["oss.jpg"], ["fun/"]]);
		assert.deepEqual(await list("fun/"), [
			["fun/", "fun/test.jpg"],
			["fun/movie/"],
		]);
	});

	test("returns the same entries as find", async (t) => {
		const { store } = await open(t);
		const stored = await put(store, "a", "meow", { acl: "public-read" });

		const query = { prefix: "", delimiter: "", after: "", max: 1 };
		const listed = await store.objects.list(BUCKET, query);
		const versions = await store.objects.listVersions(BUCKET, query);

		assert.deepEqual(listed.entries, [stored]);
		assert.deepEqual(versions.entries, [stored]);
	});

	test("of versions is complete even if the versions on the last page have been deleted", async (t) => {
		const { store } = await open(t, "Enabled");
		for (let i = 0; i < 7; i++) await put(store, "a", `${i}`);
		await put(store, "b", "");

		let deleted = 0;
		let marker: StoredObject | undefined;
		for (let page = 0; page < 10; page++) {
			const { entries, isTruncated } = await store.objects.listVersions(
				BUCKET,
				{
					prefix: "",
					delimiter: "",
					after: marker?.key ?? "",
					max: 3,
					...(marker && { afterVersionId: marker.versionId }),
				},
			);
			for (const { key, versionId } of entries) {
				await store.objects.delete(BUCKET, key, versionId, NOW);
				deleted++;
			}
			marker = entries.at(-1);
			if (!isTruncated) break;
		}

		assert.equal(deleted, 8);
		await store.buckets.delete(BUCKET);
	});
});

type Roll = (below: number) => number;

const pick = <T>(list: readonly T[], roll: Roll): T =>
	list[roll(list.length)] ?? assert.fail("an empty list");

const randomKey = (roll: Roll): string =>
	Array.from({ length: 1 + roll(5) }, () => pick(PIECES, roll)).join("");

/** @returns a prefix of a key, or another text */
function randomStart(keys: readonly string[], roll: Roll): string {
	const key = roll(4) ? pick(keys, roll) : randomKey(roll);
	const characters = Array.from(key);
	return characters.slice(0, 1 + roll(characters.length)).join("");
}

const compare = (a: string, b: string): number =>
	Buffer.compare(Buffer.from(a), Buffer.from(b));

const prefixOf = (key: string, { prefix, delimiter }: ListQuery) => {
	const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
	return at < 0 ? undefined : key.slice(0, at + delimiter.length);
};

/** A reference implementation of docs «GetBucket» over all keys. */
function listModel(keys: readonly string[], query: ListQuery) {
	const { prefix, after, max } = query;
	const shown = new Map<string, "key" | "prefix">();
	for (const key of keys.filter((each) => each.startsWith(prefix))) {
		const common = prefixOf(key, query);
		shown.set(common ?? key, common === undefined ? "key" : "prefix");
	}
	// A common prefix that contains or equals the marker was on an earlier page.
	const left = [...shown]
		.filter(([name]) => after === "" || compare(name, after) > 0)
		.sort(([a], [b]) => compare(a, b));
	const page = left.slice(0, max);
	return {
		keys: page.filter(([, kind]) => kind === "key").map(([name]) => name),
		prefixes: page
			.filter(([, kind]) => kind === "prefix")
			.map(([name]) => name),
		isTruncated: left.length > max,
	};
}

async function listPages(store: Store, query: ListQuery): Promise<string[]> {
	const shown: string[] = [];
	for (let pages = 0; pages < 200; pages++) {
		const after = shown.at(-1) ?? "";
		const page = await store.objects.list(BUCKET, { ...query, after });
		const names = [...page.entries.map(({ key }) => key), ...page.prefixes];
		shown.push(...names.sort(compare));
		if (!page.isTruncated) return shown;
	}
	return assert.fail("there is no last page");
}

type Version = {
	readonly key: string;
	readonly versionId: string;
	readonly isLatest: boolean;
};

const sketch = ({ key, versionId, isLatest }: StoredObject): Version => ({
	key,
	versionId,
	isLatest,
});

const keysOf = (model: readonly Version[]) => model.map(({ key }) => key);

/** Writes and deletes objects at random. @returns the remaining objects, in the order of a listing */
async function makeHistory(store: Store, roll: Roll): Promise<Version[]> {
	const keys = Array.from({ length: 15 }, () => randomKey(roll));
	let model: Omit<Version, "isLatest">[] = [];
	for (let i = 0; i < 80; i++) {
		const versioning = pick(["Enabled", "Enabled", "Suspended"] as const, roll);
		await store.buckets.change(BUCKET, { versioning });
		const key = pick(keys, roll);
		const { versionId } = roll(3)
			? await put(store, key, "")
			: await store.objects.delete(BUCKET, key, undefined, NOW);
		model = model.filter(
			(other) =>
				versionId !== "null" || other.key !== key || other.versionId !== "null",
		);
		model.unshift({ key, versionId });
	}
	return model
		.sort((a, b) => compare(a.key, b.key))
		.map((version, i, all) => ({
			...version,
			isLatest: version.key !== all[i - 1]?.key,
		}));
}

function listVersionsModel(
	model: readonly Version[],
	query: ListQuery,
	marker: Version | undefined,
) {
	const { prefix, after, max } = query;
	const names: (Version | string)[] = [];
	const seen = new Set<string>();
	for (const [i, version] of model.entries()) {
		if (!version.key.startsWith(prefix)) continue;
		const common = prefixOf(version.key, query);
		const order = compare(common ?? version.key, after);
		const isOlder =
			common === undefined &&
			version.key === marker?.key &&
			i > model.indexOf(marker);
		if (after !== "" && order <= 0 && !isOlder) continue;
		if (common === undefined) names.push(version);
		else if (!seen.has(common)) names.push(common);
		if (common !== undefined) seen.add(common);
	}
	const page = names.slice(0, max);
	return {
		entries: page.filter((each) => typeof each !== "string"),
		prefixes: page.filter((each) => typeof each === "string"),
		isTruncated: names.length > max,
	};
}
