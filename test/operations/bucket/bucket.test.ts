import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, refusal, textsOf } from "../../client.ts";
import {
	startEmulator,
	startWithBucket,
	type TestEmulator,
} from "../../emulator.ts";

const OTHER = { id: "other", secret: "other-secret" };
const TWO_ACCOUNTS = [
	"--access-key",
	"oss-emulator:oss-emulator-secret:1000000000000001",
	"--access-key",
	"other:other-secret:2",
] as const;

const configuration = (elements: string): string =>
	`<?xml version="1.0" encoding="UTF-8"?><CreateBucketConfiguration>${elements}</CreateBucketConfiguration>`;

suite("PutBucket", () => {
	test("creates a private bucket of the class Standard", async (t) => {
		const { oss } = await startEmulator(t);
		const put = await oss.put("/photos");

		assert.equal(put.status, 200);
		assert.equal(put.headers.location, "/photos");
		const info = await oss.get("/photos?bucketInfo");
		assert.deepEqual(textsOf(info, "Grant"), ["private"]);
		assert.deepEqual(textsOf(info, "StorageClass"), ["Standard"]);
		assert.deepEqual(textsOf(info, "DataRedundancyType"), ["LRS"]);
	});

	test("creates a bucket with the properties in the document and x-oss-acl", async (t) => {
		const { oss } = await startEmulator(t);
		const body = configuration(
			"<StorageClass>IA</StorageClass><DataRedundancyType>ZRS</DataRedundancyType><LocationConstraint>oss-cn-hangzhou</LocationConstraint>",
		);
		await oss.put("/photos", body, { "x-oss-acl": "public-read" });
		const info = await oss.get("/photos?bucketInfo");
		assert.deepEqual(textsOf(info, "Grant"), ["public-read"]);
		assert.deepEqual(textsOf(info, "StorageClass"), ["IA"]);
		assert.deepEqual(textsOf(info, "DataRedundancyType"), ["ZRS"]);
	});

	test("succeeds for an existing bucket of the caller, and changes only its ACL, if the request has one", async (t) => {
		const { oss } = await startWithBucket(t, "public-read");
		await oss.put("/photos/cat", "meow");
		assert.equal((await oss.put("/photos")).status, 200);
		assert.deepEqual(textsOf(await oss.get("/photos?acl"), "Grant"), [
			"public-read",
		]);
		await oss.put("/photos", "", { "x-oss-acl": "private" });
		assert.deepEqual(textsOf(await oss.get("/photos?acl"), "Grant"), [
			"private",
		]);
		assert.equal((await oss.get("/photos/cat")).text, "meow");
	});

	test("cannot change other properties of an existing bucket: BucketAlreadyExists", async (t) => {
		const { oss } = await startWithBucket(t);
		const again = async (elements: string): Promise<string> =>
			refusal(await oss.put("/photos", configuration(elements)));
		assert.equal(
			await again("<StorageClass>IA</StorageClass>"),
			"409 BucketAlreadyExists 0015-00000104: Cannot modify existing bucket's storage class.",
		);
		assert.equal(
			await again("<DataRedundancyType>ZRS</DataRedundancyType>"),
			"409 BucketAlreadyExists 0015-00000104: Bucket already exists CAN'T modify data redundancy type.",
		);
		assert.equal(
			await again("<StorageClass>Standard</StorageClass>"),
			"200  : ",
		);
	});

	test("of another account's bucket is BucketAlreadyExists", async (t) => {
		const { oss } = await startWithBucket(t, "private", ...TWO_ACCOUNTS);
		const answer = await oss.send("PUT", "/photos", { as: OTHER });
		assert.equal(
			refusal(answer),
			"409 BucketAlreadyExists 0015-00000104: The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
		);
	});

	test("refuses invalid values", async (t) => {
		const { oss } = await startEmulator(t);
		const put = async (body: string, headers = {}): Promise<string> =>
			refusal(await oss.put("/photos", body, headers));
		const MALFORMED =
			"400 MalformedXML 0015-00000231: The XML you provided was not well-formed or did not validate against our published schema.";

		assert.equal(await put("<meow"), MALFORMED);
		assert.equal(await put("meow"), MALFORMED);
		assert.equal(await put("<Meow></Meow>"), MALFORMED);
		assert.equal(
			await put(configuration("<StorageClass>Gold</StorageClass>")),
			"400 InvalidArgument 0013-00000101: No such bucket storage class exists.",
		);
		assert.equal(
			await put(configuration("<LocationConstraint>x</LocationConstraint>")),
			"400 InvalidLocationConstraint : The specified location-constraint is not valid",
		);
		assert.equal(
			await put("", { "x-oss-acl": "default" }),
			"400 InvalidArgument 0015-00000204: no such bucket access control exists",
		);
		assert.equal(
			refusal(await oss.send("PUT", "/photos", { as: null })),
			"403 AccessDenied 0003-00001201: Anonymous access is forbidden for this operation.",
		);
		assert.equal((await oss.get("/photos")).status, 404);
	});
});

