/**
 * The state of a client's objects: the last acknowledged state, and the state that a pending request would cause. After
 * a kill, the objects must have one of the two completely.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createCRC64 } from "hash-wasm";
import type { Client } from "../client.ts";

/** null for an object that does not exist. */
export type State = {
	readonly content: Buffer;
	readonly tag: string;
	readonly isAppendable: boolean;
} | null;

type Entry = { known: State; pending: State | undefined };

export type Version = { readonly id: string; readonly md5: string };

const crc64 = await createCRC64();

export const md5Of = (content: Buffer): string =>
	createHash("md5").update(content).digest("hex").toUpperCase();

const crcOf = (content: Buffer): string =>
	String(BigInt(`0x${crc64.init().update(content).digest()}`));

export class Book {
	readonly #entries = new Map<string, Entry>();
	/** The acknowledged versions in the bucket with versioning, by key. */
	readonly versions = new Map<string, Version[]>();
	/** The callbacks whose answer an uploader has received since the last check, by path. */
	readonly callbacks = new Map<string, number>();

	/** @param path `/bucket/key` */
	stateOf(path: string): State {
		return this.#entry(path).known;
	}

	begin(path: string, next: State): void {
		this.#entry(path).pending = next;
	}

	acknowledge(path: string): void {
		const entry = this.#entry(path);
		if (entry.pending !== undefined) entry.known = entry.pending;
		entry.pending = undefined;
	}

	#entry(path: string): Entry {
		const entry = this.#entries.get(path) ?? {
			known: null,
			pending: undefined,
		};
		this.#entries.set(path, entry);
		return entry;
	}

	/** @returns the existing keys of a bucket */
	keysOf(bucket: string): string[] {
		return [...this.#entries]
			.filter(([path, { known }]) => path.startsWith(`/${bucket}/`) && known)
			.map(([path]) => path.slice(bucket.length + 2))
			.sort();
	}

	/**
	 * Reads everything, and records it as the acknowledged state. @throws AssertionError for lost or incomplete objects
	 */
	async check(oss: Client): Promise<void> {
		for (const [path, entry] of this.#entries) {
			const { status, body, headers } = await oss.get(path);
			const found =
				status === 404
					? null
					: { body, etag: headers.etag, crc: headers["x-oss-hash-crc64ecma"] };
			assert.ok(found === null || status === 200, `${path}: ${status}`);
			const { known, pending } = entry;
			const possible = pending === undefined ? [known] : [known, pending];
			const right = possible.find((state) => isSame(state, found?.body));
			assert.notEqual(
				right,
				undefined,
				`${path}: found ${sketch(found?.body)}, possible are ${possible.map((state) => sketch(state?.content)).join(", ")}`,
			);
			if (found) assert.equal(found.crc, crcOf(found.body), `${path}: CRC-64`);
			entry.known = right ?? null;
			entry.pending = undefined;
		}
		await this.#checkListing(oss, "plain");
		await this.#checkVersions(oss);
	}

	async #checkListing(oss: Client, bucket: string): Promise<void> {
		const { text } = await oss.get(`/${bucket}?list-type=2&max-keys=1000`);
		const keys = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(
			([, key = ""]) => key,
		);
		assert.deepEqual(keys.sort(), this.keysOf(bucket), "the listing");
	}

	async #checkVersions(oss: Client): Promise<void> {
		for (const [path, versions] of this.versions)
			for (const { id, md5 } of versions.slice(-20)) {
				const { status, body } = await oss.get(`${path}?versionId=${id}`);
				assert.equal(status, 200, `${path} version ${id}`);
				assert.equal(md5Of(body), md5, `${path} version ${id}`);
			}
	}
}

const isSame = (state: State, body: Buffer | undefined): boolean =>
	state === null ? body === undefined : body?.equals(state.content) === true;

const sketch = (content: Buffer | undefined): string =>
	content ? `${content.length} bytes ${md5Of(content).slice(0, 8)}` : "nothing";
