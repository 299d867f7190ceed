import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../client.ts";
import { ENDPOINT, startS3 } from "./s3.ts";
import { presignV4, sha256 } from "./sign.ts";

suite("A URL signed with AWS Signature Version 4", () => {
	test("can read and write objects, with a signed content type", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const headers = { "content-type": "text/plain" };
		const put = presignV4({ key, host, method: "PUT", target: "/a", headers });
		const other = { "content-type": "text/html" };
		assert.match(
			refusal(await photos.sendAs("PUT", put, other, "hello")),
			/^403 SignatureDoesNotMatch 0002-00000429: /,
		);
		assert.equal(
			(await photos.sendAs("PUT", put, headers, "hello")).status,
			200,
		);
		const get = presignV4({
			...{ key, host, method: "GET" },
			target:
				"/a?response-content-disposition=attachment%3B%20filename%3D%22a.txt%22&x-id=GetObject",
		});
		const got = await photos.sendAs("GET", get);
		assert.equal(got.text, "hello");
		assert.equal(got.headers["content-type"], "text/plain");
		assert.equal(
			got.headers["content-disposition"],
			'attachment; filename="a.txt"',
		);
	});

	test("can have a parameter of the emulator added to it", async (t) => {
		const { photos, key } = await startS3(t);
		const signing = { key, host: photos.host, method: "GET" };
		const url = presignV4({ ...signing, target: "/a" });
		const fault = "x-emulator-fault=status%3D503%3Bcode%3DSlowDown";
		const added = await photos.sendAs("GET", `${url}&${fault}`);
		assert.match(refusal(added), /^503 SlowDown /);
		const other = await photos.sendAs("GET", `${url}&other=1`);
		assert.match(refusal(other), /^403 SignatureDoesNotMatch /);
	});

	test("is valid for one method", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const get = presignV4({ key, host, method: "GET", target: "/" });
		assert.equal((await photos.sendAs("HEAD", get)).status, 403);
	});

	test("must sign the x-amz- headers of the request", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const put = presignV4({ key, host, method: "PUT", target: "/a" });
		const answer = await photos.sendAs(
			...(["PUT", put, { "x-amz-acl": "public-read" }, "hello"] as const),
		);
		assert.match(refusal(answer), /^403 SignatureDoesNotMatch 0002-00000431: /);
	});

	test("can contain the hash of the body, but cannot sign chunks", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const target = `/a?X-Amz-Content-Sha256=${sha256("hello")}`;
		const payload = sha256("hello");
		const put = presignV4({ key, host, method: "PUT", target, payload });
		assert.equal((await photos.sendAs("PUT", put, {}, "hello")).status, 200);
		const other = await photos.sendAs("PUT", put, {}, "hallo");
		assert.match(refusal(other), /^400 InvalidArgument 0002-00000427: /);
		const streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
		const chunked = presignV4({
			...{ key, host, method: "PUT", payload: streaming },
			target: `/a?X-Amz-Content-Sha256=${streaming}`,
		});
		assert.match(
			refusal(await photos.sendAs("PUT", chunked, {}, "hello")),
			/^400 InvalidArgument 0002-00000427: /,
		);
	});

	test("is refused in path style", async (t) => {
		const { s3, key } = await startS3(t);
		const get = presignV4({
			...{ key, host: ENDPOINT, method: "GET", target: "/photos/a" },
		});
		const answer = await s3.with({ host: ENDPOINT }).sendAs("GET", get);
		assert.match(
			refusal(answer),
			/^403 SecondLevelDomainForbidden 0003-00001401: /,
		);
	});

	for (const seconds of ["604801", "0", "abc", "-1"])
		test(`cannot expire after ${seconds} s (A-302)`, async (t) => {
			const { photos } = await startS3(t);
			const { key, host } = photos;
			const get = presignV4({ key, host, method: "GET", target: "/", seconds });
			const answer = await photos.sendAs("GET", get);
			assert.match(refusal(answer), /^400 InvalidArgument 0002-00000417: /);
			assert.deepEqual(
				[textsOf(answer, "ArgumentName"), textsOf(answer, "ArgumentValue")],
				[["X-Amz-Expires"], [seconds]],
			);
		});

	test("is refused with the server's time after it has expired", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const now = new Date(Date.now() - 120_000);
		const get = presignV4({
			...{ key, host, method: "GET", target: "/", now, seconds: 60 },
		});
		const answer = await photos.sendAs("GET", get);
		assert.equal(
			refusal(answer),
			"403 AccessDenied 0002-00000418: Request has expired.",
		);
		assert.equal(textsOf(answer, "Expires").length, 1);
		assert.equal(textsOf(answer, "ServerTime").length, 1);
	});

	test("dated in the future is refused like a header (A-305)", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const now = new Date(Date.now() + 16 * 60_000);
		const get = presignV4({ key, host, method: "GET", target: "/", now });
		assert.match(
			refusal(await photos.sendAs("GET", get)),
			/^403 RequestTimeTooSkewed /,
		);
	});

	for (const [name, ec] of [
		["Algorithm", "0002-00000410"],
		["Credential", "0002-00000412"],
		["Date", "0002-00000414"],
		["Expires", "0002-00000416"],
		["SignedHeaders", ""],
		["Signature", ""],
	] as const)
		test(`requires X-Amz-${name} (A-302, A-304)`, async (t) => {
			const { photos } = await startS3(t);
			const { key, host } = photos;
			const get = presignV4({ key, host, method: "GET", target: "/" });
			const without = get.replace(new RegExp(`X-Amz-${name}=[^&]*&?`), "");
			const answer = await photos.sendAs("GET", without);
			assert.match(refusal(answer), new RegExp(`^400 InvalidArgument ${ec}: `));
			assert.deepEqual(textsOf(answer, "ArgumentName"), [`X-Amz-${name}`]);
		});

	for (const [what, change, ec] of [
		["another algorithm", ["AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"], "411"],
		["a credential with four parts", ["%2Fs3%2F", "%2F"], "425"],
		["an invalid date", ["X-Amz-Date=2", "X-Amz-Date=x"], "415"],
		[
			"no signed host",
			["X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=range"],
			"420",
		],
		[
			"another date than that of its credential",
			["X-Amz-Date=20", "X-Amz-Date=19"],
			"421",
		],
	] as const)
		test(`with ${what} is refused (A-302)`, async (t) => {
			const { photos } = await startS3(t);
			const { key, host } = photos;
			const get = presignV4({ key, host, method: "GET", target: "/" });
			const answer = await photos.sendAs(
				"GET",
				get.replace(change[0], change[1]),
			);
			assert.match(
				refusal(answer),
				new RegExp(`^400 InvalidArgument 0002-00000${ec}: `),
			);
		});
});