// Source: the suites of ali-oss and java1, which run against OSS.
suite("PutBucketAcl, which OSS treats as PutBucket,", () => {
	const asOther = (
		{ oss }: TestEmulator,
		as: typeof OTHER | null = OTHER,
	): Promise<Answer> =>
		oss.send("PUT", "/photos?acl", { as, headers: { "x-oss-acl": "private" } });

	test("creates a missing bucket", async (t) => {
		const { oss } = await startEmulator(t);
		const put = await oss.put("/album?acl", "", { "x-oss-acl": "public-read" });
		assert.equal(put.status, 200);
		assert.equal(put.headers.location, "/album");
		assert.deepEqual(textsOf(await oss.get("/album?acl"), "Grant"), [
			"public-read",
		]);
	});

	test("requires an account", async (t) => {
		const emulator = await startEmulator(t);
		assert.equal(
			refusal(await asOther(emulator, null)),
			"403 AccessDenied 0003-00001201: Anonymous access is forbidden for this operation.",
		);
		assert.equal((await emulator.oss.get("/photos")).status, 404);
	});

	test("returns BucketAlreadyExists for another account's bucket", async (t) => {
		const emulator = await startWithBucket(
			t,
			"public-read-write",
			...TWO_ACCOUNTS,
		);
		assert.match(
			refusal(await asOther(emulator)),
			/^409 BucketAlreadyExists 0015-00000104/,
		);
		assert.match(refusal(await asOther(emulator, null)), /^403 AccessDenied/);
		const { oss } = emulator;
		assert.deepEqual(textsOf(await oss.get("/photos?acl"), "Grant"), [
			"public-read-write",
		]);
	});

	test("is subject to the policy of another account's bucket", async (t) => {
		const emulator = await startWithBucket(
			t,
			"public-read-write",
			...TWO_ACCOUNTS,
		);
		const { oss } = emulator;
		const Resource = ["acs:oss:*:*:photos"];
		const Statement = [
			{
				Effect: "Allow",
				Action: ["oss:PutBucketAcl"],
				Principal: ["*"],
				Resource,
			},
		];
		await oss.put(
			"/photos?policy",
			JSON.stringify({ Version: "1", Statement }),
		);
		assert.equal((await asOther(emulator)).status, 200);
		assert.deepEqual(textsOf(await oss.get("/photos?acl"), "Grant"), [
			"private",
		]);
	});
});

suite("DeleteBucket", () => {
	test("deletes an empty bucket once", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal((await oss.delete("/photos")).status, 204);
		assert.match(
			refusal(await oss.delete("/photos")),
			/^404 NoSuchBucket 0015-00000101/,
		);
	});

	test("does not delete a bucket that has an object or a multipart upload (A-659)", async (t) => {
		const { oss } = await startWithBucket(t);
		const holding = (what: string): string =>
			`409 BucketNotEmpty 0015-00000301: The bucket has ${what}. Please delete them first.`;
		await oss.put("/photos/cat", "meow");
		const refused = await oss.delete("/photos");
		assert.equal(refusal(refused), holding("objects"));
		assert.deepEqual(textsOf(refused, "BucketName"), ["photos"]);

		await oss.delete("/photos/cat");
		const initiated = await oss.post("/photos/cat?uploads");
		const [uploadId] = textsOf(initiated, "UploadId");
		const again = await oss.delete("/photos");
		assert.equal(refusal(again), holding("Multipart Uploads"));

		await oss.delete(`/photos/cat?uploadId=${uploadId}`);
		assert.equal((await oss.delete("/photos")).status, 204);
	});

	test("deletes all settings, so a new bucket with the same name does not have them", async (t) => {
		const { oss } = await startWithBucket(t, "public-read");
		await oss.delete("/photos");
		await oss.put("/photos");
		assert.deepEqual(textsOf(await oss.get("/photos?acl"), "Grant"), [
			"private",
		]);
	});
});

