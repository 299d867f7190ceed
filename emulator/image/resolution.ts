/**
 * The density in an image file. sharp writes 72 dpi into some formats, where OSS's results have no density, which
 * `image/info` shows as unit 1 and 1/1.
 *
 * Pure. Source: cpp's ObjectProcessTest, the info of a resized image; JFIF 1.02; PNG, chunk pHYs.
 */
/** The formats that are read and written, by sharp's names. */
export type Format = "jpeg" | "png" | "webp" | "gif" | "tiff";

/** Removes the density from a written image. */
export function withoutDensity(image: Buffer, format: Format): Buffer {
	if (format === "jpeg") return withoutJfifDensity(image);
	if (format === "png") return withoutPhys(image);
	return image;
}

const APP0 = 0xffe0;
const JFIF_UNITS_AT = 13;

const hasJfif = (image: Buffer): boolean =>
	image.length > JFIF_UNITS_AT + 5 &&
	image.readUInt16BE(2) === APP0 &&
	image.toString("latin1", 6, 10) === "JFIF";

/** Whether the file itself has a density, ignoring EXIF. */
export function hasDensity(image: Buffer, format: Format): boolean {
	if (format === "jpeg") return hasJfif(image) && image[JFIF_UNITS_AT] !== 0;
	if (format === "png") return findPhys(image) !== undefined;
	return format === "tiff";
}

function withoutJfifDensity(jpeg: Buffer): Buffer {
	if (!hasJfif(jpeg)) return jpeg;
	jpeg.writeUInt8(0, JFIF_UNITS_AT);
	jpeg.writeUInt16BE(1, JFIF_UNITS_AT + 1);
	jpeg.writeUInt16BE(1, JFIF_UNITS_AT + 3);
	return jpeg;
}

const PNG_HEADER_BYTES = 8;
/** The size of length, type and checksum around the data of a chunk. */
const CHUNK_FRAME_BYTES = 12;

function withoutPhys(png: Buffer): Buffer {
	const found = findPhys(png);
	return found
		? Buffer.concat([png.subarray(0, found.start), png.subarray(found.end)])
		: png;
}

/** Finds the chunk, which precedes the first IDAT. */
function findPhys(
	png: Buffer,
): { readonly start: number; readonly end: number } | undefined {
	for (let at = PNG_HEADER_BYTES; at + CHUNK_FRAME_BYTES <= png.length; ) {
		const end = at + CHUNK_FRAME_BYTES + png.readUInt32BE(at);
		const type = png.toString("latin1", at + 4, at + 8);
		if (type === "pHYs") return { start: at, end };
		if (type === "IDAT") return undefined;
		at = end;
	}
	return undefined;
}
