import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import type { Client } from "../../client.ts";
import { refusal } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

const PAGE = "http://127.0.0.1:8000";
const OWN_RULES =
	"<CORSConfiguration><CORSRule><AllowedOrigin>http://other</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";

const start = async (t: TestContext): Promise<Client> =>
	(await startWithBucket(t, "private", "--cors", "dev")).oss;

const preflight = (oss: Client, target: string, method: string) =>
	oss.send("OPTIONS", target, {
		as: null,
		headers: {
			origin: PAGE,
			"access-control-request-method": method,
			"access-control-request-headers": "authorization, x-oss-meta-a",
		},
	});

suite("With --cors dev, a bucket without CORS rules", () => {
	for (const method of ["GET", "PUT", "DELETE", "POST", "HEAD"]) {
		test(`allows ${method} from any page`, async (t) => {
			const oss = await start(t);
			const { status, headers } = await preflight(oss, "/photos/cat", method);
			assert.equal(status, 200);
			assert.equal(headers["access-control-allow-origin"], "*");
			assert.equal(
				headers["access-control-allow-methods"],
				"GET, PUT, DELETE, POST, HEAD",
			);
			assert.equal(
				headers["access-control-allow-headers"],
				"authorization, x-oss-meta-a",
			);
			assert.equal(headers["access-control-allow-credentials"], undefined);
		});
	}

	test("allows a page to read every header of a response, including x-oss-meta-… (A-700)", async (t) => {
		const oss = await start(t);
		const put = await oss.put("/photos/cat", "meow", {
			origin: PAGE,
			"x-oss-meta-a": "1",
		});
		const get = await oss.get("/photos/cat", { headers: { origin: PAGE } });
		const refused = await oss.get("/photos/cat", {
			as: null,
			headers: { origin: PAGE },
		});
		for (const { headers } of [put, get, refused]) {
			const exposed = headers["access-control-expose-headers"]?.split(", ");
			for (const name of ["ETag", "Content-MD5", "Date", "x-oss-ec", "*"])
				assert.ok(exposed?.includes(name), name);
			assert.equal(headers["access-control-allow-origin"], "*");
		}
	});

	test("does not affect requests without an origin", async (t) => {
		const oss = await start(t);
		const { headers } = await oss.put("/photos/cat", "meow");
		const names = Object.keys(headers);
		assert.ok(!names.some((name) => name.startsWith("access-control-")));
	});

	test("can be missing: a page can read the error NoSuchBucket", async (t) => {
		const oss = await start(t);
		assert.equal((await preflight(oss, "/videos/cat", "PUT")).status, 200);
		const put = await oss.put("/videos/cat", "meow", { origin: PAGE });
		assert.match(refusal(put), /^404 NoSuchBucket /);
		assert.equal(put.headers["access-control-allow-origin"], "*");
	});

	test("returns no rules", async (t) => {
		const oss = await start(t);
		assert.match(
			refusal(await oss.get("/photos?cors")),
			/^404 NoSuchCORSConfiguration /,
		);
	});

	test("uses its own rules once they are set", async (t) => {
		const oss = await start(t);
		assert.equal((await oss.put("/photos?cors", OWN_RULES)).status, 200);
		const answer = await preflight(oss, "/photos/cat", "PUT");
		assert.match(refusal(answer), /^403 AccessForbidden /);
		await oss.delete("/photos?cors");
		assert.equal((await preflight(oss, "/photos/cat", "PUT")).status, 200);
	});
});

suite("Without --cors, a bucket without CORS rules", () => {
	test("does not allow requests from a page", async (t) => {
		const { oss } = await startWithBucket(t);
		const answer = await preflight(oss, "/photos/cat", "PUT");
		assert.match(refusal(answer), /^403 AccessForbidden /);
		assert.equal(answer.headers["access-control-allow-origin"], undefined);
		const put = await oss.put("/photos/cat", "meow", { origin: PAGE });
		assert.equal(put.status, 200);
		assert.equal(put.headers["access-control-allow-origin"], undefined);
	});
});
