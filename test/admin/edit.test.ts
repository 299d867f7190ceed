import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startApplicationServer } from "../application-server.ts";
import { textsOf } from "../client.ts";
import { callbackHeaders, startWithAdmin } from "./admin.ts";

suite("Buckets of the admin API", () => {
	test("are created with the given properties, and removed", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const made = await admin.put("/api/buckets/docs", {
			...{ acl: "public-read", versioning: "Enabled", storageClass: "IA" },
		});

		assert.equal(made.status, 201);
		assert.equal(made.json.acl, "public-read");
		assert.equal(made.json.versioning, "Enabled");
		assert.equal(made.json.storageClass, "IA");
		assert.equal((await oss.get("/docs")).status, 200);
		assert.deepEqual((await admin.delete("/api/buckets/docs")).json, {
			deleted: 1,
		});
		assert.equal((await oss.get("/docs")).status, 404);
	});

	test("belong to the named account", async (t) => {
		const { admin } = await startWithAdmin(t);
		const { json: account } = await admin.post("/api/accounts", {});

		const { json } = await admin.put("/api/buckets/docs", {
			owner: account.uid,
		});

		assert.equal(json.owner, account.uid);
		const taken = await admin.put("/api/buckets/docs");
		assert.equal(taken.status, 409);
		assert.equal(taken.json.error, "BucketAlreadyExists");
	});

	test("can be emptied, including versions and uploads, or removed with their content", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await admin.put("/api/buckets/docs", { versioning: "Enabled" });
		const fill = async (): Promise<void> => {
			await oss.put("/docs/a", "1");
			await oss.put("/docs/a", "2");
			await oss.delete("/docs/a");
			await oss.post("/docs/b?uploads");
		};
		await fill();

		const refused = await admin.delete("/api/buckets/docs");
		const emptied = await admin.delete("/api/buckets/docs/objects");

		assert.equal(refused.status, 409);
		assert.equal(refused.json.error, "BucketNotEmpty");
		assert.deepEqual(emptied.json, { deleted: 4 });
		await fill();
		const removed = await admin.delete("/api/buckets/docs?force=true");
		assert.equal(removed.status, 200);
		assert.equal((await admin.delete("/api/buckets/docs")).status, 404);
	});

	test("are refused with OSS's errors", async (t) => {
		const { admin } = await startWithAdmin(t);

		const refused = await admin.put("/api/buckets/A");

		assert.equal(refused.status, 400);
		assert.equal(refused.json.error, "InvalidBucketName");
		const { status, json } = await admin.put("/api/buckets/docs", { acl: "x" });
		assert.equal(status, 400);
		assert.match(json.message, /^acl must be one of/);
	});
});

suite("Objects of the admin API", () => {
	const put = (headers: Record<string, string>, body: string) => ({
		headers,
		body,
	});

	test("are uploaded unchanged, even JSON, with their headers", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const body = '{"a": 1}';
		const headers = {
			"Content-Type": "application/json",
			"x-oss-meta-by": "ann",
		};

		const { json } = await admin.send(
			...(["PUT", "/api/buckets/photos/content?key=a%2Fb"] as const),
			put(headers, body),
		);

		assert.equal(json.status, 200);
		const stored = await oss.get("/photos/a/b");
		assert.equal(stored.text, body);
		assert.equal(stored.headers["content-type"], "application/json");
		assert.equal(stored.headers["x-oss-meta-by"], "ann");
		assert.equal(stored.headers.etag, `"${json.etag}"`);
	});

	test("can have callbacks, and remain stored if the callback fails", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: "k=1" };
		const send = (more: object) =>
			admin.send(
				...(["PUT", "/api/buckets/photos/content?key=a"] as const),
				put({ ...callbackHeaders(callback), ...more }, "meow"),
			);

		const good = await send({});
		const bad = await send({ "x-emulator-callback-fault": "refused" });

		assert.deepEqual(
			[good.json.status, good.json.answer],
			[200, '{"Status":"OK"}'],
		);
		assert.equal(bad.json.status, 203);
		assert.match(bad.json.answer, /Error status : 502/);
		assert.equal((await oss.get("/photos/a")).text, "meow");
	});

	test("can be removed, and so can one version", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await oss.put("/photos/a", "meow");

		const removed = await admin.delete("/api/buckets/photos/object?key=a");

		assert.deepEqual(removed.json, { deleted: 1 });
		assert.equal((await oss.get("/photos/a")).status, 404);
		const odd = await admin.delete(
			"/api/buckets/photos/object?key=a&versionId=x",
		);
		assert.equal(odd.status, 400);
		const missing = await admin.delete("/api/buckets/none/object?key=a");
		assert.equal(missing.status, 404);
	});
});

