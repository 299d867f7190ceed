import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import {
	renameBucket,
	renameUrl,
} from "../../emulator/gateway/rename-bucket.ts";

const RENAMING = {
	toLocal: (real: string) => (real === "real-photos" ? "photos" : real),
	realRoot: "real-photos.oss-cn-hangzhou.aliyuncs.com/",
	localRoot: "http://127.0.0.1:6770/photos/",
};

const REAL =
	"<R><Name>real-photos</Name><Name>others</Name><Bucket>real-photos</Bucket><Key>real-photos &lt;Name>猫</Key><Location>https://real-photos.oss-cn-hangzhou.aliyuncs.com/a%20b</Location></R>";
const LOCAL =
	"<R><Name>photos</Name><Name>others</Name><Bucket>photos</Bucket><Key>real-photos &lt;Name>猫</Key><Location>http://127.0.0.1:6770/photos/a%20b</Location></R>";

suite("A document of the cloud has the bucket names of the gateway", () => {
	test("in one piece", () => {
		const renamed = renameBucket(Buffer.from(REAL), RENAMING);
		assert.equal(String(renamed), LOCAL);
	});

	test("in pieces of any size, which split the names", async () => {
		const bytes = Buffer.from(REAL);
		for (let size = 1; size < 40; size++) {
			const pieces = [];
			for (let at = 0; at < bytes.length; at += size)
				pieces.push(bytes.subarray(at, at + size));
			const renamed = renameBucket(Readable.from(pieces), RENAMING);
			assert.ok(renamed instanceof Readable);
			assert.equal(await text(renamed), LOCAL, `pieces of ${size}`);
		}
	});

	test("and URLs of the cloud begin with the gateway's address, while other URLs are unchanged", () => {
		assert.equal(
			renameUrl(
				"http://real-photos.oss-cn-hangzhou.aliyuncs.com/a?b",
				RENAMING,
			),
			"http://127.0.0.1:6770/photos/a?b",
		);
		assert.equal(renameUrl("http://a.example/", RENAMING), "http://a.example/");
	});
});
