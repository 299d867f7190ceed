/** Docs «Callback», step 4: the signed text, the key, and the URL of the public key. */
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";
import {
	type Received,
	startApplicationServer,
} from "../application-server.ts";
import { base64Json } from "../request-callback.ts";

const PATH = "/callback_pub_key_v1.pem";

async function callbackOf(
	t: TestContext,
	target: string,
	...flags: readonly string[]
): Promise<{ emulator: TestEmulator; received: Received }> {
	const emulator = await startWithBucket(t, "private", ...flags);
	const application = await startApplicationServer(t);
	const callbackUrl = `${application.url}${target}`;
	await emulator.oss.put("/photos/cat", "meow", {
		"x-oss-callback": base64Json({ callbackUrl, callbackBody: "o=${object}" }),
	});
	const [received] = application.received;
	assert.ok(received);
	return { emulator, received };
}

const keyUrlOf = ({ headers }: Received): string =>
	Buffer.from(String(headers["x-oss-pub-key-url"]), "base64").toString();

const signatureOf = ({ headers }: Received): Buffer =>
	Buffer.from(headers.authorization ?? "", "base64");

suite("The string to sign of a callback to", () => {
	// biome-ignore format: a table
	const cases: readonly (readonly [string, string])[] = [
    ["",                     "/"],
    ["/",                    "/"],
    ["/cb",                  "/cb"],
    ["/cb?a=1&b=%20",        "/cb?a=1&b=%20"],
    ["?a=1",                 "/?a=1"],
    ["/%E7%8C%AB/a%2Fb%20c", "/猫/a/b c"],
    ["/a+b?c=d+e",           "/a+b?c=d+e"],
    ["/cb?",                 "/cb"],
    ["/cb#part",             "/cb"],
  ];
	for (const [target, line] of cases)
		test(`«${target}» begins with ${line}`, async (t) => {
			const { emulator, received } = await callbackOf(t, target);

			const key = await emulator.oss.get(PATH, { as: null });
			const text = Buffer.from(`${line}\no=cat`);
			assert.ok(verify("RSA-MD5", text, key.text, signatureOf(received)));
		});
});

suite("The public key", () => {
	test("is at the URL in the callback, as a PEM that the manual's Java sample can parse", async (t) => {
		const { emulator, received } = await callbackOf(t, "/");

		const url = keyUrlOf(received);
		assert.equal(url, `${emulator.endpoint}${PATH}`);
		const pem = await (await fetch(url)).text();
		assert.match(
			pem,
			/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n$/,
		);
	});

	test("is available under any Host, without a signature", async (t) => {
		const { oss } = await startWithBucket(t);

		const keys = await Promise.all(
			[
				"gosspublic.alicdn.com",
				"photos.oss-cn-hangzhou.aliyuncs.com",
				"photos.localhost",
				"emulator:6770",
			].map((host) => oss.get(PATH, { as: null, headers: { host } })),
		);

		assert.deepEqual(
			keys.map(({ status, text }) => [status, text === keys[0]?.text]),
			Array(4).fill([200, true]),
		);
	});

	test("has the URL of --public-key-url", async (t) => {
		const url = "https://gosspublic.alicdn.com/callback_pub_key_v1.pem";
		const { received } = await callbackOf(t, "/", "--public-key-url", url);

		assert.equal(keyUrlOf(received), url);
		assert.equal(
			received.headers["x-oss-pub-key-url"],
			"aHR0cHM6Ly9nb3NzcHVibGljLmFsaWNkbi5jb20vY2FsbGJhY2tfcHViX2tleV92MS5wZW0=",
		);
	});

	for (const url of [
		"oss:6770/key.pem",
		"//oss/key.pem",
		"http://",
		"ftp://a/b",
	])
		test(`cannot have the URL «${url}»: --public-key-url is refused`, async (t) => {
			await assert.rejects(
				startWithBucket(t, "private", "--public-key-url", url),
				/--public-key-url must begin with http:\/\/ or https:\/\/, not /,
			);
		});

	test("can be given by the user", async (t) => {
		const file = "fixtures/keys/callback-512.pem";
		const { emulator } = await callbackOf(t, "/", "--callback-key", file);

		const { text } = await emulator.oss.get(PATH, { as: null });
		const { modulusLength } = createPublicKey(text).asymmetricKeyDetails ?? {};
		assert.equal(modulusLength, 512);
	});

	for (const [bits, characters] of [
		[512, 88],
		[1024, 172],
		[2048, 344],
	] as const)
		test(`can have ${bits} bits, and then the signature has ${characters} characters`, async (t) => {
			// Without this flag, tests use a fixed key.
			const flags = ["--callback-key=", "--callback-key-bits", String(bits)];
			const { received } = await callbackOf(t, "/", ...flags);

			assert.equal(received.headers.authorization?.length, characters);
			const key = await (await fetch(keyUrlOf(received))).text();
			const text = Buffer.from("/\no=cat");
			assert.ok(verify("RSA-MD5", text, key, signatureOf(received)));
		});

	test("is the same after a restart, because application servers cache it", async (t) => {
		const folder = await mkdtemp(join(tmpdir(), "oss-emulator-key-"));
		t.after(() => rm(folder, { recursive: true }));
		const keyOf = async (): Promise<string> => {
			const { startEmulator } = await import("../../../emulator/index.ts");
			const emulator = await startEmulator({ data: folder });
			const answer = await fetch(`${emulator.endpoint}${PATH}`);
			const text = await answer.text();
			await emulator.close();
			return text;
		};

		assert.equal(await keyOf(), await keyOf());
	});
});
