/** Tests every fault with a real upload and a real application server that checks signatures. */
import assert from "node:assert/strict";
import { verify } from "node:crypto";
import { suite, test } from "node:test";
import { startWithAdmin } from "../admin/admin.ts";
import { startApplicationServer } from "../application-server.ts";
import { refusal } from "../client.ts";
import {
	ANY,
	field,
	file,
	postForm,
	signedV1,
} from "../operations/object/form.ts";
import {
	complete,
	completion,
	initiate,
	putPart,
} from "../operations/uploading.ts";
import {
	startApplicationServer as startCareless,
	startTcpServer,
} from "./application-server.ts";
import { base64Json } from "./request-callback.ts";

const FAULT = "x-emulator-callback-fault";

const callbackTo = (url: string): string =>
	base64Json({ callbackUrl: `${url}/cb?a=1`, callbackBody: "o=${object}" });

suite("An injected fault of one upload", () => {
	const CONNECT =
		"Error status : -1.OSS can not connect to your callbackUrl, please check it.";
	const LONG =
		"Error status : 400.User server return too long content-length value.";
	// Fault, EC, message from docs «HTTP 203 status code», and how often the application server is called.
	// biome-ignore format: a table
	const cases: readonly (readonly [string, string, string, number])[] = [
    ["never-sent",         "0007-00000203", CONNECT, 0],
    ["refused",            "0007-00000203", "Error status : 502.", 0],
    ["status-403",         "0007-00000203", "Error status : 403.", 0],
    ["status-504",         "0007-00000203", "Error status : 504.", 0],
    ["too-many",           "0007-00000201", "Too many callback requests.", 0],
    ["image-info",         "0007-00000301", "Get image info failed.", 0],
    ["time-out",           "0007-00000202", "Cost too long time.", 1],
    ["reply-lost",         "0007-00000203", "Error status : 502.", 1],
    ["no-content-length",  "0007-00000203", "Error status : 400.User server missing content-length.", 1],
    ["bad-content-length", "0007-00000203", "Error status : 400.User server return invalid conent-length value.", 1],
    ["too-long",           "0007-00000203", LONG, 1],
    ["not-json",           "0007-00000205", "Response body is not valid json format.", 1],
    ["old-failure",        "",              "Callback to application server failed, please check your callbackUrl.", 1],
    ["bad-signature",      "0007-00000203", "Error status : 403.", 1],
  ];
	for (const [fault, ec, message, calls] of cases)
		test(`${fault}: 203 «${message}», ${calls} calls, and the object remains stored`, async (t) => {
			const { oss, admin } = await startWithAdmin(t);
			const application = await startApplicationServer(t);

			const put = await oss.put("/photos/cat", "meow", {
				"x-oss-callback": callbackTo(application.url),
				[FAULT]: fault,
			});

			assert.equal(refusal(put), `203 CallbackFailed ${ec}: ${message}`);
			assert.equal(application.received.length, calls);
			assert.equal((await oss.get("/photos/cat")).text, "meow");
			const { json } = await admin.get("/api/callbacks");
			assert.equal(json.callbacks[0].fault, fault);
			assert.equal(json.callbacks[0].body, "o=cat");
			assert.equal(json.callbacks[0].told.message, message);
			assert.match(json.callbacks[0].advice, /fault \S+ was injected/);
		});

	test("old-time-out: 203 with the address in the message", async (t) => {
		const { oss } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const { host } = new URL(application.url);

		const put = await oss.put("/photos/cat", "meow", {
			"x-oss-callback": callbackTo(application.url),
			[FAULT]: "old-time-out",
		});

		assert.equal(
			refusal(put),
			`203 CallbackFailed : Error status : -1 ${host} reply timeout, cost:5000ms, timeout:5000ms (err -4, errno115)`,
		);
	});

	test("bad-signature: the request is signed, but the signature does not match it", async (t) => {
		const { oss } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = callbackTo(application.url);

		await oss.put("/photos/a", "", { "x-oss-callback": callback });
		await oss.put("/photos/b", "", {
			"x-oss-callback": callback,
			[FAULT]: "bad-signature",
		});

		const [good, bad] = application.received;
		assert.ok(good?.isSigned);
		assert.equal(bad?.isSigned, false);
		const lengths = [good, bad].map((one) => one.headers.authorization?.length);
		assert.equal(lengths[0], lengths[1]);
	});

	test("wrong-key-url: the signature is correct, but the key URL has another host", async (t) => {
		const { oss, endpoint } = await startWithAdmin(t);
		const application = await startCareless(t);

		await oss.put("/photos/cat", "meow", {
			"x-oss-callback": callbackTo(application.url),
			[FAULT]: "wrong-key-url",
		});

		const [received] = application.received;
		assert.ok(received);
		const { authorization = "", "x-oss-pub-key-url": encoded } =
			received.headers;
		const url = new URL(Buffer.from(String(encoded), "base64").toString());
		assert.equal(url.hostname, "127.0.0.1.forged.localhost");
		// Under the host name of the machine, the key can be fetched, and it matches the signature.
		const headers = { host: url.host };
		const key = await oss.get(url.pathname, { headers, as: null });
		assert.equal(url.port, new URL(endpoint).port);
		const signed = Buffer.from("/cb?a=1\no=cat");
		const signature = Buffer.from(authorization, "base64");
		assert.ok(verify("RSA-MD5", signed, key.text, signature));
	});

	test("sent-twice: the application server receives the same request twice, and the second answer is used", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const requests: string[] = [];
		const application = await startTcpServer(t, (socket) => {
			socket.once("data", (request) => {
				const status = requests.push(String(request)) === 1 ? 200 : 409;
				socket.end(`HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\n{}`);
			});
		});

		const put = await oss.put("/photos/cat", "meow", {
			"x-oss-callback": callbackTo(application.url),
			[FAULT]: "sent-twice",
		});

		assert.match(refusal(put), /Error status : 409\./);
		const [first, second, ...more] = requests;
		assert.deepEqual(more, []);
		assert.match(first ?? "", /\r\n\r\no=cat$/);
		assert.equal(first, second);
		const { json } = await admin.get("/api/callbacks");
		const statuses = json.callbacks[0].attempts.map(
			(attempt: { answer: { status: number } }) => attempt.answer.status,
		);
		assert.deepEqual(statuses, [200, 409]);
	});

	test("with a delay is answered after the delay", async (t) => {
		const { oss } = await startWithAdmin(t);
		const begun = performance.now();

		const put = await oss.put("/photos/cat", "meow", {
			"x-oss-callback": callbackTo("http://127.0.0.1:1"),
			[FAULT]: "time-out; delay=100",
		});

		assert.match(refusal(put), /Cost too long time/);
		assert.ok(performance.now() - begun >= 99);
	});

	test("with an unknown name is refused before anything is stored", async (t) => {
		const { oss } = await startWithAdmin(t);

		const put = await oss.put("/photos/cat", "meow", {
			"x-oss-callback": callbackTo("http://127.0.0.1:1"),
			[FAULT]: "timeout",
		});

		assert.match(
			refusal(put),
			/^400 InvalidArgument : A fault of a callback is one of never-sent, /,
		);
		assert.equal((await oss.get("/photos/cat")).status, 404);
	});

	test("can be in the query of a signed URL", async (t) => {
		const { oss } = await startWithAdmin(t);
		const query = new URLSearchParams({
			callback: callbackTo("http://127.0.0.1:1"),
			[FAULT]: "too-many",
		});

		const put = await oss.put(`/photos/cat?${query}`, "meow");

		assert.match(refusal(put), /Too many callback requests/);
	});

	test("can be a field of a form, even if the policy does not allow it", async (t) => {
		const { oss } = await startWithAdmin(t);

		const post = await postForm(oss, [
			field("key", "cat"),
			...signedV1(ANY),
			field(FAULT, "image-info"),
			field("callback", callbackTo("http://127.0.0.1:1")),
			file("meow"),
		]);

		assert.match(refusal(post), /Get image info failed/);
	});

	test("is ignored without a callback", async (t) => {
		const { oss } = await startWithAdmin(t);

		const put = await oss.put("/photos/cat", "meow", { [FAULT]: "meow" });

		assert.equal(put.status, 200);
	});
});

