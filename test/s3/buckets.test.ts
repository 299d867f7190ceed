import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readXml } from "../../emulator/xml/read.ts";
import { refusal, textsOf } from "../client.ts";
import { ENDPOINT, startS3 } from "./s3.ts";

const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

suite("A listing over S3", () => {
	test("of V1 has markers, and S3's elements (A-327)", async (t) => {
		const { photos } = await startS3(t);
		for (const key of ["a", "b", "c/d", "c/e"]) await photos.put(`/${key}`);
		const first = await photos.get("/?max-keys=1");
		assert.match(
			first.text,
			/^<\?xml version="1.0" encoding="UTF-8"\?>\n<ListBucketResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">\n {2}<Name>photos<\/Name>\n {2}<Prefix><\/Prefix>\n {2}<Marker><\/Marker>\n {2}<MaxKeys>1<\/MaxKeys>\n {2}<IsTruncated>true<\/IsTruncated>\n {2}<NextMarker>a<\/NextMarker>\n {2}<Contents>\n {4}<Key>a<\/Key>\n {4}<LastModified>[^<]*\.000Z<\/LastModified>\n {4}<ETag>"D41D8CD98F00B204E9800998ECF8427E"<\/ETag>\n {4}<Size>0<\/Size>\n {4}<StorageClass>STANDARD<\/StorageClass>\n {4}<Owner>\n {6}<ID>1000000000000001<\/ID>\n {6}<DisplayName>1000000000000001<\/DisplayName>\n {4}<\/Owner>\n {2}<\/Contents>\n<\/ListBucketResult>\n$/,
		);
		const rest = await photos.get("/?marker=a&delimiter=%2F");
		assert.deepEqual(textsOf(rest, "Key"), ["b"]);
		assert.deepEqual(textsOf(rest, "Prefix"), ["", "c/"]);
		assert.deepEqual(textsOf(rest, "Delimiter"), ["/"]);
	});

	test("of V2 has tokens, start-after, and owners if they are requested", async (t) => {
		const { photos } = await startS3(t);
		for (const key of ["a", "b", "c"]) await photos.put(`/${key}`);
		const first = await photos.get("/?list-type=2&max-keys=1");
		assert.deepEqual(textsOf(first, "KeyCount"), ["1"]);
		assert.deepEqual(textsOf(first, "ID"), []);
		const [token = ""] = textsOf(first, "NextContinuationToken");
		const next = await photos.get(
			`/?list-type=2&continuation-token=${encodeURIComponent(token)}`,
		);
		assert.deepEqual(textsOf(next, "Key"), ["b", "c"]);
		const after = await photos.get(
			"/?list-type=2&start-after=b&fetch-owner=true",
		);
		assert.deepEqual(textsOf(after, "Key"), ["c"]);
		assert.deepEqual(textsOf(after, "ID"), ["1000000000000001"]);
	});

	test("encodes keys with encoding-type=url", async (t) => {
		const { photos } = await startS3(t);
		await photos.put("/a%20%01b");
		const listed = await photos.get("/?encoding-type=url&prefix=a%20");
		assert.deepEqual(textsOf(listed, "Key"), ["a%20%01b"]);
		assert.deepEqual(textsOf(listed, "Prefix"), ["a%20"]);
	});

	test("has 100 keys by default and at most 1,000, as in OSS's protocol (A-335)", async (t) => {
		const { photos } = await startS3(t);
		assert.deepEqual(textsOf(await photos.get("/"), "MaxKeys"), ["100"]);
		const refused = await photos.get("/?max-keys=1001");
		assert.match(refusal(refused), /^400 InvalidArgument 0015-00000402: /);
	});
});

