import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Client, refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument, putDocument } from "../configurations/document.ts";

const at = (id: string): string => `/photos?inventory&inventoryId=${id}`;

/** The example of docs «PutBucketInventory». */
const inventory = (id: string, { bucket = "photos", enabled = true } = {}) =>
	`<InventoryConfiguration><Id>${id}</Id><IsEnabled>${enabled}</IsEnabled><Filter><Prefix>Pics/</Prefix></Filter><Destination><OSSBucketDestination><Format>CSV</Format><AccountId>100000000000000</AccountId><RoleArn>acs:ram::100000000000000:role/AliyunOSSRole</RoleArn><Bucket>acs:oss:::${bucket}</Bucket><Prefix>prefix1</Prefix><Encryption><SSE-KMS><KeyId>keyId</KeyId></SSE-KMS></Encryption></OSSBucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>All</IncludedObjectVersions><OptionalFields><Field>Size</Field><Field>ETag</Field></OptionalFields></InventoryConfiguration>`;

const put = (oss: Client, id: string): Promise<void> =>
	putDocument(oss, at(id), inventory(id));

suite("Inventories", () => {
	test("can be put, read and deleted, each by its id", async (t) => {
		const { oss } = await startWithBucket(t);
		const absent = "404 NoSuchInventory : No Row found in Inventory Table.";
		assert.equal(refusal(await oss.get(at("a"))), absent);
		await put(oss, "a");
		await put(oss, "b");
		assert.equal(await getDocument(oss, at("a")), inventory("a"));
		for (const _ of [1, 2])
			assert.equal((await oss.delete(at("a"))).status, 204);
		assert.equal(refusal(await oss.get(at("a"))), absent);
		assert.equal(await getDocument(oss, at("b")), inventory("b"));
	});

	test("can be encrypted in only one way: go1's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		const own = "<SSE-OSS></SSE-OSS>";
		const kms = "<SSE-KMS></SSE-KMS>";
		const encrypted = (by: string) =>
			inventory("a").replace(/<SSE-KMS>.*<\/SSE-KMS>/, by);
		for (const by of [own, kms, ""])
			await putDocument(oss, at("a"), encrypted(by));
		const both = await oss.put(at("a"), encrypted(own + kms));
		assert.match(refusal(both), /^400 MalformedXML /);
	});

	test("can be incremental, every ten minutes", async (t) => {
		const { oss } = await startWithBucket(t);
		const document = inventory("a").replace(
			"</InventoryConfiguration>",
			"<IncrementalInventory><IsEnabled>true</IsEnabled><Schedule><Frequency>600</Frequency></Schedule><OptionalFields><Field>SequenceNumber</Field><Field>RecordType</Field></OptionalFields></IncrementalInventory></InventoryConfiguration>",
		);
		await putDocument(oss, at("a"), document);
		assert.equal(await getDocument(oss, at("a")), document);
	});

	test("with an existing id are replaced (A-411)", async (t) => {
		const { oss } = await startWithBucket(t);
		await put(oss, "a");
		const off = inventory("a", { enabled: false });
		await putDocument(oss, at("a"), off);
		assert.equal(await getDocument(oss, at("a")), off);
	});

	test("must be delivered to a bucket of the same owner", async (t) => {
		const { oss } = await startWithBucket(t);
		const to = (bucket: string) => oss.put(at("a"), inventory("a", { bucket }));
		assert.match(
			refusal(await to("missing")),
			/^400 InvalidArgument 0020-00000031:/,
		);
	});

	test("must have the same id in the document and in the request (A-410)", async (t) => {
		const { oss } = await startWithBucket(t);
		const two = await oss.put(at("b"), inventory("a"));
		assert.match(refusal(two), /^400 InvalidArgument /);
		assert.deepEqual(textsOf(two, "ArgumentName"), ["inventoryId"]);
		const none = await oss.put(at(""), inventory(""));
		assert.match(refusal(none), /^400 InvalidArgument /);
	});

	for (const [from, to] of [
		["Daily", "Hourly"],
		["CSV", "XML"],
		[">All<", ">Some<"],
		["true", "maybe"],
	] as const)
		test(`are malformed with ${to} in place of ${from}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const answer = await oss.put(at("a"), inventory("a").replace(from, to));
			assert.match(refusal(answer), /^400 MalformedXML /);
		});

	test("must list the storage classes of their filter in order (A-656)", async (t) => {
		const { oss } = await startWithBucket(t);
		const of = (classes: string): string =>
			inventory("a").replace(
				"</Filter>",
				`<StorageClass>${classes}</StorageClass></Filter>`,
			);
		await putDocument(oss, at("a"), of("Standard,IA,Archive"));
		assert.equal(await getDocument(oss, at("a")), of("Archive,IA,Standard"));
	});

	test("are listed a hundred at a time", async (t) => {
		const { oss } = await startWithBucket(t);
		const ids = Array.from({ length: 101 }, (_, i) => `i${100 + i}`);
		for (const id of ids) await put(oss, id);
		const first = await oss.get("/photos?inventory");
		assert.deepEqual(textsOf(first, "Id"), ids.slice(0, 100));
		assert.deepEqual(textsOf(first, "IsTruncated"), ["true"]);
		const [token = ""] = textsOf(first, "NextContinuationToken");
		const second = await oss.get(
			`/photos?inventory&continuation-token=${token}`,
		);
		assert.deepEqual(textsOf(second, "Id"), ["i200"]);
		assert.deepEqual(textsOf(second, "IsTruncated"), ["false"]);
		assert.deepEqual(textsOf(first, "ContinuationToken"), []);
		assert.deepEqual(textsOf(second, "ContinuationToken"), [token]);
	});

	test("cannot be listed if there is no inventory", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.match(
			refusal(await oss.get("/photos?inventory")),
			/^404 NoSuchInventory /,
		);
	});
});
