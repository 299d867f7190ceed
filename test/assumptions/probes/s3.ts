/** Probes of the S3-compatible protocol, at the bucket's `s3.` host and with AWS's signatures. */
import { createHmac } from "node:crypto";
import type { Answer } from "../../client.ts";
import {
	BOUNDARY,
	field,
	file,
	formBody,
} from "../../operations/object/form.ts";
import {
	compact,
	keyOf,
	presignV4,
	type Signing,
	signChunks,
	signText,
	signV4,
} from "../../s3/sign.ts";
import type { Cloud } from "../cloud.ts";
import {
	base64,
	code,
	each,
	element,
	elements,
	outcomeOf,
	type Probe,
} from "../probe.ts";

const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

type More = Partial<Omit<Signing, "method" | "target" | "key">>;

const signing = (
	cloud: Cloud,
	method: string,
	target: string,
	more: More = {},
): Signing => ({
	key: cloud.key,
	host: cloud.s3Host,
	region: cloud.region,
	method,
	target,
	...more,
});

const send = (
	cloud: Cloud,
	method: string,
	target: string,
	more: More = {},
): Promise<Answer> =>
	cloud.sendS3(
		method,
		target,
		signV4(signing(cloud, method, target, more)),
		more.body,
	);

const put = (
	cloud: Cloud,
	target: string,
	body: string = "",
	headers: Readonly<Record<string, string>> = {},
	more: More = {},
): Promise<Answer> => send(cloud, "PUT", target, { body, headers, ...more });

/** @returns the key of a new object */
async function store(
	cloud: Cloud,
	headers: Readonly<Record<string, string>> = {},
): Promise<string> {
	const key = cloud.name();
	await cloud.must(cloud.put(`/${key}`, "hello", headers));
	return key;
}

const presigned = (cloud: Cloud, more: More = {}): string =>
	presignV4(signing(cloud, "GET", "/?max-keys=1", more));

const hasS3Id = ({ headers }: Answer): string =>
	"x-amz-request-id" in headers ? "S3" : "OSS";

/** The Authorization header with one part changed. */
async function withAuthorization(
	cloud: Cloud,
	change: (authorization: string) => string,
): Promise<Answer> {
	const signed = signV4(signing(cloud, "GET", "/"));
	const authorization = change(signed.authorization ?? "");
	return cloud.sendS3("GET", "/", { ...signed, authorization });
}

const LATER_MS = 20 * 60_000;

