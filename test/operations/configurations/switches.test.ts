import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Client, refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { putDocument } from "./document.ts";

suite("A bucket's resource group", () => {
	const TARGET = "/photos?resourceGroup";
	const group = (id: string): string =>
		`<BucketResourceGroupConfiguration><ResourceGroupId>${id}</ResourceGroupId></BucketResourceGroupConfiguration>`;
	const groupOf = async (oss: Client): Promise<string | undefined> =>
		textsOf(await oss.get(TARGET), "ResourceGroupId")[0];

	test("is the default group until another one is set", async (t) => {
		const { oss } = await startWithBucket(t);
		const byDefault = await groupOf(oss);
		assert.match(byDefault ?? "", /^rg-[a-z0-9]{15}$/);
		await putDocument(oss, TARGET, group("rg-aek27tc2xxxxxxx"));
		assert.equal(await groupOf(oss), "rg-aek27tc2xxxxxxx");
		await putDocument(oss, TARGET, group(""));
		assert.equal(await groupOf(oss), byDefault);
	});

	test("is refused if its id is malformed; the id is not checked otherwise (A-409)", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const id of ["rg", "rg-AEK27TC2XXXXXXX", "rg-aek27tc2xxxxxxxx"])
			assert.equal(
				refusal(await oss.put(TARGET, group(id))),
				"400 ResourceGroupIdPreCheckError 0039-00000003: The resource group id precheck error",
			);
	});

	test("can be a filter of ListBuckets", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/apes");
		await putDocument(oss, TARGET, group("rg-aek27tc2xxxxxxx"));
		const list = (id: string) =>
			oss.get("/", { headers: { "x-oss-resource-group-id": id } });
		assert.deepEqual(textsOf(await list("rg-aek27tc2xxxxxxx"), "Name"), [
			"photos",
		]);
		const given = textsOf(await list("rg-aek27tc2xxxxxxx"), "ResourceGroupId");
		assert.deepEqual(given, ["rg-aek27tc2xxxxxxx"]);
		assert.deepEqual(textsOf(await oss.get("/"), "ResourceGroupId"), []);
		assert.deepEqual(textsOf(await list("rg-aaaaaaaaaaaaaaa"), "Name"), []);
		assert.match(
			refusal(await list("rg")),
			/^400 ResourceGroupIdPreCheckError/,
		);
	});
});

suite("A switch", () => {
	const enabled = (root: string, value: string): string =>
		`<${root}><Enabled>${value}</Enabled></${root}>`;
	const { target, root } = {
		target: "/photos?transferAcceleration",
		root: "TransferAccelerationConfiguration",
	};

	test("is on or off, in upper or lower case", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const value of ["true", "True", "FALSE", "false"]) {
			await putDocument(oss, target, enabled(root, value));
			assert.deepEqual(textsOf(await oss.get(target), "Enabled"), [
				value.toLowerCase(),
			]);
		}
	});

	for (const value of ["yes", "1", ""])
		test(`is not '${value}'`, async (t) => {
			const { oss } = await startWithBucket(t);
			assert.match(
				refusal(await oss.put(target, enabled(root, value))),
				/^400 MalformedXML /,
			);
		});
});

suite("Documents that consist mostly of a switch", () => {
	const tls = (content: string): string =>
		`<HttpsConfiguration><TLS>${content}</TLS></HttpsConfiguration>`;
	const worm = (content: string): string =>
		`<ObjectWormConfiguration><ObjectWormEnabled>Enabled</ObjectWormEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode>${content}</DefaultRetention></Rule></ObjectWormConfiguration>`;
	for (const [target, document, what] of [
		["?httpsConfig", tls("<Enable>true</Enable>"), "TLS without a version"],
		[
			"?httpsConfig",
			tls("<Enable>true</Enable><TLSVersion>SSLv3</TLSVersion>"),
			"an invalid TLS version",
		],
		["?objectWorm", worm(""), "retention without a period"],
		[
			"?objectWorm",
			worm("<Days>1</Days><Years>1</Years>"),
			"retention for days and years",
		],
		["?objectWorm", worm("<Days>0</Days>"), "retention for zero days"],
		[
			"?overwriteConfig",
			"<OverwriteConfiguration></OverwriteConfiguration>",
			"no rule",
		],
		[
			"?overwriteConfig",
			"<OverwriteConfiguration><Rule><ID>a</ID><Action>allow</Action></Rule></OverwriteConfiguration>",
			"a rule that does not forbid anything",
		],
		[
			"?accessmonitor",
			"<AccessMonitorConfiguration><Status>enabled</Status></AccessMonitorConfiguration>",
			"a status in lower case",
		],
	] as const)
		test(`are malformed with ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put(`/photos${target}`, document);
			assert.match(refusal(put), /^400 MalformedXML /);
		});

	test("list each version of TLS once", async (t) => {
		const { oss } = await startWithBucket(t);
		const version = "<TLSVersion>TLSv1.2</TLSVersion>";
		await putDocument(
			oss,
			"/photos?httpsConfig",
			tls(`<Enable>true</Enable>${version}${version}`),
		);
		assert.deepEqual(
			textsOf(await oss.get("/photos?httpsConfig"), "TLSVersion"),
			["TLSv1.2"],
		);
	});

	test("that were never set return specific errors (A-408) (A-413)", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const [target, code] of [
			["?objectWorm", "NoSuchObjectWormConfiguration"],
			["?responseHeader", "NoSuchBucketResponseHeader"],
		] as const)
			assert.ok(
				refusal(await oss.get(`/photos${target}`)).startsWith(`404 ${code} `),
			);
	});
});

suite("The target bucket of access logs", () => {
	const logging = (bucket: string): string =>
		`<BucketLoggingStatus><LoggingEnabled><TargetBucket>${bucket}</TargetBucket><TargetPrefix>a/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`;

	test("is not set after an empty document", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(oss, "/photos?logging", logging("photos"));
		await putDocument(
			oss,
			"/photos?logging",
			"<BucketLoggingStatus></BucketLoggingStatus>",
		);
		const get = await oss.get("/photos?logging");
		assert.deepEqual(textsOf(get, "TargetBucket"), []);
	});

	test("must exist", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(
			refusal(await oss.put("/photos?logging", logging("missing"))),
			"400 InvalidTargetBucketForLogging : put bucket log requester is not target bucket owner.",
		);
	});
});
