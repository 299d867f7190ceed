import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { readRole, readUser } from "../../../emulator/auth/ram-document.ts";
import { actionsOf } from "../../../emulator/operations/access/actions.ts";
import { table } from "../../../emulator/operations/table.ts";
import { refusal, textsOf } from "../../client.ts";
import {
	ACCOUNT_2,
	AccessFixture,
	type AccessRequest,
	account,
	allow,
	anonymous,
	buckets,
	deny,
	form,
	get,
	head,
	listing,
	OWNER,
	owner,
	put,
	type Statement,
	session,
	type TestCaller,
	user,
	when,
} from "../../server/access-fixture.ts";
import { field, file, postForm } from "../object/form.ts";

const everybody = { Principal: ["*"] };

/** Starts an emulator with a bucket `photos` and an object `cat`. */
const openFixture = async (
	t: TestContext,
	acl = "private",
	policy: readonly Statement[] = [],
	...flags: readonly string[]
): Promise<AccessFixture> => {
	const fixture = await AccessFixture.openFor(t, ...flags);
	await fixture.makeBucket("photos", acl, policy, { cat: {} });
	return fixture;
};

const addUser = (
	fixture: AccessFixture,
	...statements: readonly Statement[]
): TestCaller => {
	const policies =
		statements.length === 0 ? [] : [{ Version: "1", Statement: statements }];
	const accessKeys = [{ id: "annKey", secret: "annKey" }];
	fixture.emulator.ram.putUser(
		readUser({ name: "ann", id: "201", accessKeys, policies }, OWNER),
	);
	return user("annKey");
};

const refusalOf = async (
	fixture: AccessFixture,
	caller: TestCaller,
	request: AccessRequest,
): Promise<string> => refusal(await fixture.send(caller, "photos", request));

const ALL = "photos, photos/*";

