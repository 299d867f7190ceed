import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { openSocket, refusal, sendRaw, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

suite("GetObject", () => {
	test("returns all headers of HeadObject, and the content", async (t) => {
		const { oss } = await startWithBucket(t);
		const put = await oss.put("/photos/cat", "hello world");
		const get = await oss.get("/photos/cat");
		const head = await oss.head("/photos/cat");

		assert.equal(get.text, "hello world");
		assert.equal(head.text, "");
		for (const { status, headers } of [get, head]) {
			assert.equal(status, 200);
			assert.equal(headers["content-length"], "11");
			assert.equal(headers.etag, put.headers.etag);
			assert.equal(headers["content-md5"], put.headers["content-md5"]);
			assert.equal(headers["x-oss-hash-crc64ecma"], "5981764153023615706");
			assert.equal(headers["x-oss-object-type"], "Normal");
			assert.equal(headers["x-oss-storage-class"], "Standard");
			assert.equal(headers["accept-ranges"], "bytes");
			assert.match(
				headers["last-modified"] ?? "",
				/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/,
			);
		}
		assert.deepEqual(get.headerNames, head.headerNames);
	});

	test("of a missing object is NoSuchKey with the key", async (t) => {
		const { oss } = await startWithBucket(t);
		const get = await oss.get("/photos/%E7%8C%AB");
		assert.equal(
			refusal(get),
			"404 NoSuchKey 0026-00000001: The specified key does not exist.",
		);
		assert.deepEqual(textsOf(get, "Key"), ["猫"]);
	});

	test("with an empty versionId is InvalidArgument", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		for (const answer of [
			await oss.get("/photos/cat?versionId="),
			await oss.delete("/photos/cat?versionId="),
		])
			assert.equal(
				refusal(answer),
				"400 InvalidArgument 0012-00000201: Version id can not be the empty string.",
			);
	});

	test("returns the old content to a client that started reading before a later write", async (t) => {
		const { oss, endpoint } = await startWithBucket(t, "public-read");
		const size = 6 * 1024 * 1024;
		await oss.put("/photos/cat", Buffer.alloc(size, "a"));
		const socket = await openSocket(endpoint);
		socket.write(
			"GET /photos/cat HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		);
		const [first] = await once(socket, "data");
		socket.pause();
		await oss.put("/photos/cat", Buffer.alloc(size, "b"));
		await oss.delete("/photos/cat");
		assert.equal((await oss.get("/photos/cat")).status, 404);

		let raw = String(first);
		for await (const chunk of socket) raw += chunk;
		const [, body = ""] = raw.split("\r\n\r\n");
		assert.equal(body.length, size);
		assert.match(body, /^a+$/);
	});
});

suite("Range", () => {
	const content = Buffer.from(
		Uint8Array.from({ length: 1000 }, (_, i) => i % 251),
	);
	/**
	 * Examples from docs «Range download» for an object of 1000 bytes: the range, the default response, and the response
	 * with `standard`.
	 */
	const cases = [
		["bytes=0-499", "0-499", "0-499"],
		["bytes=500-", "500-999", "500-999"],
		["bytes=-500", "500-999", "500-999"],
		["bytes=0-999", "0-999", "0-999"],
		["bytes=999-999", "999-999", "999-999"],
		["bytes=0-0", "0-0", "0-0"],
		["bytes=500-2000", "all", "500-999"],
		["bytes=0-1000", "all", "0-999"],
		["bytes=1000-2000", "all", "416"],
		["bytes=1000-", "all", "416"],
		["bytes=-2000", "all", "0-999"],
		["bytes=-0", "416", "416"],
		["bytes=500-100", "all", "all"],
		["byte=0-499", "all", "all"],
		["bytes=a-b", "all", "all"],
		["bytes=-1--1", "all", "all"],
		["bytes=-", "all", "all"],
		["bytes=0-1,2-3", "all", "all"],
	] as const;
	for (const [range, byDefault, standard] of cases) {
		for (const [behavior, expected] of [
			["", byDefault],
			["standard", standard],
		] as const) {
			test(`${range} of 1000 bytes returns ${expected} ${behavior}`, async (t) => {
				const { oss } = await startWithBucket(t);
				await oss.put("/photos/cat", content);
				const answer = await oss.get("/photos/cat", {
					headers: {
						range,
						...(behavior ? { "x-oss-range-behavior": behavior } : {}),
					},
				});
				if (expected === "416") {
					assert.match(
						refusal(answer),
						/^416 InvalidRange : The requested range cannot be satisfied$/,
					);
					assert.deepEqual(textsOf(answer, "ActualObjectSize"), ["1000"]);
					assert.deepEqual(textsOf(answer, "RangeRequested"), [range]);
					return;
				}
				const [first = 0, last = 999] =
					expected === "all" ? [] : expected.split("-").map(Number);
				const isWhole = expected === "all";
				assert.equal(answer.status, isWhole ? 200 : 206);
				assert.equal(
					answer.headers["content-range"],
					isWhole ? undefined : `bytes ${expected}/1000`,
				);
				assert.equal(answer.headers["content-length"], `${last - first + 1}`);
				assert.ok(answer.body.equals(content.subarray(first, last + 1)));
				assert.match(answer.headers.etag ?? "", /^"[0-9A-F]{32}"$/);
			});
		}
	}

	test("of a large object has the same bytes", async (t) => {
		const { oss } = await startWithBucket(t);
		const large = Buffer.concat(Array.from({ length: 300 }, () => content));
		await oss.put("/photos/cat", large);
		for (const [first, last] of [
			[0, 0],
			[65_535, 65_536],
			[100_000, 299_999],
		] as const) {
			const headers = { range: `bytes=${first}-${last}` };
			const answer = await oss.get("/photos/cat", { headers });
			assert.equal(answer.status, 206);
			assert.ok(answer.body.equals(large.subarray(first, last + 1)));
		}
	});

	test("of an empty object returns the whole object", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/empty", "");
		const headers = { range: "bytes=0-9" };
		const answer = await oss.get("/photos/empty", { headers });
		assert.equal(`${answer.status} ${answer.text}`, "200 ");
	});
});

