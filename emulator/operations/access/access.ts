/**
 * Checks whether a caller may perform an action in a bucket: first the policies, where a Deny wins, then ownership and
 * the ACLs, then requester pays.
 *
 * The owner's own key is subject only to the bucket policy. With `--auth off` everything is allowed.
 *
 * Source: docs «Authentication» of OSS (the flow of a request), «Bucket policy».
 */

import {
	type Decision,
	decide,
	type Policies,
} from "../../auth/policy/decide.ts";
import { readPolicy } from "../../auth/policy/document.ts";
import type { NamedPolicy } from "../../auth/policy/judge.ts";
import { isPublicStatement } from "../../auth/policy/principal.ts";
import type { AccessQuestion, Resource } from "../../auth/policy/question.ts";
import { refusedByPolicy } from "../../auth/policy/refusal.ts";
import { sessionPolicy } from "../../auth/ram.ts";
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import { type Caller, isAccount } from "../../oss/request.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { type Access, publicAclDenied, requireAcl } from "./access-lists.ts";
import { actionsOf, factsOf } from "./actions.ts";
import { isPublicAccessBlocked } from "./public-access-block.ts";
import { type AccessRequest, conditionValuesOf } from "./request-conditions.ts";
import { requirePayer } from "./requester-pays.ts";

/** @throws OssError AccessDenied unless the caller may perform `action`, named as in the table */
export const requireAccess = (
	emulator: Emulator,
	bucket: StoredBucket,
	request: AccessRequest,
	action: string,
): Promise<void> => requireAccessToEach(emulator, bucket, [request], action);

/**
 * Like `requireAccess`, for several keys in one bucket.
 *
 * @throws OssError AccessDenied for the first key that is refused
 */
export async function requireAccessToEach(
	emulator: Emulator,
	bucket: StoredBucket,
	all: readonly AccessRequest[],
	action: string,
): Promise<void> {
	const [first] = all;
	if (!first || !emulator.checkSignatures) return;
	const access = await openAccess(emulator, bucket, first.caller);
	if (!isUnrestrictedOwner(access, action))
		for (const request of all) await requireAllowed(access, request, action);
	for (const request of all)
		await requirePrivateAcl(emulator, bucket, request, action);
}

/**
 * Reads a body on which the required rights depend. A caller without the right to `action` gets AccessDenied even if
 * the body is invalid. Source: ossfs's test_error.py, for DeleteMultipleObjects. If no key can be read, the rights to a
 * key named `*` are checked, which is a guess.
 *
 * @throws OssError AccessDenied, and the errors of `read`
 */
export async function readWithRights<T>(
	emulator: Emulator,
	bucket: StoredBucket,
	request: AccessRequest,
	action: string,
	read: () => Promise<T>,
): Promise<T> {
	try {
		return await read();
	} catch (error) {
		await requireAccess(emulator, bucket, request, action);
		throw error;
	}
}

async function openAccess(
	emulator: Emulator,
	bucket: StoredBucket,
	caller: Caller,
): Promise<Access> {
	const isPublicBlocked =
		!isAccount(caller, bucket.owner) &&
		(await isPublicAccessBlocked(emulator, bucket));
	const policies = {
		...policiesOf(emulator, caller),
		bucket: await findBucketPolicy(emulator, bucket.name, isPublicBlocked),
	};
	return { emulator, bucket, caller, policies, isPublicBlocked };
}

/** The caller's own policies; accounts and anonymous callers have none. */
const policiesOf = (
	{ ram }: Pick<Emulator, "ram">,
	caller: Caller,
): Pick<Policies, "session" | "identity"> =>
	caller.identity === undefined
		? { session: undefined, identity: [] }
		: { session: sessionPolicy(caller), identity: ram.policiesOf(caller) };

/** The owner, unless the bucket has a policy. */
const isUnrestrictedOwner = (
	{ caller, bucket, policies }: Access,
	action: string,
): boolean =>
	isAccount(caller, bucket.owner) &&
	(!policies.bucket || factsOf(action).ownerMayAlways === true);

async function requireAllowed(
	access: Access,
	request: AccessRequest,
	action: string,
): Promise<void> {
	const { emulator, bucket, caller, policies } = access;
	const name =
		request.key === "" ? bucket.name : `${bucket.name}/${request.key}`;
	const resource = makeResource(bucket.location, bucket.owner, name);
	for (const needed of actionsOf(action, request)) {
		const question = await makeQuestion(
			emulator,
			policies,
			request,
			needed,
			resource,
		);
		const decision = decide(caller, question, policies);
		if (decision.outcome === "refused")
			throw refusedByPolicy(caller, question, decision);
		if (decision.outcome === "undecided" && !isAccount(caller, bucket.owner))
			await requireAclAccess(access, request, action, question, decision);
	}
	await requirePayer(emulator, bucket, request, { action, resource });
}

