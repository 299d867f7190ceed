import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import {
	ACCOUNT_2,
	ACCOUNT_3,
	type Ask,
	account,
	allow,
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
	N,
	O,
	OWNER,
	options,
	overTls,
	Place,
	put,
	remove,
	removeAll,
	removeBucket,
	S,
	type Statement,
	type Who,
	when,
} from "./asking.ts";

type Verdict = "allow" | "deny";

type Case = {
	readonly who: Who;
	/** The bucket's policy; `b` in resources is the bucket's name. */
	readonly policy?: readonly Statement[];
	readonly acl?: string;
	/** Objects that the owner has stored, with these headers. */
	readonly objects?: Readonly<Record<string, Readonly<Record<string, string>>>>;
	/** A request and the expected result; one of a series. */
	readonly asks: readonly (readonly [ask: Ask, verdict: Verdict])[];
	readonly source: string;
};

const B = "b, b/*";
const WRITER = S(allow("PutObject", "b/usr001/*"));
const READER = S(allow("ListObjects, GetObject", B));
const USER_READER = S(allow("GetObject, ListObjects", "b/user1/*, b"));
const all = (verdict: Verdict, ...asks: readonly Ask[]) =>
	asks.map((ask) => [ask, verdict] as const);
const NETWORKS = ["192.168.0.0/16", "172.12.0.0/16"];
const everybody = { Principal: ["*"] };
const PREFLIGHT = {
	origin: "http://example.com",
	"access-control-request-method": "PUT",
};
const past = "2020-01-01T00:00:00Z";
const future = "2099-01-01T00:00:00+08:00";
const agent = (name: string) => ({ "user-agent": name });

