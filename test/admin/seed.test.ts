import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { startApplicationServer } from "../application-server.ts";
import { textsOf } from "../client.ts";
import { callbackHeaders, startWithAdmin } from "./admin.ts";

const CORS = [{ AllowedOrigin: ["*"], AllowedMethod: ["GET", "PUT"] }];
const XML =
	"<LifecycleConfiguration><Rule><ID>old</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Expiration><Days>7</Days></Expiration></Rule></LifecycleConfiguration>";

async function folderOf(t: TestContext, files: object): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "seed-"));
	t.after(() => rm(folder, { recursive: true }));
	for (const [name, text] of Object.entries(files))
		await writeFile(join(folder, name), text);
	return folder;
}

suite("PUT /api/seed", () => {
	test("creates the declared buckets and objects", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const file = join(await folderOf(t, { "dog.png": "woof" }), "dog.png");
		const seed = {
			buckets: [
				{ name: "empty" },
				{
					...{ name: "pictures", acl: "public-read", versioning: "Enabled" },
					objects: [
						{ key: "cat.txt", text: "meow" },
						{ key: "raw", base64: "AAEC", contentType: "x/y" },
						{ key: "dog.png", file },
						{
							...{ key: "a b/猫", text: "", acl: "private" },
							storageClass: "IA",
							metadata: { By: "Ann & co" },
							tags: { kind: "a=b c" },
						},
					],
				},
			],
		};

		const put = await admin.put("/api/seed", seed);

		assert.deepEqual(put.json, { buckets: 2, objects: 4, written: 4 });
		const cat = await oss.get("/pictures/cat.txt", { as: null });
		assert.equal(cat.text, "meow");
		assert.equal(cat.headers["content-type"], "text/plain");
		const raw = await oss.get("/pictures/raw");
		assert.deepEqual([...raw.body], [0, 1, 2]);
		assert.equal(raw.headers["content-type"], "x/y");
		const dog = await oss.get("/pictures/dog.png");
		assert.equal(dog.text, "woof");
		assert.equal(dog.headers["content-type"], "image/png");
		const path = "/pictures/a%20b%2F%E7%8C%AB";
		const odd = await oss.head(path);
		assert.equal(odd.headers["x-oss-meta-by"], "Ann & co");
		assert.equal(odd.headers["x-oss-storage-class"], "IA");
		assert.equal((await oss.get(path, { as: null })).status, 403);
		const tagging = await oss.get(`${path}?tagging`);
		assert.deepEqual(textsOf(tagging, "Value"), ["a=b c"]);
		const versioning = await oss.get("/pictures?versioning");
		assert.deepEqual(textsOf(versioning, "Status"), ["Enabled"]);
	});

	test("accepts documents as JSON, with OSS's names or JavaScript's, and as XML", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const policy = {
			Version: "1",
			Statement: [
				{
					...{ Effect: "Allow", Action: ["oss:GetObject"], Principal: ["*"] },
					Resource: ["acs:oss:*:*:docs/*"],
				},
			],
		};
		const seed = {
			buckets: [
				{
					...{ name: "docs", cors: CORS, lifecycle: XML, policy },
					website: { IndexDocument: { Suffix: "index.html" } },
					referer: {
						RefererConfiguration: {
							AllowEmptyReferer: true,
							RefererList: { Referer: "http://example.com" },
						},
					},
				},
				{
					name: "more",
					cors: {
						corsRules: [
							{ allowedOrigins: ["https://a.b"], allowedMethods: ["GET"] },
						],
					},
					lifecycle: [
						{ id: "x", prefix: "", status: "Enabled", expiration: { days: 1 } },
					],
					website: {
						WebsiteConfiguration: { ErrorDocument: { Key: "error.html" } },
					},
				},
			],
		};

		const put = await admin.put("/api/seed", seed);

		assert.equal(put.status, 200, put.text);
		const read = async (bucket: string, name: string): Promise<string> =>
			(await oss.get(`/${bucket}?${name}`)).text;
		assert.match(await read("docs", "cors"), /<AllowedMethod>PUT</);
		assert.match(await read("docs", "lifecycle"), /<ID>old</);
		assert.match(await read("docs", "website"), /<Suffix>index.html</);
		assert.match(await read("docs", "referer"), /<Referer>http:\/\/example/);
		assert.deepEqual(JSON.parse(await read("docs", "policy")), policy);
		assert.match(await read("more", "cors"), /<AllowedOrigin>https:\/\/a\.b</);
		assert.match(await read("more", "lifecycle"), /<Days>1</);
		assert.match(await read("more", "website"), /<Key>error.html</);
	});

	test("sets a callback policy, whose JSON does not have to be encoded", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: "x=1" };
		await admin.put("/api/seed", {
			buckets: [
				{ name: "photos", callbackPolicy: [{ policyName: "tell", callback }] },
			],
		});

		const put = await oss.put(
			"/photos/cat",
			"meow",
			callbackHeaders({ callbackPolicy: "tell" }),
		);

		assert.equal(put.status, 200);
		assert.equal(application.received[0]?.body, "x=1");
	});

	test("adds users and faults only once", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const seed = {
			ram: {
				users: [
					{
						name: "ann",
						accessKeys: [{ id: "ann", secret: "s" }],
						policies: [
							{
								Version: "1",
								Statement: [
									{ Effect: "Allow", Action: "oss:*", Resource: "*" },
								],
							},
						],
					},
				],
				roles: [{ name: "uploader" }],
			},
			faults: [{ operation: "PutObject", times: 1, do: { status: 503 } }],
		};

		await admin.put("/api/seed", seed);
		await admin.put("/api/seed", seed);

		const as = { id: "ann", secret: "s" };
		assert.equal((await oss.get("/photos", { as })).status, 200);
		assert.equal((await oss.put("/photos/a", "meow")).status, 503);
		assert.equal((await oss.put("/photos/a", "meow")).status, 200);
		const { json } = await admin.get("/api/faults");
		assert.equal(json.faults.length, 1);
	});

	test("changes nothing if the same seed is put again: no new versions", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const seed = {
			buckets: [
				{
					...{ name: "kept", versioning: "Enabled", cors: CORS },
					objects: [
						{ key: "a", text: "meow", metadata: { X: "1" }, tags: { t: "1" } },
						{ key: "b", base64: "AAEC" },
					],
				},
			],
		};
		await admin.put("/api/seed", seed);
		const before = await oss.get("/kept?versions");

		const again = await admin.put("/api/seed", seed);

		assert.deepEqual(again.json, { buckets: 1, objects: 2, written: 0 });
		assert.equal((await oss.get("/kept?versions")).text, before.text);
		const [, object] = seed.buckets[0]?.objects ?? [];
		Object.assign(object ?? {}, { base64: "AAED" });
		assert.equal((await admin.put("/api/seed", seed)).json.written, 1);
	});

	test("changes nothing else, and its buckets belong to the requested account", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await oss.put("/photos/old", "meow");
		const { json: account } = await admin.post("/api/accounts", {});

		await admin.put(`/api/seed?account=${account.uid}`, {
			buckets: [{ name: "theirs" }],
		});
		await admin.put("/api/seed", { buckets: [{ name: "photos" }] });

		const { json } = await admin.get(`/api/buckets?account=${account.uid}`);
		assert.equal(json.buckets[0].name, "theirs");
		assert.equal((await oss.get("/photos/old")).text, "meow");
	});
});

