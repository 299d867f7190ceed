import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type Answer, refusal, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";

const link = (
	{ oss }: TestEmulator,
	key: string,
	target: string,
	headers: Record<string, string> = {},
): Promise<Answer> =>
	oss.put(`/photos/${key}?symlink`, "", {
		"x-oss-symlink-target": target,
		...headers,
	});

/** OSS's times have a precision of one second. */
const nextSecond = (): Promise<void> => setTimeout(1001 - (Date.now() % 1000));

suite("A symbolic link", () => {
	test("returns its target, encoded as in URLs", async (t) => {
		const emulator = await startWithBucket(t);
		const put = await link(emulator, "link", "my%20cat/%E7%8C%AB%2B");
		assert.equal(put.status, 200);
		assert.match(put.headers.etag ?? "", /^"[0-9A-F]{32}"$/);
		const get = await emulator.oss.get("/photos/link?symlink");
		assert.equal(get.status, 200);
		assert.equal(get.text, "");
		assert.equal(get.headers["x-oss-symlink-target"], "my%20cat/%E7%8C%AB%2B");
		assert.equal(get.headers.etag, put.headers.etag);
		assert.match(get.headers["last-modified"] ?? "", / GMT$/);
	});

	test("has separate metadata: java1's suite", async (t) => {
		const emulator = await startWithBucket(t);
		await link(emulator, "link", "cat", {
			"content-type": "text/plain",
			"content-encoding": "gzip",
			"x-oss-meta-of": "link",
		});
		const { headers } = await emulator.oss.get("/photos/link?symlink");
		assert.equal(headers["content-type"], "text/plain");
		assert.equal(headers["x-oss-meta-of"], "link");
		assert.equal(headers["content-encoding"], undefined); // the response has no body
	});

	test("returns the content of its target and the metadata of the link", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		const put = await oss.put("/photos/cat", "hello world", {
			"x-oss-meta-of": "target",
			"content-type": "text/plain",
		});
		await link(emulator, "link", "cat", {
			"x-oss-meta-of": "link",
			"content-type": "image/png",
		});
		const get = await oss.get("/photos/link");
		assert.equal(get.text, "hello world");
		const head = await oss.head("/photos/link");
		for (const { status, headers } of [get, head]) {
			assert.equal(status, 200);
			assert.equal(headers["x-oss-object-type"], "Symlink");
			assert.equal(headers["content-length"], "11");
			assert.equal(headers.etag, put.headers.etag);
			assert.equal(headers["content-md5"], put.headers["content-md5"]);
			assert.equal(headers["x-oss-meta-of"], "link");
			assert.equal(headers["content-type"], "image/png");
		}
		const part = await oss.get("/photos/link", {
			headers: { range: "bytes=0-4" },
		});
		assert.equal(`${part.status} ${part.text}`, "206 hello");
	});

	test("has the Last-Modified of the link or of its target, whichever is later", async (t) => {
		const emulator = await startWithBucket(t);
		const modified = async (): Promise<string | undefined> =>
			(await emulator.oss.head("/photos/link")).headers["last-modified"];
		await link(emulator, "link", "cat");
		await nextSecond();
		await emulator.oss.put("/photos/cat", "meow");
		const target = await emulator.oss.head("/photos/cat");
		assert.equal(await modified(), target.headers["last-modified"]);
		await nextSecond();
		await link(emulator, "link", "cat");
		const own = await emulator.oss.get("/photos/link?symlink");
		assert.equal(await modified(), own.headers["last-modified"]);
		assert.notEqual(await modified(), target.headers["last-modified"]);
	});

	test("returns the current content of its target", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", "meow");
		await link(emulator, "link", "cat");
		await emulator.oss.put("/photos/cat", "purr purr");
		assert.equal((await emulator.oss.get("/photos/link")).text, "purr purr");
	});

	test("requires permission to read its target (A-692)", async (t) => {
		const emulator = await startWithBucket(t, "public-read");
		const { oss } = emulator;
		const secret = { "x-oss-object-acl": "private" };
		await oss.put("/photos/secret", "meow", secret);
		await oss.put("/photos/open", "meow");
		await link(emulator, "to-secret", "secret");
		await link(emulator, "to-open", "open");
		await link(emulator, "secret-link", "open", secret);

		const outcomeOf = async (key: string, method = "GET"): Promise<string> => {
			const answer = await oss.send(method, `/photos/${key}`, { as: null });
			return answer.status === 200 ? "200" : refusal(answer).slice(0, 32);
		};
		const DENIED = "403 AccessDenied 0003-00000005: ";
		for (const method of ["GET", "HEAD"]) {
			assert.equal(await outcomeOf("to-open", method), "200");
			assert.equal(await outcomeOf("to-secret", method), DENIED);
			assert.equal(await outcomeOf("secret-link", method), DENIED);
		}
		assert.equal(await outcomeOf("to-secret?x-oss-process=image/info"), DENIED);
		assert.equal(await outcomeOf("to-secret?symlink"), "200");
		assert.equal((await oss.get("/photos/to-secret")).text, "meow");
	});

	test("to a missing object can be created, but not read: SymlinkTargetNotExist", async (t) => {
		const emulator = await startWithBucket(t);
		assert.equal((await link(emulator, "link", "none")).status, 200);
		for (const method of ["GET", "HEAD"])
			assert.equal(
				refusal(await emulator.oss.send(method, "/photos/link")),
				"404 SymlinkTargetNotExist 0026-00000012: The symlink target object does not exist",
			);
		assert.equal((await emulator.oss.get("/photos/link?symlink")).status, 200);
	});

	test("to a link can be created, but not read: InvalidTargetType", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", "meow");
		await link(emulator, "one", "cat");
		await link(emulator, "two", "one");
		await link(emulator, "self", "self");
		for (const key of ["two", "self"])
			for (const method of ["GET", "HEAD"])
				assert.equal(
					refusal(await emulator.oss.send(method, `/photos/${key}`)),
					"400 InvalidTargetType 0026-00000011: The symbolic's target file type is invalid",
				);
	});

	test("is described as a link by GetObjectMeta and in lists (A-613)", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", "hello world");
		const put = await link(emulator, "link", "cat");
		const meta = await emulator.oss.head("/photos/link?objectMeta");
		assert.equal(meta.headers.etag, put.headers.etag);
		assert.equal(meta.headers["content-length"], "0");
		const list = await emulator.oss.get("/photos?prefix=link");
		assert.deepEqual(textsOf(list, "Type"), ["Symlink"]);
		assert.deepEqual(textsOf(list, "Size"), ["0"]);
	});

	test("is copied as a link", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", "meow");
		await link(emulator, "link", "cat");
		await emulator.oss.put("/photos/copy", "", {
			"x-oss-copy-source": "/photos/link",
		});
		const get = await emulator.oss.get("/photos/copy?symlink");
		assert.equal(get.headers["x-oss-symlink-target"], "cat");
	});

	test("can be deleted without its target", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", "meow");
		await link(emulator, "link", "cat");
		await emulator.oss.delete("/photos/link");
		assert.equal((await emulator.oss.get("/photos/cat")).text, "meow");
	});

	test("cannot be read from an object of another type: NotSymlink", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		assert.equal(
			refusal(await oss.get("/photos/cat?symlink")),
			"400 NotSymlink 0043-00000101: The object is not symlink.",
		);
		assert.match(
			refusal(await oss.get("/photos/none?symlink")),
			/^404 NoSuchKey/,
		);
	});

	test("requires a target that is a valid key", async (t) => {
		const emulator = await startWithBucket(t);
		for (const target of ["", "%2Fcat", "k".repeat(1024)])
			assert.match(
				refusal(await link(emulator, "link", target)),
				/^400 InvalidObjectName/,
			);
		assert.match(
			refusal(await link(emulator, "link", "%")),
			/^400 InvalidArgument/,
		);
		assert.match(
			refusal(await emulator.oss.put("/photos/link?symlink")),
			/^400 InvalidObjectName/,
		);
	});
});