suite("A refusal", () => {
	test("by a session's policy names the policy, and distinguishes an implicit from an explicit denial (A-509)", async (t) => {
		const fixture = await openFixture(t);
		assert.equal(
			await refusalOf(fixture, session(allow("PutObject", "*")), get("cat")),
			"403 AccessDenied 0003-00000202: Access denied by authorizer's policy.",
		);
		assert.equal(
			await refusalOf(
				fixture,
				session(allow("*", "*"), deny("GetObject", "*")),
				get("cat"),
			),
			"403 AccessDenied 0003-00000201: Access denied by authorizer's policy.",
		);
	});

	test("by the policies of a session's role has the same message", async (t) => {
		const fixture = await openFixture(t);
		const policies = [{ Version: "1", Statement: [allow("ListObjects", "*")] }];
		fixture.emulator.ram.putRole(readRole({ name: "app", policies }, OWNER));
		assert.equal(
			await fixture.verdict(session(), "photos", listing()),
			"allow",
		);
		assert.equal(
			await refusalOf(fixture, session(), get("cat")),
			"403 AccessDenied 0003-00000202: Access denied by authorizer's policy.",
		);
	});

	test("by a RAM user's policies has the recorded message", async (t) => {
		const fixture = await openFixture(t);
		const silent =
			"403 AccessDenied 0003-00000001: You have no right to access this object because of bucket acl.";
		const ann = addUser(fixture);
		assert.equal(await refusalOf(fixture, ann, get("cat")), silent);
		assert.equal(await refusalOf(fixture, ann, listing()), silent);
		addUser(fixture, deny("GetObject", "*"));
		assert.equal(
			await refusalOf(fixture, ann, get("cat")),
			"403 AccessDenied 0003-00000201: AccessDenied",
		);
	});

	test("by a bucket's policy names this policy; a refusal by both policies names both", async (t) => {
		const fixture = await openFixture(t, "public-read", [
			deny("GetObject", "photos/*", everybody),
		]);
		assert.equal(
			await refusalOf(fixture, anonymous, get("cat")),
			"403 AccessDenied 0003-00000101: Access denied by bucket policy.",
		);
		const ann = addUser(fixture, deny("*", "*"));
		assert.equal(
			await refusalOf(fixture, ann, get("cat")),
			"403 AccessDenied 0003-00000203: AccessDenied",
		);
	});

	test("by an ACL shows whether it is that of the bucket or of the object (A-546)", async (t) => {
		const fixture = await openFixture(t);
		const other = account(ACCOUNT_2);
		await fixture.owner.put("/photos/own", "x", {
			"x-oss-object-acl": "private",
		});
		const cases = [
			[
				anonymous,
				get("cat"),
				"0003-00000001: You have no right to access this object because of bucket acl.",
			],
			[
				other,
				get("cat"),
				"0003-00000001: You have no right to access this object because of bucket acl.",
			],
			[
				anonymous,
				get("own"),
				"0003-00000005: You do not have read permission on this object.",
			],
			[
				anonymous,
				put("own"),
				"0003-00000006: You do not have write permission on this object.",
			],
			[
				other,
				get("cat?acl"),
				"0003-00000007: You do not have read acl permission on this object.",
			],
			[
				anonymous,
				put("cat?acl", { "x-oss-object-acl": "private" }),
				"0003-00000008: You do not have write acl permission on this object.",
			],
			[anonymous, listing(), "0003-00000905: AccessDenied"],
			[other, listing(), ": The bucket you visit is not belong to you."],
			[
				anonymous,
				buckets,
				"0003-00001201: Anonymous access is forbidden for this operation.",
			],
		] as const;
		for (const [caller, request, expected] of cases)
			assert.equal(
				await refusalOf(fixture, caller, request),
				`403 AccessDenied ${expected}`,
			);
	});

	test("contains the caller and the refused action, in OSS's order, even for a HEAD request", async (t) => {
		const fixture = await openFixture(t);
		const caller = session(allow("PutObject", "*"));
		const answer = await fixture.send(caller, "photos", get("cat"));

		const [detail = ""] =
			/<AccessDeniedDetail>[\s\S]*<\/AccessDeniedDetail>/.exec(answer.text) ??
			[];
		assert.deepEqual(
			Array.from(detail.matchAll(/<(\w+)>([^<\n]*)</g), ([, name, value]) => [
				name,
				value,
			]).slice(0, 6),
			[
				["AuthPrincipalOwnerId", OWNER],
				["AuthPrincipalType", "AssumedRoleUser"],
				["AuthPrincipalDisplayName", "app:job"],
				["NoPermissionType", "ImplicitDeny"],
				["PolicyType", "SessionPolicy"],
				["AuthAction", "oss:GetObject"],
			],
		);
		const [message = ""] = textsOf(answer, "EncodedDiagnosticMessage");
		assert.match(message, /^[A-Za-z0-9+/]+={0,2}$/);
		assert.match(answer.text, /<\/AccessDeniedDetail>\s*<EC>/);
		const headed = await fixture.send(caller, "photos", head("cat"));
		assert.equal(refusal(headed), refusal(answer));
	});

	test("of a RAM user contains the user's number and the type of the policy", async (t) => {
		const fixture = await openFixture(t);
		const ann = addUser(fixture, deny("PutObject", "*"));
		const answer = await fixture.send(ann, "photos", put("cat"));
		assert.deepEqual(textsOf(answer, "AuthPrincipalType"), ["SubUser"]);
		assert.deepEqual(textsOf(answer, "AuthPrincipalDisplayName"), ["201"]);
		assert.deepEqual(textsOf(answer, "NoPermissionType"), ["ExplicitDeny"]);
		assert.deepEqual(textsOf(answer, "PolicyType"), [
			"AccountLevelIdentityBasedPolicy",
		]);
	});
});

