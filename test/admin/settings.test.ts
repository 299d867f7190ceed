import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startApplicationServer } from "../application-server.ts";
import { refusal } from "../client.ts";
import { callbackHeaders, startWithAdmin } from "./admin.ts";

suite("POST /api/settings", () => {
	test("changes the public key's URL in callbacks", async (t) => {
		const { oss, admin, endpoint } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: "x=1" };
		const publicKeyUrl = `${endpoint}/callback_pub_key_v1.pem?mine`;

		const { json } = await admin.post("/api/settings", { publicKeyUrl });
		await oss.put("/photos/a", "meow", callbackHeaders(callback));

		assert.equal(json.publicKeyUrl, publicKeyUrl);
		const announced = application.received[0]?.headers["x-oss-pub-key-url"];
		assert.equal(
			Buffer.from(String(announced), "base64").toString(),
			publicKeyUrl,
		);
	});

	test("makes callbacks fail as in the cloud, for all or some findings, until strict is disabled", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: "x=1" };
		const put = async (): Promise<string> => {
			const answer = await oss.put(
				"/photos/a",
				"meow",
				callbackHeaders(callback),
			);
			return answer.status === 200 ? "200" : refusal(answer);
		};

		await admin.post("/api/settings", { strict: true });
		const strict = await put();
		await admin.post("/api/settings", { strict: ["no-url"] });
		const some = await put();
		const { json } = await admin.post("/api/settings", { strict: false });

		assert.match(strict, /^400 InvalidArgument 0007-00000008/);
		assert.equal(some, "200");
		assert.deepEqual(json.strict, []);
		assert.equal(await put(), "200");
	});

	test("changes the log level, even after a reset", async (t) => {
		const { admin } = await startWithAdmin(t);

		await admin.post("/api/settings", { logLevel: "silent" });
		await admin.post("/api/reset");

		const { json } = await admin.get("/api/settings");
		assert.equal(json.logLevel, "silent");
		assert.equal(json.settings.logLevel, "error"); // the initial level
	});

	test("logLevel info logs requests from then on, also after a start with the level warn", async (t) => {
		const { admin, oss } = await startWithAdmin(t, "--log-level", "warn");
		const lines: string[] = [];
		t.mock.method(process.stderr, "write", (line: string) => lines.push(line));

		await oss.get("/photos/before");
		await admin.get("/api/requests?key=before&wait=5s");
		await admin.post("/api/settings", { logLevel: "info" });
		await oss.get("/photos/after");
		await admin.get("/api/requests?key=after&wait=5s");

		const logged = lines.filter((line) => / GET \/photos\//.test(line));
		assert.equal(logged.length, 1);
		assert.match(logged[0] ?? "", /^info: .* GET \/photos\/after 404 /);
	});

	const wrong: readonly (readonly [object, RegExp])[] = [
		[{ publicKeyUrl: "oss:6770" }, /^publicKeyUrl must begin with http/],
		[{ publicKeyUrl: 7 }, /^publicKeyUrl must be string$/],
		[{ strict: "yes" }, /^strict must be boolean or array$/],
		[{ strict: ["meow"] }, /^strict must be one of private-address, /],
		[{ logLevel: "loud" }, /^logLevel must be one of silent, error, /],
		[{ loglevel: "warn" }, /no parameter loglevel: did you mean logLevel\?$/],
		[{ logLevel: "silent", publicKeyUrl: "x" }, /^publicKeyUrl must begin/],
	];
	for (const [change, message] of wrong)
		test(`refuses ${JSON.stringify(change)}, and changes nothing`, async (t) => {
			const { admin } = await startWithAdmin(t);
			const before = await admin.get("/api/settings");

			const refused = await admin.post("/api/settings", change);

			assert.equal(refused.status, 400);
			assert.match(refused.json.message, message);
			assert.equal((await admin.get("/api/settings")).text, before.text);
		});
});
