/** Docs «Callback», steps 3 to 6: the request that an application server receives, and which answers are accepted. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, type TestContext, test } from "node:test";
import { type Answer, refusal } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";
import { findDeafPort, startTcpServer } from "../application-server.ts";
import { base64Json } from "../request-callback.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

type Sending = {
	readonly url: string;
	/** The received bytes, unchanged. */
	readonly requests: readonly string[];
};

/** Starts a server that answers each request with the next of the texts, and repeats the last. */
async function startAnswering(
	t: TestContext,
	...answers: readonly string[]
): Promise<Sending> {
	const requests: string[] = [];
	const { url } = await startTcpServer(t, (socket) => {
		socket.once("data", (request) => {
			requests.push(String(request));
			const answer = answers[requests.length - 1] ?? answers.at(-1);
			socket.end(answer ?? "");
		});
	});
	return { url, requests };
}

const upload = ({ oss }: TestEmulator, callback: object): Promise<Answer> =>
	oss.put("/photos/cat", "meow", {
		"x-oss-callback": base64Json({ callbackBody: "o=${object}", ...callback }),
	});

suite("The request", () => {
	test("is a POST with OSS's headers, in OSS's order except for undici's three, and a body that is not chunked", async (t) => {
		const emulator = await startWithBucket(t);
		const { url, requests } = await startAnswering(t, OK);
		const { host } = new URL(url);

		const put = await upload(emulator, { callbackUrl: `${url}/a%20b?c=%20d` });

		const [head = "", body = ""] = requests[0]?.split("\r\n\r\n") ?? [];
		const [line, ...headers] = head.split("\r\n");
		const md5 = createHash("md5").update("o=cat").digest("base64");
		const key = Buffer.from(
			`${emulator.endpoint}/callback_pub_key_v1.pem`,
		).toString("base64");
		assert.equal(line, "POST /a%20b?c=%20d HTTP/1.1");
		assert.deepEqual(
			headers.map((header) =>
				header
					.replace(/^(Authorization): .*/, "$1: …")
					.replace(/^(Date): .* GMT$/, "$1: …"),
			),
			[
				`host: ${host}`,
				"connection: close",
				"Authorization: …",
				`Content-MD5: ${md5}`,
				"Content-Type: application/x-www-form-urlencoded",
				"Date: …",
				"User-Agent: aliyun-oss-callback",
				"x-oss-additional-headers: ",
				"x-oss-bucket: photos",
				"x-oss-owner: 1000000000000001",
				`x-oss-pub-key-url: ${key}`,
				`x-oss-request-id: ${put.headers["x-oss-request-id"]}`,
				"x-oss-requester: 1000000000000001",
				"x-oss-signature-version: 1.0",
				"x-oss-tag: CALLBACK",
				"eagleeye-rpcid: 0.1",
				"content-length: 5",
			],
		);
		assert.equal(body, "o=cat");
	});

	test("has the body type as its Content-Type, without a charset", async (t) => {
		const emulator = await startWithBucket(t);
		const { url, requests } = await startAnswering(t, OK);

		await upload(emulator, {
			callbackUrl: url,
			callbackBodyType: "application/json",
		});

		assert.match(requests[0] ?? "", /\r\nContent-Type: application\/json\r\n/);
	});

	test("has callbackHost as its Host, and is sent to callbackUrl", async (t) => {
		const emulator = await startWithBucket(t);
		const { url, requests } = await startAnswering(t, OK);

		await upload(emulator, {
			callbackUrl: url,
			callbackHost: "app.example.com",
		});

		assert.match(requests[0] ?? "", /\r\nhost: app\.example\.com\r\n/);
	});

	test("has additionalHeaders after OSS's headers, and their names in x-oss-additional-headers (A-234)", async (t) => {
		const emulator = await startWithBucket(t);
		const { url, requests } = await startAnswering(t, OK);

		await upload(emulator, {
			callbackUrl: url,
			additionalHeaders: { "app-a": "1", "app-b": "x y" },
		});

		const [head = ""] = requests[0]?.split("\r\n\r\n") ?? [];
		assert.match(head, /\r\napp-a: 1\r\napp-b: x y\r\ncontent-length: 5$/);
		assert.match(head, /\r\nx-oss-additional-headers: app-a;app-b\r\n/);
	});

	test("is sent to / if the URL has no path, and by http if it has no scheme", async (t) => {
		const emulator = await startWithBucket(t);
		const { url, requests } = await startAnswering(t, OK);

		await upload(emulator, { callbackUrl: url.replace("http://", "") });

		assert.match(requests[0] ?? "", /^POST \/ HTTP/);
	});

	test("is not sent again, whatever its outcome", async (t) => {
		const emulator = await startWithBucket(t);
		const { url, requests } = await startAnswering(t, "");

		await upload(emulator, { callbackUrl: url });
		await upload(emulator, { callbackUrl: url });

		assert.equal(requests.length, 2);
	});
});

