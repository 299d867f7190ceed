import assert from "node:assert/strict";
import {
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { startApplicationServer } from "../application-server.ts";
import { textsOf } from "../client.ts";
import type { TestEmulator } from "../emulator.ts";
import { replay, replayCommand } from "../replay/run.ts";
import { run } from "../run.ts";
import {
	CLOUD_ACCOUNT,
	CLOUD_KEY,
	startCloud,
	startGateway,
} from "./clouds.ts";

async function record(
	t: TestContext,
	use: (gateway: TestEmulator) => Promise<void>,
): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), "oss-emulator-record-"));
	t.after(() => rmSync(folder, { recursive: true }));
	const cloud = await startCloud(t);
	await cloud.oss.put("/real-photos");
	const gateway = await startGateway(
		t,
		cloud,
		...["--upstream-bucket", "photos=real-photos", "--record", folder],
	);
	await use(gateway);
	await gateway.close(); // everything is written when it has closed
	return folder;
}

const textsIn = (folder: string): string[] =>
	readdirSync(folder)
		.sort()
		.map((name) => readFileSync(join(folder, name), "utf8"));

/** Requests of many kinds, in the order in which an application might send them. */
async function exercise({ oss }: TestEmulator): Promise<void> {
	await oss.put("/photos/a%20b", "meow", {
		"content-type": "text/plain",
		"x-oss-meta-by": "猫",
		cookie: "session=private-cookie",
	});
	await oss.get("/photos/a%20b");
	await oss.head("/photos/a%20b");
	await oss.get("/photos/nothing");
	await oss.get("/photos?list-type=2&prefix=a");
	await oss.put("/photos/bytes", Buffer.from([0xff, 0xfe, 0, 1]));
	await oss.get("/photos/bytes");
	await oss.put("/photos/big", Buffer.alloc(100_000, "x"));
	await oss.head("/photos/big");
	await oss.get("/photos?acl");
	await oss.put("/photos/copy", undefined, {
		"x-oss-copy-source": "/photos/a%20b",
	});
	const begun = await oss.post("/photos/parts?uploads");
	const query = `uploadId=${textsOf(begun, "UploadId")[0]}`;
	const part = await oss.put(`/photos/parts?partNumber=1&${query}`, "meow");
	await oss.post(
		`/photos/parts?${query}`,
		`<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`,
	);
	await oss.get("/photos/a%20b", { as: null });
	await oss.delete("/photos/copy");
}

suite("A recording", () => {
	test("contains every exchange with the cloud, and the emulator's responses are the same", async (t) => {
		const folder = await record(t, exercise);
		const replayed = await replay(folder);
		assert.deepEqual(
			replayed.filter(({ differences }) => differences.length > 0),
			[],
		);
		assert.deepEqual(
			replayed.map(({ operation }) => operation),
			[
				...["PutObject", "GetObject", "HeadObject", "GetObject"],
				...["ListObjectsV2", "PutObject", "GetObject", "PutObject"],
				...["HeadObject", "GetBucketAcl", "CopyObject"],
				...["InitiateMultipartUpload", "UploadPart"],
				...["CompleteMultipartUpload", "GetObject", "DeleteObject"],
			],
		);
	});

	test("contains no secret, account id or real bucket name, even in the callback", async (t) => {
		const application = await startApplicationServer(t);
		const folder = await record(t, async (gateway) => {
			await exercise(gateway);
			const callback = { callbackUrl: application.url, callbackBody: "a=b" };
			await gateway.oss.put("/photos/cat", "meow", {
				"x-oss-callback": Buffer.from(JSON.stringify(callback)).toString(
					"base64",
				),
			});
		});
		const all = textsIn(folder);
		assert.equal(all.length, 17);
		for (const text of all)
			for (const secret of [
				...[CLOUD_KEY.id, CLOUD_KEY.secret, CLOUD_ACCOUNT, "real-photos"],
				...["oss-emulator-secret", "private-cookie", "OSS4-HMAC", "callback"],
			])
				assert.ok(!text.includes(secret), `${secret} is in ${text}`);
		const [acl] = all.filter((text) => text.includes("GetBucketAcl"));
		assert.match(String(acl), /<ID>1000000000000001<\/ID>/);
	});

	test("contains the first 64 KiB of a body, and its length", async (t) => {
		const folder = await record(t, async ({ oss }) => {
			await oss.put("/photos/big", Buffer.alloc(100_000, "x"));
		});
		const [text] = textsIn(folder);
		const { request } = JSON.parse(String(text));
		assert.equal(request.body.size, 100_000);
		assert.equal(request.body.content.length, 65_536);
	});

	test("does not contain the cloud's responses to the gateway's own requests", async (t) => {
		const folder = mkdtempSync(join(tmpdir(), "oss-emulator-record-"));
		t.after(() => rmSync(folder, { recursive: true }));
		const cloud = await startCloud(t);
		await cloud.oss.put("/photos");
		const gateway = await startGateway(
			t,
			cloud,
			...["--upstream-bucket", "photos", "--record", folder],
			...["--upstream-access-key", "unknown:secret"],
		);
		assert.equal((await gateway.oss.get("/photos/cat")).status, 403);
		await gateway.close();
		assert.deepEqual(readdirSync(folder), []);
	});

	test("is refused at the start if the path is not a folder", async (t) => {
		const file = join(mkdtempSync(join(tmpdir(), "oss-emulator-record-")), "a");
		t.after(() => rmSync(join(file, ".."), { recursive: true }));
		writeFileSync(file, "");
		await assert.rejects(
			startGateway(
				t,
				{ url: "http://127.0.0.1:9" },
				...["--upstream-bucket", "photos", "--record", file],
			),
			/^StartError: --record \S+ cannot be written to \((EEXIST|ENOTDIR)\)/,
		);
	});
});

suite("npm run replay", () => {
	const replayIn = (folder: string) =>
		run(`"${process.execPath}" test/replay/replay.ts "${folder}"`, {
			cwd: join(import.meta.dirname, "../.."),
		});

	test("reports whether each exchange matches, and the differences", async (t) => {
		const folder = await record(t, async ({ oss }) => {
			await oss.put("/photos/cat", "meow");
			await oss.get("/photos/nothing");
		});
		const held = await replayIn(folder);
		assert.equal(held.code, 0, held.stderr);
		assert.match(held.stdout, /2 of 2 exchanges hold\n$/);

		const [, second = ""] = readdirSync(folder).sort();
		const path = join(folder, second);
		const text = readFileSync(path, "utf8");
		writeFileSync(path, text.replaceAll("does not exist", "is not there"));
		const differing = await replayCommand([folder]);
		assert.equal(differing.code, 1);
		assert.match(
			differing.stdout,
			/GetObject: Error\/Message: OSS "The specified key is not there\.", emulator "The specified key does not exist\."/,
		);
		assert.match(differing.stdout, /1 of 2 exchanges hold\n$/);
	});

	test("refuses an empty folder, and a file that is not a recording", async (t) => {
		const folder = mkdtempSync(join(tmpdir(), "oss-emulator-record-"));
		t.after(() => rmSync(folder, { recursive: true }));
		const empty = await replayCommand([folder]);
		assert.match(empty.stderr, /has no recorded exchanges/);
		writeFileSync(join(folder, "a.json"), "{");
		const ran = await replayIn(folder);
		assert.equal(ran.code, 2);
		assert.match(ran.stderr, /^replay: a\.json is not a recorded exchange\n$/);
	});
});
