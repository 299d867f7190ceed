import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { loadSharp } from "../../emulator/image/load-sharp.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { type Answer, refusal } from "../client.ts";
import { startWithBucket, type TestEmulator } from "../emulator.ts";

/** 400 × 300: red on the left, blue on the right. */
const halves = sharp({
	create: { width: 400, height: 300, channels: 3, background: "#0000FF" },
}).composite([
	{
		input: {
			create: { width: 200, height: 300, channels: 3, background: "#FF0000" },
		},
		left: 0,
		top: 0,
	},
]);
const PNG = await halves.clone().png().toBuffer();

type Oss = TestEmulator["oss"];

const process = (oss: Oss, text: string, key = "cat.png"): Promise<Answer> =>
	oss.get(`/photos/${key}?x-oss-process=${encodeURIComponent(text)}`);

/** @returns size and format, for example `100x75 png` */
async function look({ body }: Answer): Promise<string> {
	const { width, height, format } = await sharp(body).metadata();
	return `${width}x${height} ${format}`;
}

async function colorAt(answer: Answer, x: number, y: number): Promise<string> {
	const { data, info } = await sharp(answer.body)
		.ensureAlpha()
		.raw()
		.toBuffer({ resolveWithObject: true });
	return data.subarray((y * info.width + x) * 4).toString("hex", 0, 4);
}

async function startWithCat(
	t: Parameters<typeof startWithBucket>[0],
): Promise<TestEmulator> {
	const emulator = await startWithBucket(t);
	await emulator.oss.put("/photos/cat.png", PNG, { "x-oss-meta-a": "b" });
	return emulator;
}