suite("A bucket over S3", () => {
	for (const [location, status] of [
		["", 200],
		["us-east-1", 200],
		["cn-hangzhou", 200],
		["oss-cn-hangzhou", 200],
		["eu-west-1", 400],
	] as const)
		test(`returns ${status} for the location «${location}» (A-324)`, async (t) => {
			const { s3 } = await startS3(t);
			const client = s3.with({ host: `new-one.s3.${ENDPOINT}` });
			const document = `<CreateBucketConfiguration ${XMLNS}><LocationConstraint>${location}</LocationConstraint></CreateBucketConfiguration>`;
			const put = await client.put("/", document, {
				"x-amz-acl": "public-read",
			});
			assert.equal(put.status, status, put.text);
			if (status === 400) {
				assert.match(refusal(put), /^400 InvalidLocationConstraint /);
				return;
			}
			const acl = await client.get("/?acl");
			assert.deepEqual(textsOf(acl, "Permission"), ["FULL_CONTROL", "READ"]);
		});

	test("returns its location (A-329, A-336)", async (t) => {
		const { photos } = await startS3(t);
		assert.equal(
			(await photos.get("/?location")).text,
			`<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint ${XMLNS}>oss-cn-hangzhou</LocationConstraint>\n`,
		);
		const { headers, status } = await photos.head("/");
		assert.equal(status, 200);
		assert.equal(headers["x-amz-bucket-region"], "cn-hangzhou");
	});

	test("returns its ACL as grants, and accepts grants as an ACL (A-325, A-328)", async (t) => {
		const { photos, oss } = await startS3(t);
		const granted = (permissions: readonly string[]): string => {
			const everybody = permissions.map(
				(permission) =>
					`<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>${permission}</Permission></Grant>`,
			);
			return `<AccessControlPolicy ${XMLNS}><Owner><ID>1000000000000001</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>1000000000000001</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>${everybody.join("")}</AccessControlList></AccessControlPolicy>`;
		};
		for (const [acl, permissions] of [
			["private", []],
			["public-read", ["READ"]],
			["public-read-write", ["READ", "WRITE"]],
		] as const) {
			for (const target of ["/?acl", "/a?acl"]) {
				await photos.put("/a");
				const put = await photos.put(target, granted(permissions));
				assert.equal(put.status, 200, put.text);
				const own = await oss.get(`/photos${target}`);
				assert.deepEqual(textsOf(own, "Grant"), [acl]);
				const got = await photos.get(target);
				assert.deepEqual(textsOf(got, "Permission"), [
					"FULL_CONTROL",
					...permissions,
				]);
				await readXml(got.body, "AccessControlPolicy");
			}
		}
		const other = granted([]).replace(
			"<ID>1000000000000001</ID></Grantee>",
			"<ID>2</ID></Grantee>",
		);
		assert.match(
			refusal(await photos.put("/?acl", other)),
			/^400 InvalidArgument /,
		);
	});

	test("has grants that also apply to objects without an ACL", async (t) => {
		const { photos } = await startS3(t);
		await photos.put("/?acl", "", { "x-amz-acl": "public-read" });
		await photos.put("/a");
		const got = await photos.get("/a?acl");
		assert.deepEqual(textsOf(got, "Permission"), ["FULL_CONTROL", "READ"]);
	});

	for (const acl of ["authenticated-read", "bucket-owner-full-control"])
		test(`cannot have the ACL ${acl}, and neither can an object (A-317)`, async (t) => {
			const { photos } = await startS3(t);
			const headers = { "x-amz-acl": acl };
			for (const target of ["/?acl", "/a"])
				assert.match(
					refusal(await photos.put(target, "", headers)),
					/^400 InvalidArgument .*no such (?:bucket|object) access control exists$/,
				);
		});

	test("returns lifecycle rules in the elements of each protocol (A-326, A-338)", async (t) => {
		const { photos, oss } = await startS3(t);
		const rule = `<ID>old</ID><Filter><And><Prefix>logs/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Enabled</Status><Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition><Expiration><Days>365</Days></Expiration>`;
		const put = await photos.put(
			"/?lifecycle",
			`<LifecycleConfiguration ${XMLNS}><Rule>${rule}</Rule><Rule><ID>parts</ID><Filter><Prefix>b</Prefix></Filter><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>`,
		);
		assert.equal(put.status, 200, put.text);
		const own = await oss.get("/photos?lifecycle");
		assert.deepEqual(textsOf(own, "StorageClass"), ["Archive"]);
		assert.deepEqual(textsOf(own, "Prefix"), ["logs/", "b"]);
		assert.match(own.text, /<AbortMultipartUpload>\s*<Days>7<\/Days>/);
		const got = await photos.get("/?lifecycle");
		assert.deepEqual(textsOf(got, "StorageClass"), ["GLACIER"]);
		assert.deepEqual(textsOf(got, "DaysAfterInitiation"), ["7"]);
		assert.match(got.text, /<ID>parts<\/ID>\s*<Prefix>b<\/Prefix>/);
		assert.deepEqual(textsOf(got, "Key"), ["k"]);
		const counted = await photos.put(
			"/?lifecycle",
			`<LifecycleConfiguration><Rule><ID>a</ID><Filter></Filter><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>`,
		);
		assert.match(refusal(counted), /^400 InvalidArgument /);
	});

	test("can have logging, encryption, CORS rules and tags", async (t) => {
		const { photos } = await startS3(t);
		for (const [name, document, element] of [
			[
				"logging",
				`<BucketLoggingStatus ${XMLNS}><LoggingEnabled><TargetBucket>photos</TargetBucket><TargetPrefix>log/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`,
				"<TargetPrefix>log/</TargetPrefix>",
			],
			[
				"encryption",
				`<ServerSideEncryptionConfiguration ${XMLNS}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
				"<SSEAlgorithm>aws:kms</SSEAlgorithm>",
			],
			[
				"cors",
				`<CORSConfiguration ${XMLNS}><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`,
				"<AllowedMethod>GET</AllowedMethod>",
			],
			[
				"tagging",
				`<Tagging ${XMLNS}><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>`,
				"<Key>k</Key>",
			],
		] as const) {
			const put = await photos.put(`/?${name}`, document);
			assert.ok(put.status < 300, put.text);
			const got = await photos.get(`/?${name}`);
			assert.ok(got.text.includes(element), got.text);
			assert.ok(got.text.includes(XMLNS), got.text);
		}
	});

	test("is not created, configured or restricted by malformed documents", async (t) => {
		const { photos, s3 } = await startS3(t);
		const broken = "<a><b></a>";
		const answers = [
			await s3.with({ host: `new-one.${ENDPOINT}` }).put("/", broken),
			await photos.put("/?lifecycle", broken),
			await photos.put("/?encryption", broken),
			await photos.put("/?acl", broken),
			await photos.put("/?acl", "<AccessControlPolicy></AccessControlPolicy>"),
		];
		for (const answer of answers)
			assert.match(refusal(answer), /^400 MalformedXML /);
	});

	test("requires the permission oss:GetBucketInfo", async (t) => {
		const { photos, key, oss } = await startS3(t);
		assert.equal((await photos.head("/")).status, 200);
		const stranger = await photos.with({ key: { ...key, id: "x" } }).head("/");
		assert.equal(stranger.status, 403);
		const { action } = (
			await import("../../emulator/operations/table.ts")
		).table.find(({ name }) => name === "HeadBucket") ?? { action: "" };
		assert.equal(action, "oss:GetBucketInfo");
		oss.close();
	});

	test("accepts the header that disables object lock, which rclone sends, and refuses object lock", async (t) => {
		const { s3 } = await startS3(t);
		const client = s3.with({ host: `new-one.${ENDPOINT}` });
		const name = "x-amz-bucket-object-lock-enabled";
		const locked = await client.put("/", "", { [name]: "true" });
		assert.match(refusal(locked), /^400 NotImplemented /);
		assert.equal((await client.put("/", "", { [name]: "false" })).status, 200);
	});

	for (const name of [
		"x-amz-grant-read",
		"x-amz-grant-full-control",
		"x-amz-server-side-encryption-customer-algorithm",
		"x-amz-object-lock-mode",
		"x-amz-write-offset-bytes",
	])
		test(`and an object cannot have ${name} (A-321)`, async (t) => {
			const { photos } = await startS3(t);
			for (const target of ["/?acl", "/a"]) {
				const put = await photos.put(target, "", { [name]: "id=1" });
				assert.match(refusal(put), /^400 NotImplemented 0017-00000245: /);
				assert.deepEqual(textsOf(put, "Header"), [name]);
			}
		});

	for (const name of [
		...["accelerate", "analytics", "attributes", "intelligent-tiering"],
		...["metrics", "notification", "object-lock", "ownershipControls"],
		...["select", "session", "torrent", "abac", "renameObject"],
		...["metadataConfiguration", "metadataTable"],
		...["metadataInventoryTable", "metadataJournalTable"],
	])
		test(`has no sub-resource ${name}, which is refused instead of ignored (A-321)`, async (t) => {
			const { photos } = await startS3(t);
			await photos.put("/a", "hello");
			for (const target of [`/?${name}`, `/a?${name}`]) {
				const got = await photos.get(target);
				assert.match(refusal(got), /^400 NotImplemented 0017-00000245: /);
				assert.deepEqual(textsOf(got, "Header"), [name]);
			}
		});
});