suite("The reason for a refusal", () => {
	test("contains the statement that denied the request", async (t) => {
		const fixture = await openFixture(t, "private", [
			allow("GetObject", "photos/*", { Principal: [ACCOUNT_2] }),
			deny("GetObject", "photos/cat", { Principal: [ACCOUNT_2] }),
		]);
		const { why } = await fixture.refusal(
			account(ACCOUNT_2),
			"photos",
			get("cat"),
		);
		assert.deepEqual(why, {
			rule: "bucket policy",
			verdict: "explicit deny",
			action: "oss:GetObject",
			resource: `acs:oss:oss-cn-hangzhou:${OWNER}:photos/cat`,
			caller: `account ${ACCOUNT_2}`,
			statements: [{ policy: "the policy of bucket photos", statement: 2 }],
			sentence: `statement 2 of the policy of bucket photos denies oss:GetObject on acs:oss:oss-cn-hangzhou:${OWNER}:photos/cat to account ${ACCOUNT_2}`,
		});
	});

	test("states that no policy allowed the request", async (t) => {
		const fixture = await openFixture(t);
		const sentenceOf = async (caller: TestCaller) =>
			(await fixture.refusal(caller, "photos", get("cat"))).why?.sentence;
		const action = `oss:GetObject on acs:oss:oss-cn-hangzhou:${OWNER}:photos/cat`;
		assert.equal(
			await sentenceOf(session(allow("PutObject", "*"))),
			`no statement of session policy allows ${action} to session job of role app of account ${OWNER}`,
		);
		assert.equal(
			await sentenceOf(addUser(fixture)),
			`no statement of identity policy and bucket policy allows ${action} to RAM user ann of account ${OWNER}`,
		);
		assert.equal(
			await sentenceOf(anonymous),
			`the bucket's ACL private does not allow ${action} to an anonymous caller`,
		);
	});

	test("is in the request log, but not in the response", async (t) => {
		const fixture = await openFixture(t);
		const answer = await fixture.send(anonymous, "photos", get("cat"));
		assert.ok(!answer.text.includes("anonymous caller"));

		const url = `${fixture.adminUrl}/api/requests`;
		const { requests } = JSON.parse(await (await fetch(url)).text());
		const [latest] = requests;
		assert.equal(latest.id, answer.headers["x-oss-request-id"]);
		assert.equal(latest.refusal.rule, "acl");
		assert.match(
			latest.refusal.sentence,
			/^the bucket's ACL private does not allow/,
		);
	});
});

suite("A RAM user", () => {
	test("can list the account's buckets and create a bucket if its policies allow it", async (t) => {
		const fixture = await openFixture(t);
		const make: AccessRequest = {
			...put(""),
			send: ({ client, sign }) => client.send("PUT", "/made-by-ann", sign({})),
		};
		const ann = addUser(fixture);
		for (const request of [buckets, make])
			assert.equal(await fixture.verdict(ann, "photos", request), "deny");

		addUser(
			fixture,
			allow("ListBuckets", "*"),
			allow("PutBucket", "made-by-*"),
		);
		const listed = await fixture.send(ann, "photos", buckets);
		assert.deepEqual(textsOf(listed, "Name"), ["photos"]);
		assert.equal(await fixture.verdict(ann, "photos", make), "allow");
		const bucket = await fixture.emulator.store.buckets.get("made-by-ann");
		assert.equal(bucket.owner, OWNER);
	});

	test("has the permissions of a bucket policy in another account's bucket, regardless of its own policies", async (t) => {
		const fixture = await openFixture(t, "private", [
			allow("GetObject", "photos/*", { Principal: ["201"] }),
		]);
		const accessKeys = [{ id: "annKey", secret: "annKey" }];
		const policies = [{ Version: "1", Statement: [allow("*", "*")] }];
		const ann = { name: "ann", id: "201", accessKeys, policies };
		fixture.emulator.ram.putUser(readUser(ann, ACCOUNT_2));
		assert.equal(
			await fixture.verdict(user("annKey"), "photos", get("cat")),
			"allow",
		);
		assert.equal(
			await fixture.verdict(user("annKey"), "photos", put("cat")),
			"deny",
		);
	});
});

