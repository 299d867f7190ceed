/**
 * Makes a data folder that `data-folders.test.ts` opens with every later version. Run it once for each release:
 * `node test/storage/make-data-folder.ts fixtures/data-folders/VERSION`.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { storeProtocol } from "../../emulator/operations/store-protocol.ts";
import { openStore } from "../../emulator/storage/open-store.ts";
import {
	BUCKET,
	bytes,
	chunked,
	makeBucket,
	NOW,
	newObject,
	put,
} from "./stores.ts";

const [, , folder = ""] = argv;

const store = await openStore({
	...{ folder, durable: false, files: false, protocol: storeProtocol },
	report: (error) => {
		throw error;
	},
});
await makeBucket(store, BUCKET);
await put(store, "small", bytes(100, 1));
await put(store, "folder/../a b+c%2F☃", bytes(10, 2));
await put(store, "large", bytes(70_000, 3));
await store.objects.append(newObject("appended"), 0, chunked(bytes(50, 4)));
await store.objects.append(
	newObject("appended"),
	50,
	chunked(bytes(66_000, 5)),
);
await store.buckets.change(BUCKET, { versioning: "Enabled" });
await put(store, "versions", "first");
await put(store, "versions", "second");
await store.objects.delete(BUCKET, "versions", undefined, NOW);
await store.objects.change(BUCKET, "small", undefined, ({ properties }) => ({
	properties: { ...properties, tags: { colour: "blue" } },
}));
await store.configurations.put(BUCKET, "cors", "", "<CORSConfiguration/>");
const upload = await store.uploads.initiate(newObject("upload"), false);
await store.uploads.putPart(upload, 1, NOW, chunked(bytes(102_400, 6)));
await store.uploads.putPart(upload, 2, NOW, chunked(bytes(10, 7)));
await store.deliveries.save({
	...{ id: "delivery", account: "1000000000000001", bucket: BUCKET },
	...{ key: "small", status: "succeeded", started: NOW, document: "{}" },
});
await store.snapshot("before", NOW, "state");
await put(store, "after", "made after the snapshot");
await store.close();
for (const name of ["lock", "incoming", ".gitignore"])
	rmSync(join(folder, name), { recursive: true, force: true });
