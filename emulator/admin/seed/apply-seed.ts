/**
 * Brings an emulator into the state that a seed declares, completely or not at all.
 *
 * A seed is first tried on an empty store in memory, with empty objects, so that everything OSS refuses is found before
 * anything changes. A later failure, such as a full disk, is rolled back, except for overwritten objects. An object
 * that already exists as declared is not written again.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Emulator } from "../../emulator.ts";
import { Breaks } from "../../oss/breaks.ts";
import { OssError } from "../../oss/errors.ts";
import { JsonError, type JsonPlace } from "../../oss/json-place.ts";
import type { StoredObject } from "../../storage/types.ts";
import { ifRefused, performAsOwner, putBucketAsOwner } from "../as-owner.ts";
import { DOCUMENTS } from "../documents.ts";
import { contentTypeOf } from "./content-type.ts";
import { type ReadFaults, readFaults } from "./read-faults.ts";
import type {
	Seed,
	SeedBucket,
	SeedContent,
	SeedDocument,
	SeedObject,
} from "./read-seed.ts";
import { openScratchStore } from "./scratch-store.ts";

export type Applied = {
	readonly buckets: number;
	readonly objects: number;
	/** Number of objects that did not already exist as declared. */
	readonly written: number;
};

/** @throws JsonError with the place, before anything is changed */
export async function applySeed(
	emulator: Emulator,
	seed: Seed,
): Promise<Applied> {
	const faults = await checkSeed(emulator, seed);
	const undo: Undo[] = [];
	try {
		const written = await applyBuckets(emulator, seed, undo);
		for (const user of seed.ram.users) emulator.ram.putUser(user);
		for (const role of seed.ram.roles) emulator.ram.putRole(role);
		for (const fault of faults) emulator.faults.add(fault);
		return {
			buckets: seed.buckets.length,
			objects: seed.buckets.reduce(
				(sum, bucket) => sum + bucket.objects.length,
				0,
			),
			written,
		};
	} catch (error) {
		for (const step of undo.reverse()) await step();
		throw error;
	}
}

/**
 * @returns the faults that do not exist yet
 * @throws JsonError
 */
export async function checkSeed(
	emulator: Emulator,
	seed: Seed,
): Promise<ReadFaults> {
	for (const bucket of seed.buckets) await requireOwner(emulator, bucket);
	requireFreeKeys(emulator, seed);
	const faults = await readFaults(emulator, seed.faults);
	const scratch = await openScratchStore();
	try {
		const buckets = seed.buckets.map(withoutContent);
		await applyBuckets({ ...emulator, store: scratch }, { buckets }, []);
	} finally {
		await scratch.close();
	}
	return faults;
}

const withoutContent = (bucket: SeedBucket): SeedBucket => ({
	...bucket,
	objects: bucket.objects.map((object) => ({ ...object, content: NOTHING })),
});

const NOTHING: SeedContent = { bytes: Buffer.alloc(0) };

async function requireOwner(
	{ accounts, store }: Emulator,
	{ place, name, owner }: SeedBucket,
): Promise<void> {
	if (!accounts.has(owner))
		throw (place.find("owner") ?? place).wrong(`there is no account ${owner}`);
	const existing = await store.buckets.find(name);
	if (existing && existing.owner !== owner)
		throw (place.find("name") ?? place).wrong(
			`the bucket ${name} belongs to account ${existing.owner}`,
		);
}

function requireFreeKeys(
	{ accounts, ram }: Emulator,
	{ ram: seed }: Seed,
): void {
	for (const [index, user] of seed.users.entries())
		for (const { accessKeyId } of user.accessKeys) {
			const holder = ram.findKey(accessKeyId)?.user;
			const isOwn =
				holder?.name.toLowerCase() === user.name.toLowerCase() &&
				holder.account === user.account;
			if (isOwn || !accounts.find(accessKeyId)) continue;
			throw new JsonError(
				`ram.users[${index}]: key ${accessKeyId} already exists`,
			);
		}
}

type Undo = () => Promise<unknown>;

/** @returns the number of objects written */
async function applyBuckets(
	emulator: Emulator,
	{ buckets }: Pick<Seed, "buckets">,
	undo: Undo[],
): Promise<number> {
	let written = 0;
	for (const bucket of buckets) {
		await at(bucket.place, () => applyBucket(emulator, bucket, undo));
		for (const document of bucket.documents)
			await at(document.place, () =>
				applyDocument(emulator, bucket, document, undo),
			);
		for (const object of bucket.objects)
			if (
				await at(object.place, () =>
					applyObject(emulator, bucket, object, undo),
				)
			)
				written++;
	}
	return written;
}

/** Reports an error of OSS as an error at this place. */
async function at<T>(place: JsonPlace, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		throw place.wrong(`${error.code}: ${error.message}`);
	}
}

