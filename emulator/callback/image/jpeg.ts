/**
 * The size of a JPEG: from marker to marker, over metadata of whatever length, to the frame header.
 *
 * Pure. Source: ITU-T T.81, annex B.
 */
import type { FindSize } from "./size.ts";

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
		// Any number of 0xff may stand before a marker.
		offset += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(2);
	}
	return undefined;
};

const OTHERS_AMONG_FRAMES = new Set([0xc4, 0xc8, 0xcc]);

/** SOF0 … SOF15. */
const isFrame = (marker: number): boolean =>
	marker >= 0xc0 && marker <= 0xcf && !OTHERS_AMONG_FRAMES.has(marker);
