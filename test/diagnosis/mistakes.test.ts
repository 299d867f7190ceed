import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type StartedEmulator, startEmulator } from "../../emulator/index.ts";
import { Client, refusal } from "../client.ts";
import type { TestEmulator } from "../emulator.ts";
import {
	diagnosisOf,
	encode,
	hmac,
	ID,
	type Mistake,
	type Scheme,
	SECRET,
	type Sent,
	sendSigned,
	sha256,
	signingKey,
} from "../server/signing.ts";

const LAUNCH = fileURLToPath(
	new URL("../../emulator/launch.js", import.meta.url),
);

type Case = readonly [
	what: string,
	scheme: Scheme,
	sent: Sent,
	mistake: Mistake,
	sentence: RegExp,
];

const CAT: Sent = { path: "/photos/a/cat" };
const PUT: Sent = { ...CAT, method: "PUT", body: "meow" };
const BLANK: Sent = { path: "/photos/a%20cat" };
const LISTING: Sent = {
	path: "/photos",
	query: { prefix: "a b", "max-keys": "5", acl: "" },
};
const META = { headers: { "x-oss-meta-by": "me" } };

/** The time at which everything is signed, because midnight may pass while the tests run. */
const NOW = new Date();
const DAY = NOW.toISOString().slice(0, 10).replaceAll("-", "");
const SCOPE = `${DAY}/cn-hangzhou/oss`;
const DAY_BEFORE = new Date(NOW.getTime() - 86_400_000)
	.toISOString()
	.slice(0, 10)
	.replaceAll("-", "");

/** Signs with a key of V4 that is made from these texts. */
const keyOf =
	(
		start: (secret: string) => string,
		scope = SCOPE,
	): NonNullable<Mistake["sign"]> =>
	(secret, text) =>
		hmac("sha256", signingKey(start(secret), scope), text).toString("hex");

/** Changes one line of a canonical request, counted from the beginning or the end. */
const inLine =
	(at: number, change: (line: string) => string) =>
	(text: string): string => {
		const lines = text.split("\n");
		const index = (at + lines.length) % lines.length;
		return lines.with(index, change(lines[index] ?? "")).join("\n");
	};

const wordsInCapitals = (text: string): string =>
	text.replaceAll(/^x-oss-[a-z-]*/gm, (name) =>
		name.replaceAll(/\b./g, (letter) => letter.toUpperCase()),
	);

const SECRETS: readonly Case[] = (
	[
		["quotes around the secret", `"${SECRET}"`, /with quotes around it/],
		["single quotes", `'${SECRET}'`, /with quotes around it/],
		["a byte order mark", `\ufeff${SECRET}`, /a byte order mark before it/],
		["a space before the secret", ` ${SECRET}`, /a blank before it/],
		["a CR LF after it", `${SECRET}\r\n`, /CR and LF at its end/],
		[
			"an & after it, as the RPC style requires",
			`${SECRET}&`,
			/with an & at its end/,
		],
		[
			"another account's secret",
			"second-secret",
			/the secret is that of second/,
		],
	] as const
).flatMap(([what, secret, sentence]) =>
	(["V1 URL", "V4 header"] as const).map(
		(scheme): Case => [what, scheme, CAT, { secret }, sentence],
	),
);

const RESOURCES: readonly Case[] = [
	[
		"a resource without the bucket that is in the host",
		"V4 URL",
		{ path: "/a/cat", host: "photos.localhost" },
		{ resource: "/a/cat" },
		/signed as \/a\/cat, without its bucket: it is \/photos\/a\/cat/,
	],
	[
		"a resource without the bucket that is in the path",
		"V1 header",
		CAT,
		{ resource: "/a/cat" },
		/signed as \/a\/cat, without its bucket: it is \/photos\/a\/cat/,
	],
	[
		"another bucket",
		"V4 header",
		CAT,
		{ resource: "/videos/a/cat" },
		/the signature is for the bucket videos, but the request is for photos/,
	],
	[
		"a bucket that is missing in the URL of PutBucket",
		"V1 header",
		{ method: "PUT", path: "/cat", body: "meow" },
		{ resource: "/photos/cat" },
		/\/photos\/cat was signed, but the address has no bucket/,
	],
	[
		"a slash before the key",
		"V4 URL",
		CAT,
		{ resource: "/photos//a/cat" },
		/signed with a leading slash/,
	],
	[
		"only the bucket",
		"V4 header",
		CAT,
		{ resource: "/photos/" },
		/the key was not signed: only the bucket/,
	],
	[
		"a path to which a proxy adds a folder",
		"V4 header",
		CAT,
		{ resource: "/photos/cat" },
		/the first folder of the path was not signed/,
	],
	[
		"a key that is encoded twice",
		"V4 URL",
		{ path: "/photos/a%2520cat" },
		{ resource: "/photos/a cat" },
		/the key arrived percent-encoded twice/,
	],
];

