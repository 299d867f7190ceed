import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startApplicationServer } from "../application-server.ts";
import { Client } from "../client.ts";
import { startDirectly } from "../emulator.ts";
import { startInBackground } from "../run.ts";
import { startFake } from "./fake-oss.ts";

const LAUNCH = fileURLToPath(
	new URL("../../emulator/launch.js", import.meta.url),
);

/** Texts that are not part of any other text, so that they can be searched for. */
const SECRETS = [
	"SECRETofTheCloudThatMustNotLeak01",
	"TOKENofTheCloudThatMustNotLeak02",
] as const;
const KEY = { id: "oss-emulator", secret: "oss-emulator-secret" };

const requireSilence = (text: string, where: string): void => {
	for (const secret of SECRETS)
		for (const form of [secret, Buffer.from(secret).toString("base64")])
			assert.ok(!text.includes(form), `${where} has ${secret}`);
};

suite("The cloud's credentials", () => {
	test("do not appear in responses, records, pages, logs and files of a gateway, on success and failure", async (t) => {
		const folder = mkdtempSync(join(tmpdir(), "oss-emulator-gateway-"));
		t.after(() => rmSync(folder, { recursive: true }));
		const sent: string[] = [];
		// A server that returns everything it receives, as a debugging proxy might.
		const url = await startFake(t, (incoming, outgoing) => {
			sent.push(JSON.stringify(incoming.headers));
			const status = incoming.url?.includes("bad") ? 403 : 200;
			outgoing.writeHead(status, { "Content-Type": "application/xml" });
			const code = incoming.url?.includes("skew")
				? "RequestTimeTooSkewed"
				: "InvalidAccessKeyId";
			outgoing.end(`<Error><Code>${code}</Code></Error>`);
		});
		const application = await startApplicationServer(t);
		const [secret, token] = SECRETS;
		const gateway = await startInBackground(
			t,
			`${process.execPath} ${LAUNCH} --port 0 --admin-port 0 --data data --log-level debug --upstream ${url} --upstream-region cn-beijing --upstream-bucket photos 2>log`,
			/ready/,
			{
				cwd: folder,
				env: {
					ALIBABA_CLOUD_ACCESS_KEY_ID: "cloud-key",
					ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret,
					ALIBABA_CLOUD_SECURITY_TOKEN: token,
				},
			},
		);
		const [, endpoint = "", admin = ""] =
			/OSS on (\S+), admin on (\S+)/.exec(gateway.ready) ?? [];
		const oss = new Client(endpoint, KEY, "cn-beijing");
		t.after(() => oss.close());
		const callback = Buffer.from(
			JSON.stringify({ callbackUrl: application.url, callbackBody: "a=b" }),
		).toString("base64");
		const answers = [
			await oss.put("/photos/cat", "meow", { "x-oss-callback": callback }),
			await oss.get("/photos/cat"),
			await oss.get("/photos/bad"),
			await oss.get("/photos/bad-skew"),
			await oss.put("/photos/bad", "meow"),
			await oss.get("/other"),
		];
		// The cloud has received the credentials, so the search below uses the correct texts.
		assert.ok(sent.some((headers) => headers.includes(token)));

		for (const { headers, text } of answers)
			requireSilence(JSON.stringify(headers) + text, "an answer");
		for (const path of [
			"/",
			"/api/settings",
			"/api/requests",
			"/api/callbacks",
			"/api/buckets",
			"/api/openapi.json",
		])
			requireSilence(await (await fetch(`${admin}${path}`)).text(), path);
		assert.equal(await gateway.stop("SIGTERM"), 0);
		requireSilence(gateway.lines.join("\n"), "standard output");
		const files = readdirSync(folder, { recursive: true, withFileTypes: true });
		for (const file of files.filter((one) => one.isFile())) {
			const path = join(file.parentPath, file.name);
			requireSilence(readFileSync(path, "latin1"), path);
		}
	});

	test("do not appear in the error for malformed credentials", async (t) => {
		await assert.rejects(
			startDirectly(
				t,
				...["--upstream", "http://127.0.0.1:9", "--upstream-bucket", "photos"],
				...["--upstream-region", "cn-beijing"],
				...["--upstream-access-key", `:${SECRETS[0]}`],
			),
			(error: Error) => {
				requireSilence(error.message, "the line");
				assert.match(error.message, /--upstream-access-key must be ID:SECRET/);
				return true;
			},
		);
	});
});