suite("Configuration documents in the admin API", () => {
	test("are put as JSON or XML, returned, listed and removed", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const cors = "/api/buckets/photos/documents/cors";

		const put = await admin.put(cors, {
			document: [{ AllowedOrigin: ["*"], AllowedMethod: ["GET"] }],
		});
		const { json: got } = await admin.get(cors);
		const again = await admin.put(cors, { document: got.document });
		const { json: all } = await admin.get("/api/buckets/photos/documents");

		assert.equal(put.status, 200);
		assert.equal(again.json.document, got.document);
		assert.equal((await oss.get("/photos?cors")).text, got.document);
		assert.equal(all.documents.cors, got.document);
		assert.equal(all.documents.lifecycle, undefined);
		assert.equal((await admin.delete(cors)).status, 200);
		assert.equal((await admin.get(cors)).status, 404);
	});

	test("are refused if the name is unknown, the syntax is invalid, or OSS would refuse them", async (t) => {
		const { admin } = await startWithAdmin(t);
		const of = "/api/buckets/photos/documents";

		for (const [path, body, status, message] of [
			[`${of}/corz`, { document: "" }, 404, /no document corz: use one of /],
			[`${of}/cors`, { document: 7 }, 400, /^document must be an object, a/],
			[`${of}/cors`, { document: "<a/>" }, 400, /./],
			[`${of}/cors`, {}, 400, /^document is missing$/],
			["/api/buckets/none/documents/cors", { document: "" }, 404, /./],
		] as const) {
			const refused = await admin.put(path, body);
			assert.equal(refused.status, status, path);
			assert.match(refused.json.message, message);
		}
		const refused = await admin.delete(`${of}/requestPayment`);
		assert.equal(refused.status, 400);
		assert.match(refused.json.message, /cannot be removed, only changed$/);
	});
});

suite("POST /api/presign", () => {
	test("returns URLs that are valid for the requested method", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const key = "a b/猫+(1).txt";
		const presign = async (more: object): Promise<string> =>
			(await admin.post("/api/presign", { bucket: "photos", key, ...more }))
				.json.url;

		const put = await fetch(await presign({ method: "PUT" }), {
			...{ method: "PUT", body: Buffer.from("meow") },
		});
		const query = { "response-content-type": "text/x; a=b c" };
		const get = await fetch(await presign({ query }));

		assert.equal(put.status, 200);
		assert.equal(await get.text(), "meow");
		assert.equal(get.headers.get("content-type"), "text/x; a=b c");
		assert.equal((await fetch(await presign({ method: "PUT" }))).status, 403);
		const list = await oss.get("/photos");
		assert.deepEqual(textsOf(list, "Key"), [key]);
	});

	test("can sign for another account, and refuses accounts that do not exist", async (t) => {
		const { admin } = await startWithAdmin(t);
		const { json: account } = await admin.post("/api/accounts", {});
		const body = { bucket: "photos", key: "a" };

		const { json } = await admin.post("/api/presign", {
			...{ ...body, account: account.uid, endpoint: "http://oss:6770" },
		});
		const { status } = await admin.post("/api/presign", {
			...{ ...body, account: "7" },
		});

		assert.ok(json.url.startsWith("http://oss:6770/photos/a?"));
		assert.ok(json.url.includes(account.accessKeyId));
		assert.equal(status, 404);
	});
});
