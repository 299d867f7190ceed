/**
 * The values of a request that the conditions of policies compare.
 *
 * Source: docs «Authorization syntax and elements»: the table of condition keys; «Bool» of acs:SecureTransport, for
 * which an older page has the words HTTPS and HTTP.
 */

import type { NamedPolicy } from "../../auth/policy/judge.ts";
import type { ConditionValues } from "../../auth/policy/question.ts";
import type { Emulator } from "../../emulator.ts";
import { expiryTimeOf, type OssRequest } from "../../oss/request.ts";
import { bucketTags } from "../tagging/bucket-tagging.ts";
import { readTags, type Tags } from "../tagging/tags.ts";
import { factsOf } from "./actions.ts";

/** The part of a request that access depends on. */
export type AccessRequest = Pick<
	OssRequest,
	| "bucket"
	| "key"
	| "query"
	| "headers"
	| "caller"
	| "clientIp"
	| "scheme"
	| "receivedAt"
	| "expiryTime"
> & {
	/** The tags the request sets, when they are not in its headers. */
	readonly tags?: Tags;
};

const BUCKET_TAG = "oss:BucketTag/";
const EXISTING_TAG = "oss:ExistingObjectTag/";
const REQUEST_TAG = "oss:RequestObjectTag/";

/** @param policies the policies to evaluate; tags are looked up only if one of them has a condition on tags */
export async function conditionValuesOf(
	emulator: Emulator,
	request: AccessRequest,
	action: string,
	policies: readonly NamedPolicy[],
): Promise<ConditionValues> {
	const values = plainValues(request, action);
	const tags = await tagsOf(emulator, request, action, policies);
	return (key) => {
		for (const [prefix, own] of tags) {
			if (!key.startsWith(prefix)) continue;
			const name = key.slice(prefix.length);
			const value = Object.hasOwn(own, name) ? own[name] : undefined;
			return value === undefined ? undefined : [value];
		}
		return values.get(key);
	};
}

function plainValues(
	request: AccessRequest,
	action: string,
): ReadonlyMap<string, readonly string[]> {
	const { query, headers, caller, clientIp, scheme } = request;
	const { isListing } = factsOf(action);
	const known: Readonly<Record<string, string | undefined>> = {
		"acs:SourceIp": clientIp,
		"acs:CurrentTime": expiryTimeOf(request).toISOString(),
		"acs:UserAgent": headers["user-agent"],
		"acs:AccessId": caller.accessKeyId || undefined,
		"acs:MFAPresent": "false",
		"oss:Prefix": isListing ? (query.get("prefix") ?? "") : undefined,
		"oss:Delimiter": isListing ? (query.get("delimiter") ?? "") : undefined,
		"oss:x-oss-acl": headers["x-oss-acl"],
		"oss:x-oss-object-acl": headers["x-oss-object-acl"],
	};
	const values = new Map<string, readonly string[]>();
	for (const [key, value] of Object.entries(known))
		if (value !== undefined) values.set(key, [value]);
	const transport = scheme === "https" ? ["true", "HTTPS"] : ["false", "HTTP"];
	return values.set("acs:SecureTransport", transport);
}

async function tagsOf(
	emulator: Emulator,
	request: AccessRequest,
	action: string,
	policies: readonly NamedPolicy[],
): Promise<ReadonlyMap<string, Tags>> {
	const found = new Map<string, Tags>();
	if (mentions(policies, BUCKET_TAG))
		found.set(BUCKET_TAG, await bucketTags(emulator, request.bucket));
	if (mentions(policies, EXISTING_TAG))
		found.set(EXISTING_TAG, await existingTags(emulator, request, action));
	if (mentions(policies, REQUEST_TAG))
		found.set(
			REQUEST_TAG,
			request.tags ?? readTags(request.headers["x-oss-tagging"]),
		);
	return found;
}

const mentions = (policies: readonly NamedPolicy[], prefix: string): boolean =>
	policies.some(({ policy }) =>
		policy.some(({ conditions }) =>
			conditions.some(({ key }) => key.startsWith(prefix)),
		),
	);

/** The tags of the requested object; an object that is being written has no tags yet. */
async function existingTags(
	{ store }: Emulator,
	{ bucket, key, query }: AccessRequest,
	action: string,
): Promise<Tags> {
	if (key === "" || factsOf(action).makesObject) return {};
	const object = await store.objects.find(bucket, key, query.get("versionId"));
	return object?.properties.tags ?? {};
}
