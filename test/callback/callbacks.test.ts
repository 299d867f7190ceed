// biome-ignore-all lint/suspicious/noTemplateCurlyInString: callback variables look like template literals
import assert from "node:assert/strict";
import { createHash, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { suite, type TestContext, test } from "node:test";
import {
	type CallbackParts,
	Callbacks,
} from "../../emulator/callback/callbacks.ts";
import { readFault } from "../../emulator/callback/faults/fault.ts";
import { readKeyPair } from "../../emulator/callback/key-pair.ts";
import type {
	Delivery,
	ResolvedCallback,
	UploadFacts,
} from "../../emulator/callback/model.ts";
import type { CallbackSwitches } from "../../emulator/callback/switches.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import type { Reply } from "../../emulator/oss/reply.ts";
import type { OssRequest } from "../../emulator/oss/request.ts";
import {
	findDeafPort,
	listen,
	type Received,
	startApplicationServer,
	startTcpServer,
} from "./application-server.ts";
import { base64Json, carriers, errorOf } from "./request-callback.ts";

const keyPair = readKeyPair(
	readFileSync("fixtures/keys/callback-512.pem", "utf8"),
);

const UPLOADED: UploadFacts = {
	bucket: "photos",
	key: "猫/my cat.jpg",
	etag: "D8E8FCA2DC0F896FD7CB4CB0031BA249",
	size: 5,
	contentType: "image/jpeg",
	crc64: "11051210869376104954",
	contentMd5: "2Oj8otwPiW/Xy0ywAxuiSQ==",
	operation: "PutObject",
	requestId: "5C1B138A109F4E4057B5B1E2",
	clientIp: "127.0.0.1",
	requester: "1000000000000002",
	owner: "1000000000000001",
	publicKeyUrl: "",
	uploader: () => "waiting",
	read: async () => {
		throw new Error("the content must not be read");
	},
};

const HEADERS = {
	ETag: '"D8E8FCA2DC0F896FD7CB4CB0031BA249"',
	"x-oss-hash-crc64ecma": "11051210869376104954",
	"Content-MD5": "2Oj8otwPiW/Xy0ywAxuiSQ==",
	"x-oss-version-id": undefined,
};

type Given = Partial<Omit<CallbackParts, "switches">> & {
	switches?: Partial<CallbackSwitches>;
};

function makeCallbacks(given: Given = {}): {
	callbacks: Callbacks;
	saved: Delivery[];
} {
	const saved: Delivery[] = [];
	const callbacks = new Callbacks({
		keyPair: async () => keyPair,
		endpoint: "http://127.0.0.1:6770",
		now: () => new Date("2018-09-15T10:27:41.000Z"),
		warn: () => {},
		findPolicy: async () => undefined,
		record: {
			save: async (delivery) => {
				saved.push(delivery);
			},
		},
		...given,
		switches: { timeoutMs: 600_000, ...given.switches },
	});
	return { callbacks, saved };
}

const ANONYMOUS = { accessKeyId: "", uid: "" };

/** An upload with the given parameters. */
function uploadWith(
	headers: Record<string, string>,
	query: Record<string, string> = {},
): OssRequest {
	return {
		...carriers(headers, query),
		id: UPLOADED.requestId,
		bucket: "photos",
		key: "a",
		method: "PUT",
		rawQuery: "",
		isInHost: false,
		rawPath: "/photos/a",
		host: "127.0.0.1",
		scheme: "http",
		clientIp: "127.0.0.1",
		receivedAt: new Date(0),
		caller: ANONYMOUS,
		isDisconnected: () => false,
		body: process.stdin,
		form: () => {
			throw new Error("no form");
		},
	};
}

async function readFrom(
	callbacks: Callbacks,
	json: object,
	variables: object = {},
): Promise<ResolvedCallback> {
	const callback = await callbacks.read(
		uploadWith({
			"x-oss-callback": base64Json(json),
			"x-oss-callback-var": base64Json(variables),
		}),
	);
	assert.ok(callback);
	return callback;
}

/** A complete upload with a callback. */
async function send(
	callbacks: Callbacks,
	callback: ResolvedCallback,
	uploaded: UploadFacts = UPLOADED,
): Promise<Reply> {
	const reply = await callbacks.send(callback, uploaded, HEADERS);
	assert.ok(reply);
	return reply;
}

async function failureOf(work: Promise<unknown>): Promise<OssError> {
	try {
		await work;
	} catch (error) {
		if (error instanceof OssError) return error;
		throw error;
	}
	throw new Error("did not fail");
}

/** Starts a server for the public key, like that of the emulator. */
async function startKeyServer(t: TestContext, pem: string): Promise<string> {
	const server = createServer((_incoming, outgoing) => outgoing.end(pem));
	const port = await listen(t, server);
	t.after(() => server.closeAllConnections());
	return `http://127.0.0.1:${port}/callback_pub_key_v1.pem`;
}

/** Carries out the steps of the manual's Python example: fetch the key, decode the path, verify RSA over MD5. */
async function isSignedByOss({
	target,
	headers,
	body,
}: Received): Promise<boolean> {
	const keyUrl = Buffer.from(String(headers["x-oss-pub-key-url"]), "base64");
	const pem = await (await fetch(keyUrl.toString())).text();
	const mark = target.indexOf("?");
	const path = mark < 0 ? target : target.slice(0, mark);
	const query = mark < 0 ? "" : target.slice(mark);
	const signed = Buffer.concat([
		Buffer.from(`${decodeURIComponent(path)}${query}\n`),
		body,
	]);
	const authorization = Buffer.from(String(headers.authorization), "base64");
	return verify("RSA-MD5", signed, pem, authorization);
}

suite("A callback", () => {
	test("reaches the application server with its variables and a signature, and the answer reaches the uploader", async (t) => {
		const application = await startApplicationServer(t, {
			body: '{"saved":"猫"}',
		});
		const publicKeyUrl = await startKeyServer(t, keyPair.publicPem);
		const { callbacks } = makeCallbacks({ switches: { publicKeyUrl } });
		const callback = await readFrom(
			callbacks,
			{
				callbackUrl: `${application.url}/a%2Fb/%E7%8C%AB?from=oss%20`,
				callbackBody:
					"bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}&crc64=${crc64}&md5=${contentMd5}&vpc=${vpcId}&ip=${clientIp}&id=${reqId}&op=${operation}&by=${x:user}",
			},
			{ "x:user": "tom & co" },
		);

		const reply = await send(callbacks, callback);

		assert.equal(reply.status, 200);
		assert.equal(String(reply.body), '{"saved":"猫"}');
		assert.deepEqual(reply.headers, {
			...HEADERS,
			"Content-Type": "application/json",
		});
		const [received, ...more] = application.received;
		assert.ok(received);
		assert.deepEqual(more, []);
		assert.equal(
			received.body.toString(),
			"bucket=photos&object=%E7%8C%AB%2Fmy%20cat.jpg&etag=D8E8FCA2DC0F896FD7CB4CB0031BA249&size=5&mimeType=image%2Fjpeg&crc64=11051210869376104954&md5=2Oj8otwPiW%2FXy0ywAxuiSQ%3D%3D&vpc=&ip=127.0.0.1&id=5C1B138A109F4E4057B5B1E2&op=PutObject&by=tom%20%26%20co",
		);
		assert.ok(await isSignedByOss(received));
		const md5 = createHash("md5").update(received.body).digest("base64");
		assert.equal(received.headers["content-md5"], md5);
	});

	test("has a JSON body if its parameters request one", async (t) => {
		const application = await startApplicationServer(t);
		const publicKeyUrl = await startKeyServer(t, keyPair.publicPem);
		const { callbacks } = makeCallbacks({ switches: { publicKeyUrl } });
		const callback = await readFrom(
			callbacks,
			{
				callbackUrl: application.url,
				callbackBody:
					'{"bucket":${bucket},"object":${object},"size":${size},"crc64":${crc64},"vpcId":${vpcId},"user":${x:user}}',
				callbackBodyType: "application/json",
			},
			{ "x:user": 'say "hi"' },
		);

		await send(callbacks, callback);

		const [received] = application.received;
		assert.ok(received);
		assert.equal(
			received.body.toString(),
			'{"bucket":"photos","object":"猫/my cat.jpg","size":5,"crc64":11051210869376104954,"vpcId":null,"user":"say \\"hi\\""}',
		);
		assert.equal(received.headers["content-type"], "application/json");
		assert.equal(received.target, "/");
		assert.ok(await isSignedByOss(received));
	});

	test("can be part of a form", async (t) => {
		const application = await startApplicationServer(t);
		const { callbacks } = makeCallbacks();
		const callback = await callbacks.readForm(
			"photos",
			new Map([
				[
					"callback",
					base64Json({
						callbackUrl: application.url,
						callbackBody: "v=${x:v}&op=${operation}",
					}),
				],
				["x:v", "1 2"],
			]),
		);
		assert.ok(callback);
		const uploaded = { ...UPLOADED, operation: "PostObject" } as const;

		await send(callbacks, callback, uploaded);

		const body = application.received[0]?.body.toString();
		assert.equal(body, "v=1%202&op=PostObject");
	});

	test("is undefined if the upload does not request a callback", async () => {
		const { callbacks } = makeCallbacks();

		assert.equal(await callbacks.read(uploadWith({})), undefined);
		assert.equal(await callbacks.readForm("photos", new Map()), undefined);
	});

	test("can select a policy of the upload's bucket", async () => {
		const requested: string[][] = [];
		const { callbacks } = makeCallbacks({
			findPolicy: async (bucket, name) => {
				requested.push([bucket, name]);
				const callback = base64Json({
					callbackUrl: "127.0.0.1/policy",
					callbackBody: "a",
				});
				return { callback, callbackVar: "" };
			},
		});

		const callback = await readFrom(callbacks, { callbackPolicy: "p" });

		assert.equal(callback.urls[0]?.path, "/policy");
		assert.deepEqual(requested, [["photos", "p"]]);
	});

	test("with a private host is refused before anything is stored, if strict checks are enabled", async () => {
		const { callbacks } = makeCallbacks({
			switches: { privateAddresses: "refuse" },
		});
		const json = { callbackUrl: "127.0.0.1:1", callbackBody: "a" };

		const error = await errorOf(() => readFrom(callbacks, json));

		assert.equal(error?.ec, "0007-00000008");
	});
});

suite("The URLs of a callback", () => {
	test("are called in order until one returns a valid answer", async (t) => {
		const failing = await startApplicationServer(t, { status: 500 });
		const good = await startApplicationServer(t);
		const unused = await startApplicationServer(t);
		const deaf = `http://127.0.0.1:${await findDeafPort()}`;
		const urls = [deaf, failing.url, `${good.url}/x`, unused.url];
		const { callbacks, saved } = makeCallbacks();
		const callback = await readFrom(callbacks, {
			callbackUrl: urls.join(";"),
			callbackBody: "a",
		});

		const reply = await send(callbacks, callback);

		assert.equal(String(reply.body), '{"Status":"OK"}');
		const calls = [failing, good, unused].map(
			({ received }) => received.length,
		);
		assert.deepEqual(calls, [1, 1, 0]);
		const why = saved.at(-1)?.attempts.map((attempt) => attempt.why);
		assert.equal(why?.length, 3);
		assert.match(why[0] ?? "", /nothing listens there/);
		assert.match(why[1] ?? "", /answered 500/);
		assert.match(why[2] ?? "", /answered 200\.$/);
	});

	test("may all fail; the uploader then receives the error of the last and the headers of the upload (A-241)", async (t) => {
		const first = await startApplicationServer(t, { status: 403 });
		const last = await startApplicationServer(t, { body: "OK" });
		const { callbacks } = makeCallbacks();
		const callback = await readFrom(callbacks, {
			callbackUrl: `${first.url};${last.url}`,
			callbackBody: "a",
		});

		const error = await failureOf(send(callbacks, callback));

		assert.equal(error.code, "CallbackFailed");
		assert.equal(error.status, 203);
		assert.equal(error.message, "Response body is not valid json format.");
		assert.equal(error.ec, "0007-00000205");
		const { "x-oss-version-id": _, ...kept } = HEADERS;
		assert.deepEqual(error.headers, kept);
	});

	test("each have a separate time limit", async (t) => {
		const silent = await startTcpServer(t, () => {});
		const good = await startApplicationServer(t);
		const { callbacks } = makeCallbacks({ switches: { timeoutMs: 1000 } });
		const callback = await readFrom(callbacks, {
			callbackUrl: `${silent.url};${good.url}`,
			callbackBody: "a",
		});

		const reply = await send(callbacks, callback);

		assert.equal(reply.status, 200);
	});
});

suite("A callback that uses image info", () => {
	const BODY =
		'{"w":${imageInfo.width},"h":${imageInfo.height},"f":${imageInfo.format}}';
	const json = (callbackUrl: string) => ({
		callbackUrl,
		callbackBody: BODY,
		callbackBodyType: "application/json",
	});
	const uploadOf = (content: Buffer): UploadFacts => ({
		...UPLOADED,
		contentType: "application/octet-stream",
		size: content.length,
		read: async (first, last) => content.subarray(first, last + 1),
	});

	test("has the values from the content, whatever its type", async (t) => {
		const application = await startApplicationServer(t);
		const { callbacks } = makeCallbacks();
		const callback = await readFrom(callbacks, json(application.url));
		const content = readFileSync("fixtures/images/baseline.jpg");

		await send(callbacks, callback, uploadOf(content));

		const body = application.received[0]?.body.toString();
		assert.equal(body, '{"w":37,"h":21,"f":"jpg"}');
	});

	test("has no image info for other files, and is still sent", async (t) => {
		const application = await startApplicationServer(t);
		const { callbacks } = makeCallbacks({
			switches: { absentValues: "null" },
		});
		const callback = await readFrom(callbacks, json(application.url));

		await send(callbacks, callback, uploadOf(Buffer.from("meow")));

		const body = application.received[0]?.body.toString();
		assert.equal(body, '{"w":null,"h":null,"f":null}');
	});

	test("fails if the object has been deleted: «Get image info failed.»", async (t) => {
		const application = await startApplicationServer(t);
		const { callbacks, saved } = makeCallbacks();
		const callback = await readFrom(callbacks, json(application.url));
		const deleted: UploadFacts = {
			...UPLOADED,
			read: async () => {
				throw new OssError("NoSuchKey");
			},
		};

		const error = await failureOf(send(callbacks, callback, deleted));

		assert.equal(error.message, "Get image info failed.");
		assert.equal(error.ec, "0007-00000301");
		assert.equal(error.headers.ETag, HEADERS.ETag);
		assert.equal(application.received.length, 0);
		assert.equal(saved.at(-1)?.attempts.length, 0);
		assert.match(saved.at(-1)?.why ?? "", /image cannot be read/);
	});

	test("does not hide an internal error of the emulator", async () => {
		const { callbacks } = makeCallbacks();
		const callback = await readFrom(callbacks, json("127.0.0.1"));

		await assert.rejects(send(callbacks, callback), /must not be read/);
	});
});

suite("A callback whose body would be too long", () => {
	const upload = async (t: TestContext, bodyOf: (value: string) => string) => {
		const application = await startApplicationServer(t);
		const { callbacks, saved } = makeCallbacks();
		const value = "a".repeat(1024 * 1024);
		const json = {
			callbackUrl: application.url,
			callbackBody: bodyOf("${x:a}"),
		};
		const fields = { callback: base64Json(json), "x:a": value };
		const callback = await callbacks.readForm(
			"photos",
			new Map(Object.entries(fields)),
		);
		assert.ok(callback);
		return { sent: send(callbacks, callback), application, saved };
	};

	test("is not sent, and the uploader receives an error (A-632)", async (t) => {
		const { sent, application, saved } = await upload(t, (value) =>
			`${value}-${value}`.repeat(5_000),
		);

		const error = await failureOf(sent);

		assert.equal(
			error.message,
			"Callback to application server failed, please check your callbackUrl.",
		);
		assert.equal(error.headers.ETag, HEADERS.ETag);
		assert.deepEqual(application.received, []);
		const why =
			"The callback was not sent, because its body would have more than 2097152 characters.";
		assert.equal(saved.at(-1)?.why, why);
	});

	test("is sent with 2,097,152 characters", async (t) => {
		const { sent, application } = await upload(t, (value) => value + value);

		assert.equal((await sent).status, 200);
		assert.equal(application.received[0]?.body.length, 2 * 1024 * 1024);
	});
});

suite("The record of a callback", () => {
	test("exists when the callback is sent, and is complete before the uploader receives the response", async (t) => {
		const seen: (Delivery | undefined)[] = [];
		const { callbacks, saved } = makeCallbacks();
		const { url } = await startTcpServer(t, (socket) => {
			socket.once("data", () => {
				seen.push(saved.at(-1));
				socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
			});
		});
		const json = {
			callbackUrl: `${url}/cb?a`,
			callbackBody: "o=${object}&${x:v}",
		};
		const callback = await readFrom(callbacks, json, { "x:v": "1" });

		await send(callbacks, callback);

		const [sent] = seen;
		assert.equal(sent?.completedAt, undefined);
		assert.equal(sent?.told, undefined);
		assert.equal(sent?.attempts[0]?.outcome, undefined);
		assert.match(sent?.why ?? "", /not answered yet/);

		assert.equal(saved.length, 2);
		const complete = saved[1];
		assert.ok(complete);
		const { attempts, findings, ...delivery } = complete;
		assert.deepEqual(delivery, {
			id: UPLOADED.requestId,
			account: UPLOADED.requester,
			operation: "PutObject",
			bucket: "photos",
			key: "猫/my cat.jpg",
			asked: JSON.stringify(json),
			variables: { "x:v": "1" },
			body: "o=%E7%8C%AB%2Fmy%20cat.jpg&1",
			bodyType: "application/x-www-form-urlencoded",
			startedAt: new Date("2018-09-15T10:27:41.000Z"),
			fault: "",
			completedAt: new Date("2018-09-15T10:27:41.000Z"),
			told: { status: 200, body: Buffer.from("{}") },
			why: `${url}/cb?a answered 200, and the uploader got its answer.`,
		});
		const [attempt] = attempts;
		assert.equal(attempt?.url, `${url}/cb?a`);
		assert.equal(attempt?.target, "/cb?a");
		assert.deepEqual(
			findings.map(({ id }) => id),
			["private-address", "answer-type"],
		);
		assert.equal(attempt?.stringToSign, "/cb?a\no=%E7%8C%AB%2Fmy%20cat.jpg&1");
		assert.equal(attempt?.headers.length, 17);
		assert.ok(attempt?.outcome && "answer" in attempt.outcome);
		assert.ok(attempt.outcome.timing.totalMs > 0);
	});

	test("is written before the application server is called, and before the uploader receives the response", async (t) => {
		const { url, received } = await startApplicationServer(t);
		const saves: { status: string; called: number; keep: () => void }[] = [];
		const saving = [
			Promise.withResolvers<void>(),
			Promise.withResolvers<void>(),
		];
		const { callbacks } = makeCallbacks({
			record: {
				save: async ({ told }) => {
					const { promise, resolve: keep } = Promise.withResolvers<void>();
					const status = told ? "answered" : "sending";
					saves.push({ status, called: received.length, keep });
					saving[saves.length - 1]?.resolve();
					await promise;
				},
			},
		});
		const json = { callbackUrl: url, callbackBody: "a" };
		let isAnswered = false;
		const sent = send(callbacks, await readFrom(callbacks, json)).then(() => {
			isAnswered = true;
		});

		for (const { promise } of saving) {
			await promise;
			// A request to the application server gives a premature response time to arrive.
			await fetch(url);
			assert.equal(isAnswered, false);
			saves.at(-1)?.keep();
		}

		await sent;
		assert.deepEqual(
			saves.map(({ status, called }) => [status, called]),
			[
				["sending", 0],
				["answered", 2],
			],
		);
	});

	test("contains the uploader's response and the reason", async (t) => {
		const { url } = await startApplicationServer(t, { status: 500 });
		const { callbacks, saved } = makeCallbacks();
		const json = { callbackUrl: url, callbackBody: "a" };
		const callback = await readFrom(callbacks, json);

		await failureOf(send(callbacks, callback));

		assert.deepEqual(saved.at(-1)?.told, {
			status: 203,
			message: "Error status : 500.",
			ec: "0007-00000203",
		});
		assert.equal(saved.at(-1)?.why, `${url} answered 500; only 200 counts.`);
	});
});

suite("The record of a callback that was never sent", () => {
	test("is complete if the emulator itself fails with 500", async () => {
		const { callbacks, saved } = makeCallbacks({
			deliver: async () => {
				throw new TypeError("an internal fault");
			},
		});
		const json = { callbackUrl: "127.0.0.1", callbackBody: "a" };
		const callback = await readFrom(callbacks, json);

		await assert.rejects(send(callbacks, callback), /an internal fault/);

		const last = saved.at(-1);
		assert.deepEqual(last?.told, { status: 500 });
		assert.ok(last?.completedAt);
		assert.match(last?.why ?? "", /^Internal error; see the emulator's log\.$/);
	});

	test("states that it had no URL, and the uploader gets the upload's own reply", async () => {
		const warnings: string[] = [];
		const { callbacks, saved } = makeCallbacks({
			warn: (sentence) => warnings.push(sentence),
		});
		const callback = await readFrom(callbacks, { callbackBody: "a" });

		const reply = await callbacks.send(callback, UPLOADED, HEADERS);

		assert.equal(reply, undefined);
		const [skipped, ...more] = saved;
		assert.deepEqual(more, []);
		assert.equal(skipped?.told, undefined);
		assert.ok(skipped?.completedAt);
		assert.equal(skipped?.asked, '{"callbackBody":"a"}');
		assert.equal(skipped?.findings[0]?.id, "no-url");
		assert.match(warnings.join(), /photos\/猫\/my cat\.jpg: .*no callbackUrl/);
	});
});

suite("Many callbacks at once", () => {
	test("are limited: some wait, and others fail", async () => {
		const waiting: (() => void)[] = [];
		let running = 0;
		let most = 0;
		const { callbacks } = makeCallbacks({
			switches: { concurrencyMax: 2, waitingMax: 1 },
			deliver: async () => {
				most = Math.max(most, ++running);
				await new Promise<void>((resolve) => waiting.push(resolve));
				running--;
				const timing = {
					lookupMs: 0,
					connectedMs: 0,
					securedMs: undefined,
					sentMs: 0,
					answeredMs: 0,
					totalMs: 0,
				};
				const headers = [["Content-Length", "2"]] as const;
				const body = Buffer.from("{}");
				const ended = "complete";
				return { timing, answer: { status: 200, headers, body, ended } };
			},
		});
		const json = { callbackUrl: "127.0.0.1", callbackBody: "a" };
		const callback = await readFrom(callbacks, json);
		const upload = () => send(callbacks, callback);

		const three = [upload(), upload(), upload()];
		const error = await failureOf(upload());
		assert.equal(error.message, "Too many callback requests.");
		assert.equal(error.ec, "0007-00000201");
		assert.equal(error.headers.ETag, HEADERS.ETag);

		const all = Promise.all(three);
		let isOver = false;
		all.finally(() => {
			isOver = true;
		});
		while (!isOver) {
			waiting.shift()?.();
			await new Promise(setImmediate);
		}
		const replies = await all;
		assert.deepEqual(
			replies.map(({ status }) => status),
			[200, 200, 200],
		);
		assert.equal(most, 2);
	});
});

suite("When callbacks are closed", () => {
	test("the current one is aborted, and no other URL is called", async (t) => {
		const { callbacks } = makeCallbacks();
		const requested = Promise.withResolvers<void>();
		const hanging = await startTcpServer(t, (socket) => {
			socket.once("data", () => requested.resolve());
		});
		const next = await startApplicationServer(t);
		const callbackUrl = `${hanging.url};${next.url}`;
		const json = { callbackUrl, callbackBody: "a" };
		const sent = failureOf(send(callbacks, await readFrom(callbacks, json)));
		await requested.promise;

		callbacks.close();

		await sent; // the callback's time limit is longer than this test's
		assert.deepEqual(next.received, []);
	});

	test("an injected delay does not delay the shutdown", async () => {
		const takeFault = () => readFault("refused; delay=60000");
		const { callbacks } = makeCallbacks({ takeFault });
		const json = { callbackUrl: "127.0.0.1", callbackBody: "a" };
		const sent = failureOf(send(callbacks, await readFrom(callbacks, json)));

		callbacks.close();

		assert.equal((await sent).message, "Error status : 502.");
	});
});

test("The public key is that of the key pair", async () => {
	const { callbacks } = makeCallbacks();

	assert.equal(await callbacks.publicPem(), keyPair.publicPem);
});

suite("The log of a callback", () => {
	const linesOf = async (t: TestContext, answer: object): Promise<string[]> => {
		const lines: string[] = [];
		const { url } = await startApplicationServer(t, answer);
		const { callbacks } = makeCallbacks({ warn: (line) => lines.push(line) });
		const json = { callbackUrl: url, callbackBody: "a" };
		await send(callbacks, await readFrom(callbacks, json)).catch(() => {});
		return lines.map((line) => line.replaceAll(url, "URL"));
	};

	test("has two lines if the callback failed: the reason and how to fix it", async (t) => {
		assert.deepEqual(await linesOf(t, { status: 404 }), [
			`${UPLOADED.requestId}: the callback of photos/猫/my cat.jpg failed: URL answered 404; only 200 counts.`,
			`${UPLOADED.requestId}: Add a route for POST / to the application server.`,
		]);
	});

	test("is empty if the callback succeeded", async (t) => {
		assert.deepEqual(await linesOf(t, {}), []);
	});
});

test("A callback of five URLs is recorded twice: before the first call, and when it is complete", async (t) => {
	const { callbacks, saved } = makeCallbacks();
	const { url } = await startApplicationServer(t, { status: 500 });
	const urls = Array.from({ length: 5 }, (_, i) => `${url}/${i}`);
	const json = { callbackUrl: urls.join(";"), callbackBody: "a" };

	await failureOf(send(callbacks, await readFrom(callbacks, json)));

	assert.deepEqual(
		saved.map(({ attempts }) => attempts.length),
		[1, 5],
	);
	const [, ...others] = urls;
	assert.ok(saved[0]?.why.endsWith(` Next: ${others.join(", ")}.`));
});