/** The fact sheet's cases, in its order and with its sources. */
const CASES: readonly Case[] = [
	{
		who: S(),
		asks: all("allow", put("k")),
		source: "docs «FAQ about RAM roles and STS tokens»",
	},
	{ who: S(), asks: all("allow", buckets), source: "derived" },
	{
		who: S(allow("*", "*")),
		asks: all("allow", put("k"), get("k"), listing(), buckets, remove("k")),
		source: "docs «RAM policy», table",
	},
	{
		who: WRITER,
		asks: all("allow", put("usr001/test.txt")),
		source: "docs, tutorial on STS",
	},
	{
		who: WRITER,
		asks: all("deny", put("test.txt")),
		source: "docs, tutorial on STS",
	},
	{
		who: WRITER,
		objects: { "usr001/test.txt": {} },
		asks: all("deny", get("usr001/test.txt")),
		source: "docs, tutorial on STS",
	},
	{
		who: WRITER,
		asks: all("deny", put("usr001x/test.txt")),
		source: "derived",
	},
	{
		who: WRITER,
		asks: all("allow", put("usr001/")),
		source: "docs «Policy elements»: * is not one either",
	},
	{
		who: WRITER,
		asks: all("allow", put("usr001/a/b/c")),
		source: "derived: * goes over /",
	},
	{
		who: WRITER,
		asks: all("allow", multipart("usr001/k")),
		source: "docs, table of actions",
	},
	{
		who: WRITER,
		asks: all("deny", multipart("usr001/k", "abort")),
		source: "docs, table of actions",
	},
	{
		who: WRITER,
		asks: all("deny", multipart("usr001/k", "list")),
		source: "docs, table of actions",
	},
	{
		who: WRITER,
		asks: all("allow", form("usr001/k")),
		source: "docs, table of actions",
	},
	{ who: WRITER, asks: all("deny", form("other/k")), source: "derived" },
	{
		who: WRITER,
		asks: all("allow", append("usr001/log")),
		source: "docs, table of actions",
	},
	{
		who: WRITER,
		objects: { "usr001/a": {} },
		asks: all("deny", copy("usr001/a", "usr001/b")),
		source: "docs, table of actions: no GetObject",
	},
	{
		who: WRITER,
		asks: all("deny", put("usr001/k", { "x-oss-tagging": "a=b" })),
		source: "docs, table of actions",
	},
	{
		who: WRITER,
		acl: "public-read",
		objects: { "usr001/k": {} },
		asks: all("deny", get("usr001/k")),
		source: "docs «Authentication», step 2",
	},
	{
		who: S(allow("PutObject", "*")),
		asks: all("deny", removeAll("a", "b")),
		source: "ali-oss's test",
	},
	{
		who: S(allow("DeleteObject", "*")),
		asks: all("allow", removeAll("a", "b")),
		source: "ali-oss's test",
	},
	{
		who: READER,
		objects: { k: {} },
		asks: all("allow", get("k"), head("k"), listing()),
		source: "docs «RAM policy», table",
	},
	{
		who: READER,
		asks: all("deny", put("k")),
		source: "docs «RAM policy», table",
	},
	{
		who: READER,
		asks: all("deny", buckets),
		source: "docs «RAM policy», table",
	},
	{
		who: USER_READER,
		objects: { "text.txt": {} },
		asks: all("deny", get("text.txt")),
		source: "docs «RAM policy», table",
	},
	{
		who: USER_READER,
		objects: { "user1/test.txt": {} },
		asks: all("allow", get("user1/test.txt")),
		source: "docs «RAM policy», table",
	},
	{
		who: S(allow("PutObject", "b/user1/*, b")),
		asks: all("deny", listing()),
		source: "docs «RAM policy», table",
	},
	{
		who: S(allow("*", "b")),
		objects: { k: {} },
		asks: all("deny", get("k")),
		source: "derived: objects are not named",
	},
	{
		who: S(allow("*", "b/*")),
		asks: all("deny", listing()),
		source: "derived: the bucket is not named",
	},
	{
		who: S(allow("*", B), deny("DeleteBucket", "b")),
		asks: all("deny", removeBucket),
		source: "docs «Common examples of RAM policies» 3",
	},
	{
		who: S(allow("*", B), deny("DeleteBucket", "b")),
		objects: { k: {} },
		asks: all("allow", get("k")),
		source: "docs «Common examples of RAM policies» 3",
	},
	{
		who: S(allow("*", B), deny("DeleteObject", "b/index/*")),
		asks: all("deny", remove("index/1")),
		source: "docs «RAM policy», Effect",
	},
	{
		who: S(allow("*", B), deny("DeleteObject", "b/index/*")),
		objects: { "index/1": {} },
		asks: all("allow", remove("other/1"), get("index/1")),
		source: "docs «RAM policy», Effect",
	},
	{
		who: S(deny("DeleteObject", "b/*")),
		objects: { k: {} },
		asks: all("deny", get("k")),
		source: "docs «Policy evaluation process»: nothing allows",
	},
	{
		who: S(allow("Get*", "b/*")),
		objects: { k: {} },
		asks: all("allow", get("k"), get("k?acl"), get("k?tagging")),
		source: "docs «Policy elements»",
	},
	{
		who: S(allow("Get*", "b/*")),
		asks: all("deny", put("k")),
		source: "derived",
	},
	{
		who: S(allow("GetObject", "b/?.txt")),
		objects: { "a.txt": {}, "ab.txt": {} },
		asks: [...all("allow", get("a.txt")), ...all("deny", get("ab.txt"))],
		source: "docs «Policy structure and syntax»",
	},
	{
		who: S(allow("GetObject", "b/file*")),
		objects: { file1: {}, "file/x": {}, afile: {} },
		asks: [
			...all("allow", get("file1"), get("file/x")),
			...all("deny", get("afile")),
		],
		source: "docs «Common examples of RAM policies» 8",
	},
	{
		who: S(allow("GetObject", "b/*/public/*")),
		objects: { "u/public/k": {}, "u/private/k": {} },
		asks: [
			...all("allow", get("u/public/k")),
			...all("deny", get("u/private/k")),
		],
		source: "derived",
	},
	{
		who: S({ ...allow("*", "b"), Resource: `acs:oss:*:${OWNER}:b/*` }),
		objects: { k: {} },
		asks: all("allow", get("k")),
		source: "docs «Common examples of RAM policies» 8",
	},
	{
		who: S({ ...allow("*", "b"), Resource: `acs:oss:*:${ACCOUNT_2}:b/*` }),
		objects: { k: {} },
		asks: all("deny", get("k")),
		source: "derived",
	},
	{
		who: S(
			allow(
				"ListObjects",
				"b",
				when("StringLike", "oss:Prefix", [
					"hangzhou/2014/*",
					"hangzhou/2015/*",
				]),
			),
		),
		asks: all("allow", listing("prefix=hangzhou/2014/")),
		source: "docs «Common examples of RAM policies» 4.2",
	},
	{
		who: S(
			allow(
				"ListObjects",
				"b",
				when("StringLike", "oss:Prefix", [
					"hangzhou/2014/*",
					"hangzhou/2015/*",
				]),
			),
		),
		asks: all("deny", listing("prefix=hangzhou/2013/"), listing()),
		source: "docs «Common examples of RAM policies» 4.2",
	},
	{
		who: S(
			allow("ListObjects", "b", {
				Condition: {
					StringLike: { "oss:Prefix": ["", "hangzhou/"], "oss:Delimiter": "/" },
				},
			}),
		),
		asks: all("allow", listing("delimiter=/")),
		source: "docs «Common examples of RAM policies» 4.3",
	},
	{
		who: S(
			allow("ListObjects", "b", {
				Condition: {
					StringLike: { "oss:Prefix": ["", "hangzhou/"], "oss:Delimiter": "/" },
				},
			}),
		),
		asks: all("deny", listing()),
		source: "docs «Common examples of RAM policies» 4.3",
	},
	{
		who: S(
			allow("ListObjects", "b", when("StringEquals", "oss:Prefix", "foo")),
		),
		asks: [
			...all("allow", listing("prefix=foo")),
			...all("deny", listing("prefix=foobar")),
		],
		source: "docs «Common examples of RAM policies» 8",
	},
	{
		who: S(allow("*", B, when("IpAddress", "acs:SourceIp", NETWORKS))),
		asks: [
			...all("allow", from("192.168.3.4", get("k"))),
			...all("deny", get("k")),
		],
		source: "docs «Common examples of RAM policies» 7",
	},
	{
		who: S(
			allow("*", B),
			deny("*", B, when("NotIpAddress", "acs:SourceIp", "192.168.0.0/16")),
		),
		asks: [
			...all("deny", get("k")),
			...all("allow", from("192.168.3.4", get("k"))),
		],
		source: "docs «Common examples of RAM policies» 7",
	},
	{
		who: S(allow("*", B, when("StringEquals", "acs:UserAgent", "java-sdk"))),
		objects: { k: {} },
		asks: [
			...all("allow", get("k", agent("java-sdk"))),
			...all("deny", get("k", agent("other"))),
		],
		source: "docs «Common examples of RAM policies» 8",
	},
	{
		who: S(
			allow("*", B, {
				Condition: {
					StringEquals: { "acs:UserAgent": "java-sdk" },
					IpAddress: { "acs:SourceIp": "192.168.0.1" },
				},
			}),
		),
		asks: [
			...all("deny", get("k", agent("java-sdk"))),
			...all("allow", from("192.168.0.1", get("k", agent("java-sdk")))),
		],
		source: "docs «Common examples of RAM policies» 8: AND",
	},
	{
		who: S(allow("*", B, when("Bool", "acs:SecureTransport", "true"))),
		asks: [...all("deny", get("k")), ...all("allow", overTls(get("k")))],
		source: "docs, table of condition keys",
	},
	{
		who: S(allow("*", B, when("DateLessThan", "acs:CurrentTime", past))),
		asks: all("deny", get("k")),
		source: "docs, table of condition keys",
	},
	{
		who: S(
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
		asks: [...all("deny", get("both")), ...all("allow", get("one"))],
		source: "docs «Common examples of RAM policies» 6",
	},
	{
		who: S(
			allow(
				"PutObject",
				"b/*",
				when("StringEquals", "oss:x-oss-object-acl", "private"),
			),
		),
		asks: [
			...all("allow", put("k", { "x-oss-object-acl": "private" })),
			...all("deny", put("k")),
		],
		source: "docs, table of condition keys",
	},
	{
		who: S(allow("*", "b/*", when("StringNotEquals", "acs:UserAgent", "curl"))),
		objects: { k: {} },
		asks: [...all("allow", get("k")), ...all("deny", get("k", agent("curl")))],
		source: "derived (A-506)",
	},
	{
		who: N,
		policy: [allow("GetObject", "b/pub/*", everybody)],
		objects: { "pub/k": {}, k: {} },
		asks: [...all("allow", get("pub/k")), ...all("deny", get("k"))],
		source: "docs «Bucket policy»",
	},
	{
		who: N,
		policy: [allow("GetObject", "b/pub/*", everybody)],
		asks: all("deny", put("pub/k")),
		source: "derived",
	},
	{
		who: N,
		policy: [allow("ListObjects", "b", everybody)],
		objects: { k: {} },
		asks: [...all("allow", listing()), ...all("deny", get("k"))],
		source: "docs, bucket policy example 3",
	},
	{
		who: N,
		acl: "public-read",
		policy: [deny("GetObject", "b/secret/*", everybody)],
		objects: { "secret/k": {}, k: {} },
		asks: [...all("deny", get("secret/k")), ...all("allow", get("k"))],
		source: "docs «Authentication»",
	},
	{
		who: O,
		policy: [deny("GetObject", "b/secret/*", everybody)],
		objects: { "secret/k": {} },
		asks: all("allow", get("secret/k")),
		source: "docs «Bucket policy»: * without Condition spares the owner",
	},
	{
		who: O,
		policy: [
			deny("GetObject", "b/*", {
				...everybody,
				...when("NotIpAddress", "acs:SourceIp", "192.168.0.0/16"),
			}),
		],
		objects: { k: {} },
		asks: all("deny", get("k")),
		source: "docs «Bucket policy»",
	},
	{
		who: N,
		policy: [
			allow("*", B, {
				...everybody,
				...when("IpAddress", "acs:SourceIp", "192.168.0.0/16"),
			}),
		],
		asks: [
			...all("deny", get("k")),
			...all("allow", from("192.168.1.1", get("k"))),
		],
		source: "docs, bucket policy example 4, turned round",
	},
	{
		who: account(ACCOUNT_2),
		policy: [allow("*", B, { Principal: [ACCOUNT_2] })],
		asks: all("allow", put("k"), get("k"), listing()),
		source: "java1's tests of requester pays",
	},
	{
		who: account(ACCOUNT_3),
		policy: [allow("*", B, { Principal: [ACCOUNT_2] })],
		objects: { k: {} },
		asks: all("deny", get("k")),
		source: "derived",
	},
	{
		who: S(),
		policy: [
			deny("PutObject", "b/*", {
				Principal: [`arn:sts::${OWNER}:assumed-role/app/*`],
			}),
		],
		objects: { k: {} },
		asks: [...all("deny", put("k")), ...all("allow", get("k"))],
		source: "docs «Authentication», step 4",
	},
	{
		who: S(allow("GetObject", "b/*")),
		policy: [allow("PutObject", "b/*", everybody)],
		asks: all("deny", put("k")),
		source: "docs «Authentication»: the session's policy comes first",
	},
	{
		who: N,
		objects: { k: { "x-oss-object-acl": "public-read" } },
		asks: [...all("allow", get("k")), ...all("deny", put("k"))],
		source: "docs «Object ACL»",
	},
	{
		who: N,
		acl: "public-read",
		objects: { k: { "x-oss-object-acl": "private" } },
		asks: all("deny", get("k")),
		source: "docs «Object ACL»",
	},
	{
		who: N,
		asks: all("allow", options("k", PREFLIGHT)),
		source: "docs «OptionObject»",
	},
];

/** Additional cases, which the fact sheet describes in words. */
const MORE: readonly Case[] = [
	{
		who: S(allow("*", B, when("DateLessThan", "acs:CurrentTime", future))),
		objects: { k: {} },
		asks: all("allow", get("k")),
		source: "docs, table of condition keys",
	},
	{
		who: S(allow("*", B, when("Bool", "acs:SecureTransport", "HTTPS"))),
		asks: [...all("deny", get("k")), ...all("allow", overTls(get("k")))],
		source: "docs of 2021: HTTPS and HTTP for true and false",
	},
	{
		who: S(allow("GetObject", "b/*")),
		objects: { k: {} },
		asks: all("deny", get("k?versionId=null")),
		source: "docs, table of actions: GetObjectVersion",
	},
	{
		who: S(
			allow(
				"GetObjectVersion, GetObjectVersionAcl, DeleteObjectVersion",
				"b/*",
			),
		),
		objects: { k: {} },
		asks: [
			...all("allow", get("k?versionId=null"), get("k?acl&versionId=null")),
			...all("deny", get("k")),
			...all("allow", remove("k?versionId=null")),
		],
		source: "docs, table of actions",
	},
	{
		who: S(allow("PutObject, PutObjectTagging", "b/*")),
		asks: all("allow", put("k", { "x-oss-tagging": "a=b" })),
		source: "docs, table of actions",
	},
	{
		who: S(
			allow(
				"PutObject, PutObjectTagging",
				"b/*",
				when("StringEquals", "oss:RequestObjectTag/a", "b"),
			),
		),
		asks: [
			...all("allow", put("k", { "x-oss-tagging": "a=b" })),
			...all("deny", put("k", { "x-oss-tagging": "a=c" }), put("k")),
		],
		source: "docs, table of condition keys",
	},
	{
		who: S(allow("PutObject", "b/*"), allow("GetObject", "b/from/*")),
		objects: { "from/a": {}, a: {} },
		asks: [
			...all("allow", copy("from/a", "to")),
			...all("deny", copy("a", "to")),
		],
		source: "docs, table of actions",
	},
	{
		who: S(allow("DeleteObject", "b/a/*")),
		asks: [
			...all("allow", removeAll("a/1", "a/2")),
			...all("deny", removeAll("a/1", "b/2")),
		],
		source: "one refused key refuses the call (A-544)",
	},
	{
		who: S(allow("*", B, when("StringEquals", "acs:AccessId", "ak"))),
		asks: all("deny", get("k")),
		source: "docs, table of condition keys",
	},
	{
		who: O,
		policy: [
			deny("*", B, {
				...everybody,
				...when("StringNotEquals", "acs:UserAgent", "x"),
			}),
		],
		asks: [
			...all("deny", put("k"), listing()),
			...all("allow", get("?policy")),
		],
		source: "a locked out owner still has the policy itself (A-542)",
	},
	{
		who: account(ACCOUNT_2),
		policy: [allow("GetObject", "b/*", everybody)],
		objects: { k: {} },
		asks: [...all("allow", get("k")), ...all("deny", put("k"))],
		source: "docs «Bucket policy»",
	},
	{
		who: account(ACCOUNT_2),
		acl: "public-read-write",
		objects: { k: {} },
		asks: [
			...all("allow", get("k"), put("k")),
			...all("deny", listing(), get("?acl"), removeBucket),
		],
		source: "docs «Bucket ACL»",
	},
	{
		who: N,
		acl: "public-read-write",
		asks: [
			...all("allow", put("k"), form("k2"), get("k"), removeAll("k")),
			...all("deny", listing()),
		],
		source: "docs «Bucket ACL»",
	},
	{
		who: S(allow("GetObject", "b/*")),
		policy: [deny("GetObject", "b/k", { Principal: [OWNER] })],
		objects: { k: {} },
		asks: all("allow", get("k")),
		source: "an account's uid is its own key, not its sessions (A-507)",
	},
];

/** `b` is the bucket in the fact sheet's resources. */
const named = <T>(value: T, bucket: string): T =>
	JSON.parse(
		JSON.stringify(value).replaceAll(
			/(acs:oss:\*:\d*\*?:)b(?=[/"])/g,
			`$1${bucket}`,
		),
	);

for (const [what, cases] of [
	["The fact sheet's case", CASES],
	["The further case", MORE],
] as const) {
	suite(what, async () => {
		const place = await Place.open();
		after(() => place.close());
		for (const [index, one] of cases.entries()) {
			const asked = one.asks.map(
				([{ what: ask }, verdict]) => `${ask}: ${verdict}`,
			);
			test(`${index + 1}, ${asked.join("; ")} (${one.source})`, async () => {
				const bucket = `case-${index + 1}`;
				const { who, policy = [], acl, objects } = named(one, bucket);
				await place.makeBucket(bucket, acl, policy, objects);
				const verdicts: string[] = [];
				for (const [ask] of one.asks)
					verdicts.push(await place.verdict(who, bucket, ask));
				assert.deepEqual(
					verdicts,
					one.asks.map(([, verdict]) => verdict),
				);
			});
		}
	});
}