suite("ListBuckets", () => {
	test("refuses a prefix that no bucket name can have (A-673)", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const prefix of ["Photos", "a/b", "a".repeat(64)])
			assert.match(
				refusal(await oss.get(`/?prefix=${encodeURIComponent(prefix)}`)),
				/^400 InvalidArgument 0017-00000290:/,
			);
		assert.deepEqual(textsOf(await oss.get("/?prefix=p"), "Name"), ["photos"]);
	});

	test("lists the caller's buckets by name, with every element that the SDKs read", async (t) => {
		const { oss, port } = await startEmulator(t, ...TWO_ACCOUNTS);
		for (const name of ["zebras", "apes", "photos"]) await oss.put(`/${name}`);
		await oss.send("PUT", "/foreign", { as: OTHER });

		const list = await oss.get("/");
		assert.equal(list.headers["content-type"], "application/xml");
		assert.deepEqual(textsOf(list, "Name"), ["apes", "photos", "zebras"]);
		const [created] = textsOf(list, "CreationDate");
		assert.match(created ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
		const bucket = (name: string): string => `
    <Bucket>
      <Comment></Comment>
      <CreationDate>${created}</CreationDate>
      <ExtranetEndpoint>127.0.0.1:${port}</ExtranetEndpoint>
      <IntranetEndpoint>127.0.0.1:${port}</IntranetEndpoint>
      <Location>oss-cn-hangzhou</Location>
      <Name>${name}</Name>
      <Region>cn-hangzhou</Region>
      <StorageClass>Standard</StorageClass>
    </Bucket>`;
		assert.equal(
			list.text.replaceAll(
				/<CreationDate>.*<\/CreationDate>/g,
				`<CreationDate>${created}</CreationDate>`,
			),
			`<?xml version="1.0" encoding="UTF-8"?>
<ListAllMyBucketsResult>
  <Prefix></Prefix>
  <Marker></Marker>
  <MaxKeys>100</MaxKeys>
  <IsTruncated>false</IsTruncated>
  <Owner>
    <ID>1000000000000001</ID>
    <DisplayName>1000000000000001</DisplayName>
  </Owner>
  <Buckets>${["apes", "photos", "zebras"].map(bucket).join("")}
  </Buckets>
</ListAllMyBucketsResult>
`,
		);
	});

	test("returns pages, also with a prefix", async (t) => {
		const { oss } = await startEmulator(t);
		for (const name of ["a-1", "b-1", "b-2", "b-3", "c-1"])
			await oss.put(`/${name}`);
		const first = await oss.get("/?prefix=b&max-keys=2");
		assert.deepEqual(textsOf(first, "Name"), ["b-1", "b-2"]);
		assert.deepEqual(textsOf(first, "IsTruncated"), ["true"]);
		assert.deepEqual(textsOf(first, "NextMarker"), ["b-2"]);
		const second = await oss.get("/?prefix=b&max-keys=2&marker=b-2");
		assert.deepEqual(textsOf(second, "Name"), ["b-3"]);
		assert.deepEqual(textsOf(second, "IsTruncated"), ["false"]);
		assert.deepEqual(textsOf(second, "NextMarker"), []);
	});

	test("is refused for anonymous callers", async (t) => {
		const { oss } = await startEmulator(t);
		assert.equal(
			refusal(await oss.get("/", { as: null })),
			"403 AccessDenied 0003-00001201: Anonymous access is forbidden for this operation.",
		);
		for (const max of ["0", "1001", "-1", "x"])
			assert.match(
				refusal(await oss.get(`/?max-keys=${max}`)),
				/^400 InvalidArgument 0017-00000289/,
			);
		assert.match(
			refusal(await oss.get(`/?prefix=${"p".repeat(1024)}`)),
			/^400 InvalidArgument 0017-00000290/,
		);
	});

	test("returns an empty list if there are no buckets, as go2 requires", async (t) => {
		const { oss } = await startEmulator(t);
		assert.match((await oss.get("/")).text, /\n {2}<Buckets><\/Buckets>\n/);
	});
});

