import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { type Answer, type Client, refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

type Document = {
	readonly query?: object | string;
	readonly sort?: string;
	readonly order?: string;
	readonly max?: string;
	readonly token?: string;
	readonly aggregations?: readonly (readonly [string, string])[];
};

const escapeXml = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const tag = (name: string, text: string | undefined): string =>
	text === undefined ? "" : `<${name}>${escapeXml(text)}</${name}>`;

function write(document: Document): string {
	const { query, aggregations = [] } = document;
	const json = typeof query === "object" ? JSON.stringify(query) : query;
	const elements = aggregations.map(
		([field, operation]) =>
			`<Aggregation>${tag("Field", field)}${tag("Operation", operation)}</Aggregation>`,
	);
	return `<MetaQuery>${tag("NextToken", document.token)}${tag("MaxResults", document.max)}${tag("Query", json)}${tag("Sort", document.sort)}${tag("Order", document.order)}${elements.length > 0 ? `<Aggregations>${elements.join("")}</Aggregations>` : ""}</MetaQuery>`;
}

const runQuery = (oss: Client, document: Document): Promise<Answer> =>
	oss.post("/photos?metaQuery&comp=query", write(document));

const find = async (oss: Client, document: Document): Promise<string[]> =>
	textsOf(await runQuery(oss, document), "Filename");

/**
 * Stores a (1 byte), b/1 (2 bytes), b/2 (1,048,577 bytes with tags, metadata and encryption) and c (a symbolic link).
 */
async function startIndexed(t: TestContext): Promise<Client> {
	const { oss } = await startWithBucket(t);
	await oss.post("/photos?metaQuery&comp=add");
	await oss.put("/photos/a", "1");
	await oss.put("/photos/b/1", "12", { "x-oss-object-acl": "public-read" });
	await oss.put("/photos/b/2", Buffer.alloc(1_048_577), {
		"x-oss-tagging": "owner=John&type=document",
		"x-oss-meta-address": "hangzhou",
		"x-oss-server-side-encryption": "AES256",
		"x-oss-storage-class": "IA",
	});
	await oss.put("/photos/c?symlink", "", { "x-oss-symlink-target": "a" });
	return oss;
}

suite("A query finds the objects", () => {
	const cases: readonly (readonly [string, object | string, string[]])[] = [
		[
			"larger than 1 MB, as in the manual's example",
			{ Field: "Size", Value: "1048576", Operation: "gt" },
			["b/2"],
		],
		[
			"when strings are in single quotes, as in the PHP SDK's example",
			"{'Field': 'Size','Value': '1048576','Operation': 'gt'}",
			["b/2"],
		],
		[
			"when a string in single quotes contains quotes",
			`{'Field': 'Filename', "Value": "b/", 'Operation': "prefix", 'Note': 'a "b" \\'c\\' \\"d\\"', "Other": "it's"}`,
			["b/1", "b/2"],
		],
		[
			"with exactly this size",
			{ Field: "Size", Value: 2, Operation: "eq" },
			["b/1"],
		],
		[
			"with at most this size",
			{ Field: "Size", Value: "2", Operation: "lte" },
			["a", "b/1", "c"],
		],
		[
			"below a prefix",
			{ Field: "Filename", Value: "b/", Operation: "prefix" },
			["b/1", "b/2"],
		],
		[
			"whose name contains a text",
			{ Field: "Filename", Value: "/", Operation: "match" },
			["b/1", "b/2"],
		],
		[
			"by name, not by a regular expression",
			{ Field: "Filename", Value: "b.1", Operation: "match" },
			[],
		],
		[
			"modified after a time, in the manual's format with nine digits",
			{
				Field: "FileModifiedTime",
				Value: "2021-06-29T14:50:13.011643661+08:00",
				Operation: "gte",
			},
			["a", "b/1", "b/2", "c"],
		],
		[
			"of a storage class",
			{ Field: "OSSStorageClass", Value: "IA", Operation: "eq" },
			["b/2"],
		],
		[
			"of a type",
			{ Field: "OSSObjectType", Value: "Symlink", Operation: "eq" },
			["c"],
		],
		[
			"of an ACL",
			{ Field: "ObjectACL", Value: "public-read", Operation: "eq" },
			["b/1"],
		],
		[
			"by ETag, with quotation marks",
			{
				Field: "ETag",
				Value: '"C4CA4238A0B923820DCC509A6F75849B"',
				Operation: "eq",
			},
			["a"],
		],
		[
			"that are encrypted",
			{ Field: "ServerSideEncryption", Value: "AES256", Operation: "eq" },
			["b/2"],
		],
		[
			"with tags",
			{ Field: "OSSTaggingCount", Value: "2", Operation: "eq" },
			["b/2"],
		],
		[
			"with a given value of a tag or of metadata (A-937)",
			{
				Operation: "and",
				SubQueries: [
					{ Field: "OSSTagging.owner", Value: "John", Operation: "eq" },
					{ Field: "OSSUserMeta.address", Value: "hang", Operation: "prefix" },
				],
			},
			["b/2"],
		],
		[
			"with nested conditions",
			{
				Operation: "or",
				SubQueries: [
					{ Field: "Filename", Value: "a", Operation: "eq" },
					{
						Operation: "and",
						SubQueries: [
							{ Field: "Size", Value: "1", Operation: "gt" },
							{
								Operation: "not",
								SubQueries: [
									{ Field: "Filename", Value: "b/2", Operation: "eq" },
								],
							},
						],
					},
				],
			},
			["a", "b/1"],
		],
		[
			"whose name comes after another by its bytes (A-938)",
			{ Field: "Filename", Value: "b/1", Operation: "gt" },
			["b/2", "c"],
		],
		["all of them, without a condition", "", ["a", "b/1", "b/2", "c"]],
	];
	for (const [what, query, expected] of cases)
		test(what, async (t) => {
			const oss = await startIndexed(t);
			assert.deepEqual(await find(oss, { query }), expected);
		});

	test("and returns their properties as in the manual's example (A-936)", async (t) => {
		const oss = await startIndexed(t);
		const query = { Field: "Filename", Value: "b/2", Operation: "eq" };
		const answer = await runQuery(oss, { query });
		assert.deepEqual(textsOf(answer, "Size"), ["1048577"]);
		assert.match(
			textsOf(answer, "FileModifiedTime")[0] ?? "",
			/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+08:00$/,
		);
		for (const [name, expected] of [
			["OSSObjectType", ["Normal"]],
			["OSSStorageClass", ["IA"]],
			["ObjectACL", ["default"]],
			["ServerSideEncryption", ["AES256"]],
			["OSSTaggingCount", ["2"]],
			["Key", ["owner", "type", "address"]],
			["Value", ["John", "document", "hangzhou"]],
		] as const)
			assert.deepEqual(textsOf(answer, name), expected, name);
		const head = await oss.head("/photos/b/2");
		assert.deepEqual(textsOf(answer, "ETag"), [head.headers.etag]);
		assert.deepEqual(textsOf(answer, "OSSCRC64"), [
			head.headers["x-oss-hash-crc64ecma"],
		]);
	});

	test("only in their current versions, without deleted objects", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put(
			"/photos?versioning",
			"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		);
		await oss.post("/photos?metaQuery&comp=add");
		for (const body of ["1", "22"]) await oss.put("/photos/a", body);
		await oss.put("/photos/b", "1");
		await oss.delete("/photos/b");
		const answer = await runQuery(oss, {});
		assert.deepEqual(textsOf(answer, "Filename"), ["a"]);
		assert.deepEqual(textsOf(answer, "Size"), ["2"]);
	});
});

suite("A query's result is returned in pages", () => {
	test("sorted by a field, in descending order by default, and by name if the values are equal", async (t) => {
		const oss = await startIndexed(t);
		for (const [sort, order, expected] of [
			["Size", undefined, ["b/2", "b/1", "a", "c"]],
			["Size", "asc", ["c", "a", "b/1", "b/2"]],
			["Filename", "desc", ["c", "b/2", "b/1", "a"]],
			["OSSTagging.owner", "asc", ["b/2", "a", "b/1", "c"]],
			[undefined, undefined, ["a", "b/1", "b/2", "c"]],
		] as const) {
			const document = {
				...(sort ? { sort } : {}),
				...(order ? { order } : {}),
			};
			const found: string[] = [];
			let token = "";
			do {
				const answer = await runQuery(oss, { ...document, max: "1", token });
				found.push(...textsOf(answer, "Filename"));
				[token = ""] = textsOf(answer, "NextToken");
			} while (token !== "");
			const sizes: Record<string, number> = { a: 1, c: 0 };
			assert.deepEqual(found, expected, `${sort} ${order} ${sizes.a}`);
			assert.deepEqual(await find(oss, document), expected);
		}
	});

	test("if there are more objects than in one page of the store", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.post("/photos?metaQuery&comp=add");
		for (let first = 0; first < 1100; first += 50)
			await Promise.all(
				Array.from({ length: 50 }, (_, i) =>
					oss.put(`/photos/${first + i}`, "x"),
				),
			);
		const [count] = textsOf(
			await runQuery(oss, { aggregations: [["Filename", "count"]] }),
			"Value",
		);
		assert.equal(count, "1100");
	});
});

