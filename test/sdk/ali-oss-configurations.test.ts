import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import {
	type AliOss,
	nameOf,
	resolveLocalhost,
	startAliOss,
	WAYS,
	type Way,
} from "./ali-oss.ts";

resolveLocalhost();

type Result = Readonly<Record<string, unknown>>;

/** Calls a method of the client that ali-oss.ts does not declare, with the bucket. */
type Call = (method: string, ...given: readonly unknown[]) => Promise<Result>;

async function open(t: TestContext, way: Way): Promise<Call> {
	const { client } = await startAliOss(t, way);
	return (method, ...given) => call(client, method, "photos", ...given);
}

async function call(
	client: AliOss,
	name: string,
	...given: readonly unknown[]
): Promise<Result> {
	const method: unknown = Reflect.get(client, name);
	assert.ok(typeof method === "function", name);
	return Reflect.apply(method, client, given);
}

const withCode = (code: string) => (error: unknown) =>
	error instanceof Error && "code" in error && error.code === code;

for (const way of WAYS)
	suite(`ali-oss configures a bucket, by ${nameOf(way)}:`, () => {
		test("a website", async (t) => {
			const oss = await open(t, way);
			await oss("putBucketWebsite", { index: "home.html", error: "oh.html" });
			const website = await oss("getBucketWebsite");
			assert.equal(`${website.index} ${website.error}`, "home.html oh.html");
			await oss("deleteBucketWebsite");
			await assert.rejects(
				oss("getBucketWebsite"),
				withCode("NoSuchWebsiteConfiguration"),
			);
		});

		test("lifecycle rules", async (t) => {
			const oss = await open(t, way);
			await oss("putBucketLifecycle", [
				{
					id: "one",
					prefix: "logs/",
					status: "Enabled",
					expiration: { days: 3 },
					tag: [{ key: 1, value: "2" }],
				},
				{
					prefix: "old/",
					status: "Enabled",
					transition: {
						createdBeforeDate: "2020-02-18T00:00:00.000Z",
						storageClass: "Archive",
					},
				},
			]);
			const { rules } = await oss("getBucketLifecycle");
			assert.ok(Array.isArray(rules));
			assert.deepEqual(rules[0], {
				id: "one",
				prefix: "logs/",
				status: "Enabled",
				tag: [{ key: "1", value: "2" }],
				expiration: { days: "3" },
			});
			assert.deepEqual(rules[1].transition, {
				createdBeforeDate: "2020-02-18T00:00:00.000Z",
				storageClass: "Archive",
			});
			await oss("deleteBucketLifecycle");
			await assert.rejects(
				oss("getBucketLifecycle"),
				withCode("NoSuchLifecycle"),
			);
		});

		test("CORS", async (t) => {
			const oss = await open(t, way);
			const rule = {
				allowedOrigin: ["http://a.example", "http://*.b.example"],
				allowedMethod: "PUT",
				allowedHeader: "*",
				exposeHeader: "Content-Length",
				maxAgeSeconds: "1000",
			};
			await oss("putBucketCORS", [rule]);
			const { rules } = await oss("getBucketCORS");
			assert.deepEqual(rules, [rule]);
			await oss("deleteBucketCORS");
			await assert.rejects(
				oss("getBucketCORS"),
				withCode("NoSuchCORSConfiguration"),
			);
		});

		test("a referer", async (t) => {
			const oss = await open(t, way);
			await oss("putBucketReferer", false, ["http://a.example"]);
			const { allowEmpty, referers } = await oss("getBucketReferer");
			assert.deepEqual([allowEmpty, referers], [false, ["http://a.example"]]);
			await oss("deleteBucketReferer");
			assert.equal((await oss("getBucketReferer")).allowEmpty, true);
		});

		test("logging", async (t) => {
			const oss = await open(t, way);
			assert.equal((await oss("getBucketLogging")).enable, false);
			await oss("putBucketLogging", "logs/");
			const { enable, prefix } = await oss("getBucketLogging");
			assert.deepEqual([enable, prefix], [true, "logs/"]);
			await oss("deleteBucketLogging");
			assert.equal((await oss("getBucketLogging")).enable, false);
		});

		test("tags", async (t) => {
			const oss = await open(t, way);
			await oss("putBucketTags", { a: "1", b: "2" });
			assert.deepEqual((await oss("getBucketTags")).tag, { a: "1", b: "2" });
			await oss("deleteBucketTags");
			assert.deepEqual((await oss("getBucketTags")).tag, {});
		});

		test("encryption", async (t) => {
			const oss = await open(t, way);
			await oss("putBucketEncryption", { SSEAlgorithm: "AES256" });
			assert.deepEqual((await oss("getBucketEncryption")).encryption, {
				SSEAlgorithm: "AES256",
			});
			await oss("deleteBucketEncryption");
			await assert.rejects(
				oss("getBucketEncryption"),
				withCode("NoSuchServerSideEncryptionRule"),
			);
		});

		test("the payer", async (t) => {
			const oss = await open(t, way);
			await oss("putBucketRequestPayment", "Requester");
			const { payer } = await oss("getBucketRequestPayment");
			assert.equal(payer, "Requester");
		});

		test("a policy", async (t) => {
			const oss = await open(t, way);
			const policy = {
				Version: "1",
				Statement: [
					{
						Action: ["oss:PutObject", "oss:GetObject"],
						Effect: "Deny",
						Principal: ["1234567890"],
						Resource: ["acs:oss:*:1234567890:*/*"],
					},
				],
			};
			await oss("putBucketPolicy", policy);
			assert.deepEqual((await oss("getBucketPolicy")).policy, policy);
			await oss("deleteBucketPolicy");
			assert.equal((await oss("getBucketPolicy")).policy, null);
		});

		test("versioning", async (t) => {
			const oss = await open(t, way);
			for (const status of ["Enabled", "Suspended"]) {
				await oss("putBucketVersioning", status);
				const { versionStatus } = await oss("getBucketVersioning");
				assert.equal(versionStatus, status);
			}
		});

		test("inventories", async (t) => {
			const oss = await open(t, way);
			const inventory = (id: string): object => ({
				id,
				isEnabled: false,
				prefix: "ttt",
				OSSBucketDestination: {
					format: "CSV",
					accountId: "1234",
					rolename: "role",
					bucket: "photos",
					prefix: "test",
				},
				frequency: "Daily",
				includedObjectVersions: "All",
				optionalFields: { field: ["Size", "ETag"] },
			});
			for (const id of ["a", "b"])
				await oss("putBucketInventory", inventory(id));
			const get = await oss("getBucketInventory", "a");
			assert.partialDeepStrictEqual(get.inventory, inventory("a"));
			const { inventoryList, isTruncated } = await oss("listBucketInventory");
			assert.partialDeepStrictEqual(inventoryList, ["a", "b"].map(inventory));
			assert.equal(isTruncated, false);
			await oss("deleteBucketInventory", "a");
			await assert.rejects(
				oss("getBucketInventory", "a"),
				withCode("NoSuchInventory"),
			);
		});

		test("a retention policy", async (t) => {
			const oss = await open(t, way);
			const { wormId } = await oss("initiateBucketWorm", "1");
			await oss("completeBucketWorm", wormId);
			await oss("extendBucketWorm", wormId, "2");
			const worm = await oss("getBucketWorm");
			assert.deepEqual(
				[worm.wormId, worm.state, worm.days],
				[wormId, "Locked", "2"],
			);
		});

		test("and returns its statistics", async (t) => {
			const oss = await open(t, way);
			const { stat } = await oss("getBucketStat");
			assert.ok(stat && typeof stat === "object");
			assert.equal(Object.keys(stat).length, 21);
			assert.ok(Object.values(stat).every((count) => count === "0"));
		});
	});