async function applyBucket(
	emulator: Emulator,
	{ name, owner, acl, versioning }: SeedBucket,
	undo: Undo[],
): Promise<void> {
	const { buckets } = emulator.store;
	const target = { account: owner, bucket: name };
	const existing = await buckets.find(name);
	undo.push(() =>
		existing
			? buckets.change(name, existing)
			: performAsOwner(emulator, { operation: "DeleteBucket", ...target }),
	);
	const isChanged = versioning !== "" && versioning !== existing?.versioning;
	await putBucketAsOwner(emulator, {
		...target,
		acl: acl || undefined,
		versioning: isChanged ? versioning : undefined,
	});
}

async function applyDocument(
	emulator: Emulator,
	{ name: bucket, owner: account }: SeedBucket,
	{ name, body }: SeedDocument,
	undo: Undo[],
): Promise<void> {
	const operations = DOCUMENTS.get(name);
	if (!operations) throw new TypeError(`no document ${name}`);
	const { put, get, remove } = operations;
	const target = { account, bucket };
	const before = await performAsOwner(emulator, { operation: get, ...target })
		.then((reply) => reply.body)
		.catch(ifRefused); // the document does not exist
	undo.push(async () => {
		if (Buffer.isBuffer(before))
			await performAsOwner(emulator, {
				operation: put,
				...target,
				body: before,
			});
		else if (remove !== undefined)
			await performAsOwner(emulator, { operation: remove, ...target });
	});
	await performAsOwner(emulator, { operation: put, ...target, body });
}

/** @returns whether the object was written, because it did not exist as declared */
async function applyObject(
	emulator: Emulator,
	{ name: bucket, owner: account }: SeedBucket,
	object: SeedObject,
	undo: Undo[],
): Promise<boolean> {
	const { key, content } = object;
	const existing = await emulator.store.objects.find(bucket, key);
	if (existing && (await isAsDeclared(emulator, existing, object)))
		return false;
	const target = { account, bucket, key };
	const body =
		"bytes" in content ? content.bytes : createReadStream(content.file);
	const { headers } = await performAsOwner(emulator, {
		operation: "PutObject",
		...target,
		body,
		headers: headersOf(object),
	});
	const versionId = headers["x-oss-version-id"];
	if (!existing || versionId)
		undo.push(() =>
			performAsOwner(emulator, {
				operation: "DeleteObject",
				...target,
				query: versionId ? { versionId } : {},
			}),
		);
	return true;
}

const typeOf = ({ key, contentType }: SeedObject): string =>
	contentType || contentTypeOf(key);

const headersOf = (object: SeedObject) => ({
	"content-type": typeOf(object),
	"x-oss-object-acl": object.acl || undefined,
	"x-oss-storage-class": object.storageClass || undefined,
	"x-oss-tagging": new URLSearchParams(object.tags).toString() || undefined,
	...Object.fromEntries(
		Object.entries(object.metadata).map(([name, value]) => [
			`x-oss-meta-${name.toLowerCase()}`,
			value,
		]),
	),
});

async function isAsDeclared(
	{ store }: Emulator,
	existing: StoredObject,
	declared: SeedObject,
): Promise<boolean> {
	const { storageClass } = await store.buckets.get(existing.bucket);
	const { contentType, userMetadata, tags } = existing.properties;
	return (
		existing.type === "Normal" &&
		existing.acl === (declared.acl || "default") &&
		existing.storageClass === (declared.storageClass || storageClass) &&
		contentType === typeOf(declared) &&
		isSame(userMetadata, declared.metadata) &&
		isSame(tags, declared.tags) &&
		(await hasContent(existing, declared.content))
	);
}

type Texts = Readonly<Record<string, string>>;

const isSame = (stored: Texts, declared: Texts): boolean =>
	toText(stored) === toText(declared);

const toText = (texts: Texts): string =>
	JSON.stringify(
		Object.entries(texts)
			.map(([name, value]) => [name.toLowerCase(), value])
			.sort(),
	);

/** The number of bytes between two breaks. */
const HASHED_BYTES = 1024 * 1024;

async function hasContent(
	{ size, etag }: StoredObject,
	content: SeedContent,
): Promise<boolean> {
	const md5 = createHash("md5");
	if ("bytes" in content) {
		const { bytes } = content;
		if (bytes.length !== size) return false;
		const breaks = new Breaks();
		for (let start = 0; start < size; start += HASHED_BYTES) {
			md5.update(bytes.subarray(start, start + HASHED_BYTES));
			await breaks.pause();
		}
	} else {
		if ((await stat(content.file)).size !== size) return false;
		for await (const chunk of createReadStream(content.file)) md5.update(chunk);
	}
	return md5.digest("hex").toUpperCase() === etag;
}
