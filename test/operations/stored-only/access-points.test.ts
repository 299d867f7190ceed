import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Client, refusal, textsOf } from "../../client.ts";
import { START, startAtStandstill } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import { documentOf, getDocument } from "../configurations/document.ts";

const SECONDS = Date.parse(START) / 1000;

/** A policy that grants only permissions that the caller already has. */
const POLICY = JSON.stringify({
	Version: "1",
	Statement: [
		{
			Effect: "Allow",
			Action: ["oss:GetObject"],
			Principal: ["20214760404935xxxx"],
			Resource: ["acs:oss:*:*:photos/*"],
		},
	],
});

suite("An access point", () => {
	const named = (name: string) => ({ "x-oss-access-point-name": name });

	const create = (oss: Client, name: string, origin = "internet") =>
		oss.put(
			"/photos?accessPoint",
			`<CreateAccessPointConfiguration><AccessPointName>${name}</AccessPointName><NetworkOrigin>${origin}</NetworkOrigin></CreateAccessPointConfiguration>`,
		);

	const get = (oss: Client, name: string, what = "accessPoint") =>
		oss.get(`/photos?${what}`, { headers: named(name) });

	const remove = (oss: Client, name: string, what = "accessPoint") =>
		oss.delete(`/photos?${what}`, { headers: named(name) });

	test("can be created, read, and deleted", async (t) => {
		const { oss } = await startAtStandstill(t);
		const created = await create(oss, "ap-01");
		const [alias] = textsOf(created, "Alias");
		const [arn] = textsOf(created, "AccessPointArn");
		assert.match(alias ?? "", /^ap-01-[\da-f]{32}-ossalias$/);
		assert.match(arn ?? "", /^acs:oss:cn-hangzhou:\d+:accesspoint\/ap-01$/);
		const account = arn?.split(":")[3];
		assert.equal(
			documentOf(await get(oss, "ap-01")),
			`<GetAccessPointResult><AccessPointName>ap-01</AccessPointName><Bucket>photos</Bucket><AccountId>${account}</AccountId><NetworkOrigin>internet</NetworkOrigin><VpcConfiguration><VpcId></VpcId></VpcConfiguration><AccessPointArn>${arn}</AccessPointArn><CreationDate>${SECONDS}</CreationDate><Alias>${alias}</Alias><Status>enable</Status><Endpoints><PublicEndpoint>ap-01.oss-cn-hangzhou.oss-accesspoint.aliyuncs.com</PublicEndpoint><InternalEndpoint>ap-01.oss-cn-hangzhou-internal.oss-accesspoint.aliyuncs.com</InternalEndpoint></Endpoints><PublicAccessBlockConfiguration><BlockPublicAccess>false</BlockPublicAccess></PublicAccessBlockConfiguration></GetAccessPointResult>`,
		);
		assert.equal((await remove(oss, "ap-01")).status, 204);
		const absent = "404 NoSuchAccessPoint : Accesspoint not found";
		assert.equal(refusal(await get(oss, "ap-01")), absent);
		assert.equal(refusal(await remove(oss, "ap-01")), absent);
	});

	test("is listed among those of its bucket and of the account", async (t) => {
		const { oss } = await startWithBucket(t);
		await create(oss, "ap-01");
		await create(oss, "ap-02", "vpc");
		for (const target of ["/photos?accessPoint", "/?accessPoint"]) {
			const list = await oss.get(target);
			assert.deepEqual(textsOf(list, "AccessPointName"), ["ap-01", "ap-02"]);
			assert.deepEqual(textsOf(list, "NetworkOrigin"), ["internet", "vpc"]);
		}
	});

	for (const name of ["", "ap", "1ap", "AP-01", "ap_01", "a".repeat(20)])
		test(`cannot have the name '${name}'`, async (t) => {
			const { oss } = await startWithBucket(t);
			assert.match(refusal(await create(oss, name)), /^400 InvalidArgument /);
		});

	test("has a unique name (A-421)", async (t) => {
		const { oss } = await startWithBucket(t);
		await create(oss, "ap-01");
		assert.match(refusal(await create(oss, "ap-01")), /^400 InvalidArgument /);
	});

	test("has a separate policy, which is deleted with it", async (t) => {
		const { oss } = await startWithBucket(t);
		const what = "accessPointPolicy";
		const put = () => oss.put(`/photos?${what}`, POLICY, named("ap-01"));
		assert.match(refusal(await put()), /^404 NoSuchAccessPoint /);
		await create(oss, "ap-01");
		const absent = /^404 NoSuchAccessPointPolicy /;
		assert.match(refusal(await get(oss, "ap-01", what)), absent);
		assert.equal((await put()).status, 200);
		assert.equal((await get(oss, "ap-01", what)).text, POLICY);
		for (const _ of [1, 2])
			assert.equal((await remove(oss, "ap-01", what)).status, 204);
		await put();
		await remove(oss, "ap-01");
		await create(oss, "ap-01");
		assert.match(refusal(await get(oss, "ap-01", what)), absent);
	});

	test("can block public access", async (t) => {
		const { oss } = await startWithBucket(t);
		const target = "/photos?publicAccessBlock&x-oss-access-point-name=ap-01";
		const block =
			"<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>";
		assert.match(
			refusal(await oss.put(target, block)),
			/^404 NoSuchAccessPoint /,
		);
		await create(oss, "ap-01");
		assert.equal((await oss.put(target, block)).status, 200);
		assert.equal(await getDocument(oss, target), block);
		const point = await get(oss, "ap-01");
		assert.deepEqual(textsOf(point, "BlockPublicAccess"), ["true"]);
		const ofBucket = await oss.get("/photos?publicAccessBlock");
		assert.deepEqual(textsOf(ofBucket, "BlockPublicAccess"), ["false"]);
		assert.equal((await oss.delete(target)).status, 204);
	});
});