suite("A bucket with requester payment", () => {
	const PAYING = { "x-oss-request-payer": "requester" };
	const REFUSED =
		"403 AccessDenied 0003-00000703: Access denied for requester pay bucket";
	const open = async (t: TestContext): Promise<AccessFixture> => {
		const fixture = await openFixture(t, "public-read-write", [
			allow("*", ALL, { Principal: [ACCOUNT_2] }),
		]);
		await fixture.putDocument(
			"photos",
			"requestPayment",
			'{"Payer":"Requester"}',
		);
		return fixture;
	};

	test("requires a request of another account to accept the cost, in a header or in the URL", async (t) => {
		const fixture = await open(t);
		const other = account(ACCOUNT_2);
		const answer = await fixture.send(other, "photos", get("cat"));
		assert.equal(refusal(answer), REFUSED);
		assert.deepEqual(textsOf(answer, "BucketName"), ["photos"]);
		for (const request of [
			get("cat", PAYING),
			get("cat?x-oss-request-payer=requester"),
			put("dog", PAYING),
			listing("x-oss-request-payer=requester"),
		])
			assert.equal(
				await fixture.verdict(other, "photos", request),
				"allow",
				request.what,
			);
		for (const request of [put("dog"), listing(), form("dog")])
			assert.equal(
				await refusalOf(fixture, other, request),
				REFUSED,
				request.what,
			);
	});

	test("refuses anonymous requests, even if they accept the cost", async (t) => {
		const fixture = await open(t);
		assert.equal(await refusalOf(fixture, anonymous, get("cat")), REFUSED);
		assert.equal(
			await refusalOf(fixture, anonymous, get("cat", PAYING)),
			REFUSED,
		);
	});

	test("does not require the header from its owner and the owner's users and sessions", async (t) => {
		const fixture = await open(t);
		for (const caller of [owner, session(), addUser(fixture, allow("*", "*"))])
			assert.equal(
				await fixture.verdict(caller, "photos", get("cat")),
				"allow",
			);
	});

	test("checks the permissions of the caller first (A-543)", async (t) => {
		const fixture = await openFixture(t);
		await fixture.putDocument(
			"photos",
			"requestPayment",
			'{"Payer":"Requester"}',
		);
		assert.match(
			await refusalOf(fixture, account(ACCOUNT_2), get("cat")),
			/0003-00000001/,
		);
	});
});

suite("If public access is blocked", () => {
	const BLOCK = '{"BlockPublicAccess":true}';
	const block = {
		"for the bucket": (fixture: AccessFixture) =>
			fixture.putDocument("photos", "publicAccessBlock", BLOCK),
		"for the account": ({ emulator: { store } }: AccessFixture) =>
			store.configurations.changeOfAccount(
				OWNER,
				"publicAccessBlock",
				() => BLOCK,
			),
	};
	for (const [where, set] of Object.entries(block)) {
		test(`${where}, public ACLs and public policies have no effect`, async (t) => {
			const fixture = await openFixture(t, "public-read-write", [
				allow("ListObjects", "photos", everybody),
				allow("GetObject", "photos/cat", { Principal: [ACCOUNT_2] }),
			]);
			for (const request of [get("cat"), put("dog"), listing()])
				assert.equal(
					await fixture.verdict(anonymous, "photos", request),
					"allow",
				);

			await set(fixture);
			for (const request of [get("cat"), put("dog"), listing()])
				assert.equal(
					await fixture.verdict(anonymous, "photos", request),
					"deny",
				);
			assert.equal(
				await fixture.verdict(account(ACCOUNT_2), "photos", get("cat")),
				"allow",
			);
			assert.equal(await fixture.verdict(owner, "photos", get("cat")), "allow");
			const { why } = await fixture.refusal(anonymous, "photos", get("cat"));
			assert.equal(why?.rule, "block public access");
		});

		test(`${where}, a public ACL cannot be set (A-545)`, async (t) => {
			const fixture = await openFixture(t);
			await set(fixture);
			const object = { "x-oss-object-acl": "public-read" };
			const bucket = { "x-oss-acl": "public-read-write" };
			for (const request of [put("cat", object), put("cat?acl", object)])
				assert.equal(
					await refusalOf(fixture, owner, request),
					"403 AccessDenied 0016-00000901: Put public object acl is not allowed",
				);
			assert.equal(
				await refusalOf(fixture, owner, put("?acl", bucket)),
				"403 AccessDenied 0016-00000901: Put public bucket acl is not allowed",
			);
			for (const request of [
				put("cat", { "x-oss-object-acl": "private" }),
				put("?acl", { "x-oss-acl": "private" }),
			])
				assert.equal(await fixture.verdict(owner, "photos", request), "allow");
		});
	}

	test("for the account, no bucket can be created with a public ACL", async (t) => {
		const fixture = await openFixture(t);
		await block["for the account"](fixture);
		const made = await fixture.owner.put("/dogs", "", {
			"x-oss-acl": "public-read",
		});
		assert.match(refusal(made), /^403 AccessDenied 0016-00000901/);
		assert.equal((await fixture.owner.put("/dogs")).status, 200);
	});

	test("for the bucket, a second PutBucket cannot set a public ACL either", async (t) => {
		const fixture = await openFixture(t);
		await block["for the bucket"](fixture);
		const again = await fixture.owner.put("/photos", "", {
			"x-oss-acl": "public-read",
		});
		assert.match(refusal(again), /^403 AccessDenied 0016-00000901/);
		assert.equal((await fixture.owner.put("/photos")).status, 200);
	});
});