suite("The rules of the admin API affect", () => {
	test("the given number of matching uploads, in order, and no other uploads", async (t) => {
		const emulator = await startWithAdmin(t);
		const { oss, admin } = emulator;
		const application = await startApplicationServer(t);
		const headers = { "x-oss-callback": callbackTo(application.url) };
		const put = async (key: string): Promise<number> =>
			(await oss.put(`/photos/${key}`, "meow", headers)).status;
		const rule = { fault: "status-500", bucket: "photos", prefix: "in/" };
		await admin.post("/api/callback-faults", { ...rule, skip: 1, times: 2 });

		const statuses: number[] = [];
		for (const key of ["out", "in/1", "in/2", "out", "in/3", "in/4"])
			statuses.push(await put(key));

		assert.deepEqual(statuses, [200, 200, 203, 200, 203, 200]);
		assert.equal(application.received.length, 4);
		const { json } = await admin.get("/api/callback-faults");
		assert.deepEqual(json, { faults: [] });
	});

	test("only multipart uploads, if they specify this operation", async (t) => {
		const emulator = await startWithAdmin(t);
		const { oss, admin } = emulator;
		const application = await startApplicationServer(t);
		const headers = { "x-oss-callback": callbackTo(application.url) };
		const operation = "CompleteMultipartUpload";
		await admin.post("/api/callback-faults", { fault: "refused", operation });

		const put = await oss.put("/photos/a", "meow", headers);
		const uploadId = await initiate(emulator, "b");
		const etag = await putPart(emulator, uploadId, 1, "meow", "b");
		const body = completion([[1, etag]]);
		const completed = await complete(emulator, uploadId, body, headers, "b");

		assert.equal(put.status, 200);
		assert.equal(completed.status, 203);
	});

	test("until they are removed", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const headers = { "x-oss-callback": callbackTo(application.url) };
		const added = await admin.post("/api/callback-faults", {
			fault: "refused",
		});
		await admin.post("/api/callback-faults", { fault: "time-out", times: 9 });

		const { json } = await admin.get("/api/callback-faults");
		const removed = await admin.send(
			"DELETE",
			`/api/callback-faults/${added.json.id}`,
		);
		const failed = await oss.put("/photos/cat", "meow", headers);
		const cleared = await admin.send("DELETE", "/api/callback-faults");
		const good = await oss.put("/photos/cat", "meow", headers);

		assert.deepEqual(
			json.faults.map(({ fault, skip, times }: Record<string, unknown>) => [
				...[fault, skip, times],
			]),
			[
				["refused", 0, 1],
				["time-out", 0, 9],
			],
		);
		assert.deepEqual(removed.json, { deleted: 1 });
		assert.match(refusal(failed), /Cost too long time/);
		assert.deepEqual(cleared.json, { deleted: 1 });
		assert.equal(good.status, 200);
	});

	test("no uploads after a reset", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		await admin.post("/api/callback-faults", { fault: "refused" });
		await admin.post("/api/reset");
		await oss.put("/photos");

		const put = await oss.put("/photos/cat", "meow", {
			"x-oss-callback": callbackTo(application.url),
		});

		assert.equal(put.status, 200);
	});

	test("no uploads if they are malformed or missing", async (t) => {
		const { admin } = await startWithAdmin(t);
		const answers = [
			await admin.post("/api/callback-faults", { fault: "timeout" }),
			await admin.post("/api/callback-faults", { fault: "refused", times: 0 }),
			await admin.post("/api/callback-faults", { kind: "refused" }),
			await admin.send("DELETE", "/api/callback-faults/meow"),
		];

		assert.deepEqual(
			answers.map(({ status }) => status),
			[400, 400, 400, 404],
		);
		assert.match(answers[0]?.json.message, /one of never-sent/);
	});
});
