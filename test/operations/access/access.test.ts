import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { readRole, readUser } from "../../../emulator/auth/ram-document.ts";
import { actionsOf } from "../../../emulator/operations/access/actions.ts";
import { table } from "../../../emulator/operations/table.ts";
import { refusal, textsOf } from "../../client.ts";
import {
	ACCOUNT_2,
	type Ask,
	account,
	allow,
	buckets,
	deny,
	form,
	get,
	head,
	listing,
	N,
	O,
	OWNER,
	Place,
	put,
	S,
	type Statement,
	user,
	type Who,
	when,
} from "../../server/asking.ts";
import { field, file, postForm } from "../object/form.ts";

const everybody = { Principal: ["*"] };

/** A bucket `photos` with `cat` in it. */
const openPlace = async (
	t: TestContext,
	acl = "private",
	policy: readonly Statement[] = [],
	...flags: readonly string[]
): Promise<Place> => {
	const place = await Place.openFor(t, ...flags);
	await place.makeBucket("photos", acl, policy, { cat: {} });
	return place;
};

const addUser = (place: Place, ...statements: readonly Statement[]): Who => {
	const policies =
		statements.length === 0 ? [] : [{ Version: "1", Statement: statements }];
	const accessKeys = [{ id: "annKey", secret: "annKey" }];
	place.emulator.ram.putUser(
		readUser({ name: "ann", id: "201", accessKeys, policies }, OWNER),
	);
	return user("annKey");
};

const refusalOf = async (place: Place, who: Who, ask: Ask): Promise<string> =>
	refusal(await place.ask(who, "photos", ask));

const ALL = "photos, photos/*";

suite("A refusal", () => {
	test("by a session's policy names the policy, and tells an implicit from an explicit denial (A-509)", async (t) => {
		const place = await openPlace(t);
		assert.equal(
			await refusalOf(place, S(allow("PutObject", "*")), get("cat")),
			"403 AccessDenied 0003-00000202: Access denied by authorizer's policy.",
		);
		assert.equal(
			await refusalOf(
				place,
				S(allow("*", "*"), deny("GetObject", "*")),
				get("cat"),
			),
			"403 AccessDenied 0003-00000201: Access denied by authorizer's policy.",
		);
	});

	test("by the policies of a session's role says the same", async (t) => {
		const place = await openPlace(t);
		const policies = [{ Version: "1", Statement: [allow("ListObjects", "*")] }];
		place.emulator.ram.putRole(readRole({ name: "app", policies }, OWNER));
		assert.equal(await place.verdict(S(), "photos", listing()), "allow");
		assert.equal(
			await refusalOf(place, S(), get("cat")),
			"403 AccessDenied 0003-00000202: Access denied by authorizer's policy.",
		);
	});

	test("by a RAM user's policies has the text of a captured one", async (t) => {
		const place = await openPlace(t);
		const silent =
			"403 AccessDenied 0003-00000001: You have no right to access this object because of bucket acl.";
		const ann = addUser(place);
		assert.equal(await refusalOf(place, ann, get("cat")), silent);
		assert.equal(await refusalOf(place, ann, listing()), silent);
		addUser(place, deny("GetObject", "*"));
		assert.equal(
			await refusalOf(place, ann, get("cat")),
			"403 AccessDenied 0003-00000201: AccessDenied",
		);
	});

	test("by a bucket's policy names that policy; one by both policies names both", async (t) => {
		const place = await openPlace(t, "public-read", [
			deny("GetObject", "photos/*", everybody),
		]);
		assert.equal(
			await refusalOf(place, N, get("cat")),
			"403 AccessDenied 0003-00000101: Access denied by bucket policy.",
		);
		const ann = addUser(place, deny("*", "*"));
		assert.equal(
			await refusalOf(place, ann, get("cat")),
			"403 AccessDenied 0003-00000203: AccessDenied",
		);
	});

	test("by an ACL names the ACL of the bucket or of the object (A-546)", async (t) => {
		const place = await openPlace(t);
		const other = account(ACCOUNT_2);
		await place.owner.put("/photos/own", "x", {
			"x-oss-object-acl": "private",
		});
		const cases = [
			[
				N,
				get("cat"),
				"0003-00000001: You have no right to access this object because of bucket acl.",
			],
			[
				other,
				get("cat"),
				"0003-00000001: You have no right to access this object because of bucket acl.",
			],
			[
				N,
				get("own"),
				"0003-00000005: You do not have read permission on this object.",
			],
			[
				N,
				put("own"),
				"0003-00000006: You do not have write permission on this object.",
			],
			[
				other,
				get("cat?acl"),
				"0003-00000007: You do not have read acl permission on this object.",
			],
			[
				N,
				put("cat?acl", { "x-oss-object-acl": "private" }),
				"0003-00000008: You do not have write acl permission on this object.",
			],
			[N, listing(), "0003-00000905: AccessDenied"],
			[other, listing(), ": The bucket you visit is not belong to you."],
			[
				N,
				buckets,
				"0003-00001201: Anonymous access is forbidden for this operation.",
			],
		] as const;
		for (const [who, ask, expected] of cases)
			assert.equal(
				await refusalOf(place, who, ask),
				`403 AccessDenied ${expected}`,
			);
	});

	test("names the caller and the refused action, in OSS's order, for a HEAD request too", async (t) => {
		const place = await openPlace(t);
		const who = S(allow("PutObject", "*"));
		const answer = await place.ask(who, "photos", get("cat"));

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
		const headed = await place.ask(who, "photos", head("cat"));
		assert.equal(refusal(headed), refusal(answer));
	});

	test("of a RAM user names the user by its number, and the kind of the policy", async (t) => {
		const place = await openPlace(t);
		const ann = addUser(place, deny("PutObject", "*"));
		const answer = await place.ask(ann, "photos", put("cat"));
		assert.deepEqual(textsOf(answer, "AuthPrincipalType"), ["SubUser"]);
		assert.deepEqual(textsOf(answer, "AuthPrincipalDisplayName"), ["201"]);
		assert.deepEqual(textsOf(answer, "NoPermissionType"), ["ExplicitDeny"]);
		assert.deepEqual(textsOf(answer, "PolicyType"), [
			"AccountLevelIdentityBasedPolicy",
		]);
	});
});

