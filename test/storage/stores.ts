/**
 * Stores for tests: a separate one for each test, on disk or in memory, removed afterwards.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext } from "node:test";
import { storeProtocol } from "../../emulator/operations/store-protocol.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import {
	openStore as openUntracked,
	type StoreOptions,
} from "../../emulator/storage/open-store.ts";
import type { Store } from "../../emulator/storage/store.ts";
import type {
	Expected,
	NewObject,
	StoredObject,
	Versioning,
} from "../../emulator/storage/types.ts";

export const BUCKET = "photos";
export const NOW = new Date("2024-05-06T07:08:09Z");

export type Opened = {
	readonly store: Store;
	/** null for a store in memory. */
	readonly folder: string | null;
};
export type Open = (t: TestContext, versioning?: Versioning) => Promise<Opened>;

/** Runs the same tests with a store on disk and with one in memory. */
export function suiteOverBoth(name: string, tests: (open: Open) => void): void {
	suite(`${name}, on disk`, () =>
		tests((t, versioning) => openWithBucket(t, makeFolder(t), versioning)));
	suite(`${name}, in memory`, () =>
		tests((t, versioning) => openWithBucket(t, null, versioning)));
}

async function openWithBucket(
	t: TestContext,
	folder: string | null,
	versioning: Versioning = "",
): Promise<Opened> {
	const store = await openStore(t, { folder });
	await makeBucket(store, BUCKET);
	await store.buckets.change(BUCKET, { versioning });
	return { store, folder };
}

type Step = () => void | Promise<void>;

const undo = new WeakMap<TestContext, Step[]>();

/** Runs clean-up steps after the test in reverse order, because `t.after` would remove the folder before the store. */
function finallyDo(t: TestContext, step: Step): void {
	const known = undo.get(t);
	const steps = known ?? [];
	steps.unshift(step);
	if (known) return;
	undo.set(t, steps);
	t.after(async () => {
		for (const each of steps) await each();
	});
}

/** A folder that is removed after the test. */
export function makeFolder(t: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
	finallyDo(t, () => rmSync(folder, { recursive: true, force: true }));
	return join(folder, "data");
}

/** Opens a store, which is closed before its folder is removed. The errors that it reports fail the test. */
export async function openStore(
	t: TestContext,
	options: Partial<StoreOptions>,
): Promise<Store> {
	const reported: unknown[] = [];
	const store = await openUntracked({
		folder: null,
		durable: false,
		files: false,
		protocol: storeProtocol,
		report: (error) => reported.push(error),
		...options,
	});
	let open = true;
	const close = store.close.bind(store);
	store.close = async () => {
		open = false;
		await close();
	};
	finallyDo(t, async () => {
		if (open) await store.close();
		assert.deepEqual(reported, []);
	});
	return store;
}

export const makeBucket = (store: Store, name: string) =>
	store.buckets.create({
		name,
		owner: "1000000000000001",
		created: NOW,
		acl: "private",
		storageClass: "Standard",
		redundancy: "LRS",
		location: "oss-cn-hangzhou",
	});

export const newObject = (
	key: string,
	more: Partial<NewObject> = {},
): NewObject => ({
	bucket: BUCKET,
	key,
	properties: {
		contentType: "text/plain",
		headers: {},
		userMetadata: {},
		tags: {},
	},
	acl: "default",
	modified: NOW,
	forbidOverwrite: false,
	...more,
});

export const put = (
	store: Store,
	key: string,
	content: Buffer | string,
	more: Partial<NewObject> = {},
	expected: Expected = {},
): Promise<StoredObject> =>
	store.objects.put(newObject(key, more), chunked(content), expected);

/** @returns a body as it arrives from the network, in chunks of 64 KiB */
export async function* chunked(
	content: Buffer | string,
): AsyncGenerator<Buffer> {
	const bytes = Buffer.from(content);
	for (let at = 0; at < bytes.length; at += 65_536)
		yield bytes.subarray(at, at + 65_536);
}

/** @returns bytes that depend only on the arguments, and differ for different arguments */
export function bytes(size: number, seed = 0): Buffer {
	const content = Buffer.alloc(size);
	let state = seed * 2_654_435_761 + 1;
	for (let i = 0; i < size; i++) {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		content[i] = state >>> 24;
	}
	return content;
}

/** A generator of reproducible pseudo-random numbers from 0 to `below`. */
export function dice(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) % below;
	};
}

/** The bytes of an object, or a range of them; undefined if the object does not exist. */
export async function read(
	store: Store,
	key: string,
	range: { first?: number; last?: number; versionId?: string } = {},
): Promise<Buffer | undefined> {
	const found = await store.objects.open(BUCKET, key, range.versionId);
	return found && drain(found.content.read(range.first, range.last));
}

export async function drain(
	content: Buffer | AsyncIterable<Buffer>,
): Promise<Buffer> {
	if (Buffer.isBuffer(content)) return content;
	const chunks: Buffer[] = [];
	for await (const chunk of content) chunks.push(chunk);
	return Buffer.concat(chunks);
}

/** Compares bytes; a failure shows sizes and digests instead of the bytes. */
export function assertBytes(
	actual: Buffer | undefined,
	expected: Buffer | string,
): void {
	const expectedBytes = Buffer.from(expected);
	if (actual && expectedBytes.equals(actual)) return;
	assert.deepEqual(actual && sketch(actual), sketch(expectedBytes));
}

const sketch = (content: Buffer) => ({
	size: content.length,
	md5: md5(content),
});

/** @returns OSS's ETag, computed by Node's MD5 */
export const md5 = (content: Buffer | string): string =>
	createHash("md5").update(content).digest("hex").toUpperCase();

export const md5Base64 = (content: Buffer | string): string =>
	createHash("md5").update(content).digest("base64");

/** The files below `blobs` and `incoming`, after all removals have finished. */
export async function blobFiles({ store, folder }: Opened): Promise<string[]> {
	await store.settled();
	return folder === null
		? []
		: ["blobs", "incoming"].flatMap((name) => filesIn(join(folder, name)));
}

/**
 * Overwrites pages of a closed database that hold rows of objects. It must have more than 203 pages.
 *
 * @returns its new content
 */
export function damagePages(database: string): Buffer {
	const content = readFileSync(database);
	content.fill(0xa5, 200 * 4096, 203 * 4096);
	writeFileSync(database, content);
	return content;
}

export function filesIn(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => !entry.isDirectory())
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
}

export const isOssError =
	(code: OssError["code"], more: Partial<OssError> = {}) =>
	(error: unknown): true => {
		assert.ok(error instanceof OssError, String(error));
		const seen = { code: error.code };
		for (const name of Object.keys(more))
			Object.assign(seen, { [name]: Reflect.get(error, name) });
		assert.deepEqual(seen, { code, ...more });
		return true;
	};