suite("An image", () => {
	test("is resized as in the documented table of modes (A-852, A-853)", async (t) => {
		const { oss } = await startWithCat(t);
		for (const [step, expected] of [
			["resize,w_100", "100x75 png"],
			["resize,h_100", "133x100 png"],
			["resize,w_100,h_100", "100x75 png"],
			["resize,m_mfit,w_100,h_100", "133x100 png"],
			["resize,m_fill,w_100,h_100", "100x100 png"],
			["resize,m_fill,w_100", "100x100 png"],
			["resize,m_pad,w_100,h_100", "100x100 png"],
			["resize,m_fixed,w_100,h_100", "100x100 png"],
			["resize,l_200", "200x150 png"],
			["resize,s_150", "200x150 png"],
			["resize,p_50", "200x150 png"],
			["resize,p_200", "800x600 png"],
			["resize,w_800", "400x300 png"],
			["resize,w_800,limit_0", "800x600 png"],
			["resize,w_100/crop,w_50,h_50", "50x50 png"],
			["rotate,90", "300x400 png"],
			["circle,r_100", "200x200 png"],
			["rounded-corners,r_30", "400x300 png"],
			["auto-orient,1", "400x300 png"],
			["blur,r_3,s_2/bright,50/contrast,-50/sharpen,100", "400x300 png"],
		] as const) {
			const answer = await process(oss, `image/${step}`);
			assert.equal(answer.status, 200, `${step}: ${answer.text}`);
			assert.equal(await look(answer), expected, step);
		}
	});

	test("that is padded has edges in the requested color", async (t) => {
		const { oss } = await startWithCat(t);
		const text = "image/resize,m_pad,w_100,h_100,color_00FF00";
		const answer = await process(oss, text);
		assert.equal(await colorAt(answer, 50, 2), "00ff00ff");
		assert.equal(await colorAt(answer, 10, 50), "ff0000ff");
		assert.equal(await colorAt(answer, 90, 50), "0000ffff");
	});

	test("is cropped from the named origin", async (t) => {
		const { oss } = await startWithCat(t);
		for (const [step, color] of [
			["crop,w_10,h_10", "ff0000ff"],
			["crop,w_10,h_10,g_east", "0000ffff"],
			["crop,w_10,h_10,x_200,y_20", "0000ffff"],
		] as const)
			assert.equal(
				await colorAt(await process(oss, `image/${step}`), 5, 5),
				color,
				step,
			);
		const large = await process(oss, "image/crop,x_300,w_500,h_500");
		assert.equal(await look(large), "100x300 png");
		assert.match(
			refusal(await process(oss, "image/crop,x_400,w_5")),
			/^400 BadRequest .*out of image\.$/,
		);
	});

	test("that is rotated or rounded has a transparent background, and a white one in a JPEG (A-857, A-858)", async (t) => {
		const { oss } = await startWithCat(t);
		for (const step of ["circle,r_100", "rotate,45"]) {
			const png = await process(oss, `image/${step}`);
			assert.match(await colorAt(png, 0, 0), /00$/);
			const jpeg = await process(oss, `image/${step}/format,jpg`);
			assert.match(await colorAt(jpeg, 0, 0), /^f[c-f]f[c-f]f[c-f]ff$/);
		}
	});

	test("is rotated by its EXIF, as sharp does", async (t) => {
		const { oss } = await startWithCat(t);
		for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
			const turned = await halves
				.clone()
				.png()
				.withMetadata({ orientation })
				.toBuffer();
			await oss.put("/photos/turned.png", turned);
			const ours = await process(oss, "image/auto-orient,1", "turned.png");
			const theirs = await sharp(turned).rotate().raw().toBuffer();
			const pixels = await sharp(ours.body).raw().toBuffer();
			assert.ok(pixels.equals(theirs), `${orientation}`);
			const { orientation: left } = await sharp(
				(await process(oss, "image/auto-orient,0", "turned.png")).body,
			).metadata();
			assert.equal(left ?? 1, orientation);
		}
	});

	test("is written in the requested format and quality, 82 by default (A-856, A-860)", async (t) => {
		const { oss } = await startWithCat(t);
		for (const [name, format] of [
			["jpg", "jpeg"],
			["png", "png"],
			["webp", "webp"],
			["gif", "gif"],
			["tiff", "tiff"],
		] as const) {
			const answer = await process(oss, `image/format,${name}`);
			assert.equal(await look(answer), `400x300 ${format}`);
			assert.equal(answer.headers["content-type"], `image/${format}`);
		}
		const watermark = "image/format,jpg/blur,r_5,s_5/quality";
		const sizes: number[] = [];
		for (const quality of ["q_10", "Q_95"]) {
			const answer = await process(oss, `${watermark},${quality}`);
			sizes.push(answer.body.length);
		}
		assert.ok(Number(sizes[0]) < Number(sizes[1]), `${sizes}`);
		const plain = await process(oss, "image/format,jpg");
		const same = await process(oss, "image/format,jpg/quality,Q_82");
		assert.ok(plain.body.equals(same.body));
		assert.match(
			refusal(await process(oss, "image/format,bmp")),
			/^400 NotImplemented/,
		);
	});

	test("changes its brightness and contrast by about the requested amount (A-859)", async (t) => {
		const { oss } = await startWithCat(t);
		for (const [step, color] of [
			["bright,0", "ff0000ff"],
			["bright,100", "ffffffff"],
			["bright,-100", "000000ff"],
			["contrast,0", "ff0000ff"],
			["contrast,-100", "808080ff"],
		] as const)
			assert.equal(
				await colorAt(await process(oss, `image/${step}`), 5, 5),
				color,
				step,
			);
	});

	test("has the watermark at the requested position, in the requested color (A-861)", async (t) => {
		const { oss } = await startWithCat(t);
		const text = Buffer.from("<Hello & 图片>").toString("base64url");
		const answer = await process(
			oss,
			`image/watermark,text_${text},color_FFFFFF,size_30,g_nw,x_0,y_0,`,
		);
		const [before, after] = await Promise.all(
			[PNG, answer.body].map((image) =>
				sharp(image).removeAlpha().raw().toBuffer(),
			),
		);
		const rows = new Set<number>();
		for (let i = 0; i < Number(before?.length); i++)
			if (before?.[i] !== after?.[i]) rows.add(Math.floor(i / 3 / 400));
		assert.ok(rows.size > 10, `${rows.size} rows`);
		assert.ok(Math.max(...rows) < 100, "the watermark is near the top");
		const missing = await process(oss, "image/watermark,size_30");
		assert.match(refusal(missing), /^400 MissingArgument/);
		const long = Buffer.from("x".repeat(65)).toString("base64url");
		assert.match(
			refusal(await process(oss, `image/watermark,text_${long}`)),
			/^400 WatermarkError/,
		);
	});

	test("that is animated becomes one frame (A-854)", async (t) => {
		const { oss } = await startWithCat(t);
		const frames = await sharp([PNG, await sharp(PNG).negate().toBuffer()], {
			join: { animated: true },
		})
			.gif()
			.toBuffer();
		await oss.put("/photos/moving.gif", frames);
		const info = await process(oss, "image/info", "moving.gif");
		assert.equal(JSON.parse(info.text).ImageHeight.value, "300");
		assert.equal(JSON.parse(info.text).FrameCount.value, "2");
		const answer = await process(oss, "image/resize,w_100", "moving.gif");
		assert.equal(await look(answer), "100x75 gif");
	});
});

