import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { suite, type TestContext, test } from "node:test";
import { startApplicationServer } from "../../application-server.ts";
import { type Answer, type Client, refusal, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";
import { findFreePort } from "../../free-port.ts";

/** Starts a server that returns `meow` for any path except `/missing`. */
async function startSource(
	t: TestContext,
	listener: RequestListener = ({ url }, outgoing) =>
		outgoing
			.writeHead(url === "/missing" ? 404 : 200, {
				"Content-Type": "text/plain",
			})
			.end("meow"),
): Promise<string> {
	const server = createServer(listener).listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => {
		server.close();
		server.closeAllConnections();
	});
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	return `http://127.0.0.1:${address.port}`;
}

const put = (
	oss: Client,
	elements: Readonly<Record<string, string>>,
): Promise<Answer> =>
	oss.post(
		"/photos?asyncFetch",
		`<AsyncFetchTaskConfiguration>${Object.entries({
			Object: "cat",
			...elements,
		})
			.map(([name, text]) => `<${name}>${text}</${name}>`)
			.join("")}</AsyncFetchTaskConfiguration>`,
	);

const getTask = (oss: Client, id: string): Promise<Answer> =>
	oss.get("/photos?asyncFetch", { headers: { "x-oss-task-id": id } });

/** @returns the task once it has ended */
async function fetched(
	oss: Client,
	elements: Readonly<Record<string, string>>,
): Promise<Answer> {
	const started = await put(oss, elements);
	assert.equal(started.status, 200, started.text);
	const [id = ""] = textsOf(started, "TaskId");
	for (;;) {
		const info = await getTask(oss, id);
		if (textsOf(info, "State")[0] !== "Running") return info;
	}
}

const stateOf = (info: Answer): string =>
	["State", "ErrorMsg"].map((name) => textsOf(info, name)[0]).join(": ");

const keysIn = async ({ oss }: TestEmulator): Promise<string[]> =>
	textsOf(await oss.get("/photos"), "Key");

const encode = (value: object): string =>
	Buffer.from(JSON.stringify(value)).toString("base64");

