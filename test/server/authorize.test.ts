import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import {
	ACCOUNT_2,
	ACCOUNT_3,
	AccessFixture,
	type AccessRequest,
	account,
	allow,
	anonymous,
	append,
	buckets,
	copy,
	deny,
	form,
	from,
	get,
	head,
	listing,
	multipart,
	OWNER,
	options,
	overTls,
	owner,
	put,
	remove,
	removeAll,
	removeBucket,
	type Statement,
	session,
	type TestCaller,
	when,
} from "./access-fixture.ts";

type Verdict = "allow" | "deny";

type Case = {
	readonly caller: TestCaller;
	/** The bucket's policy; `b` in resources is the bucket's name. */
	readonly policy?: readonly Statement[];
	readonly acl?: string;
	/** Objects that the owner has stored, with these headers. */
	readonly objects?: Readonly<Record<string, Readonly<Record<string, string>>>>;
	/** The requests, in order, and the expected results. */
	readonly requests: readonly (readonly [
		request: AccessRequest,
		verdict: Verdict,
	])[];
	readonly source: string;
};

const B = "b, b/*";
const WRITER = session(allow("PutObject", "b/usr001/*"));
const READER = session(allow("ListObjects, GetObject", B));
const USER_READER = session(allow("GetObject, ListObjects", "b/user1/*, b"));
const all = (verdict: Verdict, ...requests: readonly AccessRequest[]) =>
	requests.map((request) => [request, verdict] as const);
const NETWORKS = ["192.168.0.0/16", "172.12.0.0/16"];
const everybody = { Principal: ["*"] };
const PREFLIGHT = {
	origin: "http://example.com",
	"access-control-request-method": "PUT",
};
const past = "2020-01-01T00:00:00Z";
const future = "2099-01-01T00:00:00+08:00";
const agent = (name: string) => ({ "user-agent": name });