const REQUESTS: readonly Case[] = [
	[
		"a GET used for a PUT",
		"V1 URL",
		PUT,
		{ method: "GET" },
		/the signature is for GET, but the request is a PUT/,
	],
	[
		"a PUT used for a HEAD",
		"V4 URL",
		{ ...CAT, method: "HEAD" },
		{ method: "PUT" },
		/the signature is for PUT, but the request is a HEAD/,
	],
	...(["V1 URL", "V4 URL"] as const).map(
		(scheme): Case => [
			"a Content-Type that the browser adds",
			scheme,
			{ ...PUT, headers: { "content-type": "image/png" } },
			{ headers: {} },
			/the Content-Type image\/png was not signed/,
		],
	),
	[
		"a header added later",
		"V4 header",
		{ ...PUT, ...META },
		{ headers: {} },
		/the header x-oss-meta-by was not signed/,
	],
	[
		"a token added to the URL later",
		"V1 URL",
		{ ...CAT, query: { "x-oss-traffic-limit": "819200" } },
		{ query: {} },
		/the sub-resource x-oss-traffic-limit was not signed/,
	],
	[
		"a parameter added to the URL later",
		"V4 URL",
		{ ...CAT, query: { utm: "mail" } },
		{ query: {} },
		/the parameter utm was not signed/,
	],
	[
		"several parameters added later",
		"V4 URL",
		LISTING,
		{ query: {} },
		/none of the 3 parameters was signed/,
	],
	[
		"a value that is encoded twice",
		"V4 header",
		{ path: "/photos", query: { prefix: "a b" } },
		{ query: { prefix: "a%20b" } },
		/the value of prefix was signed percent-encoded one time too many/,
	],
	[
		"a + that arrived as a space",
		"V4 header",
		{ path: "/photos", query: { prefix: "a b" } },
		{ query: { prefix: "a+b" } },
		/a \+ in prefix was intended literally/,
	],
	[
		"the host, which a proxy changed",
		"V4 header",
		{ ...CAT, host: "photos.test:8080", path: "/photos/a/cat" },
		{ additional: ["host"], headers: { host: "localhost" } },
		/the host localhost was signed, but the request arrived at photos.test:8080/,
	],
];