suite("The reason for a refusal", () => {
	test("names the statement that denied the request", async (t) => {
		const place = await openPlace(t, "private", [
			allow("GetObject", "photos/*", { Principal: [ACCOUNT_2] }),
			deny("GetObject", "photos/cat", { Principal: [ACCOUNT_2] }),
		]);
		const { why } = await place.refusal(
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
		const place = await openPlace(t);
		const sentenceOf = async (who: Who) =>
			(await place.refusal(who, "photos", get("cat"))).why?.sentence;
		const asked = `oss:GetObject on acs:oss:oss-cn-hangzhou:${OWNER}:photos/cat`;
		assert.equal(
			await sentenceOf(S(allow("PutObject", "*"))),
			`no statement of session policy allows ${asked} to session job of role app of account ${OWNER}`,
		);
		assert.equal(
			await sentenceOf(addUser(place)),
			`no statement of identity policy and bucket policy allows ${asked} to RAM user ann of account ${OWNER}`,
		);
		assert.equal(
			await sentenceOf(N),
			`the bucket's ACL private does not allow ${asked} to an anonymous caller`,
		);
	});

	test("is in the request log, and not in the response to the client", async (t) => {
		const place = await openPlace(t);
		const answer = await place.ask(N, "photos", get("cat"));
		assert.ok(!answer.text.includes("anonymous caller"));

		const url = `${place.adminUrl}/api/requests`;
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
	test("can list the account's buckets and create a bucket if its policies allow that", async (t) => {
		const place = await openPlace(t);
		const make: Ask = {
			...put(""),
			send: ({ client, sign }) => client.send("PUT", "/made-by-ann", sign({})),
		};
		const ann = addUser(place);
		for (const ask of [buckets, make])
			assert.equal(await place.verdict(ann, "photos", ask), "deny");

		addUser(place, allow("ListBuckets", "*"), allow("PutBucket", "made-by-*"));
		const listed = await place.ask(ann, "photos", buckets);
		assert.deepEqual(textsOf(listed, "Name"), ["photos"]);
		assert.equal(await place.verdict(ann, "photos", make), "allow");
		const { owner } = await place.emulator.store.buckets.get("made-by-ann");
		assert.equal(owner, OWNER);
	});

	test("has the rights that the bucket's policy grants in another account's bucket, regardless of its own policies", async (t) => {
		const place = await openPlace(t, "private", [
			allow("GetObject", "photos/*", { Principal: ["201"] }),
		]);
		const accessKeys = [{ id: "annKey", secret: "annKey" }];
		const policies = [{ Version: "1", Statement: [allow("*", "*")] }];
		const ann = { name: "ann", id: "201", accessKeys, policies };
		place.emulator.ram.putUser(readUser(ann, ACCOUNT_2));
		assert.equal(
			await place.verdict(user("annKey"), "photos", get("cat")),
			"allow",
		);
		assert.equal(
			await place.verdict(user("annKey"), "photos", put("cat")),
			"deny",
		);
	});
});

suite("A bucket with requester payment", () => {
	const PAYING = { "x-oss-request-payer": "requester" };
	const REFUSED =
		"403 AccessDenied 0003-00000703: Access denied for requester pay bucket";
	const open = async (t: TestContext): Promise<Place> => {
		const place = await openPlace(t, "public-read-write", [
			allow("*", ALL, { Principal: [ACCOUNT_2] }),
		]);
		await place.keep("photos", "requestPayment", '{"Payer":"Requester"}');
		return place;
	};

	test("requires a request of another account to accept the cost, in a header or in the URL", async (t) => {
		const place = await open(t);
		const other = account(ACCOUNT_2);
		const answer = await place.ask(other, "photos", get("cat"));
		assert.equal(refusal(answer), REFUSED);
		assert.deepEqual(textsOf(answer, "BucketName"), ["photos"]);
		for (const ask of [
			get("cat", PAYING),
			get("cat?x-oss-request-payer=requester"),
			put("dog", PAYING),
			listing("x-oss-request-payer=requester"),
		])
			assert.equal(
				await place.verdict(other, "photos", ask),
				"allow",
				ask.what,
			);
		for (const ask of [put("dog"), listing(), form("dog")])
			assert.equal(await refusalOf(place, other, ask), REFUSED, ask.what);
	});

	test("refuses anonymous requests, even if they accept the cost", async (t) => {
		const place = await open(t);
		assert.equal(await refusalOf(place, N, get("cat")), REFUSED);
		assert.equal(await refusalOf(place, N, get("cat", PAYING)), REFUSED);
	});

	test("requires no header from its owner, nor from the owner's users and sessions", async (t) => {
		const place = await open(t);
		for (const who of [O, S(), addUser(place, allow("*", "*"))])
			assert.equal(await place.verdict(who, "photos", get("cat")), "allow");
	});

	test("checks the rights of the caller first (A-543)", async (t) => {
		const place = await openPlace(t);
		await place.keep("photos", "requestPayment", '{"Payer":"Requester"}');
		assert.match(
			await refusalOf(place, account(ACCOUNT_2), get("cat")),
			/0003-00000001/,
		);
	});
});

suite("Where public access is blocked", () => {
	const BLOCK = '{"BlockPublicAccess":true}';
	const block = {
		"for the bucket": (place: Place) =>
			place.keep("photos", "publicAccessBlock", BLOCK),
		"for the account": ({ emulator: { store } }: Place) =>
			store.configurations.changeOfAccount(
				OWNER,
				"publicAccessBlock",
				() => BLOCK,
			),
	};
	for (const [where, set] of Object.entries(block)) {
		test(`${where}, public ACLs and public policies have no effect`, async (t) => {
			const place = await openPlace(t, "public-read-write", [
				allow("ListObjects", "photos", everybody),
				allow("GetObject", "photos/cat", { Principal: [ACCOUNT_2] }),
			]);
			for (const ask of [get("cat"), put("dog"), listing()])
				assert.equal(await place.verdict(N, "photos", ask), "allow");

			await set(place);
			for (const ask of [get("cat"), put("dog"), listing()])
				assert.equal(await place.verdict(N, "photos", ask), "deny");
			assert.equal(
				await place.verdict(account(ACCOUNT_2), "photos", get("cat")),
				"allow",
			);
			assert.equal(await place.verdict(O, "photos", get("cat")), "allow");
			const { why } = await place.refusal(N, "photos", get("cat"));
			assert.equal(why?.rule, "block public access");
		});

		test(`${where}, a public ACL cannot be set (A-545)`, async (t) => {
			const place = await openPlace(t);
			await set(place);
			const object = { "x-oss-object-acl": "public-read" };
			const bucket = { "x-oss-acl": "public-read-write" };
			for (const ask of [put("cat", object), put("cat?acl", object)])
				assert.equal(
					await refusalOf(place, O, ask),
					"403 AccessDenied 0016-00000901: Put public object acl is not allowed",
				);
			assert.equal(
				await refusalOf(place, O, put("?acl", bucket)),
				"403 AccessDenied 0016-00000901: Put public bucket acl is not allowed",
			);
			for (const ask of [
				put("cat", { "x-oss-object-acl": "private" }),
				put("?acl", { "x-oss-acl": "private" }),
			])
				assert.equal(await place.verdict(O, "photos", ask), "allow");
		});
	}

	test("for the account, no bucket can be created with a public ACL", async (t) => {
		const place = await openPlace(t);
		await block["for the account"](place);
		const made = await place.owner.put("/dogs", "", {
			"x-oss-acl": "public-read",
		});
		assert.match(refusal(made), /^403 AccessDenied 0016-00000901/);
		assert.equal((await place.owner.put("/dogs")).status, 200);
	});

	test("for the bucket, a second PutBucket cannot set a public ACL either", async (t) => {
		const place = await openPlace(t);
		await block["for the bucket"](place);
		const again = await place.owner.put("/photos", "", {
			"x-oss-acl": "public-read",
		});
		assert.match(refusal(again), /^403 AccessDenied 0016-00000901/);
		assert.equal((await place.owner.put("/photos")).status, 200);
	});
});

suite("Conditions on tags", () => {
	const tagged = (key: string) =>
		S(allow("*", ALL, when("StringEquals", key, "ok")));

	test("of the bucket apply to its tagging document", async (t) => {
		const place = await openPlace(t);
		const ask = async () =>
			place.verdict(tagged("oss:BucketTag/status"), "photos", get("cat"));
		assert.equal(await ask(), "deny");
		const tags = { TagSet: { Tag: [{ Key: "status", Value: "ok" }] } };
		await place.keep("photos", "tagging", JSON.stringify(tags));
		assert.equal(await ask(), "allow");
	});

	test("of the request apply to its body too", async (t) => {
		const place = await openPlace(t);
		const who = tagged("oss:RequestObjectTag/status");
		const tagging = (value: string): Ask => ({
			...put("cat?tagging"),
			body: `<Tagging><TagSet><Tag><Key>status</Key><Value>${value}</Value></Tag></TagSet></Tagging>`,
		});
		assert.equal(await place.verdict(who, "photos", tagging("ok")), "allow");
		assert.equal(await place.verdict(who, "photos", tagging("no")), "deny");
		assert.equal(await place.verdict(N, "photos", tagging("ok")), "deny");
	});

	test("of the object do not apply to an object that is being written (A-541)", async (t) => {
		const place = await openPlace(t);
		await place.owner.put("/photos/cat", "x", { "x-oss-tagging": "status=ok" });
		const who = tagged("oss:ExistingObjectTag/status");
		assert.equal(await place.verdict(who, "photos", get("cat")), "allow");
		assert.equal(await place.verdict(who, "photos", put("cat")), "deny");
		assert.equal(await place.verdict(who, "photos", get("other")), "deny");
	});
});

suite("Conditions on a form", () => {
	test("apply to its x-oss- fields, and to the headers for all other keys", async (t) => {
		const place = await openPlace(t, "private", [
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
			return (await postForm(place.owner, parts)).status;
		};
		assert.equal(await post("a", "user-agent", "app"), 403);
		assert.equal(await post("b", "x-oss-object-acl", "private"), 204);
		assert.equal(await post("b2", "x-oss-object-acl", "default"), 403);
	});
});

suite("--auth off", () => {
	test("disables policies, ACLs and requester payment", async (t) => {
		const flags = ["--auth", "off"];
		const place = await openPlace(
			t,
			"private",
			[deny("*", ALL, everybody)],
			...flags,
		);
		await place.keep("photos", "requestPayment", '{"Payer":"Requester"}');
		for (const who of [N, account(ACCOUNT_2)])
			for (const ask of [get("cat"), put("cat"), listing()])
				assert.equal(await place.verdict(who, "photos", ask), "allow");
	});
});

suite("The action of an operation", () => {
	/** Docs «Authorization syntax and elements», where it is not the operation's name. */
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
		test(`${action} is that of ${operations}`, () => {
			for (const name of operations.split(" "))
				assert.equal(
					table.find((row) => row.name === name)?.action,
					action,
					name,
				);
		});
	}

	test("is a different one for an old version, and tags require a second action", () => {
		const asked = (query: Record<string, string>, headers = {}) => ({
			query: new Map(Object.entries(query)),
			headers,
		});
		const old = asked({ versionId: "null" });
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
			assert.deepEqual(actionsOf(`oss:${action}`, asked({})), [
				`oss:${action}`,
			]);
		}
		const tagged = asked({}, { "x-oss-tagging": "a=b" });
		assert.deepEqual(actionsOf("oss:PutObject", tagged), [
			"oss:PutObject",
			"oss:PutObjectTagging",
		]);
		assert.deepEqual(actionsOf("oss:GetObject", tagged), ["oss:GetObject"]);
	});
});
