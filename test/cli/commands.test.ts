import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import {
	COMMAND_NAMES,
	flagsOf,
	isCommand,
} from "../../emulator/cli/manual.ts";
import { callbackHeaders, startWithAdmin } from "../admin/admin.ts";
import { startApplicationServer } from "../application-server.ts";
import { Client } from "../client.ts";
import { type Ended, LAUNCH, runCommand } from "./command.ts";

function launch(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): ChildProcessByStdio<null, Readable, Readable> {
	return spawn(process.execPath, [LAUNCH, ...args], {
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, ...env },
	});
}

/** Follows callbacks; the emulator's events arrive once this has resolved. */
async function follow(t: TestContext, admin: string, ...args: string[]) {
	const child = launch(["callbacks", "--follow", ...args, "--admin", admin]);
	t.after(() => child.kill("SIGKILL"));
	await once(createInterface(child.stderr), "line");
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	const readLine = async () => String((await lines.next()).value);
	return { child, readLine };
}

const run = (admin: string, ...args: readonly string[]): Promise<Ended> =>
	runCommand(args, { env: { OSS_EMULATOR_ADMIN: admin } });

/** The last column. */
const namesIn = ({ out }: Ended): string[] =>
	out
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => line.split(/ {2,}/).at(-1) ?? "");

async function startWithObjects(t: TestContext) {
	const emulator = await startWithAdmin(t);
	for (const key of ["cat.txt", "a/b/c", "a/d", "%1b%5b31mred%0a"])
		await emulator.oss.put(`/photos/${key}`, "meow", {
			"content-type": "text/plain",
			"x-oss-meta-mood": "grumpy",
		});
	await emulator.oss.put("/music");
	return emulator;
}

suite("oss-emulator ls", () => {
	test("lists the buckets", async (t) => {
		const { adminUrl } = await startWithObjects(t);

		const ended = await run(adminUrl, "ls");

		assert.deepEqual(ended, { code: 0, out: "music\nphotos\n", err: "" });
	});

	test("lists a folder, and everything with --recursive; keys cannot send control characters to the terminal", async (t) => {
		const { adminUrl } = await startWithObjects(t);
		const red = "\\u001b[31mred\\n";

		const top = await run(adminUrl, "ls", "photos");
		const folder = await run(adminUrl, "ls", "oss://photos/a/");
		const all = await run(adminUrl, "ls", "-r", "photos");

		assert.deepEqual(namesIn(top), [red, "a/", "cat.txt"]);
		assert.deepEqual(namesIn(folder), ["a/b/", "a/d"]);
		assert.deepEqual(namesIn(all), [red, "a/b/c", "a/d", "cat.txt"]);
		assert.match(top.out, /^ +4 {2}\d{4}-\d\d-\d\dT\S+Z {2}cat\.txt$/m);
	});

	test("lists more than one page", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		for (let i = 0; i < 1003; i++) await oss.put(`/photos/${i}`, "");

		const ended = await run(adminUrl, "ls", "photos");

		assert.equal(new Set(namesIn(ended)).size, 1003);
	});

	test("prints one JSON document per line with --json", async (t) => {
		const { adminUrl } = await startWithObjects(t);

		const { out } = await run(adminUrl, "ls", "photos", "--json");

		const [folder, red, cat] = out
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		assert.deepEqual(folder, { prefix: "a/" });
		assert.equal(red.key, "\u001b[31mred\n");
		assert.equal(cat.size, 4);
	});

	test("exits with 1 if the bucket does not exist, or no key has the prefix", async (t) => {
		const { adminUrl } = await startWithObjects(t);

		const bucket = await run(adminUrl, "ls", "nothing");
		const prefix = await run(adminUrl, "ls", "photos/zebra");

		assert.deepEqual(bucket, {
			code: 1,
			out: "",
			err: "oss-emulator: nothing: The specified bucket does not exist.\n",
		});
		assert.deepEqual(prefix, {
			code: 1,
			out: "",
			err: "oss-emulator: photos/zebra: no key has this prefix\n",
		});
	});
});