const SIGNS: readonly Case[] = [
	[
		"hex",
		"V1 header",
		CAT,
		{ sign: (secret, text) => hmac("sha1", secret, text).toString("hex") },
		/the signature is hex of HMAC-SHA1/,
	],
	[
		"base64 of hex",
		"V1 URL",
		CAT,
		{
			sign: (secret, text) =>
				Buffer.from(hmac("sha1", secret, text).toString("hex")).toString(
					"base64",
				),
		},
		/the signature is base64 of hex/,
	],
	[
		"base64 without padding",
		"V1 URL",
		CAT,
		{
			sign: (secret, text) =>
				hmac("sha1", secret, text).toString("base64").replace("=", ""),
		},
		/the = at the end of the signature is missing/,
	],
	[
		"SHA-256",
		"V1 header",
		CAT,
		{ sign: (secret, text) => hmac("sha256", secret, text).toString("base64") },
		/made with SHA-256: V1 uses SHA-1/,
	],
	[
		"a signature that is encoded twice",
		"V1 URL",
		CAT,
		{
			sign: (secret, text) =>
				encode(hmac("sha1", secret, text).toString("base64")),
		},
		/the signature was percent-encoded one time too many/,
	],
	[
		"V1 under the name of V4",
		"V4 URL",
		CAT,
		{ sign: (secret, text) => hmac("sha1", secret, text).toString("base64") },
		/base64 of HMAC-SHA1, as in V1, but under the name of V4/,
	],
	[
		"the secret itself",
		"V4 header",
		CAT,
		{ sign: (secret, text) => hmac("sha256", secret, text).toString("hex") },
		/the secret itself was used to sign/,
	],
	[
		"a key without aliyun_v4",
		"V4 header",
		CAT,
		{ sign: keyOf((secret) => secret) },
		/made from the secret alone: V4 puts aliyun_v4 before it/,
	],
	[
		"a key for S3",
		"V4 URL",
		CAT,
		{ sign: keyOf((secret) => `AWS4${secret}`) },
		/made with AWS4 before the secret/,
	],
	[
		"a key for the region with its prefix",
		"V4 header",
		CAT,
		{
			sign: keyOf(
				(secret) => `aliyun_v4${secret}`,
				`${DAY}/oss-cn-hangzhou/oss`,
			),
		},
		/made for the region oss-cn-hangzhou, but the credential has cn-hangzhou/,
	],
	[
		"a key for another product",
		"V4 header",
		CAT,
		{ sign: keyOf((secret) => `aliyun_v4${secret}`, `${DAY}/cn-hangzhou/s3`) },
		/made for the product s3, but the credential has oss/,
	],
	[
		"a key for the day before",
		"V4 URL",
		CAT,
		{
			sign: keyOf(
				(secret) => `aliyun_v4${secret}`,
				`${DAY_BEFORE}/cn-hangzhou/oss`,
			),
		},
		new RegExp(`made for ${DAY_BEFORE}, but the credential has ${DAY}`),
	],
	[
		"upper-case hex",
		"V4 header",
		CAT,
		{
			sign: (secret, text) =>
				hmac("sha256", signingKey(`aliyun_v4${secret}`, SCOPE), text)
					.toString("hex")
					.toUpperCase(),
		},
		/upper-case hex: V4 uses lower case/,
	],
	[
		"base64",
		"V4 header",
		CAT,
		{
			sign: (secret, text) =>
				hmac("sha256", signingKey(`aliyun_v4${secret}`, SCOPE), text).toString(
					"base64",
				),
		},
		/the signature is base64: V4 uses lower-case hex/,
	],
];

const TEXTS: readonly Case[] = [
	...(["V1 header", "V4 header"] as const).flatMap((scheme): Case[] => [
		[
			"header names in upper case",
			scheme,
			{ ...PUT, ...META },
			{ text: wordsInCapitals },
			/header names were signed with capitals/,
		],
		[
			"lines that end with CR and LF",
			scheme,
			CAT,
			{ text: (text) => text.replaceAll("\n", "\r\n") },
			/lines were joined by CR and LF/,
		],
		[
			"a line feed at the end",
			scheme,
			CAT,
			{ text: (text) => `${text}\n` },
			/a line feed was signed at the end/,
		],
	]),
	[
		"no lines for MD5 and type",
		"V1 header",
		CAT,
		{ text: (text) => text.replace("GET\n\n\n", "GET\n") },
		/the lines of Content-MD5 and Content-Type were left out/,
	],
	[
		"headers and resource in one line",
		"V1 header",
		{ ...PUT, ...META },
		{ text: (text) => text.replace("me\n/", "me/") },
		/the line feed before the resource was left out/,
	],
	[
		"sub-resources in another order",
		"V1 header",
		{ ...CAT, query: { versionId: "null", acl: "" } },
		{
			text: (text) =>
				text.replace("?acl&versionId=null", "?versionId=null&acl"),
		},
		/sub-resources were signed in the order of the URL/,
	],
	[
		"the hash of the body",
		"V4 header",
		CAT,
		{ text: inLine(-1, () => sha256("")) },
		/the hash of an empty body was signed/,
	],
	[
		"the names of all headers",
		"V4 header",
		{ ...PUT, ...META },
		{ text: inLine(-2, () => "x-oss-date;x-oss-meta-by") },
		/the names of all headers were signed, as for S3/,
	],
	[
		"no empty line after the headers",
		"V4 URL",
		CAT,
		{ text: (text) => text.replace("\n\n\n", "\n\n") },
		/the empty line after the headers was left out/,
	],
	[
		"a path that is not encoded",
		"V4 header",
		BLANK,
		{ text: inLine(1, decodeURIComponent) },
		/the path was signed as it is/,
	],
	[
		"encoded slashes",
		"V4 header",
		CAT,
		{ text: inLine(1, () => "/photos/a%2Fcat") },
		/slashes in the key were signed as %2F/,
	],
	[
		"blanks as +",
		"V4 header",
		LISTING,
		{ text: (text) => text.replaceAll("%20", "+") },
		/blanks were signed as \+: V4 uses %20/,
	],
	[
		"escapes in lower case",
		"V4 header",
		{ path: "/photos/%E7%8C%AB" },
		{ text: (text) => text.replaceAll("%E7%8C%AB", "%e7%8c%ab") },
		/percent-escapes were signed in lower case/,
	],
	[
		"parameters in another order",
		"V4 header",
		LISTING,
		{ text: inLine(2, () => "prefix=a%20b&max-keys=5&acl") },
		/parameters were signed in the order of the URL/,
	],
];