suite("Of several URLs", () => {
	test("the first that returns a valid answer is the last to be called", async (t) => {
		const emulator = await startWithBucket(t);
		const bad = await startAnswering(t, OK.replace("200", "500"));
		const good = await startAnswering(t, OK);
		const unused = await startAnswering(t, OK);
		const deaf = `127.0.0.1:${await findDeafPort()}`;
		const urls = [bad.url, deaf, good.url, unused.url];

		const put = await upload(emulator, { callbackUrl: urls.join(";") });

		assert.equal(put.status, 200);
		const calls = [bad, good, unused].map(({ requests }) => requests.length);
		assert.deepEqual(calls, [1, 1, 0]);
	});

	test("the request to each is signed for its path", async (t) => {
		const emulator = await startWithBucket(t);
		const bad = await startAnswering(t, OK.replace("200", "500"));
		const good = await startAnswering(t, OK);

		await upload(emulator, { callbackUrl: `${bad.url}/a;${good.url}/b` });

		const signatures = [...bad.requests, ...good.requests].map(
			(request) => /Authorization: (.*)/.exec(request)?.[1],
		);
		assert.notEqual(signatures[0], signatures[1]);
	});

	test("up to five are allowed, and the uploader receives the error of the last (A-241)", async (t) => {
		const emulator = await startWithBucket(t);
		const statuses = [400, 403, 404, 500, 503];
		const answers = statuses.map((status) => OK.replace("200", `${status}`));
		const { url, requests } = await startAnswering(t, ...answers);

		const put = await upload(emulator, {
			callbackUrl: Array(5).fill(url).join(";"),
		});

		assert.equal(requests.length, 5);
		assert.match(refusal(put), /Error status : 503\.$/);
	});
});

const answer = (body: string, ...headers: string[]): string =>
	["HTTP/1.1 200 OK", ...headers, "", body].join("\r\n");
const sized = (body: string, ...headers: string[]): string =>
	answer(body, `Content-Length: ${Buffer.byteLength(body)}`, ...headers);

