import assert from "node:assert/strict";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { requireTrusted } from "../../emulator/admin/guard.ts";
import { startWithAdmin } from "./admin.ts";

const isTrusted = (
	method: string,
	host: string,
	origin?: string,
	domains: readonly string[] = [],
): boolean => {
	try {
		requireTrusted({ method, host, origin }, domains);
		return true;
	} catch {
		return false;
	}
};

suite("The admin port responds to the host name", () => {
	const trusted = [
		"localhost:6771",
		"127.0.0.1:6771",
		"[::1]:6771",
		"10.0.2.2",
		"oss",
		"my_service:6771",
		"photos.localhost",
		"host.docker.internal:6771",
		"oss.default.svc.cluster.local",
		"",
	];
	for (const host of trusted)
		test(`«${host}»`, () => assert.ok(isTrusted("GET", host)));

	test("of a configured domain, or below one", () => {
		const domains = ["oss.example.com"];
		assert.ok(isTrusted("GET", "oss.example.com:6771", undefined, domains));
		assert.ok(isTrusted("GET", "a.oss.example.com", undefined, domains));
		assert.ok(!isTrusted("GET", "noss.example.com", undefined, domains));
	});
});

suite("The admin port does not respond to the host name", () => {
	// A name that an attacker can register and resolve to 127.0.0.1: DNS rebinding.
	for (const host of [
		"evil.example",
		"evil.example:6771",
		"localhost.evil.example",
		"127.0.0.1.evil.example",
		"127.0.0.1.nip.io",
		"evil.localhost.com",
	])
		test(`«${host}»`, () => assert.ok(!isTrusted("GET", host)));
});

suite("A request that changes state is refused from the origin", () => {
	for (const origin of [
		"http://evil.example",
		"http://localhost:3000",
		"http://localhost:67710",
		"http://localhost.evil.example:6771",
		"null",
		"",
	])
		test(`«${origin}»`, () => {
			assert.ok(!isTrusted("POST", "localhost:6771", origin));
			assert.ok(!isTrusted("DELETE", "localhost:6771", origin));
			assert.ok(isTrusted("GET", "localhost:6771", origin));
		});

	test("unless it is the console's own origin; clients other than browsers are accepted", () => {
		assert.ok(isTrusted("POST", "localhost:6771", "http://localhost:6771"));
		assert.ok(isTrusted("POST", "[::1]:6771", "http://[::1]:6771"));
		assert.ok(isTrusted("POST", "Oss:6771", "http://oss:6771"));
		assert.ok(isTrusted("POST", "localhost:6771"));
	});
});

suite("On the wire", () => {
	type Sent = { readonly status: number; readonly text: string };

	async function send(
		url: string,
		method: string,
		headers: Record<string, string>,
	): Promise<Sent> {
		const { promise, resolve, reject } = Promise.withResolvers<Sent>();
		const outgoing = request(url, { method, headers, agent: false });
		outgoing.on("error", reject).on("response", async (answer) => {
			resolve({ status: answer.statusCode ?? 0, text: await text(answer) });
		});
		outgoing.end();
		return promise;
	}

	const start = async (t: TestContext): Promise<string> =>
		(await startWithAdmin(t)).adminUrl;

	test("a page of another site cannot reset the emulator", async (t) => {
		const url = await start(t);

		const refused = await send(`${url}/api/reset`, "POST", {
			Origin: "http://evil.example",
		});
		const buckets = await send(`${url}/api/buckets`, "GET", {});

		assert.equal(refused.status, 403);
		assert.match(
			refused.text,
			/^\{"error":"UntrustedOrigin","message":".*"\}$/,
		);
		assert.match(buckets.text, /photos/);
	});

	test("a request to a rebound name is refused, even for the console", async (t) => {
		const url = await start(t);
		const headers = { Host: "evil.example" };

		for (const path of ["/", "/api/buckets", "/api/nothing"]) {
			const { status, text } = await send(url + path, "GET", headers);
			assert.equal(status, 403);
			assert.match(text, /UntrustedHost/);
		}
	});

	test("no response can be read by other origins", async (t) => {
		const url = await start(t);

		const answer = await fetch(`${url}/api/buckets`, {
			headers: { Origin: "http://evil.example" },
		});

		assert.equal(answer.headers.get("access-control-allow-origin"), null);
	});
});
