/**
 * Determines how much of SQLite's write-ahead log is intact, without SQLite: opening the database would ignore the
 * rest of a damaged log, and then delete it.
 *
 * After a kill, the index of the log, a file that is used as shared memory, still has the number of committed frames.
 * After a restart of the machine it cannot be trusted.
 *
 * Source: SQLite's «WAL-mode File Format».
 */
import { existsSync, readFileSync } from "node:fs";
import { endianness } from "node:os";

type Log = {
	/** The number of frames up to the last readable commit. */
	readonly committed: number;
	/** Whether unreadable commits follow. */
	readonly isBroken: boolean;
	/** 8 bytes that change when SQLite restarts the log, in hex. */
	readonly salt: string;
};

type Index = Pick<Log, "committed" | "salt">;

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const INDEX_BYTES = 48;
const INDEX_VERSION = 3_007_000;
/** The last bit gives the byte order of the checksums. */
const MAGIC = 0x377f0682;

/**
 * Whether a log that was not emptied cleanly is known to have lost commits.
 *
 * @param database the path of the database file
 * @param sameBoot whether the machine has not been restarted since
 * @param durable whether commits were synced before they were acknowledged: then commits that a power cut damaged
 *   at the end of the log had not been acknowledged
 */
export function hasLostCommits(
	database: string,
	{
		sameBoot,
		durable,
	}: { readonly sameBoot: boolean; readonly durable: boolean },
): boolean {
	const log = readLog(`${database}-wal`);
	const index = sameBoot ? readIndex(`${database}-shm`) : undefined;
	if (!index)
		return (
			log === undefined ||
			(log.isBroken && (sameBoot || !durable)) ||
			(log.salt === "" && sameBoot)
		);
	if (index.committed === 0) return false;
	return log?.salt !== index.salt || log.committed < index.committed;
}

/** @returns undefined if there is no log; a log that was emptied cleanly has no salt */
function readLog(path: string): Log | undefined {
	if (!existsSync(path)) return undefined;
	const bytes = readFileSync(path);
	if (bytes.length < HEADER_BYTES)
		return { committed: 0, isBroken: false, salt: "" };
	const magic = bytes.readUInt32BE(0);
	const salt = bytes.toString("hex", 16, 24);
	const headerSum = new Checksum((magic & 1) === 0).add(bytes, 0, 24);
	if (magic >>> 1 !== MAGIC >>> 1 || !headerSum.isAt(bytes, 24))
		return { committed: 0, isBroken: true, salt };
	const frame = FRAME_HEADER_BYTES + bytes.readUInt32BE(8);
	let committed = 0;
	let isBroken = false;
	let isWhole = true;
	for (
		let at = HEADER_BYTES, number = 1;
		at + frame <= bytes.length;
		at += frame, number++
	) {
		// Frames of the previous log follow the last frame.
		if (bytes.toString("hex", at + 8, at + 16) !== salt) break;
		isWhole &&= headerSum
			.add(bytes, at, at + 8)
			.add(bytes, at + FRAME_HEADER_BYTES, at + frame)
			.isAt(bytes, at + 16);
		const isCommit = bytes.readUInt32BE(at + 4) !== 0;
		if (isCommit && isWhole) committed = number;
		else if (isCommit) isBroken = true;
	}
	return { committed, isBroken, salt };
}

/** @returns undefined if there is no index or it is incomplete */
function readIndex(path: string): Index | undefined {
	if (!existsSync(path)) return undefined;
	const bytes = readFileSync(path);
	if (bytes.length < 2 * INDEX_BYTES) return undefined;
	const isLittle = endianness() === "LE";
	const number = (at: number): number =>
		isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
	const [first, second] = [0, INDEX_BYTES].map((at) =>
		bytes.subarray(at, at + INDEX_BYTES),
	);
	const sum = new Checksum(isLittle).add(bytes, 0, 40);
	const isWhole =
		number(0) === INDEX_VERSION &&
		first?.equals(second ?? first) &&
		sum.is(number(40), number(44));
	return isWhole
		? { committed: number(16), salt: bytes.toString("hex", 32, 40) }
		: undefined;
}

/** SQLite's checksum: two sums over pairs of 32-bit numbers. */
class Checksum {
	readonly #isLittle: boolean;
	#first = 0;
	#second = 0;

	constructor(isLittle: boolean) {
		this.#isLittle = isLittle;
	}

	add(bytes: Buffer, start: number, end: number): this {
		const view = new DataView(
			bytes.buffer,
			bytes.byteOffset + start,
			end - start,
		);
		for (let at = 0; at < view.byteLength; at += 8) {
			const word = view.getUint32(at, this.#isLittle);
			this.#first = (this.#first + word + this.#second) >>> 0;
			const other = view.getUint32(at + 4, this.#isLittle);
			this.#second = (this.#second + other + this.#first) >>> 0;
		}
		return this;
	}

	isAt(bytes: Buffer, at: number): boolean {
		return this.is(bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4));
	}

	is(first: number, second: number): boolean {
		return this.#first === first && this.#second === second;
	}
}
