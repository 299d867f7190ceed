/**
 * Probes of how signatures are read: the header, the URL, dates, tokens. Almost all requests only read, or are refused.
 */
import type { Cloud } from "../cloud.ts";
import { code, each, outcomeOf, type Probe } from "../probe.ts";
import {
	compactTime,
	scopeOf,
	sendAs,
	signV1,
	signV2,
	signV4,
} from "../signing.ts";

const MINUTE_MS = 60_000;
const later = (minutes: number): Date =>
	new Date(Date.now() + minutes * MINUTE_MS);

async function storeOne(cloud: Cloud): Promise<string> {
	const key = cloud.name();
	await cloud.must(cloud.put(`/${key}`, "meow"));
	return key;
}

/** Sends GetObject, signed with V4 and a given canonical query. */
async function getSignedV4(
	cloud: Cloud,
	target: string,
	canonicalQuery: string,
	more: Readonly<Record<string, string>> = {},
): Promise<string> {
	const now = new Date();
	const sent: Record<string, string> = {
		"x-oss-date": compactTime(now),
		...more,
	};
	const lines = Object.keys(sent)
		.sort()
		.map((name) => `${name}:${sent[name]}\n`);
	const [path = ""] = target.split("?");
	const resource = `/${cloud.bucket}${path}`;
	const canonical = `GET\n${resource}\n${canonicalQuery}\n${lines.join("")}\n\nUNSIGNED-PAYLOAD`;
	const signature = signV4(cloud, now, canonical);
	const answer = await sendAs(cloud, target, {
		...sent,
		authorization: `OSS4-HMAC-SHA256 Credential=${cloud.key.id}/${scopeOf(cloud, now)},Signature=${signature}`,
	});
	return outcomeOf(answer);
}

const withAuthorization = (cloud: Cloud, authorization: string) =>
	sendAs(cloud, "/", { date: new Date().toUTCString(), authorization });

const credential = (cloud: Cloud): string =>
	`${cloud.key.id}/${scopeOf(cloud, new Date())}`;

