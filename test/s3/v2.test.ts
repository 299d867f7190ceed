import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isSigned } from "../../emulator/auth/claim.ts";
import { readV2Header, readV2Url } from "../../emulator/s3/v2.ts";
import { makeRequest } from "../auth/request.ts";
import { refusal } from "../client.ts";
import { ENDPOINT, type S3Emulator, startS3 } from "./s3.ts";
import { signText } from "./sign.ts";

const ID = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

type Vector = readonly [
	target: string,
	headers: Readonly<Record<string, string>>,
	signature: string,
	method?: string,
	bucket?: string,
];

/** Source: the examples in AWS «Signing and authenticating REST requests»; the last two are computed by its rules. */
const VECTORS: readonly Vector[] = [
	[
		"/photos/puppy.jpg",
		{ date: "Tue, 27 Mar 2007 19:36:42 +0000" },
		"bWq2s1WEIj+Ydj0vQ697zp+IXMU=",
	],
	[
		"/photos/puppy.jpg",
		{
			date: "Tue, 27 Mar 2007 21:15:45 +0000",
			"content-type": "image/jpeg",
		},
		"MyyxeRY7whkBe+bq8fHCL/2kKUg=",
		"PUT",
	],
	[
		"/?prefix=photos&max-keys=50&marker=puppy",
		{ date: "Tue, 27 Mar 2007 19:42:41 +0000" },
		"htDYFYduRNen8P9ZfE/s9SuKy0U=",
	],
	[
		"/?acl",
		{ date: "Tue, 27 Mar 2007 19:44:46 +0000" },
		"c2WLPFtWHVgbEmeEG93a4cG37dM=",
	],
	[
		"/",
		{ date: "Wed, 28 Mar 2007 01:29:59 +0000" },
		"qGdzdERIC03wnaRNKh6OqZehG9s=",
		"GET",
		"",
	],
	[
		"/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re",
		{ date: "Wed, 28 Mar 2007 01:49:49 +0000" },
		"DNEZGsoieTZ92F3bUfSPQcbGmlM=",
		"GET",
		"",
	],
	[
		"/%E4%B8%AD%20%2B.txt",
		{ date: "Thu, 01 Jan 2026 00:00:00 GMT" },
		"4f/jusYDJk8AAt7kPEEAKs/Hr5Q=",
		"GET",
		"examplebucket",
	],
	[
		"/?acl",
		{
			"x-amz-date": "Thu, 01 Jan 2026 00:00:00 GMT",
			"x-amz-security-token": "TOKEN",
		},
		"opOtRzejJ2WjSzFdcPtG3t54ans=",
		"GET",
		"examplebucket",
	],
];

suite("AWS Signature Version 2", () => {
	for (const [target, headers, signature, method, bucket] of VECTORS)
		test(`equals the example ${signature}`, () => {
			const authorization = `AWS ${ID}:${signature}`;
			const [rawPath = "", rawQuery = ""] = target.split("?");
			const request = makeRequest({
				...{ method: method ?? "GET", rawPath, rawQuery },
				headers: { ...headers, authorization },
			});
			const claim = readV2Header(request, authorization);
			const name = bucket ?? "johnsmith";
			const reading = { bucket: name, key: "", isInHost: name !== "" };
			assert.ok(isSigned(claim, SECRET, reading));
			assert.ok(!isSigned(claim, "another", reading));
		});

	test("in a URL equals the example", () => {
		const request = makeRequest({
			rawPath: "/photos/puppy.jpg",
			rawQuery: `AWSAccessKeyId=${ID}&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620`,
		});
		const reading = { bucket: "johnsmith", key: "", isInHost: true };
		assert.ok(isSigned(readV2Url(request), SECRET, reading));
	});
});

type Sending = {
	readonly method?: string;
	readonly target: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** The headers' values in the string to sign, where they differ. */
	readonly signed?: Readonly<Record<string, string>>;
	/** The part of the string to sign after the headers. */
	readonly resource?: string;
	readonly date?: string;
	readonly body?: string;
};

function sendV2({ photos, key }: S3Emulator, sending: Sending) {
	const { method = "GET", target, headers = {}, body } = sending;
	const date = new Date().toUTCString();
	const sent: Record<string, string> = { date, ...headers };
	const amz = Object.keys(sent)
		.filter((name) => name.startsWith("x-amz-"))
		.sort()
		.map((name) => `${name}:${sending.signed?.[name] ?? sent[name]}\n`);
	const stringToSign = [
		...[method, sent["content-md5"] ?? "", sent["content-type"] ?? ""],
		sending.date ?? date,
		amz.join("") + (sending.resource ?? `/photos${target}`),
	].join("\n");
	const authorization = `AWS ${key.id}:${signText(key.secret, stringToSign)}`;
	return photos.sendAs(method, target, { ...sent, authorization }, body);
}

