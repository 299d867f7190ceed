import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { suite, type TestContext, test } from "node:test";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { readUrls } from "../../emulator/callback/configuration.ts";
import { deliver, REFUSAL_BYTES_MAX } from "../../emulator/callback/deliver.ts";
import type { CallbackRequest } from "../../emulator/callback/model.ts";
import {
	ANSWER_BYTES_MAX,
	ANSWER_HEAD_LINES_MAX,
	type Answer,
	type Outcome,
} from "../../emulator/callback/model.ts";
import {
	CALLBACK_TIMEOUT_MS,
	DEFAULT_SWITCHES,
} from "../../emulator/callback/switches.ts";
import {
	findDeafPort,
	listen,
	startApplicationServer,
	startTcpServer,
} from "./application-server.ts";

const BODY = "bucket=photos&object=my%20cat.jpg";

/** A time limit that is long enough for any delivery on one machine. */
const OPTIONS = { ...DEFAULT_SWITCHES, timeoutMs: 100_000 };
/** The time limit for servers that never finish. */
const SOON = { ...DEFAULT_SWITCHES, timeoutMs: 500 };

function requestTo(
	url: string,
	{ addresses = ["127.0.0.1"], body = BODY, sni = false, host = "h" } = {},
): CallbackRequest {
	const [first] = readUrls(url);
	assert.ok(first);
	const { path, query } = first;
	const resolved = addresses.map((address) => ({ address, family: 4 }));
	return {
		url: { ...first, addresses: resolved, lookupMs: 0.5 },
		target: query === "" ? path : `${path}?${query}`,
		headers: [
			["host", host],
			["connection", "close"],
			["x-Oss-Empty", ""],
			["content-length", String(Buffer.byteLength(body))],
		],
		body: Buffer.from(body),
		stringToSign: Buffer.alloc(0),
		sni,
	};
}

function answerOf(outcome: Outcome): Answer {
	if ("answer" in outcome) return outcome.answer;
	throw new Error(`no answer: ${outcome.noAnswer}, ${outcome.detail}`);
}

const reasonOf = (outcome: Outcome): string =>
	"answer" in outcome ? `answered ${outcome.answer.status}` : outcome.noAnswer;

/** Sends the text as soon as the request has arrived, and closes the connection. */
const answering = (text: string | Buffer) => (socket: Socket) => {
	socket.once("data", () => socket.end(text));
};

