import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { field, file, postForm } from "./form.ts";

const NAME = "x-oss-traffic-limit";

/** The rate in bits per second, and the bytes that it allows in a fifth of a second. */
const LIMIT = 8_000_000;
const BYTES = LIMIT / 8 / 5;
const FIFTH_MS = 200;

/** @returns the duration of the successful request */
async function timed(send: () => Promise<Answer>): Promise<number> {
	const started = performance.now();
	const answer = await send();
	const took = performance.now() - started;
	assert.ok(answer.status < 300, answer.text);
	return took;
}

/** Node's timers can fire a millisecond early. */
const assertSlowed = (took: number): void =>
	assert.ok(took >= FIFTH_MS - 2, `${took} ms`);

suite("x-oss-traffic-limit", () => {
	const body = Buffer.alloc(BYTES, "meow");
	const headers = { [NAME]: String(LIMIT) };

	test("slows uploads, by header and by parameter", async (t) => {
		const { oss } = await startWithBucket(t);
		const [uploadId] = textsOf(await oss.post("/photos/b?uploads"), "UploadId");
		for (const [what, send] of [
			["PutObject", () => oss.put("/photos/a", body, headers)],
			["PutObject", () => oss.put(`/photos/a?${NAME}=${LIMIT}`, body)],
			[
				"AppendObject",
				() => oss.post("/photos/c?append&position=0", body, headers),
			],
			[
				"UploadPart",
				() =>
					oss.put(`/photos/b?partNumber=1&uploadId=${uploadId}`, body, headers),
			],
		] as const)
			await t.test(what, async () => assertSlowed(await timed(send)));
		assert.ok((await oss.get("/photos/a")).body.equals(body));
	});

	test("returns the delay of an upload in milliseconds: go1's suite (A-631)", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const answer of [
			await oss.put("/photos/a", body, headers),
			await oss.post("/photos/b?append&position=0", body, headers),
		]) {
			const delay = Number(answer.headers["x-oss-qos-delay-time"]);
			// Distinguishes milliseconds from seconds and microseconds. On a slow machine the rest of the upload takes time
			// too.
			assert.ok(delay >= 1 && delay < 100 * FIFTH_MS, `${delay}`);
		}
		const free = await oss.put("/photos/a", body);
		assert.equal(free.headers["x-oss-qos-delay-time"], undefined);
	});

	test("slows forms, by a field, and the response contains the delay", async (t) => {
		const { oss } = await startWithBucket(t, "public-read-write");
		const parts = [field("key", "a"), field(NAME, String(LIMIT)), file(body)];
		let posted: Answer | undefined;
		assertSlowed(
			await timed(async () => {
				posted = await postForm(oss, parts);
				return posted;
			}),
		);
		assert.ok(Number(posted?.headers["x-oss-qos-delay-time"]) >= 1);
		assert.ok((await oss.get("/photos/a")).body.equals(body));
	});

	for (const [what, content] of [
		["large objects", body],
		["objects that are stored in a row", body.subarray(0, 60_000)],
	] as const) {
		test(`slows downloads of ${what}, and returns them completely`, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.put("/photos/a", content);
			const limit = Math.max(819_200, (content.length * 8) / 0.2);
			let got: Answer | undefined;
			for (const send of [
				() => oss.get("/photos/a", { headers: { [NAME]: `${limit}` } }),
				() => oss.get(`/photos/a?${NAME}=${limit}`),
			]) {
				const took = await timed(async () => {
					got = await send();
					return got;
				});
				assertSlowed(took);
				assert.ok(got?.body.equals(content));
				assert.equal(got?.headers["content-length"], `${content.length}`);
				assert.equal(got?.headers["x-oss-qos-delay-time"], "200");
			}
		});
	}

	test("returns the expected delay of a download: cpp's suite (A-896)", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", body, { "content-type": "text/plain" });
		for (const [sent, delay] of [
			[{}, "200"],
			[{ range: `bytes=0-${BYTES / 4 - 1}` }, "50"],
			[{ "accept-encoding": "gzip" }, "200"],
		] as const) {
			const got = await oss.get("/photos/a", {
				headers: { ...headers, ...sent },
			});
			assert.equal(got.headers["x-oss-qos-delay-time"], delay);
		}
		const free = await oss.get("/photos/a");
		assert.equal(free.headers["x-oss-qos-delay-time"], undefined);
	});

	test("slows a range by its own length, and a compressed object by its transferred bytes", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", Buffer.concat([body, body, body]), {
			"content-type": "text/plain",
		});
		const range = { ...headers, range: `bytes=5-${BYTES + 4}` };
		assertSlowed(await timed(() => oss.get("/photos/a", { headers: range })));
		const gzip = { ...headers, "accept-encoding": "gzip" };
		const took = await timed(() => oss.get("/photos/a", { headers: gzip }));
		assert.ok(took < 3 * FIFTH_MS, `${took} ms`);
	});

	for (const limit of ["819199", "838860801", "0", "-1", "1e6", "fast", ""]) {
		test(`refuses ${limit || "an empty value"} before any byte is sent`, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.put("/photos/a", "meow");
			const [id] = textsOf(await oss.post("/photos/c?uploads"), "UploadId");
			const part = `/photos/c?partNumber=1&uploadId=${id}`;
			const bad = { [NAME]: limit };
			const copy = { "x-oss-copy-source": "/photos/a", ...bad };
			for (const answer of [
				await oss.put("/photos/b", "meow", bad),
				await oss.put("/photos/b", "", copy),
				await oss.put(part, "meow", bad),
				await oss.put(part, "", copy),
				await oss.post("/photos/b?append&position=0", "meow", bad),
				await oss.get("/photos/a?x-oss-process=image/info", { headers: bad }),
				await oss.get("/photos/a", { headers: bad }),
				await oss.get(`/photos/a?${NAME}=${limit}`),
			]) {
				assert.equal(
					refusal(answer),
					"400 InvalidArgument 0004-00000502: x-oss-traffic-limit is invalid, should be specified between 819200(100KB/s) and 838860800(100MB/s).",
				);
				assert.deepEqual(textsOf(answer, "ArgumentName"), [NAME]);
			}
			assert.equal((await oss.head("/photos/b")).status, 404);
		});
	}

	test("must be in the header or in the query, but not in both", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(
			refusal(await oss.put(`/photos/a?${NAME}=${LIMIT}`, "meow", headers)),
			"400 InvalidArgument : x-oss-traffic-limit should be specified either in query string or header, not both.",
		);
	});

	test("does not prevent the response to a refused upload, and the connection stays open", async (t) => {
		const { oss } = await startWithBucket(t);
		const wrong = { ...headers, "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" };
		assert.match(
			refusal(await oss.put("/photos/a", body.subarray(0, 10_000), wrong)),
			/^400 InvalidDigest/,
		);
		assert.equal((await oss.put("/photos/a", "meow")).status, 200);
	});
});