export const s3: readonly Probe[] = [
	{
		id: "A-300",
		assumes:
			"An unsigned request is an S3 request at an s3. host, and at other hosts if it has x-oss-s3-compat.",
		sends:
			"GET /KEY without a signature at both hosts; whether the answer has x-amz-request-id.",
		expects: ["OSS's host: OSS", "s3. host: S3", "x-oss-s3-compat: S3"],
		run: async ({ cloud }) => {
			const key = cloud.name();
			const [oss, s3Host] = [cloud.host(), cloud.s3Host];
			const compatible = { host: oss, "x-oss-s3-compat": "true" };
			return [
				`OSS's host: ${hasS3Id(await cloud.sendS3("GET", `/${key}`, { host: oss }))}`,
				`s3. host: ${hasS3Id(await cloud.sendS3("GET", `/${key}`, { host: s3Host }))}`,
				`x-oss-s3-compat: ${hasS3Id(await cloud.sendS3("GET", `/${key}`, compatible))}`,
			];
		},
	},
	{
		id: "A-301",
		assumes:
			"A request signed with an OSS signature is an OSS request even at an s3. host.",
		sends:
			"GET / signed with OSS's V4 at the s3. host; status, and whether the answer has x-amz-request-id.",
		expects: ["200 OSS"],
		run: async ({ cloud }) => {
			const answer = await cloud.get("/?max-keys=1", { host: cloud.s3Host });
			return [`${outcomeOf(answer)} ${hasS3Id(answer)}`];
		},
	},
	{
		id: "A-302",
		assumes:
			"A malformed signature of S3 is 400 InvalidArgument with the EC of its page.",
		sends: "GET / with an Authorization header that lacks a part; code and EC.",
		expects: [
			"no Credential: 400 InvalidArgument 0002-00000403",
			"no SignedHeaders: 400 InvalidArgument 0002-00000405",
			"no Signature: 400 InvalidArgument 0002-00000407",
		],
		run: ({ cloud }) =>
			each<(text: string) => string>(
				{
					"no Credential": (text) => text.replace(/Credential=[^,]*, /, ""),
					"no SignedHeaders": (text) =>
						text.replace(/SignedHeaders=[^,]*, /, ""),
					"no Signature": (text) => text.replace(/, Signature=.*/, ""),
				},
				async (change) => code(await withAuthorization(cloud, change)),
			),
	},
	{
		id: "A-303",
		assumes:
			"An x-amz- header that is sent and not signed, and one that is signed and not sent, are SignatureDoesNotMatch.",
		sends: "GET / with each of them; code and EC.",
		expects: [
			"not signed: 403 SignatureDoesNotMatch 0002-00000431",
			"not sent: 403 SignatureDoesNotMatch 0002-00000428",
		],
		run: ({ cloud }) =>
			each<More>(
				{
					"not signed": {
						headers: { "x-amz-acl": "private" },
						unsigned: ["x-amz-acl"],
					},
					"not sent": { declared: ["x-amz-absent"] },
				},
				async (more) => code(await send(cloud, "GET", "/", more)),
			),
	},
	{
		id: "A-304",
		assumes:
			"An S3 URL without a required parameter is 400 InvalidArgument; for two of them there is no EC.",
		sends: "GET of URLs that lack one parameter each; code and EC.",
		expects: [
			"Date: 400 InvalidArgument 0002-00000414",
			"Expires: 400 InvalidArgument 0002-00000416",
			"SignedHeaders: 400 InvalidArgument",
		],
		run: ({ cloud }) =>
			each(
				{
					Date: "Date",
					Expires: "Expires",
					SignedHeaders: "SignedHeaders",
				},
				async (name) => {
					const url = presigned(cloud);
					const without = url.replace(new RegExp(`X-Amz-${name}=[^&]*&?`), "");
					return code(await cloud.sendS3("GET", without, {}));
				},
			),
	},
	{
		id: "A-305",
		assumes: "An S3 URL dated in the future is RequestTimeTooSkewed.",
		sends: "GET of a URL dated 20 minutes in the future.",
		expects: ["403 RequestTimeTooSkewed 0002-00000504"],
		run: async ({ cloud }) => {
			const now = new Date(Date.now() + LATER_MS);
			return [code(await cloud.sendS3("GET", presigned(cloud, { now }), {}))];
		},
	},
	{
		id: "A-306",
		assumes:
			"x-oss-security-token with a signature of S3 is 400 InvalidArgument.",
		sends: "GET / signed with S3's V4 and x-oss-security-token.",
		expects: ["400 InvalidArgument 0002-00000009"],
		run: async ({ cloud }) => {
			const headers = { "x-oss-security-token": "CAIS" };
			return [code(await send(cloud, "GET", "/", { headers }))];
		},
	},
	{
		id: "A-307",
		assumes: "With S3's signature V2, x-oss-process may or may not be signed.",
		sends:
			"GET of a key that does not exist with x-oss-process, signed with V2 with and without it; code.",
		expects: [
			"signed: 404 NoSuchKey 0026-00000001",
			"not signed: 404 NoSuchKey 0026-00000001",
		],
		run: ({ cloud }) => {
			const key = cloud.name();
			return each(
				{ signed: "?x-oss-process=image/info", "not signed": "" },
				async (query) => {
					const date = new Date().toUTCString();
					const signature = signText(
						cloud.key.secret,
						`GET\n\n\n${date}\n/${cloud.bucket}/${key}${query}`,
					);
					return code(
						await cloud.sendS3("GET", `/${key}?x-oss-process=image/info`, {
							date,
							authorization: `AWS ${cloud.key.id}:${signature}`,
						}),
					);
				},
			);
		},
	},
	{
		id: "A-308",
		assumes: "A malformed header of S3's V2 is 400 InvalidArgument.",
		sends: "GET / with Authorization: AWS without a colon.",
		expects: ["400 InvalidArgument : Authorization header is invalid."],
		run: async ({ cloud }) => [
			outcomeOf(
				await cloud.sendS3("GET", "/", {
					date: new Date().toUTCString(),
					authorization: `AWS ${cloud.key.id}`,
				}),
			),
		],
	},
	{
		id: "A-309",
		assumes:
			"A URL of S3's V2 without a required parameter, or after its expiry, is refused like one of OSS's V1.",
		sends: "GET of URLs of V2 without Expires, and from 2007; code and EC.",
		expects: [
			"no Expires: 403 AccessDenied 0002-00000301",
			"expired: 403 AccessDenied 0002-00000069",
		],
		run: ({ cloud }) => {
			const id = encodeURIComponent(cloud.key.id);
			const signature = encodeURIComponent(
				signText(cloud.key.secret, `GET\n\n\n1175139620\n/${cloud.bucket}/`),
			);
			return each(
				{
					"no Expires": `AWSAccessKeyId=${id}&Signature=x`,
					expired: `AWSAccessKeyId=${id}&Expires=1175139620&Signature=${signature}`,
				},
				async (query) => code(await cloud.sendS3("GET", `/?${query}`, {})),
			);
		},
	},
	{
		id: "A-311",
		assumes: "A body with a trailer is 400 NotImplemented.",
		sends: "PUT with x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER.",
		expects: ["400 NotImplemented"],
		run: async ({ cloud }) => {
			const body = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
			return [
				code(
					await put(
						cloud,
						`/${cloud.name()}`,
						body,
						{
							"content-encoding": "aws-chunked",
							"x-amz-decoded-content-length": "5",
							"x-amz-trailer": "x-amz-checksum-crc32",
						},
						{ payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER" },
					),
				),
			];
		},
	},
	{
		id: "A-312",
		assumes: "A body that is signed chunk by chunk is accepted.",
		sends:
			"PUT of two chunks with STREAMING-AWS4-HMAC-SHA256-PAYLOAD, then GET; the content.",
		expects: ["200 hello world"],
		run: async ({ cloud }) => {
			const target = `/${cloud.name()}`;
			const { headers, body } = signChunks(signing(cloud, "PUT", target), [
				"hello ",
				"world",
			]);
			const stored = await cloud.sendS3("PUT", target, headers, body);
			return [
				`${outcomeOf(stored)} ${(await cloud.get(target)).text.slice(0, 40)}`,
			];
		},
	},
	{
		id: "A-313",
		assumes:
			"A V4 request of S3 without x-amz-content-sha256 is 400 InvalidArgument, and so is one whose value is neither a hash nor one of AWS's constants.",
		sends: "GET / without the header, and with «nonsense»; code and EC.",
		expects: [
			"absent: 400 InvalidArgument 0002-00000427",
			"nonsense: 400 InvalidArgument 0002-00000427",
		],
		run: async ({ cloud }) => {
			const unsigned = ["x-amz-content-sha256"];
			const { "x-amz-content-sha256": _, ...without } = signV4(
				signing(cloud, "GET", "/", { unsigned }),
			);
			return [
				`absent: ${code(await cloud.sendS3("GET", "/", without))}`,
				`nonsense: ${code(await send(cloud, "GET", "/", { payload: "nonsense" }))}`,
			];
		},
	},
	{
		id: "A-314",
		assumes: "Chunks whose framing cannot be read are InvalidRequest.",
		sends:
			"PUT of signed chunks with a size that is not a number, and with bytes after the end; code.",
		expects: [
			"no number: 400 InvalidRequest",
			"bytes after the end: 400 InvalidRequest",
		],
		run: ({ cloud }) =>
			each<(body: string) => string>(
				{
					"no number": (body) => body.replace(/^5;/, "g;"),
					"bytes after the end": (body) => `${body}x`,
				},
				async (change) => {
					const target = `/${cloud.name()}`;
					const { headers, body } = signChunks(signing(cloud, "PUT", target), [
						"hello",
					]);
					return code(await cloud.sendS3("PUT", target, headers, change(body)));
				},
			),
	},
	{
		id: "A-315",
		assumes:
			"Chunks whose total length is not x-amz-decoded-content-length are IncompleteBody.",
		sends:
			"PUT of a signed chunk of 5 bytes with a length of 4, and of 6; code.",
		expects: ["4: 400 IncompleteBody", "6: 400 IncompleteBody"],
		run: ({ cloud }) =>
			each({ "4": "4", "6": "6" }, async (length) => {
				const target = `/${cloud.name()}`;
				const { headers, body } = signChunks(
					signing(cloud, "PUT", target, {
						headers: { "x-amz-decoded-content-length": length },
					}),
					["hello"],
				);
				return code(await cloud.sendS3("PUT", target, headers, body));
			}),
	},
	{
		id: "A-316",
		assumes:
			"A storage class without an S3 name keeps OSS's name, and one that OSS does not have is refused.",
		sends:
			"PUT with x-amz-storage-class: REDUCED_REDUNDANCY; HEAD of an object of the class IA; code, and the class.",
		expects: [
			"REDUCED_REDUNDANCY: 400 InvalidArgument 0017-00000132",
			"IA: STANDARD_IA",
		],
		run: async ({ cloud }) => {
			const refused = await put(cloud, `/${cloud.name()}`, "hello", {
				"x-amz-storage-class": "REDUCED_REDUNDANCY",
			});
			const key = await store(cloud, { "x-oss-storage-class": "IA" });
			const { headers } = await send(cloud, "HEAD", `/${key}`);
			return [
				`REDUCED_REDUNDANCY: ${code(refused)}`,
				`IA: ${headers["x-amz-storage-class"] ?? "none"}`,
			];
		},
	},
	{
		id: "A-317",
		assumes: "A canned ACL that OSS does not have is 400 InvalidArgument.",
		sends: "PUT with x-amz-acl: authenticated-read.",
		expects: [
			"400 InvalidArgument 0017-00000104: no such object access control exists",
		],
		run: async ({ cloud }) => [
			outcomeOf(
				await put(cloud, `/${cloud.name()}`, "hello", {
					"x-amz-acl": "authenticated-read",
				}),
			),
		],
	},
	{
		id: "A-318",
		assumes: "x-oss-forbid-overwrite works over S3.",
		sends:
			"PUT of an object that exists with x-oss-forbid-overwrite: true, signed with S3's V4; code.",
		expects: ["409 FileAlreadyExists 0026-00000002"],
		run: async ({ cloud }) => {
			const key = await store(cloud);
			const headers = { "x-oss-forbid-overwrite": "true" };
			return [code(await put(cloud, `/${key}`, "other", headers))];
		},
	},
	{
		id: "A-319",
		assumes:
			"x-oss-hash-crc64ecma and x-oss-object-type keep their names over S3.",
		sends:
			"HEAD of an object; which of the names, with x-oss- and x-amz-, are present.",
		expects: ["x-oss-hash-crc64ecma, x-oss-object-type"],
		run: async ({ cloud }) => {
			const { headers } = await send(cloud, "HEAD", `/${await store(cloud)}`);
			return [
				Object.keys(headers)
					.filter((name) => /^x-(?:oss|amz)-(?:hash|object-type)/.test(name))
					.sort()
					.join(", "),
			];
		},
	},
	{
		id: "A-320",
		assumes:
			"Every object has x-amz-storage-class, even those of the class STANDARD.",
		sends: "HEAD of an object of the class Standard; the header.",
		expects: ["STANDARD"],
		run: async ({ cloud }) => {
			const { headers } = await send(cloud, "HEAD", `/${await store(cloud)}`);
			return [headers["x-amz-storage-class"] ?? "none"];
		},
	},
	{
		id: "A-321",
		assumes:
			"S3 headers that OSS does not have are NotImplemented, like a conditional PutObject.",
		sends: "PUT with If-None-Match, and with x-amz-grant-read; code and EC.",
		expects: [
			"If-None-Match: 400 NotImplemented 0017-00000245",
			"x-amz-grant-read: 400 NotImplemented 0017-00000245",
		],
		run: ({ cloud }) =>
			each<Readonly<Record<string, string>>>(
				{
					"If-None-Match": { "if-none-match": "*" },
					"x-amz-grant-read": { "x-amz-grant-read": "id=1" },
				},
				async (headers) =>
					code(await put(cloud, `/${cloud.name()}`, "hello", headers)),
			),
	},
	{
		id: "A-322",
		assumes: "A conditional CompleteMultipartUpload is not implemented either.",
		sends:
			"CompleteMultipartUpload with If-None-Match, of an upload without parts; code and EC.",
		expects: ["400 NotImplemented 0017-00000245"],
		run: async ({ cloud }) => {
			const key = cloud.name();
			const begun = await cloud.must(send(cloud, "POST", `/${key}?uploads=`));
			const id = element(begun, "UploadId");
			return [
				code(
					await send(cloud, "POST", `/${key}?uploadId=${id}`, {
						headers: { "if-none-match": "*" },
					}),
				),
			];
		},
	},
	{
		id: "A-323",
		assumes:
			"x-oss-process over S3 accepts image processing only: any other value is InvalidArgument.",
		sends: "GET with x-oss-process=video/snapshot; code.",
		expects: ["400 InvalidArgument"],
		run: async ({ cloud }) => [
			code(
				await send(
					cloud,
					"GET",
					`/${await store(cloud)}?x-oss-process=video%2Fsnapshot%2Ct_1`,
				),
			),
		],
	},
	{
		id: "A-327",
		assumes: "The response of ListObjects over S3 has S3's XML namespace.",
		sends: "GET /; whether the document has the namespace.",
		expects: ["with its namespace"],
		run: async ({ cloud }) => {
			const { text } = await send(cloud, "GET", "/?max-keys=1");
			return [text.includes(XMLNS) ? "with its namespace" : "without"];
		},
	},
	{
		id: "A-328",
		assumes:
			"The ACL of a private bucket is one grant of FULL_CONTROL to its owner.",
		sends: "GET /?acl; the permissions.",
		expects: ["FULL_CONTROL"],
		run: async ({ cloud }) => [
			elements(await send(cloud, "GET", "/?acl="), "Permission"),
		],
	},
	{
		id: "A-325",
		assumes: "Grants that cannot be expressed as an OSS ACL are refused.",
		sends: "PUT /?acl with a grant of only WRITE to all users; code.",
		expects: ["400 InvalidArgument"],
		run: async ({ cloud }) => [
			code(
				await put(
					cloud,
					"/?acl=",
					`<AccessControlPolicy ${XMLNS}><Owner><ID>1</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>WRITE</Permission></Grant></AccessControlList></AccessControlPolicy>`,
				),
			),
		],
	},
	{
		id: "A-326",
		assumes: "A lifecycle rule that keeps a number of versions is refused.",
		sends: "PUT /?lifecycle with NewerNoncurrentVersions; code.",
		expects: ["400 InvalidArgument"],
		run: async ({ cloud }) => {
			const answer = await put(
				cloud,
				"/?lifecycle=",
				`<LifecycleConfiguration ${XMLNS}><Rule><ID>r</ID><Filter><Prefix>none/</Prefix></Filter><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>`,
			);
			await cloud.delete("/?lifecycle");
			return [code(answer)];
		},
	},
	{
		id: "A-329",
		assumes: "GetBucketLocation over S3 has OSS's form, oss-REGION.",
		sends: "GET /?location; whether the location begins with oss-.",
		expects: ["oss-REGION"],
		run: async ({ cloud }) => {
			const { text } = await send(cloud, "GET", "/?location=");
			return [/>oss-/.test(text) ? "oss-REGION" : "another form"];
		},
	},
	{
		id: "A-330",
		assumes: "GetObject with partNumber over S3 returns the whole object.",
		sends: "GET /KEY?partNumber=1; the content.",
		expects: ["hello"],
		run: async ({ cloud }) => {
			const key = await store(cloud);
			const answer = await send(cloud, "GET", `/${key}?partNumber=1`);
			return [answer.status < 300 ? answer.text.slice(0, 20) : code(answer)];
		},
	},
	{
		id: "A-333",
		assumes: "Checksums of S3 are neither checked nor stored.",
		sends:
			"PUT with a wrong x-amz-checksum-crc32, then GET with x-amz-checksum-mode; status, and the headers of checksums.",
		expects: ["200 none"],
		run: async ({ cloud }) => {
			const key = cloud.name();
			const stored = await put(cloud, `/${key}`, "hello", {
				"x-amz-checksum-crc32": "AAAAAA==",
				"x-amz-sdk-checksum-algorithm": "CRC32",
			});
			const got = await send(cloud, "GET", `/${key}`, {
				headers: { "x-amz-checksum-mode": "ENABLED" },
			});
			const names = Object.keys(got.headers).filter((name) =>
				name.startsWith("x-amz-checksum"),
			);
			return [`${outcomeOf(stored)} ${names.join(", ") || "none"}`];
		},
	},
	{
		id: "A-335",
		assumes: "ListObjects over S3 has 100 keys by default and 1,000 at most.",
		sends: "GET / and GET /?max-keys=1001; MaxKeys, and the code.",
		expects: ["100", "400 InvalidArgument 0015-00000402"],
		run: async ({ cloud }) => [
			elements(await send(cloud, "GET", "/"), "MaxKeys"),
			code(await send(cloud, "GET", "/?max-keys=1001")),
		],
	},
	{
		id: "A-336",
		assumes:
			"HeadBucket over S3 returns the bucket's region in x-amz-bucket-region.",
		sends: "HEAD /; whether the header is the region.",
		expects: ["the region"],
		run: async ({ cloud }) => {
			const { headers } = await send(cloud, "HEAD", "/");
			const region = headers["x-amz-bucket-region"] ?? "none";
			return [region === cloud.region ? "the region" : region];
		},
	},
	{
		id: "A-334",
		assumes: "A callback that an upload over S3 requests is sent.",
		sends:
			"PUT signed with S3's V4, with x-oss-callback; whether a callback was received.",
		needs: ["application server"],
		expects: ["sent"],
		run: async ({ cloud, application }) => {
			application.take();
			const callback = {
				callbackUrl: `${application.url}/cb`,
				callbackBody: "a=b",
			};
			const headers = {
				"x-oss-callback": Buffer.from(JSON.stringify(callback)).toString(
					"base64",
				),
			};
			await put(cloud, `/${cloud.name()}`, "hello", headers);
			return [application.take().length > 0 ? "sent" : "not sent"];
		},
	},
	{
		id: "A-331",
		assumes:
			"The credential of a form signed with S3's V4 may contain the product s3 or oss.",
		sends: "Forms of both products, to the s3. host; code.",
		expects: ["s3: 204", "oss: 204"],
		run: ({ cloud }) =>
			each({ s3: "s3", oss: "oss" }, async (product) => {
				const date = compact(new Date());
				const scope = `${date.slice(0, 8)}/${cloud.region}/${product}/aws4_request`;
				const policy = base64({
					expiration: "2099-01-01T00:00:00.000Z",
					conditions: [["starts-with", "$key", ""]],
				});
				const signature = createHmac("sha256", keyOf(cloud.key.secret, scope))
					.update(policy)
					.digest("hex");
				const fields = {
					key: cloud.name(),
					policy,
					"x-amz-algorithm": "AWS4-HMAC-SHA256",
					"x-amz-credential": `${cloud.key.id}/${scope}`,
					"x-amz-date": date,
					"x-amz-signature": signature,
				};
				const parts = Object.entries(fields).map(([name, value]) =>
					field(name, value),
				);
				return code(
					await cloud.sendS3(
						"POST",
						"/",
						{ "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
						formBody([...parts, file("hello")]),
					),
				);
			}),
	},
	{
		id: "A-337",
		assumes:
			"Over S3 too, a range that ends after the end of the object returns the whole object.",
		sends:
			"GET with Range: bytes=1-9 of an object of 5 bytes; status and content.",
		expects: ["200 hello"],
		run: async ({ cloud }) => {
			const headers = { range: "bytes=1-9" };
			const target = `/${await store(cloud)}`;
			const got = await send(cloud, "GET", target, { headers });
			return [`${got.status} ${got.text.slice(0, 20)}`];
		},
	},
	{
		id: "A-338",
		assumes:
			"Over S3, a lifecycle rule without tags and sizes has an element Prefix and no Filter.",
		sends:
			"PutBucketLifecycle over OSS, then GET /?lifecycle over S3; whether the rule has a filter.",
		expects: ["a prefix"],
		run: async ({ cloud }) => {
			await cloud.must(
				cloud.put(
					"/?lifecycle",
					"<LifecycleConfiguration><Rule><ID>r</ID><Prefix>none/</Prefix><Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>",
				),
			);
			try {
				const { text } = await cloud.must(send(cloud, "GET", "/?lifecycle="));
				return [text.includes("<Filter") ? "a filter" : "a prefix"];
			} finally {
				await cloud.delete("/?lifecycle");
			}
		},
	},
];