type Place = Pick<TestEmulator, "endpoint" | "adminUrl" | "oss">;

/** Starts one emulator for a suite, with two accounts, the buckets `photos` and `videos`, and an object. */
function startForSuite(): () => Promise<Place> {
	let started: Promise<Place & StartedEmulator> | undefined;
	after(async () => {
		const emulator = await started;
		emulator?.oss.close();
		await emulator?.close();
	});
	const start = async (): Promise<Place & StartedEmulator> => {
		const keys = `${ID}:${SECRET},second:second-secret`;
		const flags = ["--log-level", "error", "--access-key", keys];
		const emulator = await startEmulator({ flags });
		const key = { id: ID, secret: SECRET };
		const oss = new Client(emulator.endpoint, key);
		for (const bucket of ["photos", "videos"]) await oss.put(`/${bucket}`);
		await oss.put("/photos/a/cat", "meow");
		return { ...emulator, oss };
	};
	return () => (started ??= start());
}

for (const [kind, cases] of Object.entries({
	secret: SECRETS,
	resource: RESOURCES,
	request: REQUESTS,
	"way of signing": SIGNS,
	"signed text": TEXTS,
})) {
	suite(`For a wrong ${kind}, the signature doctor finds`, () => {
		const started = startForSuite();
		for (const [what, scheme, sent, mistake, sentence] of cases)
			test(`${what} (${scheme})`, async () => {
				const emulator = await started();
				const signing = { now: NOW, ...mistake };
				const answer = await sendSigned(emulator, scheme, sent, signing);
				assert.match(refusal(answer), /^403 SignatureDoesNotMatch /);
				assert.match(await diagnosisOf(emulator, answer), sentence);
				assert.doesNotMatch(
					answer.text,
					sentence,
					"the response must be OSS's",
				);
			});
	});
}

