import assert from "node:assert/strict";
import dns from "node:dns";
import { suite, test } from "node:test";
import { type Answer, type Client, refusal } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

type Put = (oss: Client, i: number) => Promise<Answer>;

const QOS = "<QoSConfiguration><TotalQps>1</TotalQps></QoSConfiguration>";

const point = (i: number): string =>
	`<AccessPointName>point-${i}</AccessPointName>`;

const processing =
	"<ObjectProcessConfiguration><AllowedFeatures/><TransformationConfigurations><TransformationConfiguration><Actions><Action>GetObject</Action></Actions><ContentTransformation><FunctionCompute><FunctionAssumeRoleArn>acs:ram::1:role/a</FunctionAssumeRoleArn><FunctionArn>acs:fc:cn-hangzhou:1:services/a.LATEST/functions/b</FunctionArn></FunctionCompute></ContentTransformation></TransformationConfiguration></TransformationConfigurations></ObjectProcessConfiguration>";

const inventory = (i: number): string =>
	`<InventoryConfiguration><Id>i${i}</Id><IsEnabled>true</IsEnabled><Destination><OSSBucketDestination><Format>CSV</Format><AccountId>1</AccountId><RoleArn>acs:ram::1:role/a</RoleArn><Bucket>acs:oss:::photos</Bucket></OSSBucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>`;

/** The limit, how a document is put, and whether the same document can be put again. */
const kinds: Readonly<Record<string, readonly [number, Put, boolean]>> = {
	"image styles": [
		50,
		(oss, i) =>
			oss.put(
				`/photos?style&styleName=s${i}`,
				"<Style><Content>image/resize,w_1</Content></Style>",
			),
		true,
	],
	"tokens of domains": [
		100,
		(oss, i) =>
			oss.post(
				"/photos?cname&comp=token",
				`<BucketCnameConfiguration><Cname><Domain>d${i}.example.com</Domain></Cname></BucketCnameConfiguration>`,
			),
		true,
	],
	domains: [
		100,
		(oss, i) =>
			oss.post(
				"/photos?cname&comp=add",
				`<BucketCnameConfiguration><Cname><Domain>d${i}.example.com</Domain></Cname></BucketCnameConfiguration>`,
			),
		true,
	],
	"live channels": [
		1000,
		(oss, i) =>
			oss.put(
				`/photos/c${i}?live`,
				"<LiveChannelConfiguration><Target><Type>HLS</Type></Target></LiveChannelConfiguration>",
			),
		true,
	],
	inventories: [
		1000,
		(oss, i) => oss.put(`/photos?inventory&inventoryId=i${i}`, inventory(i)),
		true,
	],
	"access points for object processing": [
		100,
		(oss, i) =>
			oss.put(
				"/photos?accessPointForObjectProcess",
				`<CreateAccessPointForObjectProcessConfiguration><AccessPointName>ap-01</AccessPointName>${processing}</CreateAccessPointForObjectProcessConfiguration>`,
				{ "x-oss-access-point-for-object-process-name": `point-${i}` },
			),
		false,
	],
	"limits of requesters": [
		100,
		(oss, i) => oss.put(`/photos?requesterQosInfo&qosRequester=${i}`, QOS),
		true,
	],
	"access points": [
		100,
		(oss, i) =>
			oss.put(
				"/photos?accessPoint",
				`<CreateAccessPointConfiguration>${point(i)}<NetworkOrigin>internet</NetworkOrigin></CreateAccessPointConfiguration>`,
			),
		false,
	],
	"replication rules": [
		100,
		(oss, i) =>
			oss.post(
				"/photos?replication&comp=add",
				`<ReplicationConfiguration><Rule><Action>ALL</Action><Destination><Bucket>target-${i}</Bucket><Location>oss-cn-beijing</Location></Destination></Rule></ReplicationConfiguration>`,
			),
		false,
	],
	"redundancy transitions": [
		100,
		(oss) =>
			oss.post("/photos?redundancyTransition&x-oss-target-redundancy-type=ZRS"),
		false,
	],
};

suite("A bucket has no more than (A-962)", () => {
	for (const [what, [max, put, canReplace]] of Object.entries(kinds))
		test(`${max} ${what}`, async (t) => {
			const address = { address: "127.0.0.1", family: 4 };
			t.mock.method(dns.promises, "lookup", async () => [address]); // of domains
			const { oss } = await startWithBucket(t);
			const numbers = Array.from({ length: max }, (_, i) => i);
			const answers = await Promise.all(numbers.map((i) => put(oss, i)));
			assert.deepEqual(
				[...new Set(answers.map(({ status }) => status))],
				[200],
			);
			assert.match(
				refusal(await put(oss, max)),
				/^400 (?:InvalidArgument|InventoryExceedLimit) /,
			);
			if (canReplace) assert.equal((await put(oss, 0)).status, 200);
		});
});
