import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { startEmulator } from "../../emulator/index.ts";
import { type Answer, Client } from "../client.ts";
import { type Started, start } from "./emulator-process.ts";

/** The number of rounds, in each of which four objects are uploaded. */
const DELETED_MAX = 200;

const mount = (...words: readonly string[]): boolean =>
	spawnSync("mount", words, { stdio: "ignore" }).status === 0;

/** Only root can mount a disk. */
const canMount = ((): boolean => {
	const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
	const isMounted = mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);
	if (isMounted) spawnSync("umount", [folder]);
	rmSync(folder, { recursive: true });
	return isMounted;
})();

/** Mounts a separate disk for one test. */
function mountDisk(t: TestContext, size: string): string {
	const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
	assert.ok(mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder));
	t.after(() => {
		spawnSync("umount", ["-l", folder]);
		rmSync(folder, { recursive: true });
	});
	return join(folder, "data");
}

const isRefusal = ({ status, text }: Answer): boolean => {
	if (status < 300) return false;
	assert.equal(status, 500, text);
	assert.match(text, /<Code>InternalError<\/Code>/);
	assert.match(text, /disk is full/);
	return true;
};

/** @returns the number of objects that were stored */
async function fill(oss: Client, size: number, name: string): Promise<number> {
	for (let i = 0; ; i++) {
		const answers = await Promise.all(
			[0, 1, 2, 3].map((n) =>
				oss.put(`/photos/${name}-${i}-${n}`, Buffer.alloc(size, i + n)),
			),
		);
		if (answers.filter(isRefusal).length > 0) return i;
	}
}

type Restarted = Pick<Started, "oss" | "admin"> & {
	close(): Promise<void>;
};

/** Starts an emulator in this process, because only emulators that are killed need a separate one. */
async function restart(
	t: TestContext,
	data: string,
	flags: readonly string[],
): Promise<Restarted> {
	const { endpoint, adminUrl, close } = await startEmulator({
		...{ data, port: 0, adminPort: 0 },
		flags: ["--access-key", "id:secret", "--log-level", "silent", ...flags],
	});
	t.after(close);
	const key = { id: "id", secret: "secret" };
	const clients = [
		new Client(endpoint, key),
		new Client(adminUrl, key),
	] as const;
	return {
		...{ oss: clients[0], admin: clients[1] },
		close: async () => {
			for (const client of clients) client.close();
			await close();
		},
	};
}

/** Reads, deletes, aborts, and then writes again. */
async function goesOn({ oss, admin }: Restarted, name: string, count: number) {
	const ok = (answer: Answer): Answer => {
		assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
		return answer;
	};
	ok(await oss.get(`/photos/${name}-0-0`));
	ok(await oss.get("/photos"));
	for (let i = 0; i < Math.min(count, DELETED_MAX); i++)
		await Promise.all(
			[0, 1, 2, 3].map(async (n) =>
				ok(await oss.delete(`/photos/${name}-${i}-${n}`)),
			),
		);
	const again = await waitUntil(async () => {
		const put = await oss.put("/photos/again", "meow");
		return put.status === 200;
	});
	assert.ok(again, "nothing could be written after deleting");
	ok(
		await admin.send("POST", "/api/reset", {
			as: null,
			body: "{}",
			headers: { "content-type": "application/json" },
		}),
	);
	ok(await oss.put("/photos"));
	const large = await waitUntil(async () => {
		const put = await oss.put("/photos/again", Buffer.alloc(200_000));
		return put.status === 200;
	});
	assert.ok(large, "nothing large could be written after a reset");
}

/** Longer than the interval at which the emulator checks the disk, which is a fifth of a second. */
async function waitUntil(isSo: () => Promise<boolean>): Promise<boolean> {
	for (let i = 0; i < 200; i++) if (await isSo()) return true;
	return false;
}

if (canMount)
	suite("A full disk", () => {
		for (const [what, size, flags] of [
			["objects that are stored in rows", 60_000, []],
			["large objects", 300_000, []],
			["small objects", 2000, ["--no-files"]],
			["large objects, with --durable", 300_000, ["--durable"]],
		] as const) {
			test(`of ${what} refuses uploads; reading and deleting still work, and writing works again afterwards`, async (t) => {
				const data = mountDisk(t, size < 10_000 ? "5m" : "12m");
				const first = await start(t, data, ...flags);
				await first.oss.put("/photos");
				const upload = await first.oss.post("/photos/upload?uploads");
				const [, id = ""] =
					/<UploadId>(.*)<\/UploadId>/.exec(upload.text) ?? [];
				const part = `/photos/upload?partNumber=1&uploadId=${id}`;
				await first.oss.put(part, Buffer.alloc(size));
				const count = await fill(first.oss, size, "a");
				assert.ok(count > 2, String(count));
				const refused = await first.oss.put("/photos/more", Buffer.alloc(size));
				isRefusal(refused);
				const aborted = await first.oss.delete(`/photos/upload?uploadId=${id}`);
				assert.equal(aborted.status, 204, aborted.text);
				assertOneLine(first.lines);
				await first.stop(size < 10_000 ? "SIGTERM" : "SIGKILL");

				const second = await restart(t, data, flags);
				await goesOn(second, "a", count);
				await second.close();

				const third = await restart(t, data, flags);
				const found = await third.oss.get("/photos/again");
				assert.equal(found.body.length, 200_000);
				await third.close();
			});
		}
	});

function assertOneLine(lines: readonly string[]): void {
	const full = lines.filter((line) =>
		/ is full: uploads are refused/.test(line),
	);
	assert.equal(full.length, 1, lines.join("\n"));
	const others = lines.filter((line) => !/the disk of /.test(line));
	assert.deepEqual(others, []);
}