/** Documented cases, with their sources. */
const CASES: readonly Case[] = [
	{
		caller: session(),
		requests: all("allow", put("k")),
		source: "docs «FAQ about RAM roles and STS tokens»",
	},
	{ caller: session(), requests: all("allow", buckets), source: "derived" },
	{
		caller: session(allow("*", "*")),
		requests: all("allow", put("k"), get("k"), listing(), buckets, remove("k")),
		source: "docs «RAM policy», table",
	},
	{
		caller: WRITER,
		requests: all("allow", put("usr001/test.txt")),
		source: "docs, tutorial on STS",
	},
	{
		caller: WRITER,
		requests: all("deny", put("test.txt")),
		source: "docs, tutorial on STS",
	},
	{
		caller: WRITER,
		objects: { "usr001/test.txt": {} },
		requests: all("deny", get("usr001/test.txt")),
		source: "docs, tutorial on STS",
	},
	{
		caller: WRITER,
		requests: all("deny", put("usr001x/test.txt")),
		source: "derived",
	},
	{
		caller: WRITER,
		requests: all("allow", put("usr001/")),
		source: "docs «Policy elements»: * does not match either",
	},
	{
		caller: WRITER,
		requests: all("allow", put("usr001/a/b/c")),
		source: "derived: * goes over /",
	},
	{
		caller: WRITER,
		requests: all("allow", multipart("usr001/k")),
		source: "docs, table of actions",
	},
	{
		caller: WRITER,
		requests: all("deny", multipart("usr001/k", "abort")),
		source: "docs, table of actions",
	},
	{
		caller: WRITER,
		requests: all("deny", multipart("usr001/k", "list")),
		source: "docs, table of actions",
	},
	{
		caller: WRITER,
		requests: all("allow", form("usr001/k")),
		source: "docs, table of actions",
	},
	{ caller: WRITER, requests: all("deny", form("other/k")), source: "derived" },
	{
		caller: WRITER,
		requests: all("allow", append("usr001/log")),
		source: "docs, table of actions",
	},
	{
		caller: WRITER,
		objects: { "usr001/a": {} },
		requests: all("deny", copy("usr001/a", "usr001/b")),
		source: "docs, table of actions: no GetObject",
	},
	{
		caller: WRITER,
		requests: all("deny", put("usr001/k", { "x-oss-tagging": "a=b" })),
		source: "docs, table of actions",
	},
	{
		caller: WRITER,
		acl: "public-read",
		objects: { "usr001/k": {} },
		requests: all("deny", get("usr001/k")),
		source: "docs «Authentication», step 2",
	},
	{
		caller: session(allow("PutObject", "*")),
		requests: all("deny", removeAll("a", "b")),
		source: "ali-oss's test",
	},
	{
		caller: session(allow("DeleteObject", "*")),
		requests: all("allow", removeAll("a", "b")),
		source: "ali-oss's test",
	},
	{
		caller: READER,
		objects: { k: {} },
		requests: all("allow", get("k"), head("k"), listing()),
		source: "docs «RAM policy», table",
	},
	{
		caller: READER,
		requests: all("deny", put("k")),
		source: "docs «RAM policy», table",
	},
	{
		caller: READER,
		requests: all("deny", buckets),
		source: "docs «RAM policy», table",
	},
	{
		caller: USER_READER,
		objects: { "text.txt": {} },
		requests: all("deny", get("text.txt")),
		source: "docs «RAM policy», table",
	},
	{
		caller: USER_READER,
		objects: { "user1/test.txt": {} },
		requests: all("allow", get("user1/test.txt")),
		source: "docs «RAM policy», table",
	},
	{
		caller: session(allow("PutObject", "b/user1/*, b")),
		requests: all("deny", listing()),
		source: "docs «RAM policy», table",
	},
	{
		caller: session(allow("*", "b")),
		objects: { k: {} },
		requests: all("deny", get("k")),
		source: "derived: objects are not named",
	},
	{
		caller: session(allow("*", "b/*")),
		requests: all("deny", listing()),
		source: "derived: the bucket is not named",
	},
	{
		caller: session(allow("*", B), deny("DeleteBucket", "b")),
		requests: all("deny", removeBucket),
		source: "docs «Common examples of RAM policies» 3",
	},
	{
		caller: session(allow("*", B), deny("DeleteBucket", "b")),
		objects: { k: {} },
		requests: all("allow", get("k")),
		source: "docs «Common examples of RAM policies» 3",
	},
	{
		caller: session(allow("*", B), deny("DeleteObject", "b/index/*")),
		requests: all("deny", remove("index/1")),
		source: "docs «RAM policy», Effect",
	},
	{
		caller: session(allow("*", B), deny("DeleteObject", "b/index/*")),
		objects: { "index/1": {} },
		requests: all("allow", remove("other/1"), get("index/1")),
		source: "docs «RAM policy», Effect",
	},
	{
		caller: session(deny("DeleteObject", "b/*")),
		objects: { k: {} },
		requests: all("deny", get("k")),
		source: "docs «Policy evaluation process»: nothing allows",
	},
	{
		caller: session(allow("Get*", "b/*")),
		objects: { k: {} },
		requests: all("allow", get("k"), get("k?acl"), get("k?tagging")),
		source: "docs «Policy elements»",
	},
	{
		caller: session(allow("Get*", "b/*")),
		requests: all("deny", put("k")),
		source: "derived",
	},
	{
		caller: session(allow("GetObject", "b/?.txt")),
		objects: { "a.txt": {}, "ab.txt": {} },
		requests: [...all("allow", get("a.txt")), ...all("deny", get("ab.txt"))],
		source: "docs «Policy structure and syntax»",
	},
	{
		caller: session(allow("GetObject", "b/file*")),
		objects: { file1: {}, "file/x": {}, afile: {} },
		requests: [
			...all("allow", get("file1"), get("file/x")),
			...all("deny", get("afile")),
		],
		source: "docs «Common examples of RAM policies» 8",
	},
	{
		caller: session(allow("GetObject", "b/*/public/*")),
		objects: { "u/public/k": {}, "u/private/k": {} },
		requests: [
			...all("allow", get("u/public/k")),
			...all("deny", get("u/private/k")),
		],
		source: "derived",
	},
	{
		caller: session({ ...allow("*", "b"), Resource: `acs:oss:*:${OWNER}:b/*` }),
		objects: { k: {} },
		requests: all("allow", get("k")),
		source: "docs «Common examples of RAM policies» 8",
	},
	{
		caller: session({
			...allow("*", "b"),
			Resource: `acs:oss:*:${ACCOUNT_2}:b/*`,
		}),
		objects: { k: {} },
		requests: all("deny", get("k")),
		source: "derived",
	},
	{
		caller: session(
			allow(
				"ListObjects",
				"b",
				when("StringLike", "oss:Prefix", [
					"hangzhou/2014/*",
					"hangzhou/2015/*",
				]),
			),
		),
		requests: all("allow", listing("prefix=hangzhou/2014/")),
		source: "docs «Common examples of RAM policies» 4.2",
	},
	{
		caller: session(
			allow(
				"ListObjects",
				"b",
				when("StringLike", "oss:Prefix", [
					"hangzhou/2014/*",
					"hangzhou/2015/*",
				]),
			),
		),
		requests: all("deny", listing("prefix=hangzhou/2013/"), listing()),
		source: "docs «Common examples of RAM policies» 4.2",
	},
	{
		caller: session(
			allow("ListObjects", "b", {
				Condition: {
					StringLike: { "oss:Prefix": ["", "hangzhou/"], "oss:Delimiter": "/" },
				},
			}),
		),
		requests: all("allow", listing("delimiter=/")),
		source: "docs «Common examples of RAM policies» 4.3",
	},
	{
		caller: session(
			allow("ListObjects", "b", {
				Condition: {
					StringLike: { "oss:Prefix": ["", "hangzhou/"], "oss:Delimiter": "/" },
				},
			}),
		),
		requests: all("deny", listing()),
		source: "docs «Common examples of RAM policies» 4.3",
	},
	{
		caller: session(
			allow("ListObjects", "b", when("StringEquals", "oss:Prefix", "foo")),
		),
		requests: [
			...all("allow", listing("prefix=foo")),
			...all("deny", listing("prefix=foobar")),
		],
		source: "docs «Common examples of RAM policies» 8",
	},
	{
		caller: session(allow("*", B, when("IpAddress", "acs:SourceIp", NETWORKS))),
		requests: [
			...all("allow", from("192.168.3.4", get("k"))),
			...all("deny", get("k")),
		],
		source: "docs «Common examples of RAM policies» 7",
	},
	{
		caller: session(
			allow("*", B),
			deny("*", B, when("NotIpAddress", "acs:SourceIp", "192.168.0.0/16")),
		),
		requests: [
			...all("deny", get("k")),
			...all("allow", from("192.168.3.4", get("k"))),
		],
		source: "docs «Common examples of RAM policies» 7",
	},
	{
		caller: session(
			allow("*", B, when("StringEquals", "acs:UserAgent", "java-sdk")),
		),
		objects: { k: {} },
		requests: [
			...all("allow", get("k", agent("java-sdk"))),
			...all("deny", get("k", agent("other"))),
		],
		source: "docs «Common examples of RAM policies» 8",
	},
	{
		caller: session(
			allow("*", B, {
				Condition: {
					StringEquals: { "acs:UserAgent": "java-sdk" },
					IpAddress: { "acs:SourceIp": "192.168.0.1" },
				},
			}),
		),
		requests: [
			...all("deny", get("k", agent("java-sdk"))),
			...all("allow", from("192.168.0.1", get("k", agent("java-sdk")))),
		],
		source: "docs «Common examples of RAM policies» 8: AND",
	},
	{
		caller: session(allow("*", B, when("Bool", "acs:SecureTransport", "true"))),
		requests: [...all("deny", get("k")), ...all("allow", overTls(get("k")))],
		source: "docs, table of condition keys",
	},
	{
		caller: session(
			allow("*", B, when("DateLessThan", "acs:CurrentTime", past)),
		),
		requests: all("deny", get("k")),
		source: "docs, table of condition keys",
	},
	{
		caller: session(
			allow("*", B),
			deny("GetObject", "b/*", {
				Condition: {
					StringEquals: {
						"oss:ExistingObjectTag/status": "ok",
						"oss:ExistingObjectTag/key1": "value1",
					},
				},
			}),
		),
		objects: {
			both: { "x-oss-tagging": "status=ok&key1=value1" },
			one: { "x-oss-tagging": "status=ok" },
		},
		requests: [...all("deny", get("both")), ...all("allow", get("one"))],
		source: "docs «Common examples of RAM policies» 6",
	},
	{
		caller: session(
			allow(
				"PutObject",
				"b/*",
				when("StringEquals", "oss:x-oss-object-acl", "private"),
			),
		),
		requests: [
			...all("allow", put("k", { "x-oss-object-acl": "private" })),
			...all("deny", put("k")),
		],
		source: "docs, table of condition keys",
	},
	{
		caller: session(
			allow("*", "b/*", when("StringNotEquals", "acs:UserAgent", "curl")),
		),
		objects: { k: {} },
		requests: [
			...all("allow", get("k")),
			...all("deny", get("k", agent("curl"))),
		],
		source: "derived (A-506)",
	},
	{
		caller: anonymous,
		policy: [allow("GetObject", "b/pub/*", everybody)],
		objects: { "pub/k": {}, k: {} },
		requests: [...all("allow", get("pub/k")), ...all("deny", get("k"))],
		source: "docs «Bucket policy»",
	},
	{
		caller: anonymous,
		policy: [allow("GetObject", "b/pub/*", everybody)],
		requests: all("deny", put("pub/k")),
		source: "derived",
	},
	{
		caller: anonymous,
		policy: [allow("ListObjects", "b", everybody)],
		objects: { k: {} },
		requests: [...all("allow", listing()), ...all("deny", get("k"))],
		source: "docs, bucket policy example 3",
	},
	{
		caller: anonymous,
		acl: "public-read",
		policy: [deny("GetObject", "b/secret/*", everybody)],
		objects: { "secret/k": {}, k: {} },
		requests: [...all("deny", get("secret/k")), ...all("allow", get("k"))],
		source: "docs «Authentication»",
	},
	{
		caller: owner,
		policy: [deny("GetObject", "b/secret/*", everybody)],
		objects: { "secret/k": {} },
		requests: all("allow", get("secret/k")),
		source:
			"docs «Bucket policy»: * without Condition does not include the owner",
	},
	{
		caller: owner,
		policy: [
			deny("GetObject", "b/*", {
				...everybody,
				...when("NotIpAddress", "acs:SourceIp", "192.168.0.0/16"),
			}),
		],
		objects: { k: {} },
		requests: all("deny", get("k")),
		source: "docs «Bucket policy»",
	},
	{
		caller: anonymous,
		policy: [
			allow("*", B, {
				...everybody,
				...when("IpAddress", "acs:SourceIp", "192.168.0.0/16"),
			}),
		],
		requests: [
			...all("deny", get("k")),
			...all("allow", from("192.168.1.1", get("k"))),
		],
		source: "docs, bucket policy example 4, inverted",
	},
	{
		caller: account(ACCOUNT_2),
		policy: [allow("*", B, { Principal: [ACCOUNT_2] })],
		requests: all("allow", put("k"), get("k"), listing()),
		source: "java1's tests of requester pays",
	},
	{
		caller: account(ACCOUNT_3),
		policy: [allow("*", B, { Principal: [ACCOUNT_2] })],
		objects: { k: {} },
		requests: all("deny", get("k")),
		source: "derived",
	},
	{
		caller: session(),
		policy: [
			deny("PutObject", "b/*", {
				Principal: [`arn:sts::${OWNER}:assumed-role/app/*`],
			}),
		],
		objects: { k: {} },
		requests: [...all("deny", put("k")), ...all("allow", get("k"))],
		source: "docs «Authentication», step 4",
	},
	{
		caller: session(allow("GetObject", "b/*")),
		policy: [allow("PutObject", "b/*", everybody)],
		requests: all("deny", put("k")),
		source: "docs «Authentication»: the session's policy comes first",
	},
	{
		caller: anonymous,
		objects: { k: { "x-oss-object-acl": "public-read" } },
		requests: [...all("allow", get("k")), ...all("deny", put("k"))],
		source: "docs «Object ACL»",
	},
	{
		caller: anonymous,
		acl: "public-read",
		objects: { k: { "x-oss-object-acl": "private" } },
		requests: all("deny", get("k")),
		source: "docs «Object ACL»",
	},
	{
		caller: anonymous,
		requests: all("allow", options("k", PREFLIGHT)),
		source: "docs «OptionObject»",
	},
];