suite("A seed with a mistake changes nothing, and the error contains the place:", () => {
	const bucket = (more: object) => ({
		buckets: [{ name: "fine" }, { name: "docs", ...more }],
	});
	const object = (more: object) =>
		bucket({ objects: [{ key: "a" }, { key: "b", ...more }] });
	const cases: readonly (readonly [string, unknown, RegExp])[] = [
		["not an object", [], /^must be an object$/],
		[
			"an unknown member",
			{ bucket: [] },
			/^has the unknown member bucket: expected one of buckets, ram, faults$/,
		],
		["not a list", { buckets: {} }, /^buckets: must be a list$/],
		[
			"a bucket without a name",
			{ buckets: [{}] },
			/^buckets\[0\]\.name: must be text$/,
		],
		[
			"a bucket twice",
			{ buckets: [{ name: "a-b" }, { name: "a-b" }] },
			/^buckets\[1\]: the bucket a-b is declared twice$/,
		],
		[
			"an invalid name",
			{ buckets: [{ name: "A" }] },
			/^buckets\[0\]: InvalidBucketName: /,
		],
		[
			"an unknown document",
			bucket({ corz: [] }),
			/^buckets\[1\]: has the unknown member corz: expected one of name, /,
		],
		[
			"an unknown ACL",
			bucket({ acl: "public" }),
			/^buckets\[1\]\.acl: must be one of private, /,
		],
		[
			"an unknown owner",
			bucket({ owner: "7" }),
			/^buckets\[1\]\.owner: there is no account 7$/,
		],
		[
			"another account's bucket",
			{ buckets: [{ name: "theirs" }] },
			/^buckets\[0\]\.name: the bucket theirs belongs to account \d+$/,
		],
		[
			"CORS rules that OSS refuses",
			bucket({ cors: [{ AllowedOrigin: ["*"] }] }),
			/^buckets\[1\]\.cors: MalformedXML: /,
		],
		[
			"invalid XML",
			bucket({ lifecycle: "<a" }),
			/^buckets\[1\]\.lifecycle: MalformedXML: /,
		],
		[
			"an invalid policy",
			bucket({ policy: { a: 1 } }),
			/^buckets\[1\]\.policy: /,
		],
		[
			"a document that is a number",
			bucket({ website: 7 }),
			/^buckets\[1\]\.website: must be an object, a list or text$/,
		],
		[
			"an object without a key",
			bucket({ objects: [{}] }),
			/^buckets\[1\]\.objects\[0\]\.key: must be text$/,
		],
		[
			"an empty key",
			bucket({ objects: [{ key: "" }] }),
			/^buckets\[1\]\.objects\[0\]: /,
		],
		[
			"a key that is too long",
			bucket({ objects: [{ key: "a".repeat(1024) }] }),
			/^buckets\[1\]\.objects\[0\]: InvalidObjectName: /,
		],
		[
			"two contents",
			object({ text: "a", base64: "" }),
			/^buckets\[1\]\.objects\[1\]: text and base64 are mutually exclusive/,
		],
		[
			"bad base64",
			object({ base64: "?" }),
			/^buckets\[1\]\.objects\[1\]\.base64: is not base64$/,
		],
		[
			"a missing file",
			object({ file: "no/such" }),
			/^buckets\[1\]\.objects\[1\]\.file: there is no file no\/such$/,
		],
		[
			"a folder",
			object({ file: "." }),
			/^buckets\[1\]\.objects\[1\]\.file: \. is not a file$/,
		],
		[
			"a text that is a number",
			object({ text: 7 }),
			/^buckets\[1\]\.objects\[1\]\.text: must be text$/,
		],
		[
			"an unknown storage class",
			object({ storageClass: "Cold" }),
			/^buckets\[1\]\.objects\[1\]: InvalidArgument: /,
		],
		[
			"bad metadata",
			object({ metadata: { "a b": "c" } }),
			/^buckets\[1\]\.objects\[1\]: InvalidArgument: /,
		],
		[
			"metadata that is not text",
			object({ metadata: { a: 1 } }),
			/^buckets\[1\]\.objects\[1\]\.metadata\.a: must be text$/,
		],
		[
			"too many tags",
			object({
				tags: Object.fromEntries("abcdefghijk".split("").map((t) => [t, "1"])),
			}),
			/^buckets\[1\]\.objects\[1\]: BadRequest: /,
		],
		[
			"a user without a name",
			{ ...bucket({}), ram: { users: [{}] } },
			/^ram\.users\[0\]\.name: must be text/,
		],
		[
			"a key that is in use",
			{
				...bucket({}),
				ram: {
					users: [
						{ name: "a", accessKeys: [{ id: "oss-emulator", secret: "x" }] },
					],
				},
			},
			/^ram\.users\[0\]: key oss-emulator already exists$/,
		],
		[
			"an unknown fault",
			{ ...bucket({}), faults: [{ operation: "*", do: { status: 200 } }] },
			/^faults\[0\]: do\.status must be >= 400$/,
		],
		[
			"a contradictory fault",
			{ ...bucket({}), faults: [{ operation: "*", do: { code: "A" } }] },
			/^faults\[0\]: do: code needs a status$/,
		],
	];
	for (const [what, seed, message] of cases)
		test(what, async (t) => {
			const { admin } = await startWithAdmin(t);
			const { json: account } = await admin.post("/api/accounts", {});
			const { uid } = account;
			await admin.put(`/api/seed?account=${uid}`, {
				buckets: [{ name: "theirs" }],
			});
			const before = await stateOf(admin);

			const refused = await admin.put("/api/seed", seed);

			assert.equal(refused.status, 400);
			assert.equal(refused.json.error, "InvalidSeed");
			assert.match(refused.json.message, message);
			assert.equal(await stateOf(admin), before);
		});

	test("a mistake that is found after a part has been applied", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await oss.put("/photos/old", "meow");
		await oss.put(
			"/photos?qos",
			"<BucketUserQos><StorageCapacity>0</StorageCapacity></BucketUserQos>",
		);

		const refused = await admin.put("/api/seed", {
			buckets: [
				{ name: "fresh", objects: [{ key: "a", text: "b" }] },
				{
					...{ name: "photos", acl: "public-read", cors: CORS },
					objects: [{ key: "new", text: "b" }],
				},
			],
			ram: { users: [{ name: "ann" }] },
		});

		assert.equal(refused.status, 400);
		assert.match(
			refused.json.message,
			/^buckets\[1\]\.objects\[0\]: QuotaExceeded: /,
		);
		assert.equal((await oss.get("/fresh")).status, 404);
		assert.equal((await oss.get("/photos?cors")).status, 404);
		assert.equal((await oss.get("/photos/old", { as: null })).status, 403);
		assert.equal((await oss.get("/photos/old")).text, "meow");
		assert.deepEqual((await admin.get("/api/ram/users")).json.users, []);
	});

	test("an account that does not exist", async (t) => {
		const { admin } = await startWithAdmin(t);
		const { status, json } = await admin.put("/api/seed?account=7", {});
		assert.equal(status, 404);
		assert.equal(json.message, "there is no account 7");
	});
});

async function stateOf(admin: {
	get(path: string): Promise<{ text: string }>;
}): Promise<string> {
	const lists = ["buckets", "faults", "ram/users", "ram/roles"];
	const texts = await Promise.all(
		lists.map(async (list) => (await admin.get(`/api/${list}`)).text),
	);
	return texts.join("\n");
}
