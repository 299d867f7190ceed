import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { FileWriter } from "../../emulator/storage/content/file-writer.ts";
import { assertBytes, bytes } from "./stores.ts";

suite("A file that is written while its bytes arrive", () => {
	for (const sizes of [
		[],
		[0],
		[10],
		[65_536, 65_536, 65_536, 65_536, 65_536],
		[1_000_000, 1, 300_000, 10],
	]) {
		test(`has all bytes in order: ${sizes.join(" + ") || "0"}`, async (t) => {
			const { path, file } = await openFile(t);
			const writer = new FileWriter(file);
			const chunks = sizes.map((size, i) => bytes(size, i));
			const whole = Buffer.concat(chunks);

			for (const chunk of chunks) await writer.write(chunk);
			await writer.finish(true);

			assertBytes(readFileSync(path), whole);
		});
	}

	test("has all bytes if the system writes fewer than requested", async (t) => {
		const { path, file } = await openFile(t);
		const writev = file.writev.bind(file);
		t.mock.method(file, "writev", (given: Buffer[], position: number) =>
			writev([Buffer.concat(given).subarray(0, 77_777)], position),
		);
		const writer = new FileWriter(file);
		const chunks = [1, 2, 3, 4, 5, 6].map((seed) => bytes(100_000, seed));
		const whole = Buffer.concat(chunks);

		for (const chunk of chunks) await writer.write(chunk);
		await writer.finish(false);

		assertBytes(readFileSync(path), whole);
	});

	test("fails if the disk is full, at the next write or at the end, and can be abandoned", async (t) => {
		const { file } = await openFile(t);
		const full = Object.assign(new Error("full"), { code: "ENOSPC" });
		t.mock.method(file, "writev", async () => {
			throw full;
		});
		const writer = new FileWriter(file);

		await writer.write(bytes(300_000));
		await assert.rejects(writer.write(bytes(300_000)), full);
		await assert.rejects(writer.finish(false), full);
		await writer.abandon();

		assert.equal(file.fd, -1);
	});
});

async function openFile(
	t: TestContext,
): Promise<{ path: string; file: FileHandle }> {
	const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
	t.after(() => rmSync(folder, { recursive: true }));
	const path = join(folder, "file");
	return { path, file: await open(path, "wx") };
}