suite("oss-emulator cat", () => {
	test("prints the content byte for byte", async (t) => {
		const { oss, adminUrl } = await startWithObjects(t);
		const content = "猫\u0000\r\n".repeat(200_000);
		await oss.put("/photos/a%20b", content);

		const { code, out } = await run(adminUrl, "cat", "photos/a b");

		assert.equal(code, 0);
		assert.ok(out === content);
	});

	test("exits with 1 if the object does not exist, and with 2 without a name", async (t) => {
		const { adminUrl } = await startWithObjects(t);

		const missing = await run(adminUrl, "cat", "photos/none");
		const unnamed = await run(adminUrl, "cat", "photos");

		assert.equal(missing.code, 1);
		assert.match(missing.err, /^oss-emulator: photos\/none: .*exist\.\n$/);
		assert.equal(unnamed.code, 2);
		assert.match(
			unnamed.err,
			/^oss-emulator: name one object: .*BUCKET\/KEY.*\n$/,
		);
	});

	test("ends without an error when the reader closes the pipe", async (t) => {
		const { oss, adminUrl } = await startWithObjects(t);
		await oss.put("/photos/large", Buffer.alloc(8 * 1024 * 1024));
		const child = launch(["cat", "photos/large", "--admin", adminUrl]);

		await once(child.stdout, "data");
		child.stdout.destroy();
		const [err, [code]] = await Promise.all([
			text(child.stderr),
			once(child, "close"),
		]);

		assert.deepEqual([code, err], [0, ""]);
	});
});

suite("oss-emulator stat", () => {
	test("prints an object's properties", async (t) => {
		const { adminUrl } = await startWithObjects(t);

		const plain = await run(adminUrl, "stat", "photos/cat.txt");
		const json = await run(adminUrl, "stat", "photos/cat.txt", "--json");

		assert.match(plain.out, /^size: +4$/m);
		assert.match(plain.out, /^userMetadata\.mood: +grumpy$/m);
		assert.equal(JSON.parse(json.out).versions[0].key, "cat.txt");
	});

	test("exits with 1 if the object does not exist", async (t) => {
		const { adminUrl } = await startWithObjects(t);

		assert.equal((await run(adminUrl, "stat", "photos/none")).code, 1);
	});
});

suite("oss-emulator callbacks", () => {
	test("lists callbacks, and the reasons of failures", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const application = await startApplicationServer(t, { status: 500 });
		const { url } = application;
		const requested = callbackHeaders({
			callbackUrl: url,
			callbackBody: "x=1",
		});
		await oss.put("/photos/cat.txt", "meow", requested);
		await oss.put("/photos/dog.txt", "wuff", requested);

		const { code, out } = await run(adminUrl, "callbacks");
		const one = await run(adminUrl, "callbacks", "--key", "cat.txt", "--json");

		assert.equal(code, 0);
		const lines = out.split("\n");
		assert.match(lines[0] ?? "", /failed +PutObject photos\/cat\.txt -> http:/);
		assert.match(lines[1] ?? "", /answered 500/);
		assert.match(lines[2] ?? "", /See the application server's log/);
		assert.match(lines[3] ?? "", /photos\/dog\.txt/);
		assert.equal(JSON.parse(one.out).told.message, "Error status : 500.");
	});

	test("--verbose prints the readable part of an answer that is not text", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const body = Buffer.from('{"a":"\xc4\xe3"}', "latin1");
		const { url } = await startApplicationServer(t, { body });
		const requested = callbackHeaders({ callbackUrl: url, callbackBody: "x" });
		await oss.put("/photos/cat.txt", "meow", requested);

		const { out } = await run(adminUrl, "callbacks", "--verbose");

		assert.match(out, /^ {4}sent: x\n {4}answer: 200 \{"a":"\ufffd\ufffd"\}$/m);
	});

	test("--follow prints each callback once its outcome is known, until it is interrupted", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const { url } = application;
		const requested = callbackHeaders({
			callbackUrl: url,
			callbackBody: "x=1",
		});
		const child = launch(
			["callbacks", "--follow", "--json", "--key", "cat.txt"],
			{ OSS_EMULATOR_ADMIN: adminUrl },
		);
		t.after(() => child.kill("SIGKILL"));
		const [opening] = await once(createInterface(child.stderr), "line");
		assert.match(String(opening), /^following the callbacks of http:/);

		await oss.put("/photos/dog.txt", "wuff", requested);
		await oss.put("/photos/cat.txt", "meow", requested);

		const [line] = await once(createInterface(child.stdout), "line");
		const followed = JSON.parse(String(line));
		assert.deepEqual(
			[followed.key, followed.status, followed.body],
			["cat.txt", "succeeded", "x=1"],
		);
		child.kill("SIGINT");
		const [code] = await once(child, "close");
		assert.equal(code, 0);
	});

	test("--follow prints only the callbacks of the given account, with body and answer if requested", async (t) => {
		const { admin, oss, endpoint, adminUrl } = await startWithAdmin(t);
		const key = { id: "me", secret: "secret" };
		await admin.post("/api/accounts", {
			...{ uid: "42", accessKeyId: key.id, accessKeySecret: key.secret },
		});
		const mine = new Client(endpoint, key);
		t.after(() => mine.close());
		await mine.put("/mine");
		const { url } = await startApplicationServer(t);
		const requested = callbackHeaders({
			callbackUrl: url,
			callbackBody: "o=${object}",
		});
		const { readLine } = await follow(t, adminUrl, "--verbose", "--account=42");

		await oss.put("/photos/dog.txt", "wuff", requested);
		await mine.put("/mine/cat.txt", "meow", requested);

		assert.match(await readLine(), / mine\/cat\.txt -> /);
		assert.equal(await readLine(), "    sent: o=cat.txt");
		assert.match(await readLine(), /^ {4}answer: 200 \{"Status"/);
	});

	test("--follow prints callbacks under way if this status is requested", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const { readLine } = await follow(t, adminUrl, "--status", "sending");
		const { promise: isPrinted, resolve } = Promise.withResolvers<void>();
		const before = (): Promise<void> => isPrinted;
		const { url } = await startApplicationServer(t, { before });
		const requested = callbackHeaders({ callbackUrl: url, callbackBody: "x" });

		const put = oss.put("/photos/cat.txt", "meow", requested);

		assert.match(await readLine(), / sending +PutObject photos\/cat/);
		resolve();
		assert.equal((await put).status, 200);
	});

	test("--follow continues when the record is cleared", async (t) => {
		const { admin, oss, adminUrl } = await startWithAdmin(t);
		const { url } = await startApplicationServer(t);
		const requested = callbackHeaders({ callbackUrl: url, callbackBody: "x" });
		const { child, readLine } = await follow(t, adminUrl, "--json");

		child.kill("SIGSTOP");
		await oss.put("/photos/dog.txt", "wuff", requested);
		await admin.delete("/api/callbacks");
		child.kill("SIGCONT");
		await oss.put("/photos/cat.txt", "meow", requested);

		assert.equal(JSON.parse(await readLine()).key, "cat.txt");
	});

	test("--follow exits with 2 for an invalid status", async (t) => {
		const { adminUrl } = await startWithAdmin(t);

		const requested = ["callbacks", "--follow", "--status", "nope"];
		const { code, out, err } = await run(adminUrl, ...requested);

		assert.equal(code, 2);
		assert.equal(out, "");
		assert.match(err, /^oss-emulator: status must be one of sending,.*\n$/);
	});

	test("--follow exits with 2 when the emulator ends", async (t) => {
		const { adminUrl, close } = await startWithAdmin(t);
		const child = launch(["callbacks", "--follow", "--admin", adminUrl]);
		t.after(() => child.kill("SIGKILL"));
		const lines = createInterface(child.stderr);
		await once(lines, "line");

		const last = once(lines, "line");
		await close();

		assert.match(String((await last)[0]), /has ended$/);
		const [code] = await once(child, "close");
		assert.equal(code, 2);
	});
});

