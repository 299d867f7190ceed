/** Refusals that clients report without details are explained in the log and in the request log. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { suite, type TestContext, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { refusal } from "../client.ts";
import { startWithBucket, type TestEmulator } from "../emulator.ts";

type Recorded = {
	readonly status: number;
	readonly code: string;
	readonly diagnosis: string;
	readonly url: string;
};

async function latest({ adminUrl }: TestEmulator): Promise<Recorded> {
	const answer = await fetch(`${adminUrl}/api/requests`);
	return JSON.parse(await answer.text()).requests[0];
}

const preflight = (
	{ oss }: TestEmulator,
	headers: Readonly<Record<string, string>>,
) => oss.send("OPTIONS", "/photos/cat", { as: null, headers });

suite("A refused CORS preflight is explained: the bucket", () => {
	const rule =
		"<CORSConfiguration><CORSRule><AllowedOrigin>https://app.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedHeader>content-type</AllowedHeader></CORSRule></CORSConfiguration>";
	const origin = "https://app.example.com";
	// biome-ignore format: a table
	const cases = [
    ["has no rule",               "",   { origin },                             /^bucket photos has no CORS rule: .*--cors dev$/],
    ["does not allow the origin", rule, { origin: "http://app.example.com" },   /allows the origin http:\/\/app\.example\.com: they allow https:\/\/app\.example\.com;/],
    ["does not allow the method", rule, { origin, method: "DELETE" },           /allows DELETE for the origin .*: they allow PUT$/],
    ["does not allow a header",   rule, { origin, requestHeaders: "Content-Type, X-A" }, /allows the header x-a for PUT/],
  ] as const;
	for (const [what, document, given, expected] of cases)
		test(what, async (t) => {
			const emulator = await startWithBucket(t);
			if (document) await emulator.oss.put("/photos?cors", document);
			const { method = "PUT", requestHeaders = "" } = given as {
				method?: string;
				requestHeaders?: string;
			};

			const answer = await preflight(emulator, {
				origin: given.origin,
				"access-control-request-method": method,
				...(requestHeaders
					? { "access-control-request-headers": requestHeaders }
					: {}),
			});

			assert.equal(answer.status, 403);
			assert.match((await latest(emulator)).diagnosis, expected);
		});
});

test("TLS on the port of plain http is recorded, with an explanation of how to fix it", async (t) => {
	const emulator = await startWithBucket(t);
	const socket = connectTls({ port: Number(emulator.port), host: "127.0.0.1" });

	await new Promise((resolve) => socket.once("error", resolve));

	const { status, code, diagnosis } = await latest(emulator);
	assert.deepEqual([status, code], [400, "BadRequest"]);
	assert.match(diagnosis, /^the client spoke TLS .*--tls-port/);
});

test("Bytes that are neither HTTP nor TLS are also recorded", async (t) => {
	const emulator = await startWithBucket(t);
	const socket = connect(Number(emulator.port), "127.0.0.1");

	socket.write("220 ftp ready\r\n\r\n");
	await new Promise((resolve) => socket.resume().once("close", resolve));

	const { code, diagnosis } = await latest(emulator);
	assert.deepEqual([code, diagnosis], ["BadRequest", ""]);
});

suite("An SDK that is configured with the admin port", () => {
	async function send(t: TestContext, path: string, authorization = "") {
		const emulator = await startWithBucket(t);
		const answer = await fetch(`${emulator.adminUrl}${path}`, {
			headers: authorization ? { authorization } : {},
		});
		return { emulator, answer, text: await answer.text() };
	}

	// biome-ignore format: a table
	const requests = [
    ["with V1",          "/photos/cat",                                    "OSS oss-emulator:c2ln"],
    ["with V4",          "/",                                              "OSS4-HMAC-SHA256 Credential=x"],
    ["with a URL of V1", "/photos/cat?OSSAccessKeyId=a&Expires=1&Signature=b", ""],
    ["with a URL of V4", "/photos/cat?x-oss-credential=a",                 ""],
    ["with AWS's V4",    "/photos",                                        "AWS4-HMAC-SHA256 Credential=x"],
  ] as const;
	for (const [how, path, authorization] of requests)
		test(`${how} receives an error with the endpoint of OSS`, async (t) => {
			const { emulator, answer, text } = await send(t, path, authorization);

			assert.equal(answer.status, 400);
			assert.match(text, /<Code>InvalidRequest<\/Code>/);
			assert.ok(text.includes(`endpoint of OSS is ${emulator.endpoint}.`));
			const { diagnosis, url } = await latest(emulator);
			assert.equal(url, path);
			assert.match(diagnosis, /pointed at the admin port/);
		});

	test("does not prevent the admin API from serving other clients", async (t) => {
		const { answer } = await send(t, "/api/callbacks");

		assert.equal(answer.status, 200);
	});
});

suite("A signed GET with response-content-type (A-888)", () => {
	test("is accepted, and its record states that OSS may refuse it", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", "meow");

		const answer = await emulator.oss.get(
			"/photos/cat?response-content-type=text%2Fhtml",
		);

		assert.equal(answer.headers["content-type"], "text/html");
		assert.match((await latest(emulator)).diagnosis, /0017-00000902/);
	});

	test("of an anonymous client is refused with a specific error", async (t) => {
		const emulator = await startWithBucket(t, "public-read");
		await emulator.oss.put("/photos/cat", "meow");

		const answer = await emulator.oss.get(
			"/photos/cat?response-content-type=text%2Fhtml",
			{ as: null },
		);

		assert.match(refusal(answer), /anonymous user/);
		assert.equal((await latest(emulator)).diagnosis, "");
	});
});
