import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import Database from "better-sqlite3";
import { startEmulator } from "../../../emulator/index.ts";
import { type Answer, Client, refusal, textsOf } from "../../client.ts";
import { httpTimeAfter, startAtStandstill, type Timed } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";

const append = ({ oss }: Pick<Timed, "oss">, position: number, body: string) =>
	oss.post(`/photos/log?append&position=${position}`, body);

const seal = (
	{ oss }: Timed,
	position: number | string,
	key = "log",
): Promise<Answer> => oss.post(`/photos/${key}?seal&position=${position}`);

const SEALED =
	"409 AppendSealedObjectNotAllowed : The append object has been sealed.";

suite("SealAppendObject", () => {
	test("seals an object; its headers then include the time", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await append(emulator, 0, "one");
		const before = await oss.head("/photos/log");
		assert.equal(before.headers["x-oss-sealed-time"], undefined);

		await pass(60);
		const { status, headers, text } = await seal(emulator, 3);
		assert.equal(`${status} ${text}`, "200 ");
		assert.equal(headers["x-oss-sealed-time"], httpTimeAfter(60));
		assert.equal(headers["x-oss-object-type"], "Appendable");
		assert.equal(headers["last-modified"], before.headers["last-modified"]);
		assert.equal(headers.etag, before.headers.etag);
		for (const after of [
			await oss.head("/photos/log"),
			await oss.get("/photos/log"),
		])
			assert.equal(after.headers["x-oss-sealed-time"], httpTimeAfter(60));
	});

	test("makes later appends fail: 409, according to the manual (A-610)", async (t) => {
		const emulator = await startAtStandstill(t);
		await append(emulator, 0, "one");
		await seal(emulator, 3);
		for (const [position, body] of [
			[3, "two"],
			[0, "two"],
			[3, ""],
		] as const)
			assert.equal(refusal(await append(emulator, position, body)), SEALED);
		assert.equal((await emulator.oss.get("/photos/log")).text, "one");
	});

	test("does not change the time if it is repeated", async (t) => {
		const emulator = await startAtStandstill(t);
		await append(emulator, 0, "one");
		await seal(emulator, 3);
		await emulator.pass(60);
		const { headers } = await seal(emulator, 3);
		assert.equal(headers["x-oss-sealed-time"], httpTimeAfter(0));
	});

	test("requires the object's length: go2's suite", async (t) => {
		const emulator = await startAtStandstill(t);
		await append(emulator, 0, "one");
		const wrong = await seal(emulator, 0);
		assert.equal(
			refusal(wrong),
			"409 PositionNotEqualToLength 0026-00000016: Position is not equal to file length",
		);
		assert.equal(wrong.headers["x-oss-next-append-position"], "3");
		assert.match(refusal(await seal(emulator, "x")), /^400 InvalidArgument/);
		const none = await emulator.oss.post("/photos/log?seal");
		assert.match(refusal(none), /^400 MissingArgument/);
	});

	test("requires an existing appendable object (A-610)", async (t) => {
		const emulator = await startAtStandstill(t);
		await emulator.oss.put("/photos/cat", "meow");
		assert.equal(refusal(await seal(emulator, 4, "cat")), SEALED);
		assert.match(refusal(await seal(emulator, 0, "none")), /^404 NoSuchKey/);
	});

	test("does not apply to an object that replaces the sealed one", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss } = emulator;
		await append(emulator, 0, "one");
		await seal(emulator, 3);
		await oss.delete("/photos/log");
		assert.equal((await append(emulator, 0, "one")).status, 200);
		const head = await oss.head("/photos/log");
		assert.equal(head.headers["x-oss-sealed-time"], undefined);
	});
});

suite("An appendable object", () => {
	test("accepts the ACL of later appends, and ignores their other headers, even invalid ones: go1's and py1's suites", async (t) => {
		const { oss } = await startWithBucket(t);
		const tags = Array.from({ length: 15 }, (_, i) => `k${i}=v`).join("&");
		await oss.post("/photos/log?append&position=0", "one", {
			"x-oss-object-acl": "private",
			"x-oss-tagging": "a=1",
		});
		const append = (position: number, headers: Record<string, string>) =>
			oss.post(`/photos/log?append&position=${position}`, "two", headers);
		for (const [position, headers, acl] of [
			[3, { "x-oss-object-acl": "public-read" }, "public-read"],
			[6, { "x-oss-tagging": tags, "x-oss-storage-class": "x" }, "public-read"],
		] as const) {
			const later = await append(position, headers);
			assert.equal(later.status, 200, later.text);
			const grant = textsOf(await oss.get("/photos/log?acl"), "Grant");
			assert.deepEqual(grant, [acl]);
		}
		const { headers } = await oss.head("/photos/log");
		assert.equal(headers["x-oss-tagging-count"], "1");
	});

	test("can grow up to 5 GB (A-611)", async (t) => {
		const GIB = 1024 ** 3;
		const folder = await mkdtemp(join(tmpdir(), "append-"));
		const emulator = await startEmulator({
			data: folder,
			flags: ["--log-level", "error", "--no-files"],
		});
		const { accessKeyId: id, accessKeySecret: secret, endpoint } = emulator;
		const oss = new Client(endpoint, { id, secret });
		t.after(async () => {
			oss.close();
			await emulator.close();
			await rm(folder, { recursive: true });
		});
		await oss.put("/photos");
		await append({ oss }, 0, "one");
		const db = new Database(join(folder, "oss.db"));
		db.exec(`UPDATE version SET size = ${5 * GIB - 1}`);
		db.close();

		const position = 5 * GIB - 1;
		assert.equal(
			refusal(await append({ oss }, position, "xy")),
			"400 EntityTooLarge : Your proposed upload exceeds the maximum allowed size.",
		);
		assert.equal((await append({ oss }, position, "x")).status, 200);
		assert.deepEqual(textsOf(await oss.get("/photos"), "Size"), [
			String(5 * GIB),
		]);
	});
});
