import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { PlainFolder } from "../../emulator/storage/plain-files/plain-folder.ts";
import { PlainSource } from "../../emulator/storage/plain-files/plain-source.ts";
import { expectedTree, tree } from "./plain-files.ts";
import {
	BUCKET,
	dice,
	makeBucket,
	makeFolder,
	NOW,
	openStore,
	put,
} from "./stores.ts";

const KEYS = [
	"a",
	"a/",
	"a//",
	"a/b",
	"a/b/",
	"a/b/c",
	"a//b",
	"b",
	"b/a",
	"%",
];

suite("The folder of plain copies", () => {
	for (let seed = 1; seed <= 12; seed++) {
		test(`is correct after all changes, in any order (seed ${seed})`, async (t) => {
			const roll = dice(seed);
			const data = makeFolder(t);
			const store = await openStore(t, { folder: data });
			await makeBucket(store, BUCKET);
			const source = PlainSource.open(join(data, "oss.db"));
			t.after(() => source.close());
			const root = join(data, "root");
			const folder = new PlainFolder(root, data, source);
			folder.updateAll();

			const changed: string[] = [];
			for (let i = 0; i < 150; i++) {
				const key = KEYS[roll(KEYS.length)] ?? assert.fail();
				if (roll(5) < 3) await put(store, key, roll(3) ? `${i}` : "");
				else await store.objects.delete(BUCKET, key, undefined, NOW);
				changed.push(key);
				// Some changes are reported much later, twice, or out of order.
				while (changed.length > 0 && roll(3)) {
					const at = roll(changed.length);
					folder.update(BUCKET, changed[at] ?? assert.fail());
					if (roll(2)) changed.splice(at, 1);
				}
				if (changed.length > 10 || roll(20) === 0) {
					for (const each of changed.splice(0)) folder.update(BUCKET, each);
					assert.deepEqual(tree(root), await expectedTree(store));
				}
			}
			for (const each of changed) folder.update(BUCKET, each);

			assert.deepEqual(tree(root), await expectedTree(store));
			const again = join(data, "again");
			new PlainFolder(again, data, source).updateAll();
			assert.deepEqual(tree(again), tree(root));
		});
	}
});
