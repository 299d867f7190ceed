import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type Answer, openSocket } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

const TEXT = "meow, said the cat; ".repeat(100);
const LARGE = TEXT.repeat(500);
const GZIP = { headers: { "accept-encoding": "gzip" } };

const isCompressed = ({ headers }: Answer): boolean =>
	headers["content-encoding"] === "gzip";

suite("GetObject with Accept-Encoding: gzip", () => {
	for (const [what, text] of [
		["a small", TEXT],
		["a large", LARGE],
	] as const) {
		test(`compresses ${what} text, and then omits length, ETag and ranges: docs, oss2's and php's suites`, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.put("/photos/cat.txt", text, { "content-type": "text/plain" });
			const plain = await oss.get("/photos/cat.txt");
			const get = await oss.get("/photos/cat.txt", GZIP);
			const head = await oss.head("/photos/cat.txt", GZIP);

			assert.equal(gunzipSync(get.body).toString(), text);
			assert.ok(get.body.length < text.length / 5);
			assert.equal(get.headers["transfer-encoding"], "chunked");
			for (const { status, headers } of [get, head]) {
				assert.equal(status, 200);
				assert.equal(headers["content-encoding"], "gzip");
				assert.equal(headers.vary, "Accept-Encoding");
				for (const removed of ["content-length", "etag", "accept-ranges"])
					assert.equal(headers[removed], undefined, removed);
				for (const unchanged of [
					"content-type",
					"content-md5",
					"x-oss-hash-crc64ecma",
				])
					assert.equal(headers[unchanged], plain.headers[unchanged], unchanged);
			}
			assert.equal(plain.text, text);
			assert.equal(plain.headers["content-encoding"], undefined);
		});
	}

	const TYPES = [
		"text/html; charset=utf-8",
		"TEXT/CSS",
		"application/json",
		"application/javascript",
		"application/x-javascript",
		"application/rss+xml",
		"text/xml",
		"text/json",
		"text/cache-manifest",
	];
	test("compresses only the types that the manual lists", async (t) => {
		const { oss } = await startWithBucket(t);
		const given = async (type: string): Promise<boolean> => {
			await oss.put("/photos/cat", TEXT, { "content-type": type });
			return isCompressed(await oss.get("/photos/cat", GZIP));
		};
		for (const type of TYPES) assert.equal(await given(type), true, type);
		for (const type of ["text/csv", "image/svg+xml", "application/xml", "x"])
			assert.equal(await given(type), false, type);
	});

	test("compresses depending on the type of the response", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", TEXT);
		const query = "response-content-type=text%2Fplain";
		assert.ok(isCompressed(await oss.get(`/photos/cat?${query}`, GZIP)));
		assert.ok(!isCompressed(await oss.get("/photos/cat", GZIP)));
	});

	test("does not compress less than 1 KiB", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const [size, compressed] of [
			[1023, false],
			[1024, true],
		] as const) {
			const text = "a".repeat(size);
			await oss.put("/photos/cat", text, { "content-type": "text/plain" });
			const answer = await oss.get("/photos/cat", GZIP);
			assert.equal(isCompressed(answer), compressed, `${size}`);
		}
	});

	test("does not compress encoded objects and ranges", async (t) => {
		const { oss } = await startWithBucket(t);
		const given = { "content-type": "text/plain", "content-encoding": "br" };
		await oss.put("/photos/cat", TEXT, given);
		const encoded = await oss.get("/photos/cat", GZIP);
		assert.equal(encoded.headers["content-encoding"], "br");
		assert.equal(encoded.text, TEXT);

		await oss.put("/photos/cat", TEXT, { "content-type": "text/plain" });
		const range = { "accept-encoding": "gzip", range: "bytes=0-1199" };
		const part = await oss.get("/photos/cat", { headers: range });
		assert.equal(`${part.status} ${part.text}`, `206 ${TEXT.slice(0, 1200)}`);
		assert.equal(part.headers["content-encoding"], undefined);
	});

	for (const [accepted, compressed] of [
		["deflate, gzip", true],
		["GZIP;q=0.5", true],
		["br;q=1.0, gzip;q=0.8, *;q=0.1", true],
		["deflate", false],
		["gzip;q=0", false],
		["gzip; q=0.0", false],
		["x-gzipped", false],
		["identity", false],
	] as const) {
		test(`${compressed ? "compresses" : "does not compress"} for ${accepted}`, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.put("/photos/cat", TEXT, { "content-type": "text/plain" });
			const headers = { "accept-encoding": accepted };
			const answer = await oss.get("/photos/cat", { headers });
			assert.equal(isCompressed(answer), compressed);
		});
	}

	test("closes the object's file when the client disconnects", async (t) => {
		const { oss, endpoint } = await startWithBucket(t, "public-read");
		const noise = Buffer.from(
			Uint8Array.from({ length: 4_000_000 }, (_, i) => (i * i * 31) >> 3),
		);
		await oss.put("/photos/cat", noise, { "content-type": "text/plain" });
		const socket = await openSocket(endpoint);
		socket.write(
			"GET /photos/cat HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n",
		);
		await once(socket, "data");
		socket.destroy();
		const again = await oss.get("/photos/cat", GZIP);
		assert.ok(gunzipSync(again.body).equals(noise));
	});
});
