/** Probes of how a request is read before an operation runs: path, query, headers, the bucket and its ACL. */
import { code, each, element, outcomeOf, type Probe } from "../probe.ts";

/** This probe runs first, because it needs a bucket without objects. */
export const emptyBucket: Probe = {
	id: "A-659",
	assumes:
		"DeleteBucket of a bucket that has uploads only is BucketNotEmpty with the EC of one with objects.",
	sends: "InitiateMultipartUpload, then DELETE / of the bucket.",
	expects: [
		"409 BucketNotEmpty 0015-00000301: The bucket has Multipart Uploads. Please delete them first.",
	],
	run: async ({ cloud }) => {
		const key = cloud.name();
		const begun = await cloud.must(cloud.post(`/${key}?uploads`));
		const refused = await cloud.delete("/");
		if (refused.status < 300) await cloud.must(cloud.put("/"));
		await cloud.delete(`/${key}?uploadId=${element(begun, "UploadId")}`);
		return [outcomeOf(refused)];
	},
};

export const requests: readonly Probe[] = [
	{
		id: "A-01",
		assumes: "A malformed percent-escape in the path is InvalidObjectName.",
		sends: "GET /a%zz, signed with V4.",
		expects: [
			"400 InvalidObjectName 0016-00000002: The specified object is not valid.",
		],
		run: async ({ cloud }) => [
			outcomeOf(await cloud.get("/a%zz", { signedKey: "a%zz" })),
		],
	},
	{
		id: "A-02",
		assumes:
			"Two sub-resources that select two operations are InvalidArgument; OSS does not choose one.",
		sends: "GET /?acl&cors.",
		expects: ["400 InvalidArgument 0017-00000219"],
		run: async ({ cloud }) => [code(await cloud.get("/?acl&cors"))],
	},
	{
		id: "A-03",
		assumes: "Headers of more than 64 KiB are InvalidRequest.",
		sends: "PUT /KEY without a signature and with a header of 64 KiB.",
		expects: ["400 InvalidRequest : The request headers are too large."],
		run: async ({ cloud }) => [
			outcomeOf(
				await cloud.send("PUT", `/${cloud.name()}`, {
					as: null,
					headers: { "x-oss-meta-a": "x".repeat(64 * 1024) },
				}),
			),
		],
	},
	{
		id: "A-04",
		assumes: "More than 8 KB of user metadata is InvalidArgument.",
		sends: "PUT /KEY with an x-oss-meta-a of 8,192 characters.",
		expects: ["400 InvalidArgument : The user metadata exceeds 8 KB."],
		run: async ({ cloud }) => [
			outcomeOf(
				await cloud.put(`/${cloud.name()}`, "meow", {
					"x-oss-meta-a": "x".repeat(8192),
				}),
			),
		],
	},
	{
		id: "A-10",
		assumes: "A list-type other than 2 is treated as ListObjects.",
		sends:
			"GET /?list-type=1; whether the response has <Marker>, as that of ListObjects.",
		expects: ["200, Marker: true"],
		run: async ({ cloud }) => {
			const answer = await cloud.get("/?list-type=1&max-keys=1");
			return [`${outcomeOf(answer)}, Marker: ${/<Marker\b/.test(answer.text)}`];
		},
	},
	{
		id: "A-11",
		assumes:
			"The bucket ACL public-read does not allow an anonymous client to list the bucket.",
		sends: "GET / without a signature while the bucket is public-read.",
		expects: ["403 AccessDenied 0003-00000905"],
		run: async ({ cloud }) => {
			await cloud.must(cloud.put("/?acl", "", { "x-oss-acl": "public-read" }));
			try {
				const key = cloud.name();
				await cloud.must(cloud.put(`/${key}`, "meow"));
				// Until the ACL has taken effect, objects cannot be read either.
				await cloud.eventually("200", async () =>
					outcomeOf(await cloud.get(`/${key}`, { as: null })),
				);
				return [code(await cloud.get("/", { as: null }))];
			} finally {
				await cloud.put("/?acl", "", { "x-oss-acl": "private" });
			}
		},
	},
	{
		id: "A-546",
		assumes:
			"The EC of an anonymous request that an ACL refuses shows whether it was the bucket's or the object's ACL.",
		sends:
			"GET /, GET /KEY and GET of a private object, all without a signature.",
		expects: [
			"bucket: 403 AccessDenied 0003-00000905: AccessDenied",
			"object: 403 AccessDenied 0003-00000001: You have no right to access this object because of bucket acl.",
			"private object: 403 AccessDenied 0003-00000005: You do not have read permission on this object.",
		],
		run: async ({ cloud }) => {
			const [inherits, own] = [cloud.name(), cloud.name()];
			await cloud.must(cloud.put(`/${inherits}`, "meow"));
			await cloud.must(
				cloud.put(`/${own}`, "meow", { "x-oss-object-acl": "private" }),
			);
			return each(
				{ bucket: "/", object: `/${inherits}`, "private object": `/${own}` },
				(target) => cloud.get(target, { as: null }),
			);
		},
	},
	{
		id: "A-545",
		assumes:
			"If public access is blocked, a public ACL is AccessDenied with the EC that was observed for objects.",
		sends:
			"PUT /?publicAccessBlock with true, then public ACLs for the bucket and for an object.",
		expects: [
			"bucket: 403 AccessDenied 0016-00000901: Put public bucket acl is not allowed",
			"object: 403 AccessDenied 0016-00000901: Put public object acl is not allowed",
		],
		run: async ({ cloud }) => {
			const block = (on: boolean) =>
				cloud.put(
					"/?publicAccessBlock",
					`<PublicAccessBlockConfiguration><BlockPublicAccess>${on}</BlockPublicAccess></PublicAccessBlockConfiguration>`,
				);
			await cloud.must(block(true));
			try {
				const key = cloud.name();
				const put = (target: string, name: string) => async () =>
					outcomeOf(await cloud.put(target, "", { [name]: "public-read" }));
				return [
					`bucket: ${await put("/?acl", "x-oss-acl")()}`,
					`object: ${await put(`/${key}`, "x-oss-object-acl")()}`,
				];
			} finally {
				await block(false);
			}
		},
	},
	{
		id: "A-658",
		assumes:
			"A key that is not UTF-8 is InvalidArgument with the EC 0016-00000002.",
		sends: "GET /%D6%D0%CE%C4 without a signature.",
		expects: [
			"400 InvalidArgument 0016-00000002: The characters encoding must be utf-8.",
		],
		run: async ({ cloud }) => [
			outcomeOf(await cloud.get("/%D6%D0%CE%C4", { as: null })),
		],
	},
	{
		id: "A-660",
		assumes: "A signed POST to a bucket without a form is MethodNotAllowed.",
		sends: "POST /?MetaQuery=&action=createDataset, signed with V4.",
		expects: ["405 MethodNotAllowed"],
		run: async ({ cloud }) => [
			code(await cloud.post("/?MetaQuery=&action=createDataset")),
		],
	},
	{
		id: "A-673",
		assumes:
			"ListBuckets refuses a prefix with which no bucket name can begin.",
		sends: "GET / of the service with prefix=Photos, a/b and 64 letters.",
		expects: [
			"Photos: 400 InvalidArgument 0017-00000290: The argument is invalid.",
			"a/b: 400 InvalidArgument 0017-00000290: The argument is invalid.",
			"64 letters: 400 InvalidArgument 0017-00000290: The argument is invalid.",
		],
		run: ({ cloud }) =>
			each(
				{ Photos: "Photos", "a/b": "a%2Fb", "64 letters": "a".repeat(64) },
				(prefix) =>
					cloud.get(`/?prefix=${prefix}&max-keys=1`, { bucket: null }),
			),
	},
	{
		id: "A-422",
		assumes:
			"ListBuckets refuses a tag-value without a tag-key, and a malformed tagging list.",
		sends: "GET / of the service with tag-value=a, and with tagging=a.",
		expects: [
			"tag-value: 400 InvalidArgument : The argument is invalid.",
			"tagging: 400 InvalidArgument : The argument is invalid.",
		],
		run: ({ cloud }) =>
			each({ "tag-value": "tag-value=a", tagging: "tagging=a" }, (query) =>
				cloud.get(`/?${query}&max-keys=1`, { bucket: null }),
			),
	},
	{
		id: "A-710",
		assumes:
			"A 304 response has the object's ETag and Last-Modified, which caches use, and no Content-Type.",
		sends:
			"GET and HEAD of an object with If-None-Match of its ETag; which of the three headers are present.",
		expects: ["GET: 304 etag, last-modified", "HEAD: 304 etag, last-modified"],
		run: async ({ cloud }) => {
			const key = cloud.name();
			const put = await cloud.must(cloud.put(`/${key}`, "meow"));
			const headers = { "if-none-match": put.headers.etag ?? "" };
			return each({ GET: "GET", HEAD: "HEAD" }, async (method) => {
				const answer = await cloud.send(method, `/${key}`, { headers });
				const there = ["etag", "last-modified", "content-type"].filter(
					(name) => name in answer.headers,
				);
				return `${answer.status} ${there.join(", ")}`;
			});
		},
	},
	{
		id: "A-15",
		assumes: "A delimiter may be longer than one character.",
		sends:
			"GET / with a delimiter of two characters that one key has; the common prefixes.",
		expects: ["a--"],
		run: async ({ cloud }) => {
			const prefix = cloud.name();
			await cloud.must(cloud.put(`/${prefix}a--b`, "meow"));
			const answer = await cloud.get(`/?prefix=${prefix}&delimiter=--`);
			const [common = outcomeOf(answer)] =
				answer.text.match(/<CommonPrefixes>.*?<\/CommonPrefixes>/s) ?? [];
			return [common.replace(prefix, "").replaceAll(/<[^>]*>|\s/g, "")];
		},
	},
	{
		id: "A-16",
		assumes: "max-keys=0 is refused like every number outside of the range.",
		sends: "GET /?max-keys=0.",
		expects: [
			"400 InvalidArgument 0015-00000402: Argument max-keys must be an integer between 1 and 1000.",
		],
		run: async ({ cloud }) => [outcomeOf(await cloud.get("/?max-keys=0"))],
	},
	{
		id: "A-653",
		assumes:
			"A version id consists of 64 letters, digits and punctuation marks, or is the word null; other ids are InvalidArgument.",
		sends: "GET /KEY?versionId= of 10 letters, of 64 stars, and of null.",
		expects: [
			"10 letters: 400 InvalidArgument",
			"64 stars: 400 InvalidArgument",
			"null: 200",
		],
		run: async ({ cloud }) => {
			const key = cloud.name();
			await cloud.must(cloud.put(`/${key}`, "meow"));
			return each(
				{
					"10 letters": "a".repeat(10),
					"64 stars": "*".repeat(64),
					null: "null",
				},
				async (id) => code(await cloud.get(`/${key}?versionId=${id}`)),
			);
		},
	},
];