suite("image/info", () => {
	test("is JSON with strings as values, and with the same spaces as OSS's", async (t) => {
		const { oss } = await startWithCat(t);
		const { text, headers } = await process(oss, "image/info");
		assert.equal(headers["content-type"], "application/json");
		assert.equal(
			text.split('    "ResolutionUnit"')[0],
			`{\n    "FileSize": {"value": "${PNG.length}"},\n    "Format": {"value": "png"},\n    "FrameCount": {"value": "1"},\n    "ImageHeight": {"value": "300"},\n    "ImageWidth": {"value": "400"},\n`,
		);
		JSON.parse(text);
	});

	test("of a resized image has no density, exactly as in cpp's ObjectProcessTest", async (t) => {
		const { oss } = await startWithCat(t);
		for (const format of ["jpg", "png", "webp"]) {
			const resized = await process(
				oss,
				`image/resize,m_fixed,w_100,h_100/format,${format}`,
			);
			await oss.put("/photos/small", resized.body);
			const { text } = await process(oss, "image/info", "small");
			assert.equal(
				text,
				`{\n    "FileSize": {"value": "${resized.body.length}"},\n    "Format": {"value": "${format}"},\n    "FrameCount": {"value": "1"},\n    "ImageHeight": {"value": "100"},\n    "ImageWidth": {"value": "100"},\n    "ResolutionUnit": {"value": "1"},\n    "XResolution": {"value": "1/1"},\n    "YResolution": {"value": "1/1"}}`,
			);
		}
	});

	test("supports every format that sharp reads", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const [file, format] of [
			["progressive.jpg", "jpg"],
			["plain.gif", "gif"],
			["lossy.webp", "webp"],
			["directory-last.tiff", "tiff"],
		] as const) {
			const url = new URL(`../../fixtures/images/${file}`, import.meta.url);
			await oss.put(`/photos/${file}`, readFileSync(url));
			const info = await process(oss, "image/info", file);
			assert.equal(info.status, 200, `${file}: ${info.text}`);
			assert.equal(JSON.parse(info.text).Format.value, format);
		}
	});
});

/** Green, 40 × 20. */
const square = await sharp({
	create: { width: 40, height: 20, channels: 3, background: "#00FF00" },
})
	.png()
	.toBuffer();