suite("A request signed with V2", () => {
	test("has an empty line for the date if x-amz-date is sent", async (t) => {
		const emulator = await startS3(t);
		const headers = { "x-amz-date": new Date().toUTCString() };
		const answer = await sendV2(emulator, { target: "/", headers, date: "" });
		assert.equal(answer.status, 200);
	});

	test("signs the values of a repeated header with a comma between them", async (t) => {
		const emulator = await startS3(t);
		const answer = await sendV2(emulator, {
			...{ method: "PUT", target: "/a", resource: "/photos/a" },
			headers: { "x-amz-meta-a": "1, 2" },
			signed: { "x-amz-meta-a": "1,2" },
		});
		assert.equal(answer.status, 200, answer.text);
	});

	test("signs its encoded path and its sorted headers", async (t) => {
		const emulator = await startS3(t);
		const put = await sendV2(emulator, {
			...{ method: "PUT", target: "/%e7%8c%ab%20%2B", body: "hello" },
			headers: {
				"content-type": "text/plain",
				"x-amz-meta-b": "2",
				"x-amz-acl": "private",
				"x-amz-meta-a": "1",
			},
		});
		assert.equal(put.status, 200, put.text);
		const head = await emulator.oss.head("/photos/%E7%8C%AB%20%2B");
		assert.deepEqual(
			[head.headers["x-oss-meta-a"], head.headers["x-oss-meta-b"]],
			["1", "2"],
		);
	});

	for (const resource of ["/photos/a?x-oss-process=image/info", "/photos/a"])
		test(`can sign x-oss-process or omit it: ${resource} (A-307)`, async (t) => {
			const emulator = await startS3(t);
			const target = "/a?x-oss-process=image/info";
			const answer = await sendV2(emulator, { target, resource });
			assert.match(refusal(answer), /^404 NoSuchKey /);
		});

	for (const resource of ["/photos", "/photos/"])
		test(`can sign a bucket in the path as ${resource}`, async (t) => {
			const { s3, key } = await startS3(t);
			const date = new Date().toUTCString();
			const signed = signText(key.secret, `GET\n\n\n${date}\n${resource}`);
			const authorization = `AWS ${key.id}:${signed}`;
			const answer = await s3.sendAs("GET", "/photos", { date, authorization });
			assert.equal(answer.status, 200, answer.text);
		});

	test("signs its sorted sub-resources", async (t) => {
		const emulator = await startS3(t);
		const target = "/a?uploadId=1&max-parts=1&partNumber=2";
		const resource = "/photos/a?partNumber=2&uploadId=1";
		const answer = await sendV2(emulator, { method: "PUT", target, resource });
		assert.match(refusal(answer), /^404 NoSuchUpload /);
	});

	test("with another signature is refused", async (t) => {
		const emulator = await startS3(t);
		const answer = await sendV2(emulator, { target: "/", resource: "/other/" });
		assert.match(refusal(answer), /^403 SignatureDoesNotMatch 0002-00000307: /);
	});

	for (const authorization of ["AWS ", "AWS id", "AWS id:", "AWS :signature"])
		test(`with the header «${authorization}» is refused (A-308)`, async (t) => {
			const { photos } = await startS3(t);
			const date = new Date().toUTCString();
			const answer = await photos.sendAs("GET", "/", { authorization, date });
			assert.match(
				refusal(answer),
				/^400 InvalidArgument : Authorization header is invalid\./,
			);
		});

	test("must have a date close to the emulator's", async (t) => {
		const emulator = await startS3(t);
		const date = new Date(Date.now() - 16 * 60_000).toUTCString();
		const headers = { date };
		const answer = await sendV2(emulator, { target: "/", headers, date });
		assert.match(refusal(answer), /^403 RequestTimeTooSkewed /);
	});

	test("is refused in path style at Alibaba's host names", async (t) => {
		const { s3, key } = await startS3(t);
		const answer = await s3
			.with({ host: ENDPOINT })
			.sendAs("GET", "/photos/a", {
				authorization: `AWS ${key.id}:c2lnbmVk`,
			});
		assert.match(
			refusal(answer),
			/^403 SecondLevelDomainForbidden 0003-00001401: /,
		);
	});
});

suite("A URL signed with V2", () => {
	const expires = String(Math.floor(Date.now() / 1000) + 600);
	const signedUrl = ({ key }: S3Emulator, until: string): string => {
		const signature = signText(key.secret, `GET\n\n\n${until}\n/photos/`);
		return `/?AWSAccessKeyId=${key.id}&Expires=${until}&Signature=${encodeURIComponent(signature)}`;
	};

	test("reads an object", async (t) => {
		const emulator = await startS3(t);
		const url = signedUrl(emulator, expires);
		assert.equal((await emulator.photos.sendAs("GET", url)).status, 200);
	});

	for (const [what, change, refused] of [
		["no Expires", [/&Expires=\d+/, ""], "403 AccessDenied 0002-00000301"],
		[
			"an empty Expires",
			[/&Expires=\d+/, "&Expires="],
			"403 AccessDenied 0002-00000302",
		],
		[
			"an empty Signature",
			[/&Signature=.*/, "&Signature="],
			"403 AccessDenied 0002-00000306",
		],
		["no Signature", [/&Signature=.*/, ""], "403 AccessDenied 0002-00000305"],
		[
			"no AWSAccessKeyId",
			[/AWSAccessKeyId=[^&]*&/, ""],
			"403 AccessDenied 0002-00000303",
		],
		[
			"an empty AWSAccessKeyId",
			[/AWSAccessKeyId=[^&]*/, "AWSAccessKeyId="],
			"403 AccessDenied 0002-00000304",
		],
		[
			"a later expiry than the signed one",
			[/Expires=\d+/, "Expires=9999999999"],
			"403 SignatureDoesNotMatch 0002-00000307",
		],
	] as const)
		test(`with ${what} is refused (A-309)`, async (t) => {
			const emulator = await startS3(t);
			const url = signedUrl(emulator, expires).replace(change[0], change[1]);
			const answer = await emulator.photos.sendAs("GET", url);
			assert.equal(refusal(answer).split(":")[0], refused);
		});

	test("is refused after it has expired (A-309)", async (t) => {
		const emulator = await startS3(t);
		const answer = await emulator.photos.sendAs(
			"GET",
			signedUrl(emulator, "1175139620"),
		);
		assert.match(refusal(answer), /^403 AccessDenied .*Request has expired\.$/);
	});
});