suite("Conditions on tags", () => {
	const tagged = (key: string) =>
		session(allow("*", ALL, when("StringEquals", key, "ok")));

	test("of the bucket apply to its tagging document", async (t) => {
		const fixture = await openFixture(t);
		const verdictOf = async () =>
			fixture.verdict(tagged("oss:BucketTag/status"), "photos", get("cat"));
		assert.equal(await verdictOf(), "deny");
		const tags = { TagSet: { Tag: [{ Key: "status", Value: "ok" }] } };
		await fixture.putDocument("photos", "tagging", JSON.stringify(tags));
		assert.equal(await verdictOf(), "allow");
	});

	test("of the request also apply to its body", async (t) => {
		const fixture = await openFixture(t);
		const caller = tagged("oss:RequestObjectTag/status");
		const tagging = (value: string): AccessRequest => ({
			...put("cat?tagging"),
			body: `<Tagging><TagSet><Tag><Key>status</Key><Value>${value}</Value></Tag></TagSet></Tagging>`,
		});
		assert.equal(
			await fixture.verdict(caller, "photos", tagging("ok")),
			"allow",
		);
		assert.equal(
			await fixture.verdict(caller, "photos", tagging("no")),
			"deny",
		);
		assert.equal(
			await fixture.verdict(anonymous, "photos", tagging("ok")),
			"deny",
		);
	});

	test("of the object do not apply to the object that a request writes (A-541)", async (t) => {
		const fixture = await openFixture(t);
		await fixture.owner.put("/photos/cat", "x", {
			"x-oss-tagging": "status=ok",
		});
		const caller = tagged("oss:ExistingObjectTag/status");
		assert.equal(await fixture.verdict(caller, "photos", get("cat")), "allow");
		assert.equal(await fixture.verdict(caller, "photos", put("cat")), "deny");
		assert.equal(await fixture.verdict(caller, "photos", get("other")), "deny");
	});
});

suite("Conditions on a form", () => {
	test("apply to its x-oss- fields, and for all other keys to the headers", async (t) => {
		const fixture = await openFixture(t, "private", [
			allow("PutObject", "photos/a*", {
				...everybody,
				...when("StringEquals", "acs:UserAgent", "app"),
			}),
			allow("PutObject", "photos/b*", {
				...everybody,
				...when("StringEquals", "oss:x-oss-object-acl", "private"),
			}),
		]);
		const post = async (key: string, name: string, value: string) => {
			const parts = [field("key", key), field(name, value), file("x")];
			return (await postForm(fixture.owner, parts)).status;
		};
		assert.equal(await post("a", "user-agent", "app"), 403);
		assert.equal(await post("b", "x-oss-object-acl", "private"), 204);
		assert.equal(await post("b2", "x-oss-object-acl", "default"), 403);
	});
});

