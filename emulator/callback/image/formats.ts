/**
 * The sizes of images, from their content: PNG, GIF, BMP and WebP have them in a fixed place, a JPEG in its frame
 * header after metadata of any length, a TIFF in its first directory, which may be anywhere, often at the end.
 *
 * Pure. Source: PNG 3, 11.2.1; GIF89a, 18; BITMAPINFOHEADER; RFC 9649, 2.5 … 2.7; ITU-T T.81, annex B; TIFF 6.0,
 * section 2.
 */

export type ImageSize = { readonly width: number; readonly height: number };

/** Reads `bytes` from `first` on; zeros follow the end of the content. */
export type ReadSome = (first: number, bytes: number) => Promise<Buffer>;

/**
 * @param contentBytes the size of the content
 * @returns undefined, or zeros, when the content is broken
 */
export type FindSize = (
	readSome: ReadSome,
	contentBytes: number,
) => Promise<ImageSize | undefined>;

const HEAD_BYTES = 32;

export const pngSize: FindSize = async (readSome) => {
	const head = await readSome(0, HEAD_BYTES);
	return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
};

export const gifSize: FindSize = async (readSome) => {
	const head = await readSome(0, HEAD_BYTES);
	return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
};

/** A negative height means that rows are stored from top to bottom. */
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

/** Fourteen bits each, after a signature byte. */
function lossless(head: Buffer): ImageSize | undefined {
	if (head[20] !== 0x2f) return undefined;
	const bits = head.readUInt32LE(21);
	return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** Fourteen bits each, after the start code of a key frame. */
function lossy(head: Buffer): ImageSize | undefined {
	if (head.readUIntBE(23, 3) !== 0x9d012a) return undefined;
	return {
		width: head.readUInt16LE(26) & 0x3fff,
		height: head.readUInt16LE(28) & 0x3fff,
	};
}

const MARKERS_MAX = 1000;

/** A marker, the length of its segment, and of a frame header precision, height and width. */
const LOOK_BYTES = 9;

export const jpegSize: FindSize = async (readSome) => {
	let offset = 2;
	for (let markers = 0; markers < MARKERS_MAX; markers++) {
		const bytes = await readSome(offset, LOOK_BYTES);
		const [prefix, marker = 0] = bytes;
		if (prefix !== 0xff) return undefined;
		if (isFrame(marker))
			return { height: bytes.readUInt16BE(5), width: bytes.readUInt16BE(7) };
		// Any number of 0xff may precede a marker.
		offset += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(2);
	}
	return undefined;
};

const NOT_FRAME_MARKERS = new Set([0xc4, 0xc8, 0xcc]);

/** SOF0 … SOF15. */
const isFrame = (marker: number): boolean =>
	marker >= 0xc0 && marker <= 0xcf && !NOT_FRAME_MARKERS.has(marker);

const ENTRIES_MAX = 1000;
const ENTRY_BYTES = 12;

const WIDTH = 256;
const HEIGHT = 257;
const SHORT = 3;

export const tiffSize: FindSize = async (readSome) => {
	const header = await readSome(0, 8);
	const number =
		header[0] === 0x49
			? (bytes: Buffer, at: number, length: number) =>
					bytes.readUIntLE(at, length)
			: (bytes: Buffer, at: number, length: number) =>
					bytes.readUIntBE(at, length);

	const offset = number(header, 4, 4);
	const count = number(await readSome(offset, 2), 0, 2);
	const bytes = Math.min(count, ENTRIES_MAX) * ENTRY_BYTES;
	const directory = await readSome(offset + 2, bytes);

	const found = new Map<number, number>();
	for (let at = 0; at < bytes; at += ENTRY_BYTES) {
		const isShort = number(directory, at + 2, 2) === SHORT;
		const value = number(directory, at + 8, isShort ? 2 : 4);
		found.set(number(directory, at, 2), value);
	}
	return { width: found.get(WIDTH) ?? 0, height: found.get(HEIGHT) ?? 0 };
};