suite("A watermark", () => {
	/** @returns the bounding box of the changed pixels: left, top, right, bottom */
	async function changed(answer: Answer): Promise<readonly number[]> {
		assert.equal(answer.status, 200, answer.text);
		const [before, after] = await Promise.all(
			[PNG, answer.body].map((image) =>
				sharp(image).removeAlpha().raw().toBuffer(),
			),
		);
		let [left, top, right, bottom] = [400, 300, -1, -1];
		for (let i = 0; i < Number(before?.length); i++) {
			if (before?.[i] === after?.[i]) continue;
			const x = Math.floor(i / 3) % 400;
			const y = Math.floor(i / 3 / 400);
			left = Math.min(left, x);
			top = Math.min(top, y);
			right = Math.max(right, x);
			bottom = Math.max(bottom, y);
		}
		return [left, top, right, bottom];
	}
	const base64 = (text: string): string =>
		Buffer.from(text).toString("base64url");
	const HELLO = `image/watermark,text_${base64("Hello")},color_FFFFFF,size_30`;

	test("is rotated (rotate)", async (t) => {
		const { oss } = await startWithCat(t);
		const [left = 0, top = 0, right = 0, bottom = 0] = await changed(
			await process(oss, `${HELLO},g_nw,rotate_90`),
		);
		assert.ok(bottom - top > right - left);
	});

	test("has a shadow (shadow)", async (t) => {
		const { oss } = await startWithCat(t);
		const plain = await changed(await process(oss, `${HELLO},g_nw`));
		const shaded = await changed(
			await process(oss, `${HELLO},g_nw,shadow_100`),
		);
		assert.ok(Number(shaded[2]) > Number(plain[2]), "A-946");
	});

	test("is repeated over the image, at the requested distances (fill, padx, pady)", async (t) => {
		const { oss } = await startWithCat(t);
		const [left = 9, top = 9, right = 0, bottom = 0] = await changed(
			await process(oss, `${HELLO},fill_1,padx_20,pady_20`),
		);
		assert.ok(left < 60 && top < 60 && right > 340 && bottom > 240);
		const far = await changed(
			await process(oss, `${HELLO},fill_1,padx_4096,pady_4096`),
		);
		assert.ok(Number(far[2]) < 200, "once, at the top left");
	});

	test("is moved up from the middle (voffset)", async (t) => {
		const { oss } = await startWithCat(t);
		const middle = await changed(await process(oss, `${HELLO},g_west`));
		const lifted = await changed(
			await process(oss, `${HELLO},g_west,voffset_50`),
		);
		assert.equal(Number(middle[1]) - Number(lifted[1]), 50);
	});

	test("is another image of the bucket, at a percentage of the picture (image, P, t)", async (t) => {
		const { oss } = await startWithCat(t);
		await oss.put("/photos/mark.png", square);
		const mark = base64("mark.png");
		const answer = await process(
			oss,
			`image/watermark,image_${mark},g_se,x_0,y_0`,
		);
		assert.deepEqual(await changed(answer), [360, 280, 399, 299]);
		assert.equal(await colorAt(answer, 399, 299), "00ff00ff");
		const half = base64("mark.png?x-oss-process=image/resize,P_50");
		assert.deepEqual(
			await changed(
				await process(oss, `image/watermark,image_${half},g_nw,x_0,y_0`),
			),
			[0, 0, 199, 99],
		);
		const faint = await process(
			oss,
			`image/watermark,image_${mark},g_nw,x_0,y_0,t_50`,
		);
		assert.match(await colorAt(faint, 5, 5), /^(?:7[ef]|80){2}00ff$/);
	});

	test("is an image and a text in a row (order, align, interval)", async (t) => {
		const { oss } = await startWithCat(t);
		await oss.put("/photos/mark.png", square);
		const both = `${HELLO},image_${base64("mark.png")},g_nw,x_0,y_0,align_0,interval_10`;
		const first = await process(oss, `${both},order_0`);
		assert.equal(await colorAt(first, 0, 0), "00ff00ff");
		const second = await process(oss, `${both},order_1`);
		assert.notEqual(await colorAt(second, 0, 0), "00ff00ff");
	});

	test("with an unreadable image is refused", async (t) => {
		const { oss } = await startWithCat(t);
		await oss.put("/photos/text.txt", "meow");
		const image = (key: string): string =>
			`image/watermark,image_${base64(key)}`;
		for (const [text, expected] of [
			[image("missing.png"), /^404 NoSuchKey /],
			[image("text.txt"), /^400 BadRequest /],
			[`${HELLO},shadow_101`, /^400 InvalidArgument /],
			[`${HELLO},rotate_361`, /^400 InvalidArgument /],
			[`${HELLO},fill_2`, /^400 InvalidArgument /],
			[`${HELLO},voffset_1001`, /^400 InvalidArgument /],
			[
				`image${`/watermark,image_${base64("cat.png")}`.repeat(4)}`,
				/^400 InvalidArgument /,
			],
		] as const)
			assert.match(refusal(await process(oss, text)), expected, text);
	});

	test("can be read by every authorized user (A-947)", async (t) => {
		const { oss } = await startWithCat(t);
		const acl = (value: string) => ({ "x-oss-object-acl": value });
		await oss.put("/photos/cat.png", PNG, acl("public-read"));
		await oss.put("/photos/mark.png", square, acl("private"));
		const target = `/photos/cat.png?x-oss-process=image%2Fwatermark%2Cimage_${base64("mark.png")}`;
		assert.match(
			refusal(await oss.get(target, { as: null })),
			/^403 AccessDenied /,
		);
		await oss.put("/photos/mark.png", square, acl("public-read"));
		assert.equal((await oss.get(target, { as: null })).status, 200);
	});
});

