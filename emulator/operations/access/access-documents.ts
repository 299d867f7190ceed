/**
 * The configuration documents that access depends on: the bucket's policy and tags, the payer, and whether
 * public access is blocked.
 *
 * Source: docs «PutBucketPolicy», «PutBucketRequestPayment», «PutBucketPublicAccessBlock», «PutBucketTags».
 */
import { readPolicy } from "../../auth/policy/document.ts";
import type { NamedPolicy } from "../../auth/policy/judge.ts";
import { isPublicStatement } from "../../auth/policy/principal.ts";
import type { Emulator } from "../../emulator.ts";
import { findDocument } from "../configurations/kind.ts";
import { REQUEST_PAYMENT } from "../configurations/switches.ts";
import { TAGGING } from "../tagging/bucket-tagging.ts";
import type { Tags } from "../tagging/tags.ts";
import {
	isAccountBlocked,
	PUBLIC_ACCESS_BLOCK,
} from "./public-access-block.ts";

/** @param isPublicBlocked statements that allow the public are then ignored */
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
	emulator: Pick<Emulator, "store">,
	{ name, owner }: { readonly name?: string; readonly owner: string },
): Promise<boolean> {
	const own =
		name === undefined
			? undefined
			: await findDocument(emulator, PUBLIC_ACCESS_BLOCK, name);
	return own?.BlockPublicAccess || isAccountBlocked(emulator, owner);
}

export async function isRequesterPaying(
	emulator: Pick<Emulator, "store">,
	bucket: string,
): Promise<boolean> {
	const found = await findDocument(emulator, REQUEST_PAYMENT, bucket);
	return found?.Payer === "Requester";
}

export async function bucketTags(
	emulator: Pick<Emulator, "store">,
	bucket: string,
): Promise<Tags> {
	if (!(await emulator.store.buckets.find(bucket))) return {}; // it is yet to be made
	const found = await findDocument(emulator, TAGGING, bucket);
	const tags = found?.TagSet.Tag ?? [];
	return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}