suite("--auth off", () => {
	test("disables policies, ACLs and requester payment", async (t) => {
		const flags = ["--auth", "off"];
		const fixture = await openFixture(
			t,
			"private",
			[deny("*", ALL, everybody)],
			...flags,
		);
		await fixture.putDocument(
			"photos",
			"requestPayment",
			'{"Payer":"Requester"}',
		);
		for (const caller of [anonymous, account(ACCOUNT_2)])
			for (const request of [get("cat"), put("cat"), listing()])
				assert.equal(await fixture.verdict(caller, "photos", request), "allow");
	});
});

suite("The action of an operation", () => {
	/** Actions that differ from the name of the operation, from docs «Authorization syntax and elements». */
	const documented: readonly (readonly [action: string, operations: string])[] =
		[
			[
				"oss:PutObject",
				"PutObject PostObject AppendObject PutSymlink InitiateMultipartUpload UploadPart CompleteMultipartUpload CopyObject UploadPartCopy",
			],
			[
				"oss:GetObject",
				"GetObject HeadObject GetObjectMeta GetSymlink SelectObject ImageProcess",
			],
			["oss:DeleteObject", "DeleteObject DeleteMultipleObjects"],
			["oss:AbortMultipartUpload", "AbortMultipartUpload"],
			["oss:ListParts", "ListParts"],
			["oss:GetObjectAcl", "GetObjectACL"],
			["oss:PutObjectAcl", "PutObjectACL"],
			["oss:ListObjects", "ListObjects ListObjectsV2"],
			["oss:ListObjectVersions", "ListObjectVersions"],
			["oss:ListMultipartUploads", "ListMultipartUploads"],
			["oss:ListBuckets", "ListBuckets"],
			["oss:PutBucketTagging", "PutBucketTags"],
			["oss:GetBucketTagging", "GetBucketTags"],
			["oss:DeleteBucketTagging", "DeleteBucketTags"],
			["oss:PutBucketAcl", "PutBucketAcl"],
			["oss:RestoreObject", "RestoreObject"],
		];
	for (const [action, operations] of documented) {
		test(`${action} is the action of ${operations}`, () => {
			for (const name of operations.split(" "))
				assert.equal(
					table.find((row) => row.name === name)?.action,
					action,
					name,
				);
		});
	}

	test("is different for an old version, and tags require a second action", () => {
		const queryAndHeaders = (query: Record<string, string>, headers = {}) => ({
			query: new Map(Object.entries(query)),
			headers,
		});
		const old = queryAndHeaders({ versionId: "null" });
		for (const [action, ofVersion] of [
			["GetObject", "GetObjectVersion"],
			["DeleteObject", "DeleteObjectVersion"],
			["GetObjectAcl", "GetObjectVersionAcl"],
			["PutObjectAcl", "PutObjectVersionAcl"],
			["GetObjectTagging", "GetObjectVersionTagging"],
			["PutObjectTagging", "PutObjectVersionTagging"],
			["DeleteObjectTagging", "DeleteObjectVersionTagging"],
			["RestoreObject", "RestoreObjectVersion"],
			["ListParts", "ListParts"],
		]) {
			assert.deepEqual(actionsOf(`oss:${action}`, old), [`oss:${ofVersion}`]);
			assert.deepEqual(actionsOf(`oss:${action}`, queryAndHeaders({})), [
				`oss:${action}`,
			]);
		}
		const tagged = queryAndHeaders({}, { "x-oss-tagging": "a=b" });
		assert.deepEqual(actionsOf("oss:PutObject", tagged), [
			"oss:PutObject",
			"oss:PutObjectTagging",
		]);
		assert.deepEqual(actionsOf("oss:GetObject", tagged), ["oss:GetObject"]);
	});
});