test("Aggregations count the matches, and the files are omitted (A-935)", async (t) => {
	const oss = await startIndexed(t);
	const query = { Field: "Size", Value: "0", Operation: "gt" };
	const answer = await runQuery(oss, {
		query,
		aggregations: [
			["Size", "sum"],
			["Size", "min"],
			["Size", "max"],
			["Size", "average"],
			["Size", "count"],
			["OSSStorageClass", "distinct"],
			["OSSStorageClass", "group"],
		],
	});
	assert.deepEqual(textsOf(answer, "Files"), [""]);
	assert.deepEqual(textsOf(answer, "Value"), [
		"1048580",
		"1",
		"1048577",
		String(1048580 / 3),
		"3",
		"2",
		"Standard",
		"IA",
	]);
	assert.deepEqual(textsOf(answer, "Count"), ["2", "1"]);
	const nothing = await runQuery(oss, {
		query: { Field: "Size", Value: "9999999", Operation: "gt" },
		aggregations: [["Size", "sum"]],
	});
	assert.deepEqual(textsOf(nothing, "Value"), ["0"]);
});

suite("A query is refused", () => {
	const size = { Field: "Size", Value: "1", Operation: "gt" };
	const deep = (levels: number): object =>
		levels === 0 ? size : { Operation: "not", SubQueries: [deep(levels - 1)] };
	const cases: readonly (readonly [string, Document])[] = [
		["for JSON that is not valid", { query: "{" }],
		["for a condition that is not an object", { query: "[1]" }],
		["for an unknown field", { query: { ...size, Field: "__proto__" } }],
		["for an unknown operation", { query: { ...size, Operation: "like" } }],
		[
			"for the operation prefix on a number",
			{ query: { ...size, Operation: "prefix" } },
		],
		["for a size that is not a number", { query: { ...size, Value: "big" } }],
		["for a hexadecimal size", { query: { ...size, Value: "0x10" } }],
		["for a size with an exponent", { query: { ...size, Value: "1e3" } }],
		["for an empty size", { query: { ...size, Value: "" } }],
		[
			"for an invalid time",
			{ query: { ...size, Field: "FileModifiedTime", Value: "soon" } },
		],
		[
			"for the operation and without conditions",
			{ query: { Operation: "and" } },
		],
		["for conditions nested too deeply", { query: deep(1000) }],
		[
			"for too many conditions",
			{ query: { Operation: "or", SubQueries: Array(200).fill(size) } },
		],
		["for an unknown field to sort by", { sort: "Weight" }],
		["for too many results", { max: "101" }],
		["for a maximum that is not a number", { max: "many" }],
		["for a made-up token", { token: "bogus" }],
		[
			"for a malformed token",
			{ token: Buffer.from("[1,2]").toString("base64") },
		],
		["for a sum of a text", { aggregations: [["Filename", "sum"]] }],
		["for an unknown aggregation", { aggregations: [["Size", "median"]] }],
		[
			"for an unknown field to aggregate",
			{ aggregations: [["Weight", "sum"]] },
		],
	];
	for (const [why, document] of cases)
		test(why, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.post("/photos?metaQuery&comp=add");
			assert.match(
				refusal(await runQuery(oss, document)),
				/^400 (?:InvalidArgument|MalformedXML) /,
			);
		});

	test("if the bucket is not indexed", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.match(refusal(await runQuery(oss, {})), /^404 MetaQueryNotExist /);
	});
});