/** Additional cases, which the documentation describes without an example. */
const MORE: readonly Case[] = [
	{
		caller: session(
			allow("*", B, when("DateLessThan", "acs:CurrentTime", future)),
		),
		objects: { k: {} },
		requests: all("allow", get("k")),
		source: "docs, table of condition keys",
	},
	{
		caller: session(
			allow("*", B, when("Bool", "acs:SecureTransport", "HTTPS")),
		),
		requests: [...all("deny", get("k")), ...all("allow", overTls(get("k")))],
		source: "docs of 2021: HTTPS and HTTP for true and false",
	},
	{
		caller: session(allow("GetObject", "b/*")),
		objects: { k: {} },
		requests: all("deny", get("k?versionId=null")),
		source: "docs, table of actions: GetObjectVersion",
	},
	{
		caller: session(
			allow(
				"GetObjectVersion, GetObjectVersionAcl, DeleteObjectVersion",
				"b/*",
			),
		),
		objects: { k: {} },
		requests: [
			...all("allow", get("k?versionId=null"), get("k?acl&versionId=null")),
			...all("deny", get("k")),
			...all("allow", remove("k?versionId=null")),
		],
		source: "docs, table of actions",
	},
	{
		caller: session(allow("PutObject, PutObjectTagging", "b/*")),
		requests: all("allow", put("k", { "x-oss-tagging": "a=b" })),
		source: "docs, table of actions",
	},
	{
		caller: session(
			allow(
				"PutObject, PutObjectTagging",
				"b/*",
				when("StringEquals", "oss:RequestObjectTag/a", "b"),
			),
		),
		requests: [
			...all("allow", put("k", { "x-oss-tagging": "a=b" })),
			...all("deny", put("k", { "x-oss-tagging": "a=c" }), put("k")),
		],
		source: "docs, table of condition keys",
	},
	{
		caller: session(allow("PutObject", "b/*"), allow("GetObject", "b/from/*")),
		objects: { "from/a": {}, a: {} },
		requests: [
			...all("allow", copy("from/a", "to")),
			...all("deny", copy("a", "to")),
		],
		source: "docs, table of actions",
	},
	{
		caller: session(allow("DeleteObject", "b/a/*")),
		requests: [
			...all("allow", removeAll("a/1", "a/2")),
			...all("deny", removeAll("a/1", "b/2")),
		],
		source: "one refused key refuses the request (A-544)",
	},
	{
		caller: session(allow("*", B, when("StringEquals", "acs:AccessId", "ak"))),
		requests: all("deny", get("k")),
		source: "docs, table of condition keys",
	},
	{
		caller: owner,
		policy: [
			deny("*", B, {
				...everybody,
				...when("StringNotEquals", "acs:UserAgent", "x"),
			}),
		],
		requests: [
			...all("deny", put("k"), listing()),
			...all("allow", get("?policy")),
		],
		source: "the owner always has access to the policy (A-542)",
	},
	{
		caller: account(ACCOUNT_2),
		policy: [allow("GetObject", "b/*", everybody)],
		objects: { k: {} },
		requests: [...all("allow", get("k")), ...all("deny", put("k"))],
		source: "docs «Bucket policy»",
	},
	{
		caller: account(ACCOUNT_2),
		acl: "public-read-write",
		objects: { k: {} },
		requests: [
			...all("allow", get("k"), put("k")),
			...all("deny", listing(), get("?acl"), removeBucket),
		],
		source: "docs «Bucket ACL»",
	},
	{
		caller: anonymous,
		acl: "public-read-write",
		requests: [
			...all("allow", put("k"), form("k2"), get("k"), removeAll("k")),
			...all("deny", listing()),
		],
		source: "docs «Bucket ACL»",
	},
	{
		caller: session(allow("GetObject", "b/*")),
		policy: [deny("GetObject", "b/k", { Principal: [OWNER] })],
		objects: { k: {} },
		requests: all("allow", get("k")),
		source:
			"an account's uid matches its own key, but not its sessions (A-507)",
	},
];

/** Replaces `b` in the resources by the name of the bucket. */
const named = <T>(value: T, bucket: string): T =>
	JSON.parse(
		JSON.stringify(value).replaceAll(
			/(acs:oss:\*:\d*\*?:)b(?=[/"])/g,
			`$1${bucket}`,
		),
	);

for (const [what, cases] of [
	["Documented case", CASES],
	["Additional case", MORE],
] as const) {
	suite(what, async () => {
		const fixture = await AccessFixture.open();
		after(() => fixture.close());
		for (const [index, one] of cases.entries()) {
			const expectations = one.requests.map(
				([{ what: request }, verdict]) => `${request}: ${verdict}`,
			);
			test(`${index + 1}, ${expectations.join("; ")} (${one.source})`, async () => {
				const bucket = `case-${index + 1}`;
				const { caller, policy = [], acl, objects } = named(one, bucket);
				await fixture.makeBucket(bucket, acl, policy, objects);
				const verdicts: string[] = [];
				for (const [request] of one.requests)
					verdicts.push(await fixture.verdict(caller, bucket, request));
				assert.deepEqual(
					verdicts,
					one.requests.map(([, verdict]) => verdict),
				);
			});
		}
	});
}