suite("An answer is accepted", () => {
	// biome-ignore format: a table
	const cases: readonly (readonly [string, string, string, string])[] = [
    ["with any JSON, unchanged",    sized(' { "a" : "猫" }\n'), ' { "a" : "猫" }\n', "application/json"],
    ["that is a list",              sized("[]"), "[]", "application/json"],
    ["that is text",                sized('"ok"'), '"ok"', "application/json"],
    ["that is a number",            sized("1"), "1", "application/json"],
    ["whatever its type (A-237)",   sized("{}", "Content-Type: text/html; charset=gbk"), "{}", "application/json"],
    ["as XML of that type (A-240)", sized("<a/>", "Content-Type: application/xml"), "<a/>", "application/xml"],
    ["with blanks in its headers",  answer("<a/>", "Content-Length:\t4  ", "Content-Type: application/xml \t"), "<a/>", "application/xml"],
  ];
	for (const [what, text, body, type] of cases)
		test(what, async (t) => {
			const emulator = await startWithBucket(t);
			const { url } = await startAnswering(t, text);

			const put = await upload(emulator, { callbackUrl: url });

			assert.equal(`${put.status} ${put.text}`, `200 ${body}`);
			assert.equal(put.headers["content-type"], type);
		});

	test("with 1 MiB, but not with one more byte (A-235)", async (t) => {
		const emulator = await startWithBucket(t);
		const body = `"${"a".repeat(1024 * 1024 - 2)}"`;
		const { url } = await startAnswering(t, sized(body), sized(`${body} `));

		const good = await upload(emulator, { callbackUrl: url });
		const bad = await upload(emulator, { callbackUrl: url });

		assert.equal(good.text, body);
		assert.match(refusal(bad), /too long content-length value\.$/);
	});

	test("without its own headers", async (t) => {
		const emulator = await startWithBucket(t);
		const headers = [
			"X-App: 1",
			"Set-Cookie: a=b",
			"ETag: mine",
			"Server: app",
		];
		const { url } = await startAnswering(t, sized("{}", ...headers));

		const put = await upload(emulator, { callbackUrl: url });

		assert.equal(put.headers["x-app"], undefined);
		assert.equal(put.headers["set-cookie"], undefined);
		assert.match(put.headers.etag ?? "", /^"[0-9A-F]{32}"$/);
		assert.equal(put.headers.server, "AliyunOSS");
	});
});

suite("The uploader receives 203 CallbackFailed for", () => {
	const status = (number: number): readonly [string, string, string] => [
		`the status ${number}`,
		sized("{}").replace("200 OK", `${number} X`),
		`0007-00000203: Error status : ${number}.`,
	];
	const missing =
		"0007-00000203: Error status : 400.User server missing content-length.";
	const invalid =
		"0007-00000203: Error status : 400.User server return invalid conent-length value.";
	const tooLong =
		"0007-00000203: Error status : 400.User server return too long content-length value.";
	const notJson = "0007-00000205: Response body is not valid json format.";
	// biome-ignore format: a table
	const cases: readonly (readonly [string, string, string])[] = [
    ...[201, 202, 204, 301, 302, 304, 400, 403, 404, 405, 500, 502].map(status),
    ["no Content-Length",         answer("{}"), missing],
    ["chunks",                    answer("2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), missing],
    ["a Content-Length of 0",     sized(""), invalid],
    ["an invalid Content-Length", answer("{}", "Content-Length: two"), invalid],
    ["a negative Content-Length", answer("{}", "Content-Length: -2"), invalid],
    ["a huge Content-Length",     answer("{}", `Content-Length: ${"9".repeat(30)}`), tooLong],
    ["the word OK",               sized("OK"), notJson],
    ["HTML",                      sized("<html></html>"), notJson],
    ["a byte order mark",         sized("\ufeff{}"), notJson],
    ["text after JSON",           sized("{} ok"), notJson],
    ["single quotes",             sized("{'Status':'OK'}"), notJson],
  ];
	for (const [what, text, message] of cases)
		test(what, async (t) => {
			const emulator = await startWithBucket(t);
			const { url } = await startAnswering(t, text);

			const put = await upload(emulator, { callbackUrl: url });

			assert.equal(refusal(put), `203 CallbackFailed ${message}`);
			assert.equal((await emulator.oss.get("/photos/cat")).text, "meow");
		});

	test("a redirect, whose target is not called", async (t) => {
		const emulator = await startWithBucket(t);
		const target = await startAnswering(t, OK);
		const location = `Location: ${target.url}/`;
		const moved = sized("{}", location).replace("200 OK", "307 X");
		const { url } = await startAnswering(t, moved);

		const put = await upload(emulator, { callbackUrl: url });

		assert.match(refusal(put), /Error status : 307\.$/);
		assert.deepEqual(target.requests, []);
	});
});