/**
 * Like `requireAccess`, for operations without a bucket: an account's list of buckets, a new bucket.
 *
 * @param name the name of the resource: `*`, or the new bucket's name
 * @throws OssError AccessDenied
 */
export async function requireServiceAccess(
	emulator: Emulator,
	request: AccessRequest,
	action: string,
	name: string,
): Promise<void> {
	const { caller } = request;
	if (!emulator.checkSignatures) return;
	await requirePrivateAcl(emulator, { owner: caller.uid }, request, action);
	if (caller.identity === undefined) return;
	await requireGranted(emulator, request, action, name);
}

/**
 * Like `requireAccess`, for a bucket behind the gateway: OSS evaluates its policies and ACLs, and only the caller's own
 * policies are evaluated here. An account may do everything; anonymous requests are passed on as anonymous.
 *
 * @throws OssError AccessDenied
 */
export async function requireIdentityAccess(
	emulator: Emulator,
	request: AccessRequest,
	action: string,
): Promise<void> {
	const { caller, bucket, key } = request;
	if (!emulator.checkSignatures || caller.identity === undefined) return;
	const name = key === "" ? bucket || "*" : `${bucket}/${key}`;
	for (const needed of actionsOf(action, request))
		await requireGranted(emulator, request, needed, name);
}

/** The caller's own policies must allow the action on the resource with that name. @throws OssError AccessDenied */
async function requireGranted(
	emulator: Emulator,
	request: AccessRequest,
	action: string,
	name: string,
): Promise<void> {
	const { caller } = request;
	const policies = { ...policiesOf(emulator, caller), bucket: undefined };
	const resource = makeResource(`oss-${emulator.region}`, caller.uid, name);
	const question = await makeQuestion(
		emulator,
		policies,
		request,
		action,
		resource,
	);
	const decision = decide(caller, question, policies);
	if (decision.outcome !== "granted")
		throw refusedByPolicy(caller, question, decision);
}

const makeResource = (
	location: string,
	owner: string,
	name: string,
): Resource => ({
	service: "oss",
	regions: [location, location.replace(/^oss-/, "")],
	owner,
	name,
});

async function makeQuestion(
	emulator: Emulator,
	{ session, identity, bucket }: Policies,
	request: AccessRequest,
	action: string,
	resource: Resource,
): Promise<AccessQuestion> {
	const all = [session, ...identity, bucket].filter(
		(policy) => policy !== undefined,
	);
	const conditionValues = await conditionValuesOf(
		emulator,
		request,
		action,
		all,
	);
	return { action, resource, conditionValues };
}

/**
 * Checks the ACLs when no policy decides; for the owner's own users and sessions the refusal names the missing policy.
 */
async function requireAclAccess(
	access: Access,
	request: AccessRequest,
	action: string,
	question: AccessQuestion,
	decision: Decision,
): Promise<void> {
	const { caller, bucket } = access;
	try {
		await requireAcl(access, request, action, question);
	} catch (error) {
		const isOwn = caller.identity !== undefined && caller.uid === bucket.owner;
		if (!(error instanceof OssError) || !isOwn) throw error;
		throw refusedByPolicy(caller, question, decision);
	}
}

/** @param isPublicBlocked whether statements that allow public access are ignored */
async function findBucketPolicy(
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
 * Refuses a public ACL where public access is blocked, even to the owner.
 *
 * @param place a bucket and its owner; without `name`, only the account's block is considered
 * @throws OssError AccessDenied. Source: a captured «Put public object acl is not allowed». For a bucket only the text
 *   is known; the EC is that of the error for an object
 */
export async function requirePrivateAcl(
	emulator: Emulator,
	place: { readonly name?: string; readonly owner: string },
	{ headers }: AccessRequest,
	action: string,
): Promise<void> {
	const { aclHeader: header } = factsOf(action);
	if (!header || !headers[header]?.startsWith("public-")) return;
	if (!(await isPublicAccessBlocked(emulator, place))) return;
	throw publicAclDenied(header === "x-oss-acl" ? "bucket" : "object");
}