suite("A documented action", () => {
	test("cuts slices (indexcrop), and a slice that does not exist leaves the image unchanged (A-944)", async (t) => {
		const { oss } = await startWithCat(t);
		for (const [step, size, color] of [
			["x_200,i_0", "200x300", "ff0000ff"],
			["x_200,i_1", "200x300", "0000ffff"],
			["y_100,i_2", "400x100", "ff0000ff"],
			["y_200,i_1", "400x100", "ff0000ff"],
			["x_200,i_2", "400x300", "ff0000ff"],
			["x_200,y_100,i_1", "200x300", "0000ffff"],
		] as const) {
			const answer = await process(oss, `image/indexcrop,${step}`);
			assert.equal(await look(answer), `${size} png`, step);
			assert.equal(await colorAt(answer, 0, 0), color, step);
		}
	});

	test("returns the average hue", async (t) => {
		const { oss } = await startWithCat(t);
		const { text, headers } = await process(oss, "image/average-hue");
		assert.equal(headers["content-type"], "application/json");
		assert.equal(text, '{"RGB": "0x800080"}');
	});

	test("that the emulator does not implement returns NotImplemented", async (t) => {
		const { oss } = await startWithCat(t);
		for (const action of [
			"blindwatermark,content_eA",
			"deblindwatermark",
			"segment",
		])
			assert.match(
				refusal(await process(oss, `image/${action}`)),
				/^400 NotImplemented : The emulator does not implement image/,
			);
	});

	test("is refused if all actions together are too much work (A-943)", async (t) => {
		const { oss } = await startWithBucket(t);
		const raw = { width: 8000, height: 8000, channels: 1 } as const;
		const large = await sharp(Buffer.alloc(raw.width * raw.height), { raw })
			.png({ compressionLevel: 1 })
			.toBuffer();
		await oss.put("/photos/large.png", large);
		const answer = await process(
			oss,
			`image${"/sharpen,100".repeat(2)}`,
			"large.png",
		);
		assert.match(refusal(answer), /^400 ImageTooLarge/);
	});
});