suite("An access point for object processing", () => {
	const named = (name: string) => ({
		"x-oss-access-point-for-object-process-name": name,
	});

	const processing = (action = "GetObject"): string =>
		`<ObjectProcessConfiguration><AllowedFeatures><AllowedFeature>GetObject-Range</AllowedFeature></AllowedFeatures><TransformationConfigurations><TransformationConfiguration><Actions><Action>${action}</Action></Actions><ContentTransformation><FunctionCompute><FunctionArn>acs:fc:a</FunctionArn><FunctionAssumeRoleArn>acs:ram::a:role/b</FunctionAssumeRoleArn></FunctionCompute></ContentTransformation></TransformationConfiguration></TransformationConfigurations></ObjectProcessConfiguration>`;

	const create = (oss: Client, name: string) =>
		oss.put(
			"/photos?accessPointForObjectProcess",
			`<CreateAccessPointForObjectProcessConfiguration><AccessPointName>ap-01</AccessPointName>${processing()}</CreateAccessPointForObjectProcessConfiguration>`,
			named(name),
		);

	const get = (
		oss: Client,
		name: string,
		what = "accessPointForObjectProcess",
	) => oss.get(`/photos?${what}`, { headers: named(name) });

	test("can be created, read, listed, and deleted", async (t) => {
		const { oss } = await startAtStandstill(t);
		const created = await create(oss, "fc-01");
		const [arn] = textsOf(created, "AccessPointForObjectProcessArn");
		const [alias] = textsOf(created, "AccessPointForObjectProcessAlias");
		const account = arn?.split(":")[3];
		assert.equal(
			documentOf(await get(oss, "fc-01")),
			`<GetAccessPointForObjectProcessResult><AccessPointNameForObjectProcess>fc-01</AccessPointNameForObjectProcess><AccessPointForObjectProcessAlias>${alias}</AccessPointForObjectProcessAlias><AccessPointName>ap-01</AccessPointName><AccountId>${account}</AccountId><AccessPointForObjectProcessArn>acs:oss:cn-hangzhou:${account}:accesspointforobjectprocess/fc-01</AccessPointForObjectProcessArn><CreationDate>${SECONDS}</CreationDate><Status>enable</Status><Endpoints><PublicEndpoint>fc-01-${account}.oss-cn-hangzhou.oss-object-process.aliyuncs.com</PublicEndpoint><InternalEndpoint>fc-01-${account}.oss-cn-hangzhou-internal.oss-object-process.aliyuncs.com</InternalEndpoint></Endpoints><AllowAnonymousAccessForObjectProcess>false</AllowAnonymousAccessForObjectProcess><PublicAccessBlockConfiguration><BlockPublicAccess>false</BlockPublicAccess></PublicAccessBlockConfiguration></GetAccessPointForObjectProcessResult>`,
		);
		const list = await oss.get("/?accessPointForObjectProcess");
		assert.deepEqual(textsOf(list, "AccessPointNameForObjectProcess"), [
			"fc-01",
		]);
		const headers = named("fc-01");
		const target = "/photos?accessPointForObjectProcess";
		assert.equal((await oss.delete(target, { headers })).status, 204);
		assert.match(
			refusal(await oss.delete(target, { headers })),
			/^404 NoSuchAccessPointForObjectProcess /,
		);
	});

	test("has a configuration that can be changed", async (t) => {
		const { oss } = await startWithBucket(t);
		const what = "accessPointConfigForObjectProcess";
		const config = (root: string, content: string): string =>
			`<${root}><AllowAnonymousAccessForObjectProcess>true</AllowAnonymousAccessForObjectProcess>${content}<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration></${root}>`;
		const change = () =>
			oss.put(
				`/photos?${what}`,
				config(
					"PutAccessPointConfigForObjectProcessConfiguration",
					processing("HeadObject"),
				),
				named("fc-01"),
			);
		assert.match(
			refusal(await change()),
			/^404 NoSuchAccessPointForObjectProcess /,
		);
		await create(oss, "fc-01");
		assert.equal((await change()).status, 200);
		assert.equal(
			documentOf(await get(oss, "fc-01", what)),
			config(
				"GetAccessPointConfigForObjectProcessResult",
				processing("HeadObject"),
			),
		);
		const point = await get(oss, "fc-01");
		assert.deepEqual(textsOf(point, "BlockPublicAccess"), ["true"]);
	});

	test("has a separate policy", async (t) => {
		const { oss } = await startWithBucket(t);
		const what = "accessPointPolicyForObjectProcess";
		await create(oss, "fc-01");
		const put = await oss.put(`/photos?${what}`, POLICY, named("fc-01"));
		assert.equal(put.status, 200, put.text);
		assert.equal((await get(oss, "fc-01", what)).text, POLICY);
		const deleted = await oss.delete(`/photos?${what}`, {
			headers: named("fc-01"),
		});
		assert.equal(deleted.status, 204);
		assert.match(
			refusal(await get(oss, "fc-01", what)),
			/^404 NoSuchAccessPointPolicy /,
		);
	});

	test("has a unique name", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const name of ["", "FC"])
			assert.match(refusal(await create(oss, name)), /^400 InvalidArgument /);
		await create(oss, "fc-01");
		assert.match(refusal(await create(oss, "fc-01")), /^400 InvalidArgument /);
	});
});
