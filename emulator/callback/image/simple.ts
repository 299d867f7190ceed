/**
 * The sizes of images that have them in a fixed place: PNG, GIF, BMP, WebP.
 *
 * Pure. Source: PNG 3, 11.2.1; GIF89a, 18; BITMAPINFOHEADER; RFC 9649, 2.5 … 2.7.
 */
import type { FindSize, ImageSize } from "./size.ts";

const HEAD_BYTES = 32;

export const pngSize: FindSize = async (readSome) => {
	const head = await readSome(0, HEAD_BYTES);
	return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
};

export const gifSize: FindSize = async (readSome) => {
	const head = await readSome(0, HEAD_BYTES);
	return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
};

/** A negative height means: rows from top to bottom. */
export const bmpSize: FindSize = async (readSome) => {
	const head = await readSome(0, HEAD_BYTES);
	return {
		width: head.readInt32LE(18),
		height: Math.abs(head.readInt32LE(22)),
	};
};

export const webpSize: FindSize = async (readSome) => {
	const head = await readSome(0, HEAD_BYTES);
	const kind = head.toString("latin1", 12, 16);
	if (kind === "VP8X") return extended(head);
	return kind === "VP8L" ? lossless(head) : lossy(head);
};

const extended = (head: Buffer): ImageSize => ({
	width: head.readUIntLE(24, 3) + 1,
	height: head.readUIntLE(27, 3) + 1,
});

/** Fourteen bits each, behind a signature byte. */
function lossless(head: Buffer): ImageSize | undefined {
	if (head[20] !== 0x2f) return undefined;
	const bits = head.readUInt32LE(21);
	return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** Fourteen bits each, behind the start code of a key frame. */
function lossy(head: Buffer): ImageSize | undefined {
	if (head.readUIntBE(23, 3) !== 0x9d012a) return undefined;
	return {
		width: head.readUInt16LE(26) & 0x3fff,
		height: head.readUInt16LE(28) & 0x3fff,
	};
}
