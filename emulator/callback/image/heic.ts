/**
 * The size of a HEIC: the properties of its primary item, whose extent a clean aperture may reduce.
 *
 * A file has many items (tiles of a grid, thumbnails) and many extents. The boxes may follow the pixels.
 *
 * Pure. Source: ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, 6.5 and 9.3.
 */
import type { FindSize, ImageSize, ReadSome } from "./formats.ts";

const BOXES_MAX = 1000;

/** Size of the metadata; phones write less than 20 KiB. */
const META_BYTES_MAX = 256 * 1024;

export const heicSize: FindSize = async (readSome, contentBytes) => {
	const meta = await readMeta(readSome, contentBytes);
	if (!meta) return undefined;
	const boxes = readBoxes(meta.subarray(4));
	const primary = boxes.find(({ type }) => type === "pitm");
	const properties = boxes.find(({ type }) => type === "iprp");
	if (!primary || !properties) return undefined;
	return sizeOf(readItemId(primary.content), readBoxes(properties.content));
};

async function readMeta(
	readSome: ReadSome,
	contentBytes: number,
): Promise<Buffer | undefined> {
	let offset = 0;
	for (let boxes = 0; boxes < BOXES_MAX && offset < contentBytes; boxes++) {
		const head = await readSome(offset, 16);
		const { type, headBytes, bytes } = readHead(head, contentBytes - offset);
		if (bytes < headBytes || offset + bytes > contentBytes) return undefined;
		if (type === "meta")
			return bytes > META_BYTES_MAX
				? undefined
				: readSome(offset + headBytes, bytes - headBytes);
		offset += bytes;
	}
	return undefined;
}

type Box = { readonly type: string; readonly content: Buffer };

function readBoxes(bytes: Buffer): Box[] {
	const boxes: Box[] = [];
	let rest = bytes;
	while (rest.length >= 8 && boxes.length < BOXES_MAX) {
		const box = readHead(rest, rest.length);
		if (box.bytes < box.headBytes || box.bytes > rest.length) break;
		const content = rest.subarray(box.headBytes, box.bytes);
		boxes.push({ type: box.type, content });
		rest = rest.subarray(box.bytes);
	}
	return boxes;
}

/** A size of 0 stands for the rest of the file; 1 means that the size is in the eight bytes after the type. */
function readHead(
	bytes: Buffer,
	rest: number,
): { type: string; headBytes: number; bytes: number } {
	const size = bytes.readUInt32BE(0);
	const type = bytes.toString("latin1", 4, 8);
	if (size === 0) return { type, headBytes: 8, bytes: rest };
	if (size > 1 || bytes.length < 16) return { type, headBytes: 8, bytes: size };
	return { type, headBytes: 16, bytes: Number(bytes.readBigUInt64BE(8)) };
}

/** Two bytes in version 0, four in other versions; after version and flags. */
const readItemId = (pitm: Buffer): number =>
	number(pitm, 4, pitm[0] === 0 ? 2 : 4);

function sizeOf(item: number, iprp: readonly Box[]): ImageSize | undefined {
	const container = iprp.find(({ type }) => type === "ipco");
	const association = iprp.find(({ type }) => type === "ipma");
	if (!container || !association) return undefined;
	const all = readBoxes(container.content);
	const own = readAssociations(association.content, item).map(
		(index) => all[index - 1],
	);
	const extent = own.find((box) => box?.type === "ispe")?.content;
	const aperture = own.find((box) => box?.type === "clap")?.content;
	if (aperture)
		return { width: ratio(aperture, 0), height: ratio(aperture, 8) };
	return (
		extent && { width: number(extent, 4, 4), height: number(extent, 8, 4) }
	);
}

const ratio = (bytes: Buffer, at: number): number =>
	Math.round(number(bytes, at, 4) / Math.max(1, number(bytes, at + 4, 4)));

/** @returns the numbers, from 1, of the properties of an item */
function readAssociations(ipma: Buffer, item: number): number[] {
	const itemBytes = ipma[0] === 0 ? 2 : 4;
	const indexBytes = (ipma[3] ?? 0) & 1 ? 2 : 1;
	const essential = indexBytes === 2 ? 0x8000 : 0x80;
	let at = 8;
	while (at < ipma.length) {
		const isOurs = number(ipma, at, itemBytes) === item;
		const count = number(ipma, at + itemBytes, 1);
		at += itemBytes + 1;
		if (isOurs)
			return Array.from(
				{ length: count },
				(_, i) => number(ipma, at + i * indexBytes, indexBytes) % essential,
			);
		at += count * indexBytes;
	}
	return [];
}

/** 0 beyond the end. */
const number = (bytes: Buffer, at: number, length: number): number =>
	at + length <= bytes.length ? bytes.readUIntBE(at, length) : 0;
