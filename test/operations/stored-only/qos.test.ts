import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startEmulator, startWithBucket } from "../../emulator.ts";
import {
	documentOf,
	getDocument,
	putDocument,
} from "../configurations/document.ts";

type Limits = readonly [
	upload: number,
	intranetUpload: number,
	extranetUpload: number,
	download: number,
	intranetDownload: number,
	extranetDownload: number,
	qps: number,
	intranetQps: number,
	extranetQps: number,
];

const limits = (values: Limits): string =>
	[
		"TotalUploadBandwidth",
		"IntranetUploadBandwidth",
		"ExtranetUploadBandwidth",
		"TotalDownloadBandwidth",
		"IntranetDownloadBandwidth",
		"ExtranetDownloadBandwidth",
		"TotalQps",
		"IntranetQps",
		"ExtranetQps",
	]
		.map((name, at) => `<${name}>${values[at]}</${name}>`)
		.join("");

const qos = (values: Limits): string =>
	`<QoSConfiguration>${limits(values)}</QoSConfiguration>`;

/** The values of py1's suite. */
const SOME: Limits = [10, -1, -1, 10, -1, -1, 1000, -1, -1];

suite("A bucket's bandwidth", () => {
	const TARGET = "/photos?qosInfo";

	test("can be put, read, and deleted", async (t) => {
		const { oss } = await startWithBucket(t);
		const absent =
			"404 NoSuchBucketQosInfo : The bucket you specified does not have qos configuration.";
		assert.equal(refusal(await oss.get(TARGET)), absent);
		await putDocument(oss, TARGET, qos(SOME));
		assert.equal(await getDocument(oss, TARGET), qos(SOME));
		for (const _ of [1, 2])
			assert.equal((await oss.delete(TARGET)).status, 204);
		assert.equal(refusal(await oss.get(TARGET)), absent);
	});

	test("is unlimited for limits that are not set", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(
			oss,
			TARGET,
			"<QoSConfiguration><TotalQps>7</TotalQps></QoSConfiguration>",
		);
		assert.equal(
			await getDocument(oss, TARGET),
			qos([-1, -1, -1, -1, -1, -1, 7, -1, -1]),
		);
	});

	for (const [what, values, argument] of [
		[
			"a part above the total",
			[8, 9, -1, -1, -1, -1, -1, -1, -1],
			"IntranetUploadBandwidth",
		],
		[
			"another part above the total",
			[-1, -1, -1, -1, -1, -1, 100, -1, 101],
			"ExtranetQps",
		],
		[
			"a negative limit",
			[-2, -1, -1, -1, -1, -1, -1, -1, -1],
			"TotalUploadBandwidth",
		],
	] as const satisfies readonly (readonly [string, Limits, string])[])
		test(`is refused with ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put(TARGET, qos(values));
			assert.match(refusal(put), /^400 InvalidArgument /);
			assert.deepEqual(textsOf(put, "ArgumentName"), [argument]);
		});

	test("is at most that of the account, 10 Gbit/s in each direction (A-412)", async (t) => {
		const { oss } = await startWithBucket(t);
		const account = await oss.get("/?qosInfo");
		assert.equal(
			documentOf(account),
			`<QoSConfiguration><Region>oss-cn-hangzhou</Region>${limits([10, -1, -1, 10, -1, -1, -1, -1, -1])}</QoSConfiguration>`,
		);
		const put = await oss.put(
			TARGET,
			qos([-1, -1, -1, 11, -1, -1, -1, -1, -1]),
		);
		assert.deepEqual(textsOf(put, "ArgumentName"), ["TotalDownloadBandwidth"]);
	});
});

suite("A requester's bandwidth", () => {
	const at = (requester: string): string =>
		`/photos?requesterQosInfo&qosRequester=${requester}`;

	test("can be put, read, listed, and deleted", async (t) => {
		const { oss } = await startWithBucket(t);
		const absent =
			"404 NoSuchRequesterQosInfo : The specified requester qos configuration does not exist.";
		assert.equal(refusal(await oss.get(at("123"))), absent);
		await putDocument(oss, at("123"), qos(SOME));
		await putDocument(oss, at("456"), qos(SOME));
		assert.equal(
			await getDocument(oss, at("123")),
			`<RequesterQoSInfo><Requester>123</Requester>${qos(SOME)}</RequesterQoSInfo>`,
		);
		const list = await oss.get("/photos?requesterQosInfo");
		assert.deepEqual(textsOf(list, "Requester"), ["123", "456"]);
		assert.deepEqual(textsOf(list, "TotalQps"), ["1000", "1000"]);
		for (const _ of [1, 2])
			assert.equal((await oss.delete(at("123"))).status, 204);
		assert.equal(refusal(await oss.get(at("123"))), absent);
	});

	test("belongs to a requester", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.match(
			refusal(await oss.put(at(""), qos(SOME))),
			/^400 InvalidArgument /,
		);
	});
});

suite("A bucket's capacity", () => {
	for (const capacity of ["-2", "lots", "1.5"])
		test(`is not ${capacity}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put(
				"/photos?qos",
				`<BucketUserQos><StorageCapacity>${capacity}</StorageCapacity></BucketUserQos>`,
			);
			assert.match(refusal(put), /^400 InvalidArgument /);
			assert.deepEqual(textsOf(put, "ArgumentValue"), [capacity]);
		});
});

suite("DescribeRegions", () => {
	test("returns the emulator's region among OSS's, in order", async (t) => {
		const { oss } = await startEmulator(
			t,
			"--region",
			"cn-unknown",
			"--auth",
			"off",
		);
		const all = textsOf(await oss.get("/?regions"), "Region");
		assert.ok(all.includes("oss-cn-unknown"));
		assert.ok(all.includes("oss-cn-hangzhou"));
		assert.deepEqual(all, all.toSorted());
	});

	test("returns the endpoints of one region", async (t) => {
		const { oss } = await startEmulator(t);
		assert.equal(
			await getDocument(oss, "/?regions=oss-cn-hangzhou"),
			"<RegionInfoList><RegionInfo><Region>oss-cn-hangzhou</Region><InternetEndpoint>oss-cn-hangzhou.aliyuncs.com</InternetEndpoint><InternalEndpoint>oss-cn-hangzhou-internal.aliyuncs.com</InternalEndpoint><AccelerateEndpoint>oss-accelerate.aliyuncs.com</AccelerateEndpoint></RegionInfo></RegionInfoList>",
		);
		assert.equal(
			refusal(await oss.get("/?regions=oss-unknown")),
			"404 NoSuchRegion : oss-unknown",
		);
	});
});

suite("ListCloudBoxes", () => {
	test("returns no settings", async (t) => {
		const { oss } = await startEmulator(t);
		const list = await oss.get("/?cloudboxes&prefix=a");
		assert.equal(list.status, 200);
		assert.deepEqual(textsOf(list, "Prefix"), ["a"]);
		assert.deepEqual(textsOf(list, "CloudBoxes"), [""]);
	});
});
