/**
 * Tests application servers in five languages, which are written for OSS, not for the emulator: each verifies callbacks
 * as documented, with the key that it fetches from gosspublic.alicdn.com.
 *
 * `run` runs this file in a network in which this name resolves to this machine.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { base64Json } from "../../callback/request-callback.ts";
import { type Answer, refusal } from "../../client.ts";
import { startEmulator, type TestEmulator } from "../../emulator.ts";
import { has, startInBackground, succeed } from "../../run.ts";

type Language = {
	/** The required commands. */
	readonly needs: string;
	/** A shell command that is run in the language's folder; `CA` is a trusted certificate file in PEM. */
	readonly start: string;
};

const CACHE = process.env.CACHE ?? "";

const LANGUAGES: Readonly<Record<string, Language>> = {
	node: {
		needs: "node",
		start: 'env NODE_EXTRA_CA_CERTS="$CA" node server.mjs',
	},
	python: {
		needs: `${CACHE}/python/installed`,
		start: `env SSL_CERT_FILE="$CA" ${CACHE}/python/bin/python server.py`,
	},
	go: {
		needs: `${CACHE}/go-server`,
		start: `env SSL_CERT_FILE="$CA" ${CACHE}/go-server`,
	},
	java: {
		needs: "keytool",
		start:
			'java -Djavax.net.ssl.trustStore="$CA.jks" -Djavax.net.ssl.trustStorePassword=emulator Server.java',
	},
	php: {
		needs: "php",
		start: 'php -d openssl.cafile="$CA" -S "127.0.0.1:$PORT" server.php 2>&1',
	},
};

const KEY = "gosspublic.alicdn.com/callback_pub_key_v1.pem";
const READY = /^ready$| started$/;
const FIRST_PORT = 8000;

/** A test with missing tools is skipped; it fails if the environment sets CI. */
function isSkipped(t: TestContext, missing: string): boolean {
	if (missing === "") return false;
	assert.ok(!process.env.CI, missing);
	t.skip(`SKIPPED: ${missing}`);
	return true;
}

/** Starts an emulator whose callbacks have OSS's own URL of the public key. */
async function startOss(
	t: TestContext,
	scheme: string,
): Promise<{ readonly emulator: TestEmulator; readonly ca: string }> {
	const folder = await mkdtemp(join(tmpdir(), "application-servers-"));
	t.after(() => rm(folder, { recursive: true }));
	const emulator = await startEmulator(
		t,
		...["--port", "0,80", "--tls-port", "443"],
		...["--public-key-url", `${scheme}://${KEY}`],
		"--callback-key=", // a generated key, as for users
	);
	await emulator.oss.put("/photos");
	const ca = join(folder, "ca.pem");
	const authority = await fetch(`${emulator.adminUrl}/ca.pem`);
	await writeFile(ca, await authority.text());
	return { emulator, ca };
}

async function startServer(
	t: TestContext,
	name: string,
	ca: string,
): Promise<string> {
	const { start = "" } = LANGUAGES[name] ?? {};
	const cwd = join(import.meta.dirname, name);
	const port = String(FIRST_PORT + Object.keys(LANGUAGES).indexOf(name));
	const env = { CA: ca, PORT: port };
	if (name === "java")
		await succeed(
			'keytool -importcert -noprompt -alias emulator -file "$CA" -keystore "$CA.jks" -storepass emulator',
			{ cwd, env },
		);
	await startInBackground(t, start, READY, { cwd, env });
	return `http://127.0.0.1:${port}`;
}

const FORM = {
	callbackBody:
		"bucket=${bucket}&object=${object}&size=${size}&by=${x:by}&what=a b+c",
};
const JSON_BODY = {
	callbackBody: '{"object":${object},"size":${size},"by":${x:by}}',
	callbackBodyType: "application/json",
};

type Fields = { readonly [name: string]: string };

const upload = (
	{ oss }: TestEmulator,
	callback: Fields,
	headers: Fields = {},
): Promise<Answer> =>
	oss.put("/photos/a%20b/%E7%8C%AB.txt", "meow", {
		"x-oss-callback": base64Json(callback),
		"x-oss-callback-var": base64Json({ "x:by": "tom & 猫" }),
		...headers,
	});

type Sent = {
	readonly target: string;
	readonly body: string;
	readonly headers: readonly (readonly [string, string])[];
};

