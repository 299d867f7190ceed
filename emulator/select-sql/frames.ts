/**
 * Frames of a response: version and type, length, a checksum of the header that is 0, the payload, which begins with
 * the position reached in the object, and the CRC-32 of the payload.
 *
 * Pure. Source: docs «SelectObject», frames; the readers of go1's and oss2's SDK.
 */
import { crc32 } from "node:zlib";

const VERSION = 1;
const TYPES = {
	data: 0x800001,
	continuous: 0x800004,
	end: 0x800005,
	csvMetaEnd: 0x800006,
	jsonMetaEnd: 0x800007,
} as const;

export const dataFrame = (scanned: number, text: string): Buffer =>
	frame("data", long(scanned), Buffer.from(text));

/** A frame that keeps the connection alive and reports the position. */
export const continuousFrame = (scanned: number): Buffer =>
	frame("continuous", long(scanned));

export const endFrame = (
	scanned: number,
	status: number,
	message = "",
): Buffer =>
	frame("end", long(scanned), long(scanned), int(status), Buffer.from(message));

export const csvMetaEndFrame = (
	scanned: number,
	splits: number,
	{ rows, columns }: { readonly rows: number; readonly columns: number },
): Buffer =>
	frame("csvMetaEnd", ...metaEnd(scanned, splits, rows), int(columns));

export const jsonMetaEndFrame = (
	scanned: number,
	splits: number,
	{ rows }: { readonly rows: number },
): Buffer => frame("jsonMetaEnd", ...metaEnd(scanned, splits, rows));

const metaEnd = (scanned: number, splits: number, rows: number): Buffer[] => [
	long(scanned),
	long(scanned),
	int(200),
	int(splits),
	long(rows),
];

function frame(type: keyof typeof TYPES, ...parts: readonly Buffer[]): Buffer {
	const payload = Buffer.concat(parts);
	return Buffer.concat([
		int(VERSION * 2 ** 24 + TYPES[type]),
		int(payload.length),
		int(0),
		payload,
		int(crc32(payload)),
	]);
}

function int(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}

function long(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(BigInt(value));
	return bytes;
}