suite("x-oss-process", () => {
	test("returns the object's metadata, without the checksums of the original content (A-862)", async (t) => {
		const { oss } = await startWithCat(t);
		const { headers } = await oss.get(
			"/photos/cat.png?x-oss-process=image/resize,w_10&response-cache-control=no-store",
			{ headers: { range: "bytes=0-3" } },
		);
		assert.equal(headers["x-oss-meta-a"], "b");
		assert.equal(headers["cache-control"], "no-store");
		assert.ok(headers["last-modified"]);
		for (const name of ["etag", "content-md5", "x-oss-hash-crc64ecma"])
			assert.equal(headers[name], undefined, name);
	});

	test("reports the wrong parameter, with the documented EC (A-850, A-851)", async (t) => {
		const { oss } = await startWithCat(t);
		for (const [step, name, value, ec] of [
			["resize,m_big,w_1", "m", "big", "0040-00000311"],
			["resize,w_0", "w", "0", "0040-00000312"],
			["resize,w_16385", "w", "16385", "0040-00000312"],
			["resize,w_1.5", "w", "1.5", "0040-00000312"],
			["resize,l_0", "l", "0", "0040-00000314"],
			["resize,p_1001", "p", "1001", "0040-00000317"],
			["resize,w_1,limit_2", "limit", "2", "0040-00000319"],
			["resize,w_1,color_red", "color", "red", ""],
			["resize,w_1,q_2", "q", "2", ""],
			["rotate,361", "rotate", "361", ""],
			["format,exe", "format", "exe", ""],
			["sharpen,49", "sharpen", "49", ""],
		] as const)
			assert.equal(
				refusal(await process(oss, `image/${step}`)),
				`400 InvalidArgument ${ec}: The value: ${value} of parameter: ${name} is invalid.`,
			);
	});

	test("refuses unknown actions, and info together with other actions", async (t) => {
		const { oss } = await startWithCat(t);
		for (const [text, code] of [
			["image/", "InvalidArgument"],
			["image/paint", "InvalidArgument"],
			["image/info/resize,w_1", "InvalidArgument"],
			["", "InvalidArgument"],
			["paint/it", "InvalidArgument"],
			["video/snapshot,t_1", "NotImplemented"],
		] as const)
			assert.match(
				refusal(await process(oss, text)),
				new RegExp(`^400 ${code}`),
			);
	});

	test("refuses files that are not images, malicious images and images that are too large (A-855)", async (t) => {
		const { oss } = await startWithCat(t);
		const svg =
			'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
		for (const content of ["hello", "", svg, PNG.subarray(0, 100)]) {
			await oss.put("/photos/bad", content);
			assert.equal(
				refusal(await process(oss, "image/resize,w_10", "bad")),
				"400 BadRequest 0040-00000005: This image format is not supported.",
			);
		}
		const bomb = Buffer.from(PNG);
		bomb.writeUInt32BE(30_000, 16);
		bomb.writeUInt32BE(30_000, 20);
		bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
		await oss.put("/photos/bad", bomb);
		const bombed = await process(oss, "image/resize,w_10", "bad");
		assert.match(refusal(bombed), /^400 ImageTooLarge/);
		await oss.put("/photos/bad", Buffer.alloc(20 * 1024 ** 2 + 1));
		const large = await process(oss, "image/info", "bad");
		assert.match(refusal(large), /^400 ImageTooLarge/);
		const thin = await sharp({
			create: { width: 29_000, height: 1, channels: 3, background: "#000000" },
		})
			.png()
			.toBuffer();
		await oss.put("/photos/bad", thin);
		const growing = await process(oss, "image/rotate,45", "bad");
		assert.match(refusal(growing), /^400 ImageTooLarge/);
		const wide = await process(oss, "image/resize,w_16000,limit_0");
		assert.match(refusal(wide), /^400 ImageTooLarge/);
	});

	test("respects permissions, conditions and versions", async (t) => {
		const { oss } = await startWithCat(t);
		const target = "/photos/cat.png?x-oss-process=image/info";
		assert.match(
			refusal(await oss.get(target, { as: null })),
			/^403 AccessDenied/,
		);
		const head = await oss.head("/photos/cat.png");
		const unchanged = { "if-none-match": head.headers.etag ?? "" };
		assert.equal((await oss.get(target, { headers: unchanged })).status, 304);
		assert.match(refusal(await process(oss, "image/info", "no")), /NoSuchKey/);

		const enabled =
			"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
		await oss.put("/photos?versioning", enabled);
		await oss.put("/photos/cat.png", "no longer an image");
		const old = await oss.get(`${target}&versionId=null`);
		assert.equal(JSON.parse(old.text).ImageWidth.value, "400");
		assert.match(refusal(await oss.get(target)), /^400 BadRequest/);
	});

	test("applies a style", async (t) => {
		const { oss } = await startWithCat(t);
		await oss.put(
			"/photos?style&styleName=small",
			"<Style><Content>image/resize,w_40</Content></Style>",
		);
		assert.equal(await look(await process(oss, "style/small")), "40x30 png");
		assert.equal(
			refusal(await process(oss, "style/large")),
			"404 NoSuchStyle : No Such Image Style.",
		);
	});
});