/** The latest callback, as it was sent. */
async function findLatest({ adminUrl }: TestEmulator): Promise<Sent> {
	const answer = await fetch(`${adminUrl}/api/callbacks?limit=1`);
	const { callbacks }: { callbacks: (Sent & { attempts: Sent[] })[] } =
		JSON.parse(await answer.text());
	const [latest] = callbacks;
	const [attempt] = latest?.attempts ?? [];
	assert.ok(latest && attempt);
	return { ...attempt, body: latest.body };
}

/** Sends the callback unchanged. */
async function send(
	url: string,
	{ target, body, headers }: Sent,
): Promise<number> {
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	const outgoing = request(
		`${url}/`,
		{ method: "POST", path: target, headers: headers.flat(), agent: false },
		(incoming) => {
			incoming.resume();
			resolve(incoming.statusCode ?? 0);
		},
	);
	outgoing.on("error", reject).end(body);
	return promise;
}

/** Attacks that modify a genuine callback. */
const CHANGES: Readonly<Record<string, (sent: Sent) => Sent>> = {
	body: (sent) => ({ ...sent, body: sent.body.replace("size=4", "size=5") }),
	path: (sent) => ({ ...sent, target: sent.target.replace("/cb", "/cc") }),
	query: (sent) => ({ ...sent, target: sent.target.replace("v=1", "v=2") }),
	"query that is missing": (sent) => ({
		...sent,
		target: sent.target.replace(/\?.*/, ""),
	}),
	signature: (sent) =>
		withHeader(sent, "Authorization", (text) =>
			Buffer.from(text, "base64").reverse().toString("base64"),
		),
	"signature that is empty": (sent) =>
		withHeader(sent, "Authorization", () => ""),
	"URL of the key": (sent) =>
		withHeader(sent, "x-oss-pub-key-url", (text) =>
			Buffer.from(text, "base64")
				.toString()
				.replace("gosspublic.alicdn.com", "127.0.0.1")
				.replace(/^.*$/, (url) => Buffer.from(url).toString("base64")),
		),
};

const withHeader = (
	sent: Sent,
	name: string,
	change: (text: string) => string,
): Sent => {
	const headers = sent.headers.map(
		([given, text]) => [given, given === name ? change(text) : text] as const,
	);
	assert.notDeepEqual(headers, sent.headers);
	return { ...sent, headers };
};

const noNetwork =
	process.env.GOSSPUBLIC === "here" ? "" : "there is no private network";

for (const [name, { needs }] of Object.entries(LANGUAGES)) {
	const isThere = needs.startsWith("/") ? existsSync(needs) : await has(needs);
	const missing = noNetwork || (isThere ? "" : `${needs} is missing`);

	for (const scheme of ["https", "http"])
		suite(`An application server in ${name}, with the key of ${scheme}`, () => {
			test("accepts genuine callbacks and refuses others", async (t) => {
				if (isSkipped(t, missing)) return;
				const { emulator, ca } = await startOss(t, scheme);
				const url = await startServer(t, name, ca);

				await t.test("a form, with a path and a query", async () => {
					const callbackUrl = `${url}/cb/%E7%8C%AB%20a?v=1&w=%20x`;
					const answer = await upload(emulator, { ...FORM, callbackUrl });
					assert.equal(answer.status, 200, answer.text);
					assert.deepEqual(JSON.parse(answer.text), { Status: "OK" });
				});
				const genuine = await findLatest(emulator);

				await t.test("JSON, to a URL without a path", async () => {
					const callback = { ...JSON_BODY, callbackUrl: url };
					const answer = await upload(emulator, callback);
					assert.equal(answer.status, 200, answer.text);
				});

				await t.test("a repetition, which is also genuine", async () => {
					assert.equal(await send(url, genuine), 200);
				});

				for (const [what, change] of Object.entries(CHANGES))
					await t.test(`refuses another ${what}`, async () => {
						const changed = change(genuine);
						assert.notDeepEqual(changed, genuine);
						assert.equal(await send(url, changed), 403);
					});

				for (const fault of ["bad-signature", "wrong-key-url"])
					await t.test(`refuses the fault ${fault}`, async () => {
						const callback = { ...FORM, callbackUrl: `${url}/cb` };
						const header = { "x-emulator-callback-fault": fault };
						const answer = await upload(emulator, callback, header);
						assert.match(refusal(answer), /Error status : 403\.$/);
					});
			});
		});
}