suite("Conditions", () => {
	/** ali-oss's suite asserts that an object is not newer than the Date of the response to its upload. */
	const later = (date = ""): string =>
		new Date(Date.parse(date) + 60_000).toUTCString();
	const earlier = (date = ""): string =>
		new Date(Date.parse(date) - 60_000).toUTCString();

	for (const method of ["GET", "HEAD"]) {
		test(`of a ${method} request are evaluated`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put("/photos/cat", "meow");
			const { etag = "", date = "" } = put.headers;
			const bare = etag.replaceAll('"', "");
			const read = (headers: Record<string, string>) =>
				oss.send(method, "/photos/cat", { headers });
			const status = async (headers: Record<string, string>) =>
				(await read(headers)).status;

			assert.equal(await status({ "if-match": etag }), 200);
			assert.equal(await status({ "if-match": bare }), 200);
			assert.equal(await status({ "if-match": `"x", ${etag}` }), 200);
			assert.equal(await status({ "if-match": "*" }), 200);
			assert.equal(await status({ "if-none-match": '"x"' }), 200);
			assert.equal(await status({ "if-none-match": etag }), 304);
			assert.equal(await status({ "if-none-match": bare }), 304);
			assert.equal(await status({ "if-modified-since": date }), 304);
			assert.equal(await status({ "if-modified-since": later(date) }), 304);
			assert.equal(await status({ "if-modified-since": earlier(date) }), 200);
			assert.equal(await status({ "if-modified-since": "meow" }), 200);
			assert.equal(await status({ "if-unmodified-since": date }), 200);
			assert.equal(await status({ "if-unmodified-since": later(date) }), 200);
			assert.equal(await status({ "if-unmodified-since": "meow" }), 200);

			const FAILED =
				"412 PreconditionFailed 0017-00001001: At least one of the pre-conditions you specified did not hold.";
			const mismatch = await read({ "if-match": '"x"' });
			assert.equal(refusal(mismatch), FAILED);
			const modified = await read({ "if-unmodified-since": earlier(date) });
			assert.equal(refusal(modified), FAILED);
			if (method === "GET") {
				assert.deepEqual(textsOf(mismatch, "Condition"), ["If-Match"]);
				assert.deepEqual(textsOf(modified, "Condition"), [
					"If-Unmodified-Since",
				]);
			}
		});
	}
});