suite("Saving a processed image", () => {
	const base64 = (text: string): string =>
		Buffer.from(text).toString("base64url");
	const save = (oss: Oss, text: string): Promise<Answer> =>
		oss.post("/photos/cat.png?x-oss-process", `x-oss-process=${text}`);

	test("stores the result, and returns JSON with the same spaces as OSS's", async (t) => {
		const { oss } = await startWithCat(t);
		await oss.put("/others");
		const answer = await save(
			oss,
			`image/resize,w_100/format,jpg|sys/saveas,o_${base64("猫/a.jpg")},b_${base64("others")}`,
		);
		const key = "/others/%E7%8C%AB/a.jpg";
		const saved = await oss.get(key);
		assert.equal(saved.headers["content-type"], "image/jpeg");
		assert.equal(await look(saved), "100x75 jpeg");
		assert.equal(
			answer.text,
			`{\n    "bucket": "others",\n    "fileSize": ${saved.body.length},\n    "object": "猫/a.jpg",\n    "status": "OK"\n}`,
		);
		assert.equal(answer.headers["content-type"], "application/json");
	});

	test("respects a traffic limit when the result is only read", async (t) => {
		const { oss } = await startWithCat(t);
		const target = "/photos/cat.png?x-oss-process=image/resize,w_20";
		const got = await oss.get(target, {
			headers: { "x-oss-traffic-limit": "819200" },
		});
		const delay = Math.round((got.body.length * 8 * 1000) / 819_200);
		assert.equal(got.headers["x-oss-qos-delay-time"], `${delay}`);
	});

	test("accepts every encoding that SDKs send", async (t) => {
		const { oss } = await startWithCat(t);
		const key = Buffer.from("???>>>.png");
		for (const encoded of [
			key.toString("base64"),
			key.toString("base64url"),
			encodeURIComponent(key.toString("base64")),
		]) {
			const answer = await save(
				oss,
				`image/resize,w_10%7Csys/saveas,o_${encoded}`,
			);
			assert.equal(answer.status, 200, answer.text);
			const { bucket, object } = JSON.parse(answer.text);
			assert.deepEqual({ bucket, object }, { bucket: "", object: `${key}` });
			const path = `/photos/${encodeURIComponent(`${key}`)}`;
			assert.equal((await oss.delete(path)).status, 204);
		}
	});

	test("refuses a body without a target", async (t) => {
		const { oss } = await startWithCat(t);
		for (const text of [
			"image/resize,w_10",
			`image/resize,w_10|saveas,o_${base64("a")}`,
			"image/resize,w_10|sys/saveas,b_cGhvdG9z",
		])
			assert.match(refusal(await save(oss, text)), /^400 InvalidArgument/);
		assert.match(
			refusal(
				await save(oss, `image/info|sys/saveas,o_YQ,b_${base64("absent")}`),
			),
			/^404 NoSuchBucket/,
		);
	});

	test("refuses an empty process (cpp's suite) and an empty body (A-897)", async (t) => {
		const { oss } = await startWithCat(t);
		const target = "/photos/cat.png?x-oss-process";
		for (const body of ["x-oss-process=", ""])
			assert.match(
				refusal(await oss.post(target, body)),
				/^400 InvalidRequest/,
			);
	});

	test("requires permission to put the new object (A-863)", async (t) => {
		const { oss } = await startWithCat(t);
		const policy = (action: string) =>
			JSON.stringify({
				Version: "1",
				Statement: [
					{
						Effect: "Deny",
						Action: [action],
						Principal: ["1000000000000001"],
						Resource: ["acs:oss:*:*:photos/new"],
					},
				],
			});
		const text = `image/resize,w_10|sys/saveas,o_${base64("new")}`;
		const put = await oss.put("/photos?policy", policy("oss:PutObject"));
		assert.equal(put.status, 200, put.text);
		assert.match(refusal(await oss.put("/photos/new", "")), /^403/);
		assert.match(refusal(await save(oss, text)), /^403 AccessDenied/);
		await oss.put("/photos?policy", policy("oss:DeleteObject"));
		assert.equal((await save(oss, text)).status, 200);
	});
});

suite("Without sharp", () => {
	test("the error message contains the command that installs it", async () => {
		const absent = () => Promise.reject(new Error("Cannot find package"));
		await assert.rejects(loadSharp(absent), (error) => {
			assert.ok(error instanceof OssError);
			assert.equal(error.status, 400);
			assert.match(error.message, /npm install sharp/);
			return true;
		});
	});
});
