import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { AdminClient } from "../../emulator/cli/admin-client.ts";
import { exportTar, importTar } from "../../emulator/cli/archive.ts";
import { startWithAdmin } from "../admin/admin.ts";
import { bytes, fc, forAll, key } from "../properties.ts";
import { encode } from "../server/signing.ts";

suite("For any objects", () => {
	const metadata = fc.dictionary(
		fc.stringMatching(/^[a-z]{1,5}$/),
		fc.stringMatching(/^[!-~é]{1,6}$/),
		{ maxKeys: 2 },
	);
	const object = fc.record(
		{ key, content: bytes(60), metadata },
		{ noNullPrototype: true },
	);

	test("the import of an exported tar file restores keys, bytes and metadata", async (t) => {
		const { oss, admin, adminUrl } = await startWithAdmin(t);
		const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
		t.after(() => rmSync(folder, { recursive: true }));
		const requested = {
			client: new AdminClient(adminUrl),
			words: [join(folder, "state.tar")],
			flags: {},
			write: () => {},
			progress: () => {},
		} as unknown as Parameters<typeof importTar>[0];
		await forAll(
			[fc.uniqueArray(object, { selector: (one) => one.key, maxLength: 4 })],
			async (objects) => {
				await oss.put("/photos");
				for (const { key, content, metadata } of objects) {
					const headers = Object.entries(metadata).map(([name, value]) => [
						`x-oss-meta-${name}`,
						value,
					]);
					await oss.put(
						`/photos/${encode(key)}`,
						content,
						Object.fromEntries(headers),
					);
				}
				await exportTar(requested);
				await admin.post("/api/reset");
				await importTar(requested);
				for (const { key, content, metadata } of objects) {
					const got = await oss.get(`/photos/${encode(key)}`);
					assert.deepEqual(got.body, content);
					for (const [name, value] of Object.entries(metadata))
						assert.equal(got.headers[`x-oss-meta-${name}`], value);
				}
				await admin.post("/api/reset");
			},
			0.1,
		);
	});
});