suite("A fetch task", () => {
	test("stores the file, and its configuration can be read", async (t) => {
		const { oss } = await startWithBucket(t);
		const url = await startSource(t);
		const ContentMD5 = hash("md5", "meow", "base64");
		const info = await fetched(oss, {
			...{ Url: `${url}/a?b=c`, ContentMD5 },
			...{ StorageClass: "IA", IgnoreSameKey: "false" },
		});
		const [id] = textsOf(info, "TaskId");
		assert.equal(
			info.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<AsyncFetchTaskInfo>
  <TaskId>${id}</TaskId>
  <State>Success</State>
  <ErrorMsg></ErrorMsg>
  <TaskInfo>
    <Url>${url}/a?b=c</Url>
    <Object>cat</Object>
    <Host></Host>
    <ContentMD5>${ContentMD5}</ContentMD5>
    <Callback></Callback>
    <StorageClass>IA</StorageClass>
    <IgnoreSameKey>false</IgnoreSameKey>
  </TaskInfo>
</AsyncFetchTaskInfo>
`,
		);
		const { text, headers } = await oss.get("/photos/cat");
		assert.equal(text, "meow");
		assert.equal(headers["content-type"], "text/plain");
		assert.equal(headers["x-oss-storage-class"], "IA");
	});

	test("sends the Host in its configuration", async (t) => {
		const { oss } = await startWithBucket(t);
		const hosts: (string | undefined)[] = [];
		const url = await startSource(t, ({ headers }, outgoing) => {
			hosts.push(headers.host);
			outgoing.end();
		});
		await fetched(oss, { Url: url, Host: "a.example" });
		await fetched(oss, { Url: url, Object: "dog" });
		assert.deepEqual(hosts, ["a.example", new URL(url).host]);
	});

	for (const [what, elements, error] of [
		["returns 404", { path: "/missing" }, /^Failed: Error status : 404\.$/],
		["is another", { ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }, /InvalidDigest/],
		["cannot be reached", { Url: "" }, /^Failed: connect ECONNREFUSED /],
		["has an invalid URL", { Url: "cat" }, /^Failed: cat is not a URL of http/],
	] as const)
		test(`fails if its source ${what}, and nothing is stored`, async (t) => {
			const emulator = await startWithBucket(t);
			const { path = "/", ...more } = { path: "/", ...elements };
			const Url = `${await startSource(t)}${path}`;
			const unusedUrl = `http://127.0.0.1:${await findFreePort()}/`;
			const requested = { Url, ...more };
			const info = await fetched(emulator.oss, {
				...requested,
				Url: requested.Url || unusedUrl,
			});
			assert.match(stateOf(info), error);
			assert.deepEqual(await keysIn(emulator), []);
		});

	test("fails if the response is truncated or a redirect (A-678)", async (t) => {
		const emulator = await startWithBucket(t);
		const broken = await startSource(t, (_, outgoing) => {
			outgoing.writeHead(200, { "Content-Length": 10 }).write("meow");
			outgoing.destroy();
		});
		const sentOn = await startSource(t, (_, outgoing) =>
			outgoing.writeHead(302, { Location: "/other" }).end(),
		);
		for (const [Url, error] of [
			[broken, /^Failed: ./],
			[sentOn, /^Failed: Error status : 302\.$/],
		] as const)
			assert.match(stateOf(await fetched(emulator.oss, { Url })), error);
		assert.deepEqual(await keysIn(emulator), []);
	});

	test("replaces an existing object only if its configuration allows it", async (t) => {
		const { oss } = await startWithBucket(t);
		const Url = await startSource(t);
		await oss.put("/photos/cat", "purr");
		for (const more of [{}, { IgnoreSameKey: "true" }])
			assert.match(
				refusal(await put(oss, { Url, ...more })),
				/^400 ObjectAlreadyExists /,
			);
		assert.equal((await oss.get("/photos/cat")).text, "purr");
		await fetched(oss, { Url, IgnoreSameKey: "false" });
		assert.equal((await oss.get("/photos/cat")).text, "meow");
	});

	test("calls the application server after the file is stored (A-676)", async (t) => {
		const { oss } = await startWithBucket(t);
		const Url = await startSource(t);
		const application = await startApplicationServer(t);
		const Callback = encode({
			callbackUrl: `${application.url}/fetched`,
			callbackBody: "object=${object}&size=${size}&op=${operation}",
		});
		const info = await fetched(oss, { Url, Callback });
		assert.equal(stateOf(info), "Success: ");
		assert.deepEqual(
			application.received.map(({ body, isSigned }) => [body, isSigned]),
			[["object=cat&size=4&op=PutObject", true]],
		);
		await fetched(oss, { Url: `${Url}/missing`, Object: "dog", Callback });
		assert.equal(application.received.length, 1);
	});

	test("keeps the object if the callback fails", async (t) => {
		const { oss } = await startWithBucket(t);
		const Url = await startSource(t);
		const unusedUrl = `http://127.0.0.1:${await findFreePort()}/`;
		const Callback = encode({ callbackUrl: unusedUrl, callbackBody: "a=b" });
		for (const [text, error] of [
			[Callback, "CallbackFailed: Error status : 502."],
			["meow", "InvalidArgument: "],
		] as const) {
			const info = await fetched(oss, {
				...{ Url, Callback: text, IgnoreSameKey: "false" },
			});
			assert.ok(
				stateOf(info).startsWith(`FetchSuccessCallbackFailed: ${error}`),
				stateOf(info),
			);
			assert.equal((await oss.get("/photos/cat")).text, "meow");
		}
	});

	test("is aborted when the emulator ends", async (t) => {
		const emulator = await startWithBucket(t);
		const requested = Promise.withResolvers<void>();
		const Url = await startSource(t, () => requested.resolve()); // without a response
		await put(emulator.oss, { Url });
		await requested.promise;
		await emulator.close();
	});

	for (const [what, elements, refused] of [
		["no name", { Object: "" }, /^400 InvalidObjectName /],
		["an unknown class", { StorageClass: "Gold" }, /^400 InvalidArgument /],
		["an invalid flag", { IgnoreSameKey: "meow" }, /^400 MalformedXML /],
	] as const)
		test(`cannot have ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const answer = await put(oss, { Url: "http://a.example/", ...elements });
			assert.match(refusal(answer), refused);
		});

	test("cannot be read through another bucket (A-679)", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/album");
		const [id = ""] = textsOf(
			await put(oss, { Url: await startSource(t) }),
			"TaskId",
		);
		for (const [bucket, task] of [
			["album", id],
			["photos", "meow"],
			["photos", ""],
		] as const)
			assert.match(
				refusal(
					await oss.get(`/${bucket}?asyncFetch`, {
						headers: { "x-oss-task-id": task },
					}),
				),
				/^400 InvalidArgument /,
			);
	});
});