suite("The signature doctor", () => {
	const started = startForSuite();

	for (const scheme of ["V1 header", "V1 URL", "V4 header", "V4 URL"] as const)
		test(`finds nothing in a request that is signed as documented (${scheme})`, async () => {
			const emulator = await started();
			for (const sent of [CAT, PUT, { ...PUT, ...META }, LISTING]) {
				const answer = await sendSigned(emulator, scheme, sent);
				assert.equal(answer.status, 200, answer.text);
				assert.equal(await diagnosisOf(emulator, answer), "");
			}
		});

	test("reports that no common mistake explains a signature", async () => {
		const emulator = await started();
		for (const scheme of ["V1 URL", "V4 header"] as const) {
			const mistake = { secret: "another" };
			const answer = await sendSigned(emulator, scheme, CAT, mistake);
			const diagnosis = await diagnosisOf(emulator, answer);
			assert.match(diagnosis, /^no common mistake explains this signature/);
		}
	});

	test("suggests an existing bucket if the requested one does not exist", async () => {
		const emulator = await started();
		const cases = [
			[
				"/cat",
				"/photos/cat",
				/\/photos\/cat was signed, but the address has no/,
			],
			["/oss/photos/cat", "/photos/cat", /or a proxy, adds \/oss before it/],
			["/photo/cat", "/photos/cat", /is for the bucket photos, .* for photo$/],
			["/photo/cat", "/other/cat", /^$/],
		] as const;
		for (const [path, resource, sentence] of cases) {
			const signed = { resource };
			const answer = await sendSigned(emulator, "V4 URL", { path }, signed);
			assert.match(refusal(answer), /^404 NoSuchBucket /);
			assert.match(await diagnosisOf(emulator, answer), sentence);
		}
	});

	test("explains some requests that cannot be parsed", async () => {
		const emulator = await started();
		const expired = { "x-oss-expires": String(Math.floor(Date.now() / 1000)) };
		const cases = [
			[
				{ scope: `${DAY}/oss-cn-hangzhou/oss` },
				/the name of the region is cn-hangzhou/,
			],
			[{ scope: `${DAY}/cn-beijing/oss` }, /for another region/],
			[{ scope: `${DAY}/cn-hangzhou/s3` }, /for a product other than oss/],
		] as const;
		for (const [mistake, sentence] of cases) {
			const answer = await sendSigned(emulator, "V4 URL", CAT, mistake);
			assert.match(refusal(answer), /^400 InvalidArgument /);
			assert.match(await diagnosisOf(emulator, answer), sentence);
		}
		const query = new URLSearchParams({
			"x-oss-signature-version": "OSS4-HMAC-SHA256",
			...expired,
		});
		const moment = await emulator.oss.get(`/photos/a/cat?${query}`, {
			as: null,
		});
		assert.match(
			await diagnosisOf(emulator, moment),
			/a duration of at most 604800 seconds/,
		);
	});

	test("writes a line with the request's id to the log", async (t) => {
		const flags = ["--memory", "--port", "0", "--admin-port", "0"];
		const child = spawn(process.execPath, [LAUNCH, ...flags], {
			stdio: ["ignore", "pipe", "pipe"],
		});
		t.after(() => child.kill("SIGKILL"));
		const [ready] = await once(createInterface(child.stdout), "line");
		const [endpoint = ""] = /http:[^,]*/.exec(String(ready)) ?? [];
		const oss = new Client(endpoint, { id: ID, secret: SECRET });
		t.after(() => oss.close());
		await oss.put("/photos");
		const lines = once(createInterface(child.stderr), "line");

		const mistake = { secret: `${SECRET}\n` };
		const answer = await sendSigned({ endpoint }, "V4 URL", CAT, mistake);

		const id = answer.headers["x-oss-request-id"];
		assert.equal(
			String((await lines)[0]),
			`warn: ${id}: SignatureDoesNotMatch: the secret was used with a line feed at its end: trim it where it is read`,
		);
	});

	test("recognizes a URL that was copied from HTML", async () => {
		const emulator = await started();
		const target =
			"/photos/a/cat?OSSAccessKeyId=a&amp;Expires=1&amp;Signature=b";
		const answer = await emulator.oss.get(target, { as: null });
		assert.match(
			await diagnosisOf(emulator, answer),
			/has &amp; before Expires/,
		);
	});

	test("stops at a request that is too long, so that it does not delay other requests", {
		timeout: 30_000,
	}, async () => {
		const emulator = await started();
		for (const count of [4000, 9000]) {
			const names = Array.from({ length: count }, (_, index) => `p${index}`);
			const query = Object.fromEntries(names.map((name) => [name, ""]));
			const mistake = { secret: "another" };
			const sent = { ...CAT, query };
			const answer = await sendSigned(emulator, "V4 header", sent, mistake);
			assert.match(refusal(answer), /^403 SignatureDoesNotMatch /);
			const diagnosis = await diagnosisOf(emulator, answer);
			assert.match(diagnosis, /too long for trying all common mistakes/);
		}
	});
});
