import assert from "node:assert/strict";
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { joinParts } from "../../emulator/operations/multipart/completion.ts";
import {
	assertBytes,
	BUCKET,
	bytes,
	filesIn,
	makeFolder,
	NOW,
	openStore,
	put,
	read,
} from "./stores.ts";

const FOLDERS = join(import.meta.dirname, "../../fixtures/data-folders");
const ALL = { prefix: "", delimiter: "", after: "", max: 100 };

suite("The data folder of oss-emulator", () => {
	for (const version of readdirSync(FOLDERS)) {
		test(`${version} can be opened with all its content`, async (t) => {
			const folder = makeFolder(t);
			cpSync(join(FOLDERS, version), folder, { recursive: true });
			const blobs = filesIn(join(folder, "blobs")).length;
			const store = await openStore(t, { folder, files: true });
			await store.settled();

			assert.equal(filesIn(join(folder, "blobs")).length, blobs);
			assertBytes(await read(store, "small"), bytes(100, 1));
			assertBytes(await read(store, "folder/../a b+c%2F☃"), bytes(10, 2));
			assertBytes(await read(store, "large"), bytes(70_000, 3));
			const appended = Buffer.concat([bytes(50, 4), bytes(66_000, 5)]);
			assertBytes(await read(store, "appended"), appended);
			const small = await store.objects.find(BUCKET, "small");
			assert.deepEqual(small?.properties.tags, { colour: "blue" });
			const query = { ...ALL, prefix: "versions" };
			const { entries } = await store.objects.listVersions(BUCKET, query);
			assert.deepEqual(
				entries.map(({ type, size }) => [type, size]),
				[
					["DeleteMarker", 0],
					["Normal", 6],
					["Normal", 5],
				],
			);
			const cors = await store.configurations.find(BUCKET, "cors");
			assert.equal(cors, "<CORSConfiguration/>");
			const [delivery] = await store.deliveries.list({}, 10);
			assert.equal(delivery?.status, "succeeded");
			assertBytes(await read(store, "after"), "made after the snapshot");
			await assertUpload(store);
			assert.equal((await store.restore("before"))?.state, "state");
			assert.equal(await read(store, "after"), undefined);
			await put(store, "small", "overwritten");
			assertBytes(await read(store, "small"), "overwritten");
			await store.close();
			await (await openStore(t, { folder })).close();
		});
	}
});

async function assertUpload(
	store: Awaited<ReturnType<typeof openStore>>,
): Promise<void> {
	const all = { prefix: "", keyMarker: "", uploadIdMarker: "" };
	const uploads = [];
	for await (const one of store.uploads.list(BUCKET, all)) uploads.push(one);
	const [upload = assert.fail("the upload is lost")] = uploads;
	await store.uploads.complete(upload, joinParts(null), NOW, false);
	const whole = Buffer.concat([bytes(102_400, 6), bytes(10, 7)]);
	assertBytes(await read(store, "upload"), whole);
}
