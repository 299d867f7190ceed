/**
 * Width, height and format of an image, from its content, whatever its Content-Type says.
 *
 * Only the bytes that say it are read; the rest of a large object never is. The size is the stored one: an orientation
 * turns nothing. Formats are told by how they begin, strictly, so that a text beginning with BM is no image.
 *
 * By hand rather than with a library: the one tried takes coding blocks of a HEIC for its size, gives up on metadata
 * it was not given whole, and takes seconds over a hostile megabyte.
 *
 * Source: docs «Callback», step 1; EC 0007-00000301 for the formats.
 */
import { heicSize } from "./image/heic.ts";
import { jpegSize } from "./image/jpeg.ts";
import { bmpSize, gifSize, pngSize, webpSize } from "./image/simple.ts";
import type { FindSize, ReadSome } from "./image/size.ts";
import { tiffSize } from "./image/tiff.ts";
import type { ReadContent } from "./uploaded.ts";

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

/** How contents begin, read as latin1, and where their size stands. */
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

/** Read at once, whatever is asked of it then. */
const BEGINNING_BYTES = 4 * 1024;

/**
 * @param size of the content, in bytes
 * @returns undefined when the content is not an image of these formats, or a broken one
 * @throws what `read` does
 */
export async function readImageInfo(
	size: number,
	read: ReadContent,
): Promise<ImageInfo | undefined> {
	const beginning = Buffer.alloc(BEGINNING_BYTES);
	if (size > 0)
		(await read(0, Math.min(size, BEGINNING_BYTES) - 1)).copy(beginning);
	const text = beginning.toString("latin1", 0, 64);
	const [format, , findSize] = FORMATS.find(([, is]) => is.test(text)) ?? [];
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