const v4Query = (
	cloud: Cloud,
	changes: Readonly<Record<string, string | null>>,
): string => {
	const now = new Date();
	const whole: Record<string, string | null> = {
		"x-oss-signature-version": "OSS4-HMAC-SHA256",
		"x-oss-credential": `${cloud.key.id}/${scopeOf(cloud, now)}`,
		"x-oss-date": compactTime(now),
		"x-oss-expires": "600",
		"x-oss-signature": "x",
		...changes,
	};
	return Object.entries(whole)
		.filter(([, value]) => value !== null)
		.map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`)
		.join("&");
};

export const signatures: readonly Probe[] = [
	{
		id: "A-100",
		assumes:
			"A signed request without a date is AccessDenied, although one page of the documentation has InvalidArgument.",
		sends: "GET / signed with V1, without Date and without x-oss-date.",
		expects: [
			"403 AccessDenied 0002-00000503: OSS authentication requires a valid Date.",
		],
		run: async ({ cloud }) => {
			const signature = signV1(cloud, `GET\n\n\n\n/${cloud.bucket}/`);
			const authorization = `OSS ${cloud.key.id}:${signature}`;
			return [outcomeOf(await sendAs(cloud, "/", { authorization }))];
		},
	},
	{
		id: "A-101",
		assumes:
			"A V4 URL dated more than 15 minutes in the future is AccessDenied, with a message that it is not valid yet.",
		sends: "GET of a URL signed with V4 and dated 20 minutes in the future.",
		expects: ["403 AccessDenied 0002-00000235: Request is not valid yet."],
		run: async ({ cloud }) => {
			const date = later(20);
			const query = v4Query(cloud, {
				"x-oss-date": compactTime(date),
				"x-oss-credential": `${cloud.key.id}/${scopeOf(cloud, date)}`,
			});
			return [outcomeOf(await sendAs(cloud, `/?${query}`, {}))];
		},
	},
	{
		id: "A-102",
		assumes:
			"A canonical query of V4 may have an equals sign after an empty value, as ali-oss writes it.",
		sends: "GET /KEY?acl=, signed with V4 once as `acl` and once as `acl=`.",
		expects: ["signed acl: 200", "signed acl=: 200"],
		run: async ({ cloud }) => {
			const key = await storeOne(cloud);
			return each({ "signed acl": "acl", "signed acl=": "acl=" }, (query) =>
				getSignedV4(cloud, `/${key}?acl=`, query),
			);
		},
	},
	{
		id: "A-103",
		assumes:
			"A lower-case percent-escape may be signed as it was sent, as go2 signs it.",
		sends: "GET /?prefix=a%2fb, signed with V4 as `prefix=a%2fb`.",
		expects: ["200"],
		run: async ({ cloud }) => [
			await getSignedV4(cloud, "/?prefix=a%2fb", "prefix=a%2fb"),
		],
	},
	{
		id: "A-104",
		assumes:
			"A malformed Authorization header of V1 and malformed parameters of a V4 URL are refused with the messages of similar documented errors.",
		sends:
			"Malformed headers of V1, and URLs of V4 in which one parameter is wrong.",
		expects: [
			"OSS without anything: 400 InvalidArgument 0002-00000062: Authorization header is invalid.",
			"OSS without a colon: 400 InvalidArgument 0002-00000062: Authorization header is invalid.",
			"OSS with two colons: 403 SignatureDoesNotMatch 0002-00000040: The request signature we calculated does not match the signature you provided. Check your key and signing method.",
			"OSS without an id: 400 InvalidArgument 0002-00000063: AccessKeyId or Signature is missing in Authorization header value.",
			"OSS without a signature: 400 InvalidArgument 0002-00000065: AccessKeyId or Signature is missing in Authorization header value.",
			"no x-oss-expires: 400 InvalidArgument 0002-00000215: Query string authentication requires the x-oss-expires parameter.",
			"x-oss-expires=0: 400 InvalidArgument 0002-00000232: The x-oss-expires must be between 1 and 604800 seconds.",
			"no x-oss-signature: 400 InvalidArgument 0002-00000219: Query string authentication requires the x-oss-signature parameter.",
			"an empty x-oss-credential: 400 InvalidArgument 0002-00000218: Query string authentication requires the x-oss-credential parameter.",
		],
		run: async ({ cloud }) => [
			...(await each(
				{
					"OSS without anything": "OSS ",
					"OSS without a colon": `OSS ${cloud.key.id}`,
					"OSS with two colons": `OSS ${cloud.key.id}:a:b`,
					"OSS without an id": "OSS :AAAA",
					"OSS without a signature": `OSS ${cloud.key.id}:`,
				},
				(authorization) => withAuthorization(cloud, authorization),
			)),
			...(await each(
				{
					"no x-oss-expires": { "x-oss-expires": null },
					"x-oss-expires=0": { "x-oss-expires": "0" },
					"no x-oss-signature": { "x-oss-signature": null },
					"an empty x-oss-credential": { "x-oss-credential": "" },
				},
				(changes) => sendAs(cloud, `/?${v4Query(cloud, changes)}`, {}),
			)),
		],
	},
	{
		id: "A-105",
		assumes:
			"The ECs of a malformed Authorization header of V4 are numbered like those of V2.",
		sends: "Authorization headers of V4, each with one fault.",
		expects: [
			"no Credential: 400 InvalidArgument 0002-00000202",
			"an item without =: 400 InvalidArgument 0002-00000203",
			"an unknown item: 400 InvalidArgument 0002-00000204",
			"no Signature: 400 InvalidArgument 0002-00000207",
			"an empty Signature: 400 InvalidArgument 0002-00000208",
			"empty AdditionalHeaders: 400 InvalidArgument 0002-00000209",
		],
		run: ({ cloud }) =>
			each(
				{
					"no Credential": "Signature=x",
					"an item without =": `Credential${credential(cloud)},Signature=x`,
					"an unknown item": `Credential=${credential(cloud)},Signature=x,SignedHeaders=host`,
					"no Signature": `Credential=${credential(cloud)},AdditionalHeaders=host`,
					"an empty Signature": `Credential=${credential(cloud)},Signature=`,
					"empty AdditionalHeaders": `Credential=${credential(cloud)},AdditionalHeaders=,Signature=x`,
				},
				async (items) =>
					code(await withAuthorization(cloud, `OSS4-HMAC-SHA256 ${items}`)),
			),
	},
	{
		id: "A-106",
		assumes:
			"A signature of V1 may cover all query parameters instead of the documented sub-resources.",
		sends: "GET /KEY?acl&z=1, signed with V1 with and without `z=1`.",
		expects: ["acl alone: 200", "acl and z: 200"],
		run: async ({ cloud }) => {
			const key = await storeOne(cloud);
			return each({ "acl alone": "acl", "acl and z": "acl&z=1" }, (query) => {
				const date = new Date().toUTCString();
				const signature = signV1(
					cloud,
					`GET\n\n\n${date}\n/${cloud.bucket}/${key}?${query}`,
				);
				return sendAs(cloud, `/${key}?acl&z=1`, {
					date,
					authorization: `OSS ${cloud.key.id}:${signature}`,
				});
			});
		},
	},
	{
		id: "A-107",
		assumes:
			"A wrong signature of V2 is SignatureDoesNotMatch with the EC 0002-00000101.",
		sends: "GET / with Authorization: OSS2 and a wrong signature.",
		expects: [
			"403 SignatureDoesNotMatch 0002-00000101: The request signature we calculated does not match the signature you provided. Check your key and signing method.",
		],
		run: async ({ cloud }) => [
			outcomeOf(
				await withAuthorization(
					cloud,
					`OSS2 AccessKeyId:${cloud.key.id},Signature:x`,
				),
			),
		],
	},
	{
		id: "A-108",
		assumes:
			"A V4 request without x-oss-content-sha256 is verified like one with UNSIGNED-PAYLOAD.",
		sends: "GET / signed with V4, without x-oss-content-sha256.",
		expects: ["200"],
		run: async ({ cloud }) => [await getSignedV4(cloud, "/?acl", "acl")],
	},
	{
		id: "A-115",
		assumes:
			"An unknown scheme in Authorization is InvalidArgument: Unsupported Authorization Type.",
		sends:
			"GET / with an Authorization header of an unknown scheme, with Bearer, and with an empty one.",
		expects: [
			"OSSxxx: 400 InvalidArgument 0002-00000061: Unsupported Authorization Type",
			"Bearer: 400 InvalidArgument 0002-00000061: Unsupported Authorization Type",
			"empty: 400 InvalidArgument 0002-00000062: Authorization header value is empty.",
		],
		run: ({ cloud }) =>
			each(
				{ OSSxxx: "OSSxxx a:b", Bearer: "Bearer x", empty: "" },
				(authorization) => withAuthorization(cloud, authorization),
			),
	},
	{
		id: "A-116",
		assumes:
			"A URL with only the parameter Expires is not a signed URL; one with Signature or OSSAccessKeyId is.",
		sends:
			"GET /?Expires=1, ?Signature=x and ?OSSAccessKeyId=x without a signature.",
		expects: [
			"Expires: 403 AccessDenied 0003-00000905",
			"Signature: 403 AccessDenied 0002-00000067",
			"OSSAccessKeyId: 403 AccessDenied 0002-00000067",
		],
		run: ({ cloud }) =>
			each(
				{
					Expires: "Expires=1",
					Signature: "Signature=x",
					OSSAccessKeyId: "OSSAccessKeyId=x",
				},
				async (query) => code(await sendAs(cloud, `/?${query}`, {})),
			),
	},
	{
		id: "A-117",
		assumes:
			"A request with a signature in the header and in the URL is InvalidArgument.",
		sends:
			"GET / with an Authorization header of V1 and the parameters of a URL of V1.",
		expects: [
			"400 InvalidArgument : Only one of the Authorization header and a signature in the URL is allowed.",
		],
		run: async ({ cloud }) => {
			const { id } = cloud.key;
			const date = new Date().toUTCString();
			const authorization = `OSS ${id}:${signV1(cloud, `GET\n\n\n${date}\n/${cloud.bucket}/`)}`;
			const expires = Math.floor(Date.now() / 1000) + 600;
			const query = `OSSAccessKeyId=${encodeURIComponent(id)}&Expires=${expires}&Signature=x`;
			return [
				outcomeOf(await sendAs(cloud, `/?${query}`, { date, authorization })),
			];
		},
	},
	{
		id: "A-118",
		assumes:
			"A V1 URL with an empty parameter is refused with the message for a missing one.",
		sends:
			"GET of URLs of V1 in which one of the three parameters is missing or empty.",
		expects: [
			"no Expires: 403 AccessDenied 0002-00000067: Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.",
			"an empty Expires: 403 AccessDenied 0002-00000068: Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.",
			"an empty OSSAccessKeyId: 403 AccessDenied 0002-00000072: Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.",
			"an empty Signature: 403 AccessDenied 0002-00000075: Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.",
		],
		run: ({ cloud }) => {
			const expires = Math.floor(Date.now() / 1000) + 600;
			const id = encodeURIComponent(cloud.key.id);
			return each(
				{
					"no Expires": `OSSAccessKeyId=${id}&Signature=x`,
					"an empty Expires": `OSSAccessKeyId=${id}&Signature=x&Expires=`,
					"an empty OSSAccessKeyId": `Signature=x&Expires=${expires}&OSSAccessKeyId=`,
					"an empty Signature": `OSSAccessKeyId=${id}&Expires=${expires}&Signature=`,
				},
				(query) => sendAs(cloud, `/?${query}`, {}),
			);
		},
	},
	{
		id: "A-119",
		assumes:
			"If a request has both Date and x-oss-date, the string to sign of V2 contains Date, and the request's time is x-oss-date.",
		sends:
			"GET / signed with V2, with a Date of now and an x-oss-date of an hour ago.",
		expects: ["403 RequestTimeTooSkewed 0002-00000504"],
		run: async ({ cloud }) => {
			const [now, old] = [later(0), later(-60)].map((one) => one.toUTCString());
			const signature = signV2(
				cloud,
				`GET\n\n\n${now}\nx-oss-date:${old}\n\n%2F${cloud.bucket}%2F`,
			);
			const answer = await sendAs(cloud, "/", {
				date: now ?? "",
				"x-oss-date": old ?? "",
				authorization: `OSS2 AccessKeyId:${cloud.key.id},Signature:${signature}`,
			});
			return [code(answer)];
		},
	},
	{
		id: "A-120",
		assumes:
			"A V4 URL for another region or product has the ECs of the header, and its messages mention the credential.",
		sends:
			"GET of URLs of V4 whose credential names another region, and another product.",
		expects: [
			"region: 400 InvalidArgument 0002-00000226: The signing region in credential is invalid.",
			"product: 400 InvalidArgument 0002-00000227: The signing product in credential is invalid.",
		],
		run: ({ cloud }) => {
			const [date] = compactTime(new Date()).split("T");
			return each(
				{ region: "moon/oss", product: `${cloud.region}/s3` },
				(scope) => {
					const credential = `${cloud.key.id}/${date}/${scope}/aliyun_v4_request`;
					const query = v4Query(cloud, { "x-oss-credential": credential });
					return sendAs(cloud, `/?${query}`, {});
				},
			);
		},
	},
	{
		id: "A-512",
		assumes:
			"A security token in the header and in the URL is InvalidArgument.",
		sends:
			"GET /?security-token=t with x-oss-security-token: t, signed with V4.",
		expects: [
			"400 InvalidArgument : Security token must be provided either in the header or in the query string.",
		],
		run: async ({ cloud }) => {
			const headers = { "x-oss-security-token": "t" };
			return [outcomeOf(await cloud.get("/?security-token=t", { headers }))];
		},
	},
	{
		id: "A-930",
		assumes:
			"A security token that cannot be decoded has the EC 0002-00000006, and an altered one 0002-00000008.",
		sends:
			"GET / with a made-up temporary key, and tokens that are not base64 and that are; code and EC.",
		expects: [
			"not base64: 403 InvalidSecurityToken 0002-00000006",
			"base64: 403 InvalidSecurityToken 0002-00000008",
		],
		run: ({ cloud }) =>
			each({ "not base64": "bogus!", base64: "CAIS" }, async (token) =>
				code(
					await cloud.get("/", {
						as: { id: "STS.NUprobe", secret: "probe", token },
					}),
				),
			),
	},
];