suite("GetBucketInfo", () => {
	test("has every element that go2 and py1 read", async (t) => {
		const { oss, port } = await startWithBucket(t);
		const info = await oss.get("/photos?bucketInfo");
		const [created] = textsOf(info, "CreationDate");
		const [group] = textsOf(info, "ResourceGroupId");
		assert.equal(
			info.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<BucketInfo>
  <Bucket>
    <AccessMonitor>Disabled</AccessMonitor>
    <BlockPublicAccess>false</BlockPublicAccess>
    <Comment></Comment>
    <CreationDate>${created}</CreationDate>
    <CrossRegionReplication>Disabled</CrossRegionReplication>
    <DataRedundancyType>LRS</DataRedundancyType>
    <ExtranetEndpoint>127.0.0.1:${port}</ExtranetEndpoint>
    <IntranetEndpoint>127.0.0.1:${port}</IntranetEndpoint>
    <Location>oss-cn-hangzhou</Location>
    <Name>photos</Name>
    <ResourceGroupId>${group}</ResourceGroupId>
    <StorageClass>Standard</StorageClass>
    <TransferAcceleration>Disabled</TransferAcceleration>
    <Owner>
      <ID>1000000000000001</ID>
      <DisplayName>1000000000000001</DisplayName>
    </Owner>
    <AccessControlList>
      <Grant>private</Grant>
    </AccessControlList>
    <ServerSideEncryptionRule>
      <SSEAlgorithm>None</SSEAlgorithm>
    </ServerSideEncryptionRule>
    <BucketPolicy>
      <LogBucket></LogBucket>
      <LogPrefix></LogPrefix>
    </BucketPolicy>
  </Bucket>
</BucketInfo>
`,
		);
	});

	test("returns the endpoint of the emulator, or Alibaba's if the request has that Host", async (t) => {
		const { oss, port } = await startWithBucket(t);
		const endpoints = async (host: string): Promise<string[]> => {
			const target = host.startsWith("photos.") ? "/" : "/photos";
			const resource = "/photos/";
			const info = await oss.get(`${target}?bucketInfo`, { host, resource });
			return ["ExtranetEndpoint", "IntranetEndpoint"].flatMap((name) =>
				textsOf(info, name),
			);
		};
		const local = `localhost:${port}`;
		assert.deepEqual(await endpoints(`photos.${local}`), [local, local]);
		assert.deepEqual(await endpoints("oss:80"), ["oss:80", "oss:80"]);
		assert.deepEqual(await endpoints("photos.oss-cn-hangzhou.aliyuncs.com"), [
			"oss-cn-hangzhou.aliyuncs.com",
			"oss-cn-hangzhou-internal.aliyuncs.com",
		]);
	});
});

test("GetBucketLocation is the region with its prefix", async (t) => {
	const { oss } = await startWithBucket(
		t,
		"private",
		"--region",
		"cn-hangzhou",
	);
	assert.equal(
		(await oss.get("/photos?location")).text,
		'<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint>oss-cn-hangzhou</LocationConstraint>\n',
	);
});

suite("A bucket of another account", () => {
	test("is accessible only to its owner: AccessDenied", async (t) => {
		const { oss } = await startEmulator(t, ...TWO_ACCOUNTS);
		await oss.send("PUT", "/foreign", { as: OTHER });
		for (const target of ["/foreign", "/foreign?bucketInfo", "/foreign?acl"])
			assert.equal(
				refusal(await oss.get(target)),
				"403 AccessDenied : The bucket you visit is not belong to you.",
			);
		assert.equal(
			refusal(await oss.put("/foreign/cat", "meow")),
			"403 AccessDenied 0003-00000001: You have no right to access this object because of bucket acl.",
		);
		assert.match(refusal(await oss.delete("/foreign")), /^403 AccessDenied/);
	});
});
