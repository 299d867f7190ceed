/**
 * Writes an object's content to a separate file.
 */
import {
	closeSync,
	constants,
	copyFileSync,
	openSync,
	readSync,
	statSync,
	utimesSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { codeOf } from "../../oss/code-of.ts";
import { blobPath } from "../content/disk-blobs.ts";
import type { PlainObject, PlainPiece, PlainSource } from "./plain-source.ts";

const COPIED_BYTES = 1024 * 1024;

/**
 * @param data the data folder
 * @returns false if the object changed meanwhile; then the file must not be used
 */
export function writeContent(
	file: string,
	object: PlainObject,
	source: PlainSource,
	data: string,
): boolean {
	const { content, modified_ms } = object;
	if (content === null) writeFileSync(file, object.data ?? "");
	else if (
		!ignoreMissingBlob(() => writePieces(file, content, object, source, data))
	)
		return false;
	const modified = new Date(modified_ms);
	utimesSync(file, modified, modified);
	return true;
}

/** A blob is removed when no row refers to it: the object has changed meanwhile. */
function ignoreMissingBlob(write: () => boolean): boolean {
	try {
		return write();
	} catch (error) {
		if (codeOf(error) === "ENOENT") return false;
		throw error;
	}
}

function writePieces(
	file: string,
	content: string,
	{ size }: PlainObject,
	source: PlainSource,
	data: string,
): boolean {
	const pieces = source.pieces(content);
	const sizes = pieces.reduce((sum, piece) => sum + piece.size, 0);
	if (sizes !== size) return false;
	const [only] = pieces;
	if (pieces.length === 1 && only?.file) {
		const blob = blobPath(data, only.file);
		if (statSync(blob).size === size) {
			// If the file system supports it, the copy shares the blob's blocks until one of them is written to.
			copyFileSync(blob, file, constants.COPYFILE_FICLONE);
			return true;
		}
	}
	return joinPieces(file, pieces, (piece, target) => {
		if (piece.file) return copyBytes(blobPath(data, piece.file), piece, target);
		const bytes = source.dataOf(content, piece);
		if (bytes) writeSync(target, bytes);
		return bytes !== undefined;
	});
}

function joinPieces(
	file: string,
	pieces: readonly PlainPiece[],
	write: (piece: PlainPiece, target: number) => boolean,
): boolean {
	const target = openSync(file, "w");
	try {
		return pieces.every((piece) => write(piece, target));
	} finally {
		closeSync(target);
	}
}

function copyBytes(
	blob: string,
	{ offset, size }: PlainPiece,
	target: number,
): boolean {
	const buffer = Buffer.allocUnsafe(Math.min(size, COPIED_BYTES));
	const from = openSync(blob, "r");
	try {
		for (let done = 0; done < size; ) {
			const wanted = Math.min(buffer.length, size - done);
			const read = readSync(from, buffer, 0, wanted, offset + done);
			if (read === 0) return false;
			writeSync(target, buffer, 0, read);
			done += read;
		}
		return true;
	} finally {
		closeSync(from);
	}
}
