import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { create } from "tar";
import { startWithAdmin } from "../admin/admin.ts";
import { startApplicationServer } from "../application-server.ts";
import { type Ended, runCommand } from "./command.ts";

/** Starts an emulator, and returns a working directory and functions that run commands in it. */
async function startCommand(t: TestContext) {
	const emulator = await startWithAdmin(t);
	const cwd = mkdtempSync(join(tmpdir(), "oss-emulator-"));
	t.after(() => rmSync(cwd, { recursive: true }));
	const env = { OSS_EMULATOR_ADMIN: emulator.adminUrl };
	const run = (args: string | readonly string[], input = ""): Promise<Ended> =>
		runCommand(typeof args === "string" ? args.split(" ") : args, {
			...{ cwd, env, input },
		});
	const succeed = async (
		args: string | readonly string[],
		input?: string,
	): Promise<string> => {
		const { code, out, err } = await run(args, input);
		assert.equal(code, 0, `${args}: ${err}`);
		return out;
	};
	return { ...emulator, cwd, run, succeed };
}

suite("On the command line", () => {
	test("buckets are created and removed", async (t) => {
		const { oss, run, succeed } = await startCommand(t);
		assert.equal(
			await succeed("mb films --acl public-read --versioning"),
			"films\n",
		);
		assert.match((await oss.get("/films?acl")).text, /public-read/);
		assert.match((await oss.get("/films?versioning")).text, /Enabled/);
		await oss.put("/films/a", "x");
		const full = await run("rb films");
		assert.equal(full.code, 2);
		assert.match(full.err, /^oss-emulator: The bucket has objects/);
		assert.equal(await succeed("rb films --force"), "films\n");
		assert.equal((await oss.get("/films")).status, 404);
		const missing = await run("rb films");
		assert.equal(missing.code, 1);
	});

	test("a file is uploaded with its metadata, and downloaded byte for byte", async (t) => {
		const { oss, cwd, succeed } = await startCommand(t);
		const content = Buffer.from(
			Array.from({ length: 1000 }, (_, i) => i % 256),
		);
		writeFileSync(join(cwd, "cat.jpg"), content);
		await succeed([
			..."put cat.jpg photos/pets/ --acl public-read --storage-class IA".split(
				" ",
			),
			..."--meta mood=grumpé猫 --tag kind=a:b".split(" "),
		]);
		const { headers, body } = await oss.get("/photos/pets/cat.jpg");
		assert.deepEqual(body, content);
		assert.equal(headers["content-type"], "image/jpeg");
		assert.equal(headers["x-oss-meta-mood"], "grumpé猫");
		assert.equal(headers["x-oss-storage-class"], "IA");
		assert.equal(headers["x-oss-tagging-count"], "1");
		assert.match((await oss.get("/photos/pets/cat.jpg?tagging")).text, /a:b/);
		assert.match(
			(await oss.get("/photos/pets/cat.jpg?acl")).text,
			/public-read/,
		);
		await succeed("get photos/pets/cat.jpg back.jpg");
		assert.deepEqual(readFileSync(join(cwd, "back.jpg")), content);
		await succeed("put - photos/note", "from standard input");
		assert.equal((await oss.get("/photos/note")).text, "from standard input");
	});

	test("an upload has a callback: its response is printed, and it can be shown and sent again", async (t) => {
		const { run, succeed } = await startCommand(t);
		const application = await startApplicationServer(t);
		const out = await succeed(
			`put - photos/a --callback ${application.url}`,
			"meow",
		);
		assert.equal(out.split("\n")[0], "photos/a");
		assert.ok(out.split("\n").length > 2, "the application server's response");
		const shown = await succeed("callbacks --verbose");
		assert.match(shown, /sent: object=a&size=4\n/);
		assert.match(shown, /answer: 200 /);
		const [one] = (await succeed("callbacks --json"))
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		assert.match(await succeed(`resend ${one.id}`), /succeeded/);
		const failed = await run(
			"put - photos/b --callback http://127.0.0.1:1/",
			"meow",
		);
		assert.equal(failed.code, 2);
		assert.match(failed.err, /the object is stored, but its callback failed/);
	});

	test("files and objects are copied, also whole folders", async (t) => {
		const { oss, cwd, run, succeed } = await startCommand(t);
		mkdirSync(join(cwd, "site/img"), { recursive: true });
		writeFileSync(join(cwd, "site/index.html"), "<p>");
		writeFileSync(join(cwd, "site/img/a.png"), "png");
		assert.equal(await succeed("cp -r site oss://photos/www"), "2 copied\n");
		assert.equal((await oss.get("/photos/www/img/a.png")).text, "png");
		await succeed("cp -r oss://photos/www/ oss://photos/again");
		const copied = await oss.get("/photos/again/index.html");
		assert.equal(copied.text, "<p>");
		assert.equal(copied.headers["content-type"], "text/html");
		await succeed("cp -r oss://photos/www back");
		assert.equal(readFileSync(join(cwd, "back/img/a.png"), "utf8"), "png");
		await succeed("cp oss://photos/www/index.html one.html");
		assert.equal(readFileSync(join(cwd, "one.html"), "utf8"), "<p>");
		const beside = `${basename(cwd)}.txt`;
		await oss.put(`/photos/evil/../../${beside}`, "x");
		const outside = await run("cp -r oss://photos/evil/ below");
		assert.equal(outside.code, 2);
		assert.ok(!existsSync(join(cwd, "..", beside)));
		assert.equal((await run("cp a b")).code, 2);
		assert.equal(await succeed("rm photos/www/ -r"), "2 deleted\n");
		assert.equal((await run("rm photos/www/index.html")).code, 1);
	});

	test("a URL is signed", async (t) => {
		const { oss, succeed } = await startCommand(t);
		await oss.put("/photos/a", "meow");
		const url = await succeed("presign photos/a --seconds 60");
		assert.equal(await (await fetch(url.trim())).text(), "meow");
	});

	test("requests are listed, with the reason of a refusal", async (t) => {
		const { oss, succeed } = await startCommand(t);
		await oss.get("/photos/none");
		assert.match(
			await succeed("requests --limit 1"),
			/ 404 GET .*\/photos\/none.* GetObject NoSuchKey\n {4}The specified key does not exist\./,
		);
	});

	test("state is seeded, saved, restored and reset", async (t) => {
		const { oss, cwd, run, succeed } = await startCommand(t);
		const seed = {
			buckets: [{ name: "films", objects: [{ key: "a", text: "x" }] }],
		};
		writeFileSync(join(cwd, "seed.json"), JSON.stringify(seed));
		await succeed("seed seed.json");
		assert.equal((await oss.get("/films/a")).text, "x");
		await succeed("snapshot save before");
		await oss.delete("/films/a");
		await succeed("snapshot restore before");
		assert.equal((await oss.get("/films/a")).text, "x");
		assert.equal(await succeed("snapshot"), "before\n");
		await succeed("snapshot rm before");
		assert.equal(await succeed("snapshot"), "");
		await succeed("reset");
		assert.equal((await oss.get("/films")).status, 404);
		const wrong = await run("seed -", '{"buckets":[{"nmae":"x"}]}');
		assert.equal(wrong.code, 2);
		assert.match(wrong.err, /nmae/);
	});

	test("state is exported into a tar file, and imported elsewhere", async (t) => {
		const { oss, cwd, run, succeed } = await startCommand(t);
		await oss.put("/photos/pets/cat.txt", "meow", {
			"content-type": "text/plain",
			"x-oss-meta-mood": "grumpé 猫",
			"x-oss-tagging": "kind=cat",
			"x-oss-object-acl": "public-read",
		});
		await oss.put("/photos/large", Buffer.alloc(3_000_000, 7));
		await oss.put(
			"/photos?cors",
			"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
		);
		const packed = gzipSync("meow");
		await oss.put("/photos/packed", packed, {
			"content-encoding": "gzip",
			"cache-control": "no-cache",
			"content-disposition": "attachment",
		});
		assert.match(await succeed("export state.tar"), /3 objects/);
		await succeed("reset");
		await succeed("import state.tar");
		const { text, headers } = await oss.get("/photos/pets/cat.txt");
		assert.equal(text, "meow");
		assert.equal(headers["x-oss-meta-mood"], "grumpé 猫");
		assert.equal(headers["content-type"], "text/plain");
		assert.equal((await oss.get("/photos/large")).body.length, 3_000_000);
		const unpacked = await oss.get("/photos/packed");
		assert.deepEqual(unpacked.body, packed);
		assert.deepEqual(
			["content-encoding", "cache-control", "content-disposition"].map(
				(name) => unpacked.headers[name],
			),
			["gzip", "no-cache", "attachment"],
		);
		assert.match((await oss.get("/photos?cors")).text, /AllowedOrigin/);
		assert.match(
			(await oss.get("/photos/pets/cat.txt?acl")).text,
			/public-read/,
		);
		writeFileSync(join(cwd, "bad.tar"), "not a tar file");
		const bad = await run("import bad.tar");
		assert.ok(bad.code > 0);
		assert.equal(bad.err.trim().split("\n").length, 1);
		assert.equal((await run("export x.tar --bucket none")).code, 1);
	});

	test("a tar file that names other files, or is not an export, is refused", async (t) => {
		const { oss, cwd, run } = await startCommand(t);
		writeFileSync(join(cwd, "secret"), "of this machine");
		mkdirSync(join(cwd, "objects"));
		writeFileSync(join(cwd, "objects/1"), "x");
		const facts = {
			contentType: "a/b",
			acl: "default",
			storageClass: "Standard",
		};
		const object = { key: "a", ...facts, metadata: {}, tags: {} };
		const outside = `../${basename(cwd)}/secret`;
		const seeds = [
			{
				buckets: [{ name: "films", objects: [{ ...object, file: outside }] }],
			},
			{
				buckets: [
					{ name: "films", objects: [{ ...object, file: "objects/2" }] },
				],
			},
			{
				buckets: [
					{ name: "films", objects: [{ key: "a", file: "objects/1" }] },
				],
			},
			{},
		];
		for (const seed of seeds) {
			writeFileSync(join(cwd, "seed.json"), JSON.stringify(seed));
			await create({ file: join(cwd, "x.tar"), cwd }, ["seed.json", "objects"]);
			const { code, err } = await run("import x.tar");
			assert.ok(code > 0, JSON.stringify(seed));
			assert.match(err, /^oss-emulator: .*\n$/);
			assert.equal((await oss.get("/films/a")).status, 404);
		}
	});

	test("the clock is moved, an operation fails, an account is created", async (t) => {
		const { oss, run, succeed } = await startCommand(t);
		assert.match(await succeed("clock 2030-01-01T00:00:00Z"), /^2030-01-01/);
		await succeed("clock follow");
		assert.match(
			await succeed([
				"fault",
				"PutObject",
				"status=503;code=SlowDown",
				"--times",
				"1",
			]),
			/PutObject/,
		);
		assert.equal((await oss.put("/photos/a", "x")).status, 503);
		assert.equal((await oss.put("/photos/a", "x")).status, 200);
		assert.match(await succeed("fault"), /SlowDown/);
		await succeed("fault clear");
		assert.equal(await succeed("fault"), "");
		const made = JSON.parse(await succeed("account new --name ann --json"));
		assert.match(
			await succeed("account"),
			new RegExp(`^${made.uid} .*ann$`, "m"),
		);
		await succeed(`account rm ${made.uid}`);
		assert.equal((await run(`account rm ${made.uid}`)).code, 1);
	});

	test("the doctor prints versions and settings, without secrets", async (t) => {
		const { succeed } = await startCommand(t);
		const out = await succeed("doctor");
		assert.match(out, /^node: v/m);
		assert.match(out, /"region": "cn-hangzhou"/);
		assert.doesNotMatch(out, /oss-emulator-secret/);
		assert.match(await succeed("openapi"), /"openapi": "3/);
	});

	test("a suggestion is printed for a misspelt command, and completion is valid bash", async (t) => {
		const { run, succeed, cwd } = await startCommand(t);
		assert.deepEqual(await run("lss"), {
			code: 2,
			out: "",
			err: "oss-emulator: there is no command lss: did you mean ls?\n",
		});
		assert.match((await run("frobnicate")).err, /see oss-emulator help\n$/);
		assert.match((await run("help frobnicate")).err, /no command frobnicate/);
		assert.match(await succeed("version"), /^\d+\.\d+\.\d+\n$/);
		writeFileSync(join(cwd, "completion"), await succeed("completion bash"));
		const bash = spawn(
			"bash",
			[
				"-c",
				'source completion; COMP_WORDS=(oss-emulator ls --r); COMP_CWORD=2; _oss_emulator; echo "${COMPREPLY[@]}"',
			],
			{ cwd },
		);
		assert.equal(await text(bash.stdout), "--recursive\n");
		assert.equal((await run("completion fish")).code, 2);
	});
});
