/**
 * The configuration documents that have a say in who may do what: the bucket's policy and tags, who pays, and whether
 * public access is blocked.
 *
 * Source: docs «PutBucketPolicy», «PutBucketRequestPayment», «PutBucketPublicAccessBlock», «PutBucketTags».
 */
import { readPolicy } from "../auth/policy/document.ts";
import type { NamedPolicy } from "../auth/policy/judge.ts";
import { isPublicStatement } from "../auth/policy/principal.ts";
import type { Emulator } from "../emulator.ts";

/** @param isPublicBlocked what it allows to everybody does not count then */
export async function findBucketPolicy(
	{ store }: Emulator,
	name: string,
	isPublicBlocked: boolean,
): Promise<NamedPolicy | undefined> {
	const json = await store.configurations.find(name, "policy");
	if (json === undefined) return undefined;
	const all = readPolicy(json, "bucket");
	const policy = isPublicBlocked
		? all.filter((statement) => !isPublicStatement(statement))
		: all;
	return { name: `the policy of bucket ${name}`, policy };
}

/**
 * Whether it is blocked for the bucket itself, or for all that its owner has.
 *
 * @param place without a name: of the owner alone
 */
export async function isPublicAccessBlocked(
	{ store }: Emulator,
	{ name, owner }: { readonly name?: string; readonly owner: string },
): Promise<boolean> {
	const { configurations } = store;
	const own =
		name === undefined ? undefined : await configurations.find(name, BLOCK);
	return (
		isBlocked(own) ||
		isBlocked(await configurations.findOfAccount(owner, BLOCK))
	);
}

const BLOCK = "publicAccessBlock";

const isBlocked = (document: string | undefined): boolean =>
	String(member(read(document), "BlockPublicAccess")) === "true";

export async function isRequesterPaying(
	{ store }: Emulator,
	bucket: string,
): Promise<boolean> {
	const document = await store.configurations.find(bucket, "requestPayment");
	return member(read(document), "Payer") === "Requester";
}

export async function bucketTags(
	{ store }: Emulator,
	bucket: string,
): Promise<Readonly<Record<string, string>>> {
	if (!(await store.buckets.find(bucket))) return {}; // it is yet to be made
	const document = await store.configurations.find(bucket, "tagging");
	const tags: unknown = member(member(read(document), "TagSet"), "Tag");
	return Object.fromEntries(
		(Array.isArray(tags) ? tags : [tags]).map((tag) => [
			String(member(tag, "Key")),
			String(member(tag, "Value") ?? ""),
		]),
	);
}

/** Documents are kept as JSON of what their XML says. */
const read = (document: string | undefined): unknown =>
	document === undefined ? undefined : JSON.parse(document);

const member = (value: unknown, name: string): unknown =>
	typeof value === "object" && value !== null && Object.hasOwn(value, name)
		? Reflect.get(value, name)
		: undefined;
