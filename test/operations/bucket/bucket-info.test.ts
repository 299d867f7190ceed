import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { START, startAtStandstill } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument, putDocument } from "../configurations/document.ts";
import { initiate, putPart } from "../uploading.ts";

suite("GetBucketInfo", () => {
	const info = async (
		oss: Parameters<typeof putDocument>[0],
		name: string,
	): Promise<string | undefined> =>
		textsOf(await oss.get("/photos?bucketInfo"), name)[0];

	for (const [name, byDefault, target, document, configured] of [
		[
			"AccessMonitor",
			"Disabled",
			"?accessmonitor",
			"<AccessMonitorConfiguration><Status>Enabled</Status></AccessMonitorConfiguration>",
			"Enabled",
		],
		[
			"BlockPublicAccess",
			"false",
			"?publicAccessBlock",
			"<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>",
			"true",
		],
		[
			"TransferAcceleration",
			"Disabled",
			"?transferAcceleration",
			"<TransferAccelerationConfiguration><Enabled>true</Enabled></TransferAccelerationConfiguration>",
			"Enabled",
		],
		[
			"SSEAlgorithm",
			"None",
			"?encryption",
			"<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>SM4</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
			"SM4",
		],
		[
			"LogBucket",
			"",
			"?logging",
			"<BucketLoggingStatus><LoggingEnabled><TargetBucket>photos</TargetBucket></LoggingEnabled></BucketLoggingStatus>",
			"photos",
		],
		[
			"LogPrefix",
			"",
			"?logging",
			"<BucketLoggingStatus><LoggingEnabled><TargetBucket>photos</TargetBucket><TargetPrefix>a/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>",
			"a/",
		],
		[
			"ResourceGroupId",
			"rg-acfmossemulator",
			"?resourceGroup",
			"<BucketResourceGroupConfiguration><ResourceGroupId>rg-aek27tc2xxxxxxx</ResourceGroupId></BucketResourceGroupConfiguration>",
			"rg-aek27tc2xxxxxxx",
		],
	] as const)
		test(`has ${name} as ${target} sets it`, async (t) => {
			const { oss } = await startWithBucket(t);
			assert.equal(await info(oss, name), byDefault);
			await putDocument(oss, `/photos${target}`, document);
			assert.equal(await info(oss, name), configured);
		});

	test("has CrossRegionReplication while replication rules exist", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(await info(oss, "CrossRegionReplication"), "Disabled");
		await oss.post(
			"/photos?replication&comp=add",
			"<ReplicationConfiguration><Rule><Destination><Bucket>target</Bucket><Location>oss-cn-beijing</Location></Destination></Rule></ReplicationConfiguration>",
		);
		assert.equal(await info(oss, "CrossRegionReplication"), "Enabled");
	});
});

const counters = (values: Readonly<Record<string, number>>): string => {
	const names = [
		"InfrequentAccess",
		"Archive",
		"ColdArchive",
		"DeepColdArchive",
	];
	return [
		...["Storage", "ObjectCount", "MultipartUploadCount", "LiveChannelCount"],
		...["LastModifiedTime", "StandardStorage", "StandardObjectCount"],
		...names.flatMap((name) =>
			["Storage", "RealStorage", "ObjectCount"].map((what) => name + what),
		),
		...["MultipartPartCount", "DeleteMarkerCount"],
	]
		.map((name) => `<${name}>${values[name] ?? 0}</${name}>`)
		.join("");
};

suite("GetBucketStat", () => {
	test("has every counter, even for an empty bucket", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(
			await getDocument(oss, "/photos?stat"),
			`<BucketStat>${counters({})}</BucketStat>`,
		);
	});

	test("counts objects by class, uploads and their parts, markers and channels", async (t) => {
		const started = await startAtStandstill(t);
		const { oss } = started;
		await oss.put("/photos/a", "x".repeat(10));
		for (const [key, size] of [
			["b", 20],
			["c", 100_000],
		] as const)
			await oss.put(`/photos/${key}`, "x".repeat(size), {
				"x-oss-storage-class": "IA",
			});
		await oss.put("/photos/d", "x", { "x-oss-storage-class": "ColdArchive" });
		const id = await initiate(started);
		await putPart(started, id, 1, "x".repeat(5));
		await putPart(started, id, 2, "x".repeat(5));
		await oss.put(
			"/photos?versioning",
			"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		);
		await oss.delete("/photos/a");
		await oss.put(
			"/photos/live?live",
			"<LiveChannelConfiguration><Target><Type>HLS</Type></Target></LiveChannelConfiguration>",
		);
		assert.equal(
			await getDocument(oss, "/photos?stat"),
			`<BucketStat>${counters({
				Storage: 100_031,
				ObjectCount: 4,
				MultipartUploadCount: 1,
				LiveChannelCount: 1,
				LastModifiedTime: Date.parse(START) / 1000,
				StandardStorage: 10,
				StandardObjectCount: 1,
				InfrequentAccessStorage: 65_536 + 100_000,
				InfrequentAccessRealStorage: 100_020,
				InfrequentAccessObjectCount: 2,
				ColdArchiveStorage: 65_536,
				ColdArchiveRealStorage: 1,
				ColdArchiveObjectCount: 1,
				MultipartPartCount: 2,
				DeleteMarkerCount: 1,
			})}</BucketStat>`,
		);
	});
});

suite("HeadBucket", () => {
	test("returns the region of the bucket", async (t) => {
		const { oss } = await startWithBucket(t);
		const head = await oss.head("/photos");
		assert.equal(head.status, 200);
		assert.equal(head.headers["x-oss-bucket-region"], "oss-cn-hangzhou");
		assert.match(refusal(await oss.head("/missing")), /^404 NoSuchBucket /);
	});
});