async function answerTo(t: TestContext, text: string): Promise<Outcome> {
	const { url } = await startTcpServer(t, answering(text));
	return deliver(requestTo(url), OPTIONS);
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

const CERTIFICATE = {
	key: readFileSync("fixtures/keys/self-signed.key"),
	cert: readFileSync("fixtures/keys/self-signed.crt"),
};

suite("A delivery", () => {
	test("writes the request exactly as given", async (t) => {
		const { promise, resolve } = Promise.withResolvers<string>();
		const { url } = await startTcpServer(t, (socket) => {
			let text = "";
			socket.setEncoding("latin1").on("data", (chunk) => {
				text += chunk;
				if (!text.endsWith(BODY)) return;
				resolve(text);
				socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
			});
		});

		await deliver(requestTo(`${url}/a//../b%2f?c=%20`), OPTIONS);

		assert.equal(
			await promise,
			`POST /a//../b%2f?c=%20 HTTP/1.1\r\nhost: h\r\nconnection: close\r\nx-Oss-Empty: \r\ncontent-length: 33\r\n\r\n${BODY}`,
		);
	});

	test("returns the answer: status, headers, body and duration", async (t) => {
		const server = await startApplicationServer(t, {
			body: '{"a":"猫"}',
			headers: { "X-Mixed": "Case" },
		});

		const outcome = await deliver(requestTo(`${server.url}/cb`), OPTIONS);

		const { status, headers, body, ended } = answerOf(outcome);
		assert.equal(status, 200);
		assert.equal(body.toString(), '{"a":"猫"}');
		assert.equal(ended, "complete");
		const [length, mixed] = headers;
		assert.deepEqual(length, ["Content-Length", "11"]);
		assert.deepEqual(mixed, ["X-Mixed", "Case"]);
		assert.equal(server.received[0]?.body.toString(), BODY);
		const { lookupMs, connectedMs, sentMs, answeredMs, totalMs } =
			outcome.timing;
		assert.equal(lookupMs, 0.5);
		assert.ok(connectedMs !== undefined && sentMs !== undefined);
		assert.ok(connectedMs <= sentMs && answeredMs !== undefined);
		assert.ok(sentMs <= answeredMs && answeredMs <= totalMs);
	});

	test("connects to the resolved address, whatever the name", async (t) => {
		const { port } = await startApplicationServer(t);

		const outcome = await deliver(
			requestTo(`http://app.example.com:${port}/`),
			OPTIONS,
		);

		assert.equal(answerOf(outcome).status, 200);
	});

	test("connects to the next address if one refuses", async (t) => {
		const { port } = await startApplicationServer(t);
		const addresses = ["127.0.0.2", "127.0.0.1"];

		const outcome = await deliver(
			requestTo(`http://app.example.com:${port}/`, { addresses }),
			OPTIONS,
		);

		assert.equal(answerOf(outcome).status, 200);
	});

	test("does not follow redirects", async (t) => {
		const elsewhere = await startApplicationServer(t);
		const headers = { Location: elsewhere.url };
		const { url } = await startApplicationServer(t, { status: 307, headers });

		const outcome = await deliver(requestTo(url), OPTIONS);

		assert.equal(answerOf(outcome).status, 307);
		assert.equal(elsewhere.received.length, 0);
	});

	test("does not decompress", async (t) => {
		const headers = { "Content-Encoding": "gzip" };
		const { url } = await startApplicationServer(t, { body: "{}", headers });

		const outcome = await deliver(requestTo(url), OPTIONS);

		assert.equal(answerOf(outcome).body.toString(), "{}");
	});

	test("can take 5 seconds", () => {
		assert.equal(CALLBACK_TIMEOUT_MS, 5000);
		assert.equal(DEFAULT_SWITCHES.timeoutMs, CALLBACK_TIMEOUT_MS);
	});
});

suite("An answer is accepted", () => {
	// biome-ignore format: a table
	const answers = [
    ["in HTTP/1.0",                   "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, "{}"],
    ["in chunks",                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 200, "{}"],
    ["that ends with the connection", "HTTP/1.1 200 OK\r\n\r\n{}", 200, "{}"],
    ["up to its Content-Length",      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{}", 200, "{}"],
    ["with blanks after its length",  "HTTP/1.1 200 OK\r\nContent-Length: 2  \r\n\r\n{}", 200, "{}"],
    ["without a body",                "HTTP/1.1 204 No Content\r\n\r\n", 204, ""],
    ["with 10,000 headers",           `HTTP/1.1 200 OK\r\n${"X: 1\r\n".repeat(9999)}Content-Length: 2\r\n\r\n{}`, 200, "{}"],
    ["with 100 KB of headers",        `HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\nContent-Length: 2\r\n\r\n{}`, 200, "{}"],
  ] as const;
	for (const [what, text, status, body] of answers)
		test(what, async (t) => {
			const answer = answerOf(await answerTo(t, text));

			assert.equal(answer.status, status);
			assert.equal(answer.body.toString(), body);
			assert.equal(answer.ended, "complete");
		});

	test("from a server that did not wait for the request", async (t) => {
		const { url } = await startTcpServer(t, (socket) => socket.end(OK));

		const answer = answerOf(await deliver(requestTo(url), OPTIONS));

		assert.equal(answer.body.toString(), "{}");
		assert.equal(answer.ended, "complete");
	});

	for (const kilobytes of [5, 50, 5000])
		test(`from a server that closed the connection without reading a request of ${kilobytes} KB`, async (t) => {
			const { url } = await startTcpServer(t, (socket) => {
				socket.pause().write(OK, () => socket.destroy());
			});
			const body = "a".repeat(kilobytes * 1024);

			const outcome = await deliver(requestTo(url, { body }), OPTIONS);

			assert.equal(answerOf(outcome).body.toString(), "{}");
			assert.equal(answerOf(outcome).ended, "complete");
		});
});

suite("An answer other than 200 is evaluated before its end (A-250):", () => {
	const head = "HTTP/1.1 500 No\r\nContent-Length: 2000000\r\n\r\n";

	test("an answer that never ends", async (t) => {
		const { url } = await startTcpServer(t, (socket) => {
			socket.write(`${head}{"error":`);
		});

		// If the delivery waited for the end of the answer, this test would time out.
		const options = { ...OPTIONS, timeoutMs: 600_000 };
		const outcome = await deliver(requestTo(url), options);

		const { status, body, ended } = answerOf(outcome);
		assert.equal(status, 500);
		assert.equal(body.toString(), '{"error":');
		assert.equal(ended, "time");
	});

	test("a long answer, whose beginning is recorded", async (t) => {
		const { url } = await startTcpServer(t, (socket) => {
			socket.write(head + "a".repeat(2 * REFUSAL_BYTES_MAX));
		});

		const answer = answerOf(await deliver(requestTo(url), OPTIONS));

		assert.equal(answer.body.length, REFUSAL_BYTES_MAX);
		assert.equal(answer.ended, "size");
	});
});

suite("An answer is incomplete if it is ended", () => {
	const head = (bytes: number) =>
		`HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n`;

	test("by the connection", async (t) => {
		const answer = answerOf(await answerTo(t, `${head(9)}{"a"`));

		assert.equal(answer.ended, "cut");
		assert.equal(answer.body.toString(), '{"a"');
	});

	test("by a broken chunk", async (t) => {
		const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

		const answer = answerOf(await answerTo(t, `${chunked}2\r\n{}\r\nzz\r\n`));

		assert.equal(answer.ended, "cut");
	});

	test("before a body of more than 1 MiB", async (t) => {
		const { url } = await startTcpServer(t, (socket) => {
			socket.once("data", () => socket.write(head(ANSWER_BYTES_MAX + 1)));
		});

		const answer = answerOf(await deliver(requestTo(url), OPTIONS));

		assert.equal(answer.ended, "size");
		assert.equal(answer.body.length, 0);
	});

	test("but not before a body of 1 MiB", async (t) => {
		const body = "a".repeat(ANSWER_BYTES_MAX);

		const answer = answerOf(await answerTo(t, head(body.length) + body));

		assert.equal(answer.ended, "complete");
		assert.equal(answer.body.length, ANSWER_BYTES_MAX);
	});

	test("after 1 MiB of a body without a length", async (t) => {
		const text = `HTTP/1.1 200 OK\r\n\r\n${"a".repeat(3_000_000)}`;

		const answer = answerOf(await answerTo(t, text));

		assert.equal(answer.ended, "size");
		assert.equal(answer.body.length, ANSWER_BYTES_MAX);
	});

	test("by the time limit, although bytes still arrive", async (t) => {
		const { url } = await startTcpServer(t, (socket) => {
			socket.write(head(1_000_000));
			const drip = setInterval(() => socket.write("a"), 10);
			socket.once("close", () => clearInterval(drip));
		});

		const outcome = await deliver(requestTo(url), SOON);

		assert.equal(answerOf(outcome).ended, "time");
	});
});

test("The connection to a server whose response never ends is closed", async (t) => {
	const closed = Promise.withResolvers<void>();
	const { url } = await startTcpServer(t, (socket) => {
		socket.once("close", closed.resolve).resume();
		socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
	});

	await deliver(requestTo(url), SOON);

	await closed.promise;
});

suite("An interim status is treated as the final answer (A-887):", () => {
	// biome-ignore format: a table
	const statuses = [
    "100 Continue\r\n",
    "101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n",
    "102 Processing\r\n",
    "103 Early Hints\r\nLink: </a>\r\n",
  ] as const;
	for (const status of statuses)
		test(`${status.slice(0, 3)}, and its connection is closed`, async (t) => {
			const closed = Promise.withResolvers<void>();
			const { url } = await startTcpServer(t, (socket) => {
				socket
					.once("close", closed.resolve)
					.once("data", () => socket.write(`HTTP/1.1 ${status}\r\n${OK}`));
			});

			const outcome = await deliver(requestTo(url), OPTIONS);

			assert.equal(reasonOf(outcome), "interim");
			await closed.promise;
		});

	test("the first of a flood ends the delivery", async (t) => {
		const sent = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100_000);
		const outcome = await answerTo(t, sent + OK);

		assert.equal(reasonOf(outcome), "interim");
	});
});

suite("A delivery has no answer", () => {
	const cases = [
		["from a server that does not answer", "time", () => {}],
		[
			"from a server that sends its headers slowly",
			"time",
			(socket: Socket) => {
				socket.write("HTTP/1.1 200 OK\r\nX: ");
				const drip = setInterval(() => socket.write("x"), 10);
				socket.once("close", () => clearInterval(drip));
			},
		],
		[
			"from a server that closes the connection",
			"lost",
			(socket: Socket) => socket.end(),
		],
		[
			"from a server that resets the connection",
			"lost",
			(s: Socket) => s.resetAndDestroy(),
		],
		[
			"from a server that resets the connection after the request",
			"lost",
			(socket: Socket) => socket.once("data", () => socket.resetAndDestroy()),
		],
		[
			"from a server that closes the connection within the headers",
			"lost",
			answering("HTTP/1.1 200 OK\r\nContent-Le"),
		],
		[
			"from a server that does not speak HTTP",
			"malformed",
			answering("220 ftp\r\n"),
		],
		[
			"from a server that sends a status below 100",
			"malformed",
			answering("HTTP/1.1 099 No\r\nContent-Length: 2\r\n\r\n{}"),
		],
		[
			"from a server that sends too many bytes of headers",
			"headTooLong",
			answering(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(3_200_000)}`),
		],
		[
			`from a server that sends more than ${ANSWER_HEAD_LINES_MAX} lines of headers (A-886)`,
			"headTooLong",
			answering(`HTTP/1.1 200 OK\r\n${"X: 1\r\n".repeat(20_001)}\r\n{}`),
		],
		[
			"with a valid Content-Length and a malformed header",
			"malformed",
			answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA b\r\n\r\n{}"),
		],
		[
			"with a Content-Length that is not a number",
			"contentLength",
			answering("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}"),
		],
		[
			"with a Content-Length that does not fit into 64 bits",
			"lengthTooLarge",
			answering(
				"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n{}",
			),
		],
		[
			"with an empty Content-Length",
			"contentLength",
			answering("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n{}"),
		],
		[
			"with a Content-Length followed by Transfer-Encoding",
			"contentLength",
			answering(
				"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
			),
		],
		[
			"with a Transfer-Encoding followed by Content-Length",
			"contentLength",
			answering(
				"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n",
			),
		],
		[
			"with two Content-Length headers",
			"contentLength",
			answering(
				"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
			),
		],
	] as const;
	for (const [what, reason, serve] of cases)
		test(what, async (t) => {
			const { url } = await startTcpServer(t, serve);
			const options = reason === "time" ? SOON : OPTIONS;

			const outcome = await deliver(requestTo(url), options);

			assert.equal(reasonOf(outcome), reason);
		});

	test("if no server listens", async () => {
		const outcome = await deliver(
			requestTo(`http://127.0.0.1:${await findDeafPort()}`),
			OPTIONS,
		);

		assert.equal(reasonOf(outcome), "refused");
	});

	test("if no address is known", async () => {
		const outcome = await deliver(
			requestTo("http://a.b", { addresses: [] }),
			OPTIONS,
		);

		assert.equal(reasonOf(outcome), "unresolved");
	});

	test("if connecting takes too long", async (t) => {
		const port = await startBlockedServer(t);

		const outcome = await deliver(requestTo(`http://127.0.0.1:${port}`), SOON);

		assert.equal(reasonOf(outcome), "unreachable");
		assert.equal(outcome.timing.connectedMs, undefined);
	});
});

/** Starts a server that never accepts connections; its backlog is full, so that connecting does not succeed. */
async function startBlockedServer(t: TestContext): Promise<number> {
	const script = `
		const server = require("node:net").createServer();
		server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
			require("node:fs").writeSync(1, String(server.address().port));
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
			process.exit();
		});`;
	const child = spawn(process.execPath, ["-e", script]);
	t.after(() => child.kill("SIGKILL"));
	const [written] = await once(child.stdout, "data");
	const port = Number(String(written));
	const fillers = Array.from({ length: 16 }, () => connect(port, "127.0.0.1"));
	for (const filler of fillers) filler.on("error", () => {});
	t.after(() => {
		for (const filler of fillers) filler.destroy();
	});
	await once(fillers[0] ?? child, "connect");
	return port;
}

suite("A delivery over TLS", () => {
	test("returns the answer of a server that closed the connection without reading most of the request", async (t) => {
		const server = createTlsServer(CERTIFICATE, (socket) => {
			socket.on("error", () => {});
			socket.pause().write(OK, () => socket.destroy());
		});
		const url = `https://127.0.0.1:${await listen(t, server)}`;
		const body = "a".repeat(5_000_000);

		const answer = answerOf(await deliver(requestTo(url, { body }), OPTIONS));

		assert.equal(answer.body.toString(), "{}");
		assert.equal(answer.ended, "complete");
	});

	/** Starts a server that records the server name sent by each client. */
	async function startTlsServer(
		t: TestContext,
	): Promise<{ port: number; names: (string | false)[] }> {
		const names: (string | false)[] = [];
		const server = createTlsServer(CERTIFICATE, (socket: TLSSocket) => {
			names.push(socket.servername || false);
			answering(OK)(socket.on("error", () => {}));
		});
		return { port: await listen(t, server), names };
	}

	test("does not send the server name, like OSS", async (t) => {
		const { port, names } = await startTlsServer(t);

		const outcome = await deliver(
			requestTo(`https://app.example.com:${port}`),
			OPTIONS,
		);

		assert.equal(answerOf(outcome).status, 200);
		assert.deepEqual(names, [false]);
		assert.ok(outcome.timing.securedMs !== undefined);
	});

	test("with callbackSNI sends the name in the URL, not callbackHost (A-244)", async (t) => {
		const { port, names } = await startTlsServer(t);
		const url = `https://app.example.com:${port}`;

		await deliver(
			requestTo(url, { sni: true, host: "other.example" }),
			OPTIONS,
		);

		assert.deepEqual(names, ["app.example.com"]);
	});

	test("always sends the name in the region London", async (t) => {
		const { port, names } = await startTlsServer(t);
		const options = { ...OPTIONS, alwaysSni: true };

		await deliver(requestTo(`https://app.example.com:${port}`), options);

		assert.deepEqual(names, ["app.example.com"]);
	});

	test("does not send a name for an IP address", async (t) => {
		const { port, names } = await startTlsServer(t);

		await deliver(
			requestTo(`https://127.0.0.1:${port}`, { sni: true }),
			OPTIONS,
		);

		assert.deepEqual(names, [false]);
	});

	test("accepts any certificate (A-202), unless it must be valid", async (t) => {
		const { port } = await startTlsServer(t);
		const request = requestTo(`https://app.example.com:${port}`);

		const trusting = await deliver(request, OPTIONS);
		const strict = await deliver(request, { ...OPTIONS, verifyTls: true });

		assert.equal(reasonOf(trusting), "answered 200");
		assert.equal(reasonOf(strict), "certificate");
		assert.ok("detail" in strict);
		assert.equal(strict.detail, "self-signed certificate");
	});

	test("fails with a server that does not speak TLS", async (t) => {
		const { port } = await startApplicationServer(t);

		const outcome = await deliver(
			requestTo(`https://127.0.0.1:${port}`),
			OPTIONS,
		);

		assert.equal(reasonOf(outcome), "notTls");
	});

	test("fails with a server that aborts the handshake, and reports a short reason", async (t) => {
		const server = createTlsServer({}, () => {});
		const url = `https://127.0.0.1:${await listen(t, server)}`;

		const outcome = await deliver(requestTo(url), OPTIONS);

		assert.equal(reasonOf(outcome), "tls");
		assert.ok("detail" in outcome);
		assert.match(outcome.detail, /^(ssl\/tls|sslv3) alert handshake failure$/);
	});

	test("times out if the handshake does not end (A-245)", async (t) => {
		const { port } = await startTcpServer(t, () => {});

		const outcome = await deliver(requestTo(`https://127.0.0.1:${port}`), SOON);

		assert.equal(reasonOf(outcome), "time");
	});
});