suite("response-* parameters", () => {
	const OVERRIDES = {
		"content-type": "text/html; charset=utf-8",
		"content-language": "zh-CN",
		expires: "Fri, 28 Feb 2031 05:38:42 GMT",
		"cache-control": "no-cache",
		"content-disposition": 'attachment; filename="猫.txt"',
		"content-encoding": "gzip",
	};
	const query = Object.entries(OVERRIDES)
		.map(([name, value]) => `response-${name}=${encodeURIComponent(value)}`)
		.join("&");

	test("change only headers of the response, complete or partial", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow", { "content-type": "text/plain" });
		for (const range of ["", "bytes=0-1"]) {
			const { headers, text } = await oss.get(`/photos/cat?${query}`, {
				headers: range ? { range } : {},
			});
			assert.equal(text, range ? "me" : "meow");
			for (const [name, value] of Object.entries(OVERRIDES))
				assert.equal(headers[name], value);
		}
		const { headers } = await oss.get("/photos/cat");
		assert.equal(headers["content-type"], "text/plain");
		assert.equal(headers["cache-control"], undefined);
	});

	test("are refused for anonymous callers", async (t) => {
		const { oss } = await startWithBucket(t, "public-read");
		await oss.put("/photos/cat", "meow");
		assert.equal(
			refusal(await oss.get(`/photos/cat?${query}`, { as: null })),
			"400 InvalidRequest : Can not override response header for an anonymous user",
		);
		assert.equal((await oss.get("/photos/cat", { as: null })).text, "meow");
	});

	test("cannot inject headers", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		for (const value of ["a%0D%0ASet-Cookie:%20b=c", "a%0Ab", "a%00", "%7F"]) {
			const answer = await oss.get(
				`/photos/cat?response-content-type=${value}`,
			);
			assert.match(refusal(answer), /^400 InvalidArgument/, value);
			assert.equal(answer.headers["set-cookie"], undefined);
		}
	});
});

suite("GetObjectMeta", () => {
	/** Uses a socket, because HTTP clients would wait for the body of the response to a GET. */
	const sendMetaRequest = (endpoint: string, method: string): Promise<string> =>
		sendRaw(
			endpoint,
			`${method} /photos/cat?objectMeta HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
		);

	for (const method of ["HEAD", "GET"]) {
		test(`has only the documented headers, and no body: ${method}`, async (t) => {
			const { oss, endpoint } = await startWithBucket(t, "public-read");
			await oss.put("/photos/cat", "hello world", { "x-oss-meta-a": "b" });
			const [head = "", ...bodies] = (
				await sendMetaRequest(endpoint, method)
			).split("\r\n\r\n");
			const [status, ...lines] = head.split("\r\n");
			assert.equal(status, "HTTP/1.1 200 OK");
			const common = [
				"Server",
				"Date",
				"Connection",
				"Keep-Alive",
				"x-oss-request-id",
				"x-oss-server-time",
			];
			const names = lines.map((line) => line.split(":")[0] ?? "");
			assert.deepEqual(names.filter((name) => !common.includes(name)).sort(), [
				"Content-Length",
				"ETag",
				"Last-Modified",
				"x-oss-hash-crc64ecma",
			]);
			assert.ok(lines.includes('ETag: "5EB63BBBE01EEED093CB22BB8F5ACDC3"'));
			assert.deepEqual(bodies, [""]);
		});
	}

	test("has the object's length even for a GET, after which the connection is closed (A-12)", async (t) => {
		const { oss, endpoint } = await startWithBucket(t, "public-read");
		await oss.put("/photos/cat", "hello world");
		const head = await oss.head("/photos/cat?objectMeta");
		assert.equal(head.headers["content-length"], "11");
		assert.equal(head.headers.connection, "keep-alive");
		const raw = await sendRaw(
			endpoint,
			"GET /photos/cat?objectMeta HTTP/1.1\r\nHost: a\r\n\r\n",
		);
		assert.match(raw, /\r\nContent-Length: 11\r\n/);
		assert.match(raw, /\r\nConnection: close\r\n/);
		await oss.put("/photos/cat", "");
		const empty = await oss.get("/photos/cat?objectMeta");
		assert.equal(empty.headers["content-length"], "0");
		assert.equal(empty.headers.connection, "keep-alive");
	});

	test("of a missing object is NoSuchKey: oss2's object_exists reads x-oss-err", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.match(
			refusal(await oss.head("/photos/none?objectMeta")),
			/^404 NoSuchKey 0026-00000001/,
		);
		assert.match(
			refusal(await oss.head("/missing/none?objectMeta")),
			/^404 NoSuchBucket 0015-00000101/,
		);
	});
});
