/**
 * Width, height and format of an image, from its content, regardless of its Content-Type.
 *
 * Only the bytes that state them are read, never the rest of a large object. The size is the stored one: an orientation
 * does not turn it. Formats are recognised strictly, so that a text beginning with BM is not an image.
 *
 * No library is used: the library that was tried reports the coding blocks of a HEIC as its size, fails on incomplete
 * metadata, and needs seconds for a hostile megabyte.
 *
 * Source: docs «Callback», step 1; EC 0007-00000301 for the formats.
 */
import type { ReadContent } from "../model.ts";
import {
	bmpSize,
	type FindSize,
	gifSize,
	jpegSize,
	pngSize,
	type ReadSome,
	tiffSize,
	webpSize,
} from "./formats.ts";
import { heicSize } from "./heic.ts";

export type ImageFormat =
	| "bmp"
	| "gif"
	| "heic"
	| "jpg"
	| "png"
	| "tiff"
	| "webp";

export type ImageInfo = {
	/** Pixels. */
	readonly width: number;
	readonly height: number;
	/** Lower case: `jpg`, `png`, … */
	readonly format: ImageFormat;
};

/** How each format begins, read as latin1, and the function that finds its size. */
// biome-ignore format: a table
const FORMATS: readonly (readonly [ImageFormat, RegExp, FindSize])[] = [
  ["jpg",  /^\xff\xd8\xff/, jpegSize],
  ["png",  /^\x89PNG\r\n.\n.{4}IHDR/s, pngSize],
  ["gif",  /^GIF8[79]a/, gifSize],
  ["webp", /^RIFF.{4}WEBPVP8[ LX]/s, webpSize],
  ["tiff", /^(II\*\0|MM\0\*)/, tiffSize],
  ["heic", /^.{4}ftyp(heic|heix|hevc|hevx|mif1|msf1)/s, heicSize],
  // The length of the second header: a BITMAPINFOHEADER or a later one.
  ["bmp",  /^BM.{12}[\x28\x34\x38\x40\x6c\x7c]\0\0\0/s, bmpSize],
];

/** The beginning is read once; most formats state their size in it. */
const BEGINNING_BYTES = 4 * 1024;

/**
 * @param size the size of the content, in bytes
 * @returns undefined when the content is not an image of these formats, or is broken
 * @throws errors of `read`
 */
export async function readImageInfo(
	size: number,
	read: ReadContent,
): Promise<ImageInfo | undefined> {
	const beginning = Buffer.alloc(BEGINNING_BYTES);
	if (size > 0)
		(await read(0, Math.min(size, BEGINNING_BYTES) - 1)).copy(beginning);
	const text = beginning.toString("latin1", 0, 64);
	const [format, , findSize] =
		FORMATS.find(([, matches]) => matches.test(text)) ?? [];
	if (!format || !findSize) return undefined;
	const found = await findSize(readerOf(size, read, beginning), size);
	return found && found.width > 0 && found.height > 0
		? { ...found, format }
		: undefined;
}

const readerOf =
	(size: number, read: ReadContent, beginning: Buffer): ReadSome =>
	async (first, bytes) => {
		if (first + bytes <= beginning.length)
			return beginning.subarray(first, first + bytes);
		const some = Buffer.alloc(bytes);
		if (first < size)
			(await read(first, Math.min(first + bytes, size) - 1)).copy(some);
		return some;
	};
