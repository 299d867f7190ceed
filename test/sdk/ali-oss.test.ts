import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { suite, test } from "node:test";
import {
	type Checkpoint,
	nameOf,
	resolveLocalhost,
	startAliOss,
	WAYS,
} from "./ali-oss.ts";

resolveLocalhost();

const KEYS = [
	"cat.txt",
	"a/b c/猫+.txt",
	"a//b",
	"folder/",
	"k?{测}[试];,/?:@&=+$<中>-_.!~*'(文)\"￥#%！（字）^ `符|…",
	"%3get+meta.js",
	"\u0001\u001f",
];

/** 5 MB of which all parts differ. */
const LARGE = Buffer.alloc(5 * 1024 * 1024);
for (let i = 0; i < LARGE.length; i += 4096) LARGE.writeUInt32BE(i, i);

for (const way of WAYS) {
	suite(`ali-oss, ${nameOf(way)}:`, () => {
		test("buckets", async (t) => {
			const { client, location: expected } = await startAliOss(t, way);
			const { buckets } = await client.listBuckets();
			assert.deepEqual(
				buckets?.map(({ name }) => name),
				["photos"],
			);
			const { bucket } = await client.getBucketInfo("photos");
			assert.equal(bucket.Name, "photos");
			assert.deepEqual(bucket.AccessControlList, { Grant: "private" });
			const { location } = await client.getBucketLocation("photos");
			assert.equal(location, expected);
			await client.putBucketACL("photos", "public-read");
			assert.equal((await client.getBucketACL("photos")).acl, "public-read");
			await client.deleteBucket("photos");
			await assert.rejects(client.getBucketInfo("photos"), {
				status: 404,
				code: "NoSuchBucket",
			});
		});

		test("objects with any key", async (t) => {
			const { client } = await startAliOss(t, way);
			for (const key of KEYS) {
				const put = await client.put(key, Buffer.from(`meow ${key}`), {
					meta: { a: "1" },
					headers: { "Cache-Control": "no-cache" },
				});
				assert.equal(put.res.status, 200);
				const { content } = await client.get(key);
				assert.equal(String(content), `meow ${key}`);
				const head = await client.head(key);
				assert.deepEqual(head.meta, { a: "1" });
				assert.equal(head.res.headers["cache-control"], "no-cache");
				const meta = await client.getObjectMeta(key);
				assert.equal(
					meta.res.headers["content-length"],
					`${Buffer.byteLength(`meow ${key}`)}`,
				);
				await client.delete(key);
				await assert.rejects(client.get(key), {
					status: 404,
					code: "NoSuchKey",
				});
				await assert.rejects(client.head(key), {
					status: 404,
					code: "NoSuchKey",
				});
			}
		});

		test("streams", async (t) => {
			const { client } = await startAliOss(t, way);
			await client.putStream("cat", Readable.from([LARGE]));
			const { stream } = await client.getStream("cat");
			assert.equal(hash("md5", await buffer(stream)), hash("md5", LARGE));
			const part = await client.get("cat", {
				headers: { Range: "bytes=4096-4099" },
			});
			assert.equal(part.res.status, 206);
			assert.ok(part.content.equals(LARGE.subarray(4096, 4100)));
		});

		test("streams with a length, which are sent in chunks", async (t) => {
			const { client } = await startAliOss(t, way);
			await client.put("cat", Readable.from([Buffer.from("meow")]), {
				headers: { "Content-Length": 4 },
			});
			assert.equal((await client.get("cat")).content.toString(), "meow");
		});

		test("lists", async (t) => {
			const { client } = await startAliOss(t, way);
			for (const key of ["a/1", "a/2", "b c", "猫"])
				await client.put(key, Buffer.from(key));
			const first = await client.list({ "max-keys": 2, delimiter: "/" });
			assert.deepEqual(first.prefixes, ["a/"]);
			assert.deepEqual(
				first.objects?.map(({ name, type, owner }) => [name, type, owner?.id]),
				[["b c", "Normal", "1000000000000001"]],
			);
			assert.equal(first.isTruncated, true);
			const second = await client.list({ marker: first.nextMarker });
			assert.deepEqual(
				second.objects?.map(({ name }) => name),
				["猫"],
			);

			const names: string[] = [];
			let token: string | null = null;
			do {
				const page = await client.listV2({
					"max-keys": 3,
					...(token ? { "continuation-token": token } : {}),
				});
				names.push(...(page.objects ?? []).map(({ name }) => name));
				token = page.nextContinuationToken;
			} while (token);
			assert.deepEqual(names, ["a/1", "a/2", "b c", "猫"]);
		});

		test("copies", async (t) => {
			const { client } = await startAliOss(t, way);
			const put = await client.put("a/b c+猫", Buffer.from("meow"), {
				meta: { a: "1" },
			});
			await client.copy("copy", "a/b c+猫");
			const copied = await client.head("copy");
			assert.equal(copied.res.headers.etag, put.res.headers.etag);
			assert.deepEqual(copied.meta, { a: "1" });
			await client.copy("copy", "a/b c+猫", { meta: { b: "2" } });
			assert.deepEqual((await client.head("copy")).meta, { b: "2" });
			const unchanged = await client.copy("copy", "a/b c+猫", {
				headers: { "If-None-Match": put.res.headers.etag },
			});
			assert.equal(unchanged.res.status, 304);
		});

		test("appends", async (t) => {
			const { client } = await startAliOss(t, way);
			const first = await client.append("log", Buffer.from("one"));
			assert.equal(first.nextAppendPosition, "3");
			await client.append("log", Buffer.from("two"), { position: 3 });
			assert.equal(String((await client.get("log")).content), "onetwo");
			await assert.rejects(
				client.append("log", Buffer.from("x"), { position: 3 }),
				{ status: 409, code: "PositionNotEqualToLength" },
			);
		});

		test("deletion of many objects", async (t) => {
			const { client } = await startAliOss(t, way);
			for (const key of ["a", "b c", "猫&<>"])
				await client.put(key, Buffer.from(key));
			const { deleted } = await client.deleteMulti(["b c", "猫&<>", "none"]);
			assert.deepEqual(
				deleted?.map(({ Key }) => Key),
				["b c", "猫&<>", "none"],
			);
			const quiet = await client.deleteMulti(["a"], { quiet: true });
			assert.deepEqual(quiet.deleted ?? [], []);
			assert.deepEqual((await client.list()).objects ?? [], []);
		});

		test("multipart uploads of 20 parts, with progress", async (t) => {
			const { client } = await startAliOss(t, way);
			const progress: number[] = [];
			const uploaded = await client.multipartUpload("large", LARGE, {
				partSize: 256 * 1024,
				parallel: 4,
				progress: async (part: number) => {
					progress.push(part);
				},
			});
			assert.match(uploaded.etag, /^"[0-9A-F]{32}-20"$/);
			assert.equal(new Set(progress).size, 22); // Initiate, 20 parts, Complete
			assert.deepEqual(progress, progress.toSorted());
			assert.deepEqual([progress.at(0), progress.at(-1)], [0, 1]);
			const { content } = await client.get("large");
			assert.ok(content.equals(LARGE));
		});

		test("multipart uploads that continue from a checkpoint", async (t) => {
			const { client, clients } = await startAliOss(t, way);
			let checkpoint: Checkpoint | undefined;
			const broken = client.multipartUpload("large", LARGE, {
				partSize: 512 * 1024,
				parallel: 1,
				progress: async (part: number, point: Checkpoint) => {
					checkpoint = point;
					if (part >= 0.5) client.cancel();
				},
			});
			await assert.rejects(broken, { name: "cancel" });
			assert.ok(checkpoint);
			const done = checkpoint.doneParts.length;
			assert.ok(done >= 5 && done < 10);
			const uploads = await client.listUploads({ "max-uploads": 10 });
			assert.deepEqual(
				uploads.uploads?.map(({ uploadId }) => uploadId),
				[checkpoint.uploadId],
			);

			const progress: number[] = [];
			await clients().multipartUpload("large", LARGE, {
				checkpoint,
				parallel: 1,
				progress: async (part: number) => {
					progress.push(part);
				},
			});
			assert.equal(progress.length, 10 - done + 1); // parts, Complete
			assert.ok((await client.get("large")).content.equals(LARGE));
			assert.deepEqual((await client.listUploads({})).uploads ?? [], []);
		});

		test("multipart uploads step by step: copied parts, abort", async (t) => {
			const { client } = await startAliOss(t, way);
			await client.put("source 猫", LARGE);
			const { uploadId } = await client.initMultipartUpload("copy");
			const source = {
				sourceKey: "source 猫",
				sourceBucketName: "photos",
			};
			const etags = [
				await client.uploadPartCopy("copy", uploadId, 1, "0-999999", source),
				await client.uploadPartCopy("copy", uploadId, 2, "5-9", source),
			];
			await client.completeMultipartUpload(
				"copy",
				uploadId,
				etags.map(({ etag }, i) => ({ number: i + 1, etag })),
			);
			assert.ok(
				(await client.get("copy")).content.equals(
					Buffer.concat([LARGE.subarray(0, 1_000_000), LARGE.subarray(5, 10)]),
				),
			);
			const other = await client.initMultipartUpload("other");
			await client.abortMultipartUpload("other", other.uploadId);
			await assert.rejects(client.listParts("other", other.uploadId), {
				status: 404,
				code: "NoSuchUpload",
			});
		});

		test("access control lists", async (t) => {
			const { client } = await startAliOss(t, way);
			await client.put("cat", Buffer.from("meow"));
			assert.equal((await client.getACL("cat")).acl, "default");
			await client.putACL("cat", "public-read");
			assert.equal((await client.getACL("cat")).acl, "public-read");
		});

		test("symbolic links", async (t) => {
			const { client } = await startAliOss(t, way);
			await client.put("猫 +", Buffer.from("meow"));
			await client.putSymlink("link", "猫 +", {});
			assert.equal((await client.getSymlink("link")).targetName, "猫 +");
			assert.equal(String((await client.get("link")).content), "meow");
		});

		test("conditions and errors", async (t) => {
			const { client } = await startAliOss(t, way);
			const put = await client.put("cat", Buffer.from("meow"));
			const { etag } = put.res.headers;
			const same = await client.head("cat", {
				headers: { "If-None-Match": etag },
			});
			assert.equal(same.status, 304);
			await assert.rejects(
				client.get("cat", { headers: { "If-Match": "x" } }),
				{ status: 412, code: "PreconditionFailed" },
			);
			await assert.rejects(client.putBucket("Not A Bucket"), Error);
			await assert.rejects(client.getSymlink("cat"), { code: "NotSymlink" });
		});
	});
}
