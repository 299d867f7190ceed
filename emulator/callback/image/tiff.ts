/**
 * The size of a TIFF: two entries of its first directory, which may stand anywhere, often at the end.
 *
 * Pure. Source: TIFF 6.0, section 2.
 */
import type { FindSize } from "./size.ts";

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