suite("A subcommand exits with 2 and one line", () => {
	test("if no emulator is listening", async () => {
		const { code, err } = await run("http://127.0.0.1:1", "ls");

		assert.equal(code, 2);
		assert.match(err, /^oss-emulator: no emulator answers at .*--admin URL\n$/);
	});

	for (const [status, what] of [
		[404, "returns 404"],
		[200, "returns 200"],
	] as const)
		test(`if another program listens there and ${what}`, async (t) => {
			const server = createServer((_incoming, outgoing) => {
				outgoing.writeHead(status, { Connection: "close" }).end("<html>");
			});
			const { promise, resolve } = Promise.withResolvers<void>();
			server.listen(0, "127.0.0.1", resolve);
			await promise;
			t.after(() => server.close());
			const address = server.address();
			const port = typeof address === "object" ? address?.port : 0;

			const { code, err } = await run(`http://127.0.0.1:${port}`, "ls");

			assert.equal(code, 2);
			assert.match(err, /^oss-emulator: .* is not the admin port .*\n$/);
		});

	for (const args of [
		["ls", "--nonsense"],
		["ls", "--follow"],
		["cat", "a/b", "c/d"],
		["callbacks", "photos"],
		["callbacks", "--follow", "--limit=1"],
		["stat"],
	])
		test(`for oss-emulator ${args.join(" ")}`, async () => {
			const { code, out, err } = await run("http://127.0.0.1:1", ...args);

			assert.equal(code, 2);
			assert.equal(out, "");
			assert.match(
				err,
				new RegExp(`^oss-emulator: .*: oss-emulator ${args[0]}.*\n$`),
			);
		});
});

suite("oss-emulator --help", () => {
	test("lists the subcommands, and the help of each lists its flags", async () => {
		const { code, out } = await run("", "--help");

		assert.equal(code, 0);
		for (const name of COMMAND_NAMES.filter(isCommand)) {
			assert.match(out, new RegExp(`^  ${name} `, "m"));
			const page = await run("", "help", name);
			assert.equal(page.code, 0);
			for (const flag of flagsOf(name))
				assert.ok(page.out.includes(`--${flag}`), flag);
		}
	});
});
