/** Probes of operations on objects: effects and refusals. */
import type { Answer } from "../../client.ts";
import type { Cloud } from "../cloud.ts";
import {
	code,
	each,
	element,
	elements,
	outcomeOf,
	type Probe,
} from "../probe.ts";

/** Creates an object with this content and these headers. @returns its key */
async function store(
	cloud: Cloud,
	content = "meow",
	headers: Readonly<Record<string, string>> = {},
): Promise<string> {
	const key = cloud.name();
	await cloud.must(cloud.put(`/${key}`, content, headers));
	return key;
}

/** Creates an appendable object. @returns its key */
async function append(
	cloud: Cloud,
	content: string,
	headers: Readonly<Record<string, string>> = {},
): Promise<string> {
	const key = cloud.name();
	await cloud.must(cloud.post(`/${key}?append&position=0`, content, headers));
	return key;
}

const copyFrom = (
	cloud: Cloud,
	source: string,
	headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
	cloud.put(`/${cloud.name()}`, "", {
		"x-oss-copy-source": source,
		...headers,
	});

const ENCRYPTION = "x-oss-meta-client-side-encryption-";

/** The metadata that a client-side encrypted object must have. */
const ENCRYPTED = {
	[`${ENCRYPTION}key`]: "old",
	[`${ENCRYPTION}start`]: "start",
	[`${ENCRYPTION}cek-alg`]: "AES/CTR/NoPadding",
	[`${ENCRYPTION}wrap-alg`]: "RSA/NONE/PKCS1Padding",
};

export const objects: readonly Probe[] = [
	{
		id: "A-12",
		assumes:
			"The Content-Length of GetObjectMeta is the size of the object, even for GET.",
		sends:
			"HEAD and GET /KEY?objectMeta of an object of 4 bytes; Content-Length.",
		expects: ["HEAD: 200 4", "GET: 200 4"],
		run: async ({ cloud }) => {
			const key = await store(cloud);
			return each({ HEAD: "HEAD", GET: "GET" }, async (method) => {
				// The response may not have the body that its length announces.
				const answer = await cloud.send(method, `/${key}?objectMeta`, {
					ignoreBody: true,
				});
				return `${answer.status} ${answer.headers["content-length"]}`;
			});
		},
	},
	{
		id: "A-13",
		assumes: "DeleteMultipleObjects works without Content-MD5.",
		sends: "POST /?delete with a body and without Content-MD5.",
		expects: ["200"],
		run: async ({ cloud }) => {
			const body = `<Delete><Object><Key>${cloud.name()}</Key></Object></Delete>`;
			return [outcomeOf(await cloud.post("/?delete", body))];
		},
	},
	{
		id: "A-14",
		assumes: "Metadata in a later AppendObject is ignored, without an error.",
		sends:
			"AppendObject twice with different x-oss-meta-a, then HEAD; x-oss-meta-a.",
		expects: ["200", "x-oss-meta-a: 1"],
		run: async ({ cloud }) => {
			const key = await append(cloud, "one", { "x-oss-meta-a": "1" });
			const again = await cloud.post(`/${key}?append&position=3`, "two", {
				"x-oss-meta-a": "2",
			});
			const { headers } = await cloud.head(`/${key}`);
			return [outcomeOf(again), `x-oss-meta-a: ${headers["x-oss-meta-a"]}`];
		},
	},
	{
		id: "A-18",
		assumes:
			"AppendObject does not compare its body with x-oss-hash-crc64ecma.",
		sends: "AppendObject at 0 with x-oss-hash-crc64ecma: 1.",
		expects: ["200"],
		run: async ({ cloud }) => [
			outcomeOf(
				await cloud.post(`/${cloud.name()}?append&position=0`, "one", {
					"x-oss-hash-crc64ecma": "1",
				}),
			),
		],
	},
	{
		id: "A-604",
		assumes:
			"DeleteMultipleObjects refuses an empty key, and an object without a key, with UserKeyMustBeSpecified.",
		sends: "POST /?delete with <Key></Key>, and with <Object></Object>.",
		expects: [
			"an empty key: 400 UserKeyMustBeSpecified 0016-00000611: User key must be specified.",
			"no key: 400 UserKeyMustBeSpecified 0016-00000613: User key must be specified.",
		],
		run: ({ cloud }) =>
			each(
				{
					"an empty key": "<Key></Key>",
					"no key": "",
				},
				(key) =>
					cloud.post(
						"/?delete",
						`<Delete><Object>${key}</Object></Delete>`,
						{},
					),
			),
	},
	{
		id: "A-605",
		assumes: "A malformed x-oss-copy-source is InvalidArgument.",
		sends: "CopyObject from sources that name no object.",
		expects: [
			"no slash: 400 InvalidArgument 0016-00000304: Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.",
			"no key: 400 InvalidArgument 0016-00000304: Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.",
			"an unknown parameter: 400 InvalidArgument 0016-00000304: Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.",
			"a malformed escape: 400 InvalidArgument 0016-00000304: Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.",
		],
		run: async ({ cloud }) => {
			const key = await store(cloud);
			return each(
				{
					"no slash": "meow",
					"no key": `/${cloud.bucket}/`,
					"an unknown parameter": `/${cloud.bucket}/${key}?a=b`,
					"a malformed escape": `/${cloud.bucket}/%zz`,
				},
				(source) => copyFrom(cloud, source),
			);
		},
	},
	{
		id: "A-606",
		assumes:
			"An object stored without a Content-Type has application/octet-stream, whatever its extension.",
		sends: "PUT /KEY.jpg without Content-Type, then HEAD; Content-Type.",
		expects: ["application/octet-stream"],
		run: async ({ cloud }) => {
			const key = `${cloud.name()}.jpg`;
			await cloud.must(cloud.put(`/${key}`, "meow"));
			return [(await cloud.head(`/${key}`)).headers["content-type"] ?? "none"];
		},
	},
	{
		id: "A-610",
		assumes:
			"AppendObject to a sealed object is 409, as documented; go2's suite expects 400.",
		sends:
			"SealAppendObject of an appendable object, then AppendObject; SealAppendObject of a normal object.",
		expects: [
			"append: 409 AppendSealedObjectNotAllowed : The append object has been sealed.",
			"normal object: 409 AppendSealedObjectNotAllowed : The append object has been sealed.",
		],
		run: async ({ cloud }) => {
			const key = await append(cloud, "one");
			await cloud.must(cloud.post(`/${key}?seal&position=3`));
			const normal = await store(cloud);
			return [
				`append: ${outcomeOf(await cloud.post(`/${key}?append&position=3`, "two"))}`,
				`normal object: ${outcomeOf(await cloud.post(`/${normal}?seal&position=4`))}`,
			];
		},
	},
	{
		id: "A-612",
		assumes:
			"The Last-Modified of a multipart object is the time of its completion.",
		sends:
			"InitiateMultipartUpload, UploadPart, and at least a second later CompleteMultipartUpload; to which of them Last-Modified is closer.",
		expects: ["the completion"],
		run: async ({ cloud }) => {
			const key = cloud.name();
			const begun = await cloud.must(cloud.post(`/${key}?uploads`));
			const id = element(begun, "UploadId");
			const part = await cloud.must(
				cloud.put(`/${key}?partNumber=1&uploadId=${id}`, "meow"),
			);
			await cloud.nextSecond();
			await cloud.nextSecond();
			const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`;
			const done = await cloud.must(cloud.post(`/${key}?uploadId=${id}`, body));
			const { headers } = await cloud.head(`/${key}`);
			const at = (text = ""): number => Date.parse(text);
			const [start, end, modified] = [
				at(part.headers.date),
				at(done.headers.date),
				at(headers["last-modified"]),
			] as const;
			return [
				Math.abs(modified - end) < Math.abs(modified - start)
					? "the completion"
					: "the upload",
			];
		},
	},
	{
		id: "A-613",
		assumes: "A symbolic link has the size 0 in lists.",
		sends: "PutSymlink, then GET /?prefix=KEY; Type and Size.",
		expects: ["Symlink 0"],
		run: async ({ cloud }) => {
			const key = cloud.name();
			const target = await store(cloud);
			await cloud.must(
				cloud.put(`/${key}?symlink`, "", { "x-oss-symlink-target": target }),
			);
			const list = await cloud.get(`/?prefix=${key}`);
			return [`${elements(list, "Type")} ${elements(list, "Size")}`];
		},
	},
	{
		id: "A-614",
		assumes:
			"An appendable object can be copied; the copy is appendable and has the same ETag.",
		sends:
			"CopyObject of an appendable object, then HEAD; type, and whether the ETags are equal.",
		expects: ["200", "type: Appendable", "same ETag: true"],
		run: async ({ cloud }) => {
			const key = await append(cloud, "one");
			const copy = cloud.name();
			const copied = await cloud.put(`/${copy}`, "", {
				"x-oss-copy-source": `/${cloud.bucket}/${key}`,
			});
			const [source, target] = [
				(await cloud.head(`/${key}`)).headers,
				(await cloud.head(`/${copy}`)).headers,
			];
			return [
				outcomeOf(copied),
				`type: ${target["x-oss-object-type"]}`,
				`same ETag: ${source.etag === target.etag}`,
			];
		},
	},
	{
		id: "A-617",
		assumes:
			"PutObject of more than 5 GB is EntityTooLarge before the body is sent.",
		sends: "The head of a PUT with Content-Length: 5368709121, and no body.",
		expects: [
			"400 EntityTooLarge : Your proposed upload exceeds the maximum allowed size.",
		],
		run: async ({ cloud }) => [
			outcomeOf(
				await cloud.send("PUT", `/${cloud.name()}`, {
					headers: { "content-length": String(5 * 1024 ** 3 + 1) },
					headOnly: true,
				}),
			),
		],
	},
	{
		id: "A-968",
		assumes:
			"x-oss-forbid-overwrite may be in upper case; an empty value counts as absent.",
		sends:
			"PUTs of an object that exists, with different values of the header; code and EC.",
		expects: [
			"True: 409 FileAlreadyExists 0026-00000002",
			"False: 200",
			"empty: 200",
		],
		run: async ({ cloud }) => {
			const path = `/${cloud.name()}`;
			await cloud.put(path, "meow");
			return each({ True: "True", False: "False", empty: "" }, async (value) =>
				code(
					await cloud.put(path, "purr", { "x-oss-forbid-overwrite": value }),
				),
			);
		},
	},
	{
		id: "A-620",
		assumes:
			"Retention and legal hold in a bucket without object-level retention are NoSuchObjectWormConfiguration.",
		sends:
			"PutObjectRetention and PutObjectLegalHold in a bucket without it, so nothing is retained.",
		expects: [
			"retention: 404 NoSuchObjectWormConfiguration : The bucket you specified does not have object worm configuration.",
			"legal hold: 404 NoSuchObjectWormConfiguration : The bucket you specified does not have object worm configuration.",
		],
		run: async ({ cloud }) => {
			const key = await store(cloud);
			const until = new Date(Date.now() + 60_000).toISOString();
			return each(
				{
					retention: [
						"retention",
						`<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`,
					],
					"legal hold": [
						"legalHold",
						"<LegalHold><Status>OFF</Status></LegalHold>",
					],
				} as const,
				([name, body]) => cloud.put(`/${key}?${name}`, body),
			);
		},
	},
	{
		id: "A-650",
		assumes:
			"Encryption with KMS and without a key id uses a key that OSS manages for the account, and returns its id.",
		sends:
			"PUT /KEY with x-oss-server-side-encryption: KMS; whether the response has a key id.",
		expects: ["a UUID"],
		run: async ({ cloud }) => {
			const put = await cloud.must(
				cloud.put(`/${cloud.name()}`, "meow", {
					"x-oss-server-side-encryption": "KMS",
				}),
			);
			const id = put.headers["x-oss-server-side-encryption-key-id"] ?? "";
			return [
				/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)
					? "a UUID"
					: `«${id}»`,
			];
		},
	},
	{
		id: "A-670",
		assumes:
			"CopyObject with REPLACE keeps the metadata of client-side encryption that is not replaced.",
		sends:
			"CopyObject with x-oss-metadata-directive: REPLACE of an object with three client-side-encryption headers; which of them the copy has.",
		expects: [
			"x-oss-meta-client-side-encryption-key: new",
			"x-oss-meta-client-side-encryption-start: start",
			"x-oss-meta-a: none",
		],
		run: async ({ cloud }) => {
			const meta = ENCRYPTION;
			const key = await store(cloud, "meow", {
				...ENCRYPTED,
				"x-oss-meta-a": "b",
			});
			const copy = cloud.name();
			await cloud.must(
				cloud.put(`/${copy}`, "", {
					"x-oss-copy-source": `/${cloud.bucket}/${key}`,
					"x-oss-metadata-directive": "REPLACE",
					[`${meta}key`]: "new",
				}),
			);
			const { headers } = await cloud.head(`/${copy}`);
			return [`${meta}key`, `${meta}start`, "x-oss-meta-a"].map(
				(name) => `${name}: ${headers[name] ?? "none"}`,
			);
		},
	},
	{
		id: "A-901",
		assumes:
			"UploadPart does not have to repeat the metadata of client-side encryption; a part whose size differs from the announced size is InvalidEncryptionRequest.",
		sends:
			"InitiateMultipartUpload that announces 32 bytes in parts of 16, and parts of 16 and of 17 bytes without metadata; code and EC.",
		expects: [
			"16 bytes: 200",
			"17 bytes: 400 InvalidEncryptionRequest 0005-00000419",
		],
		run: async ({ cloud }) => {
			const key = cloud.name();
			const begun = await cloud.must(
				cloud.post(`/${key}?uploads`, "", {
					...ENCRYPTED,
					[`${ENCRYPTION}data-size`]: "32",
					[`${ENCRYPTION}part-size`]: "16",
				}),
			);
			const id = element(begun, "UploadId");
			return each({ "16 bytes": 16, "17 bytes": 17 }, async (size) =>
				code(
					await cloud.put(
						`/${key}?partNumber=1&uploadId=${id}`,
						"x".repeat(size),
					),
				),
			);
		},
	},
	{
		id: "A-679",
		assumes:
			"GetAsyncFetchTask of a task that does not exist is InvalidArgument.",
		sends: "GET /?asyncFetch with x-oss-task-id: meow.",
		expects: ["400 InvalidArgument : The argument is invalid."],
		run: async ({ cloud }) => [
			outcomeOf(
				await cloud.get("/?asyncFetch", {
					headers: { "x-oss-task-id": "meow" },
				}),
			),
		],
	},
	{
		id: "A-692",
		assumes:
			"A public symbolic link to a private object is refused like the object.",
		sends: "GET without a signature of a public-read link to a private object.",
		expects: ["403 AccessDenied 0003-00000005"],
		run: async ({ cloud }) => {
			const target = await store(cloud, "meow", {
				"x-oss-object-acl": "private",
			});
			const key = cloud.name();
			await cloud.must(
				cloud.put(`/${key}?symlink`, "", {
					"x-oss-symlink-target": target,
					"x-oss-object-acl": "public-read",
				}),
			);
			return [code(await cloud.get(`/${key}`, { as: null }))];
		},
	},
	{
		id: "A-631",
		assumes:
			"x-oss-qos-delay-time is the delay of an upload by x-oss-traffic-limit, in milliseconds.",
		sends:
			"PUT of 100 KiB with x-oss-traffic-limit: 819200, which takes a second; whether the header is between 10 and 10,000.",
		expects: ["milliseconds"],
		run: async ({ cloud }) => {
			const put = await cloud.must(
				cloud.put(`/${cloud.name()}`, "x".repeat(100 * 1024), {
					"x-oss-traffic-limit": "819200",
				}),
			);
			const delay = Number(put.headers["x-oss-qos-delay-time"]);
			return [
				delay > 10 && delay < 10_000
					? "milliseconds"
					: `«${put.headers["x-oss-qos-delay-time"]}»`,
			];
		},
	},
	{
		id: "A-603",
		assumes: "Days that RestoreObject does not accept are InvalidArgument.",
		sends: "RestoreObject of an Archive object with 0 days, 8 days and «two».",
		expects: [
			"0: 400 InvalidArgument 0016-00000704: The argument is invalid.",
			"8: 400 InvalidArgument 0016-00000704: The argument is invalid.",
			"two: 400 InvalidArgument 0016-00000704: The argument is invalid.",
		],
		run: async ({ cloud }) => {
			const key = await store(cloud, "meow", {
				"x-oss-storage-class": "Archive",
			});
			return each({ "0": "0", "8": "8", two: "two" }, (days) =>
				cloud.post(
					`/${key}?restore`,
					`<RestoreRequest><Days>${days}</Days></RestoreRequest>`,
				),
			);
		},
	},
	{
		id: "A-895",
		assumes:
			"If one of several parts of a Range is valid, it is used, whatever its position.",
		sends:
			"GET with Range: bytes=1-2,a-c and bytes=a-c,1-2; status and content.",
		expects: ["first: 206 el", "last: 206 el"],
		run: async ({ cloud }) => {
			const key = await store(cloud, "hello");
			return each(
				{ first: "bytes=1-2,a-c", last: "bytes=a-c,1-2" },
				async (range) => {
					const got = await cloud.get(`/${key}`, { headers: { range } });
					return `${got.status} ${got.text.slice(0, 20)}`;
				},
			);
		},
	},
	{
		id: "A-896",
		assumes:
			"The headers of a download contain the delay that x-oss-traffic-limit is going to cause.",
		sends:
			"GET of 100 KiB with x-oss-traffic-limit: 819200; whether x-oss-qos-delay-time is about 1,000.",
		expects: ["about 1,000"],
		run: async ({ cloud }) => {
			const key = await store(cloud, "x".repeat(100 * 1024));
			const got = await cloud.get(`/${key}`, {
				headers: { "x-oss-traffic-limit": "819200" },
			});
			const { "x-oss-qos-delay-time": delay = "none" } = got.headers;
			return [
				Number(delay) > 900 && Number(delay) < 1100 ? "about 1,000" : delay,
			];
		},
	},
	{
		id: "A-933",
		assumes:
			"AsyncProcessObject in a bucket that no project is bound to is 404 Imm Client.",
		sends: "POST /KEY?x-oss-async-process with a conversion of a video.",
		expects: [
			"404 Imm Client : ResourceNotFound, The specified resource Attachment is not found.",
		],
		run: async ({ cloud }) => [
			outcomeOf(
				await cloud.post(
					`/${await store(cloud)}?x-oss-async-process`,
					"x-oss-async-process=video/convert,f_avi|sys/saveas,o_YQ",
				),
			),
		],
	},
	{
		id: "A-888",
		assumes:
			"A signed GetObject may set response-content-type, although a page says that GET requests may not.",
		sends:
			"GET /KEY?response-content-type=text/html, signed with V4; code and EC, or the type.",
		expects: ["text/html"],
		run: async ({ cloud }) => {
			const key = await store(cloud);
			const got = await cloud.get(`/${key}?response-content-type=text%2Fhtml`);
			return [
				got.status < 300 ? (got.headers["content-type"] ?? "none") : code(got),
			];
		},
	},
];
