import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { readImageInfo } from "../../../emulator/callback/image/image-info.ts";

/** Pictures of 37 × 21 pixels, made by Pillow 13, libheif and libtiff. */
const picture = (name: string): Buffer =>
	readFileSync(`fixtures/images/${name}`);

async function infoOf(
	content: Buffer,
): Promise<Awaited<ReturnType<typeof readImageInfo>>> {
	return readImageInfo(content.length, async (first, last) =>
		content.subarray(first, last + 1),
	);
}

/** A reader of `content` that counts the read bytes; every requested range must exist. */
async function bytesRead(content: Buffer): Promise<number> {
	let bytes = 0;
	await readImageInfo(content.length, async (first, last) => {
		assert.ok(0 <= first && first <= last && last < content.length);
		bytes += last - first + 1;
		return content.subarray(first, last + 1);
	});
	return bytes;
}

const FILES = [
	["baseline.jpg", "jpg"],
	["progressive.jpg", "jpg"],
	["plain.png", "png"],
	["plain.bmp", "bmp"],
	["plain.gif", "gif"],
	["lossy.webp", "webp"],
	["lossless.webp", "webp"],
	["extended.webp", "webp"],
	["directory-first.tiff", "tiff"],
	["directory-last.tiff", "tiff"],
	["plain.heic", "heic"],
] as const;

suite("The image info of", () => {
	for (const [name, format] of FILES)
		test(`${name} has its size and the format «${format}»`, async () => {
			const info = await infoOf(picture(name));

			assert.deepEqual(info, { width: 37, height: 21, format });
		});

	for (const [name] of FILES)
		test(`${name}, truncated at any position, is undefined or the same`, async () => {
			const content = picture(name);
			const whole = await infoOf(content);
			for (let length = 0; length < Math.min(content.length, 700); length++) {
				const info = await infoOf(content.subarray(0, length));
				if (info && length > 40) assert.deepEqual(info, whole, `${length}`);
			}
			assert.equal(await infoOf(content.subarray(0, 7)), undefined);
		});

	test("a picture that EXIF rotates is that of the stored pixels (A-230)", async () => {
		const info = await infoOf(picture("turned.jpg"));

		assert.deepEqual(info, { width: 37, height: 21, format: "jpg" });
	});

	test("a BMP with its rows from top to bottom has a positive height", async () => {
		const content = Buffer.from(picture("plain.bmp"));
		content.writeInt32LE(-21, 22);

		assert.equal((await infoOf(content))?.height, 21);
	});

	// TIFF 6.0, section 2: MM, 42, offset 8; one entry of type LONG and one of type SHORT.
	test("a big-endian TIFF is supported", async () => {
		const content = Buffer.from(
			"4d4d002a000000080002010000040000000100000025010100030000000100150000000000000000",
			"hex",
		);

		assert.deepEqual(await infoOf(content), {
			width: 37,
			height: 21,
			format: "tiff",
		});
	});

	for (const [what, content] of [
		["nothing", Buffer.alloc(0)],
		["a text", Buffer.from("hello")],
		[
			"a text that begins with BM",
			Buffer.from("BMW and other cars of this world"),
		],
		["a text that begins with GIF8", Buffer.from("GIF8 is not a version")],
		["zeros", Buffer.alloc(10_000)],
		[
			"SVG",
			Buffer.from(
				'<svg width="1" height="1" xmlns="http://www.w3.org/2000/svg"/>',
			),
		],
		[
			"a movie",
			Buffer.from("\0\0\0\u0018ftypisom\0\0\u0002\0isomiso2", "latin1"),
		],
	] as const)
		test(`${what} is undefined`, async () => {
			assert.equal(await infoOf(content), undefined);
		});
});

suite("Only the part of a large image that has its size is read:", () => {
	const MIB = 1024 * 1024;

	test("a JPEG with two megabytes of metadata", async () => {
		const content = picture("baseline.jpg");
		const segment = Buffer.alloc(0xffff + 2);
		segment.writeUInt32BE(0xffedffff);
		const metadata = Array<Buffer>(32).fill(segment);
		const large = Buffer.concat([
			content.subarray(0, 2),
			...metadata,
			content.subarray(2),
			Buffer.alloc(8 * MIB),
		]);

		assert.equal((await infoOf(large))?.width, 37);
		assert.ok((await bytesRead(large)) < 8 * 1024);
	});

	test("a TIFF with its directory at the end", async () => {
		const content = Buffer.from(picture("directory-last.tiff"));
		const offset = content.readUInt32LE(4);
		content.writeUInt32LE(offset + 8 * MIB, 4);
		const large = Buffer.concat([
			content.subarray(0, 8),
			Buffer.alloc(8 * MIB),
			content.subarray(8),
		]);

		assert.equal((await infoOf(large))?.width, 37);
		assert.ok((await bytesRead(large)) < 8 * 1024);
	});

	test("a HEIC with its metadata after the pixels", async () => {
		const content = picture("plain.heic");
		const ftyp = content.readUInt32BE(0);
		const pixels = Buffer.alloc(8 * MIB);
		pixels.writeUInt32BE(pixels.length);
		pixels.write("mdat", 4);
		const large = Buffer.concat([
			content.subarray(0, ftyp),
			pixels,
			content.subarray(ftyp),
		]);

		assert.equal((await infoOf(large))?.width, 37);
		assert.ok((await bytesRead(large)) < 8 * 1024);
	});

	for (const name of ["plain.png", "plain.bmp", "plain.gif", "lossy.webp"])
		test(name, async () => {
			const large = Buffer.concat([picture(name), Buffer.alloc(8 * MIB)]);

			assert.equal((await infoOf(large))?.width, 37);
			assert.equal(await bytesRead(large), 4096);
		});

	test("files that are not images", async () => {
		assert.equal(await bytesRead(Buffer.alloc(8 * MIB)), 4096);
	});
});

suite("Reading a hostile image ends quickly:", () => {
	const box = (type: string, ...contents: Buffer[]): Buffer => {
		const head = Buffer.alloc(8);
		const content = Buffer.concat(contents);
		head.writeUInt32BE(8 + content.length);
		head.write(type, 4);
		return Buffer.concat([head, content]);
	};
	const ftyp = box("ftyp", Buffer.from("heic\0\0\0\0heic", "latin1"));

	test("a HEIC of empty boxes", async () => {
		const boxes = Array<Buffer>(100_000).fill(box("free"));
		const content = Buffer.concat([ftyp, ...boxes]);

		assert.equal(await infoOf(content), undefined);
	});

	test("a HEIC with a box of 8 EiB", async () => {
		const huge = Buffer.from("00000001667265657fffffffffffffff", "hex");

		assert.equal(await infoOf(Buffer.concat([ftyp, huge])), undefined);
	});

	test("a HEIC with metadata beyond the limit", async () => {
		const meta = box("meta", Buffer.alloc(1024 * 1024));
		const content = Buffer.concat([ftyp, meta]);

		assert.equal(await infoOf(content), undefined);
		assert.equal(await bytesRead(content), 4096);
	});

	test("a JPEG that has only markers", async () => {
		const content = Buffer.alloc(1024 * 1024, 0xff);
		content.writeUInt16BE(0xffd8);

		assert.equal(await infoOf(content), undefined);
	});

	test("a TIFF whose directory is outside of the file", async () => {
		const content = Buffer.from("49492a00ffffffff0000", "hex");

		assert.equal(await infoOf(content), undefined);
	});
});

test("Image info rethrows errors of reading", async () => {
	const failure = new Error("read failed");

	await assert.rejects(
		readImageInfo(10, () => Promise.reject(failure)),
		failure,
	);
});
