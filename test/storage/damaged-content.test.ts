import assert from "node:assert/strict";
import { once } from "node:events";
import {
	appendFileSync,
	mkdtempSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { startEmulator } from "../../emulator/index.ts";
import { BlobReader } from "../../emulator/storage/content/blob-reader.ts";
import { Client } from "../client.ts";
import {
	assertBytes,
	BUCKET,
	bytes,
	chunked,
	drain,
	filesIn,
	isOssError,
	makeBucket,
	makeFolder,
	newObject,
	openStore,
	put,
} from "./stores.ts";

const DAMAGES = [
	["missing", (file: string) => rmSync(file), "is missing"],
	["truncated", (file: string) => truncateSync(file, 10), "has 10 bytes"],
	["longer", (file: string) => appendFileSync(file, "!"), "has 300001 bytes"],
] as const;

suite("A blob that differs from its row", () => {
	for (const [what, damage, line] of DAMAGES) {
		test(`is reported, and its object refused: ${what}`, async (t) => {
			const folder = makeFolder(t);
			const reports: unknown[] = [];
			const report = (error: unknown): unknown => reports.push(error);
			const store = await openStore(t, { folder, report });
			await makeBucket(store, BUCKET);
			await put(store, "a", bytes(300_000));
			const [blob = ""] = filesIn(join(folder, "blobs"));
			damage(blob);

			const opened = store.objects.open(BUCKET, "a");

			await assert.rejects(opened, isOssError("InternalError"));
			assert.equal(reports.length, 1);
			assert.match(String(reports[0]), /^photos\/a cannot be read: blob /);
			assert.ok(String(reports[0]).includes(line));
			await put(store, "a", bytes(300_000, 1));
			const found = await store.objects.open(BUCKET, "a");
			assertBytes(await found?.content.readWhole(), bytes(300_000, 1));
		});
	}

	test("returns 500 to a client, or closes the connection if the response has begun", async (t) => {
		const { oss, folder, endpoint } = await start(t);
		await oss.put("/photos", "", { "x-oss-acl": "public-read" });
		const size = 64 * 1024 * 1024;
		await oss.put("/photos/a", Buffer.alloc(size));
		const [blob = ""] = filesIn(join(folder, "blobs"));
		const incoming = await beginToRead(`${endpoint}/photos/a`);
		incoming.pause();

		truncateSync(blob, 1024 * 1024);

		let received = 0;
		incoming.on("data", (chunk: Buffer) => {
			received += chunk.length;
		});
		await assert.rejects(once(incoming.resume(), "end"), {
			code: "ECONNRESET",
		});
		assert.ok(received < size, String(received));
		const refused = await oss.get("/photos/a");
		assert.equal(refused.status, 500);
		assert.match(refused.text, /<Code>InternalError<\/Code>/);
		assert.equal((await oss.get("/photos")).status, 200);
	});
});

suite("A file that is read", () => {
	test("is read completely, or reading fails if its length differs", async (t) => {
		const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
		t.after(() => rmSync(folder, { recursive: true }));
		const file = join(folder, "a");
		const content = bytes(300_000);
		writeFileSync(file, content);
		const drained = (first: number, last: number) =>
			drain(new BlobReader(file, first, last));
		assertBytes(await drained(0, 299_999), content);
		assertBytes(await drained(7, 200_000), content.subarray(7, 200_001));
		await assert.rejects(
			drained(0, 300_000),
			/is shorter than when it was written/,
		);
		await assert.rejects(drain(new BlobReader(`${file}?`, 0, 1)), /ENOENT/);
	});

	test("is closed when its reader disconnects", async (t) => {
		const { store } = await openWithObject(t);
		for (let i = 0; i < 20; i++) {
			const found = await store.objects.open(BUCKET, "a");
			const stream = found?.content.read();
			assert.ok(stream && !Buffer.isBuffer(stream));
			await once(stream, "readable");
			stream.destroy();
			await once(stream, "close");
		}
		await store.objects.append(newObject("b"), 0, chunked("x"));
	});
});

async function openWithObject(t: TestContext) {
	const store = await openStore(t, { folder: makeFolder(t) });
	await makeBucket(store, BUCKET);
	await put(store, "a", bytes(3_000_000));
	return { store };
}

async function start(t: TestContext) {
	const folder = makeFolder(t);
	const flags = ["--no-files", "--log-level", "silent"];
	const emulator = await startEmulator({ data: folder, flags });
	const { endpoint, accessKeyId: id, accessKeySecret: secret } = emulator;
	const oss = new Client(endpoint, { id, secret });
	t.after(async () => {
		oss.close();
		await emulator.close();
	});
	return { oss, folder, endpoint };
}

const beginToRead = (url: string): Promise<IncomingMessage> => {
	const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
	get(url, resolve).on("error", reject);
	return promise;
};
