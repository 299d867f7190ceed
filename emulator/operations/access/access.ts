/**
 * Checks whether a caller may perform an action in a bucket: the policies, of which a Deny wins, then ownership and the
 * ACLs, then whether the requester pays where that is required.
 *
 * The owner's own key is subject only to the bucket policy. With `--auth off` everything is allowed.
 *
 * Source: docs «Authentication» of OSS (the flow of a request), «Bucket policy».
 */
import type { Ask, Resource } from "../../auth/policy/ask.ts";
import {
	type Decision,
	decide,
	type Policies,
} from "../../auth/policy/decide.ts";
import { readPolicy } from "../../auth/policy/document.ts";
import type { NamedPolicy } from "../../auth/policy/judge.ts";
import { isPublicStatement } from "../../auth/policy/principal.ts";
import { refusedByPolicy } from "../../auth/policy/refusal.ts";
import { sessionPolicy } from "../../auth/ram.ts";
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import { type Caller, isAccount } from "../../oss/request.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { type Access, publicAclDenied, requireAcl } from "./access-lists.ts";
import { actionsOf, factsOf } from "./actions.ts";
import { isPublicAccessBlocked } from "./public-access-block.ts";
import { circumstancesOf, type DocumentRequest } from "./request-conditions.ts";
import { requirePayer } from "./requester-pays.ts";

/** @throws OssError AccessDenied unless the caller may do `action`, as a row of the table has it */
export const requireAccess = (
	emulator: Emulator,
	bucket: StoredBucket,
	asked: DocumentRequest,
	action: string,
): Promise<void> => requireAccessToEach(emulator, bucket, [asked], action);

/**
 * Of several keys in one bucket, by one caller.
 *
 * @throws OssError AccessDenied for the first that is refused
 */
export async function requireAccessToEach(
	emulator: Emulator,
	bucket: StoredBucket,
	all: readonly DocumentRequest[],
	action: string,
): Promise<void> {
	const [first] = all;
	if (!first || !emulator.checkSignatures) return;
	const access = await openAccess(emulator, bucket, first.caller);
	if (!isUnrestrictedOwner(access, action))
		for (const asked of all) await requireAllowed(access, asked, action);
	for (const asked of all)
		await requirePrivateAcl(emulator, bucket, asked, action);
}

/**
 * Reads a body on which rights depend. A caller without the right to `action` gets AccessDenied even if the body is
 * wrong in itself. Source: ossfs's test_error.py, for DeleteMultipleObjects; that the rights are those to a key called
 * `*`, when no key can be read, is a guess.
 *
 * @throws OssError AccessDenied, or what `read` throws
 */
export async function rightsBeforeBody<T>(
	emulator: Emulator,
	bucket: StoredBucket,
	asked: DocumentRequest,
	action: string,
	read: () => Promise<T>,
): Promise<T> {
	try {
		return await read();
	} catch (error) {
		await requireAccess(emulator, bucket, asked, action);
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

/** The policies of the caller's own; an account and an anonymous caller have none. */
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
	asked: DocumentRequest,
	action: string,
): Promise<void> {
	const { emulator, bucket, caller, policies } = access;
	const name = asked.key === "" ? bucket.name : `${bucket.name}/${asked.key}`;
	const resource = makeResource(bucket.location, bucket.owner, name);
	for (const one of actionsOf(action, asked)) {
		const ask = await makeAsk(emulator, policies, asked, one, resource);
		const decision = decide(caller, ask, policies);
		if (decision.outcome === "refused")
			throw refusedByPolicy(caller, ask, decision);
		if (decision.outcome === "undecided" && !isAccount(caller, bucket.owner))
			await requireOtherwise(access, asked, action, ask, decision);
	}
	await requirePayer(emulator, bucket, asked, { action, resource });
}

/**
 * As `requireAccess`, for operations without a bucket: an account's list of buckets, a new bucket.
 *
 * @param name of the resource: `*`, or the new bucket's
 * @throws OssError AccessDenied
 */
export async function requireServiceAccess(
	emulator: Emulator,
	asked: DocumentRequest,
	action: string,
	name: string,
): Promise<void> {
	const { caller } = asked;
	if (!emulator.checkSignatures) return;
	await requirePrivateAcl(emulator, { owner: caller.uid }, asked, action);
	if (caller.identity === undefined) return;
	const policies = { ...policiesOf(emulator, caller), bucket: undefined };
	const resource = makeResource(`oss-${emulator.region}`, caller.uid, name);
	const ask = await makeAsk(emulator, policies, asked, action, resource);
	const decision = decide(caller, ask, policies);
	if (decision.outcome !== "granted")
		throw refusedByPolicy(caller, ask, decision);
}

/**
 * As `requireAccess`, of a bucket behind a gateway: its policies and ACLs are decided on there, and only the caller's
 * own policies are known here. An account may do everything, and anonymous callers stay anonymous there.
 *
 * @throws OssError AccessDenied
 */
export async function requireIdentityAccess(
	emulator: Emulator,
	asked: DocumentRequest,
	action: string,
): Promise<void> {
	const { caller, bucket, key } = asked;
	if (!emulator.checkSignatures || caller.identity === undefined) return;
	const policies = { ...policiesOf(emulator, caller), bucket: undefined };
	const name = key === "" ? bucket || "*" : `${bucket}/${key}`;
	const resource = makeResource(`oss-${emulator.region}`, caller.uid, name);
	for (const one of actionsOf(action, asked)) {
		const ask = await makeAsk(emulator, policies, asked, one, resource);
		const decision = decide(caller, ask, policies);
		if (decision.outcome !== "granted")
			throw refusedByPolicy(caller, ask, decision);
	}
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

async function makeAsk(
	emulator: Emulator,
	{ session, identity, bucket }: Policies,
	asked: DocumentRequest,
	action: string,
	resource: Resource,
): Promise<Ask> {
	const all = [session, ...identity, bucket].filter((one) => one !== undefined);
	const circumstances = await circumstancesOf(emulator, asked, action, all);
	return { action, resource, circumstances };
}

/** Where no policy decides, ACLs do; for the owner's own users and sessions the refusal names the missing policy. */
async function requireOtherwise(
	access: Access,
	asked: DocumentRequest,
	action: string,
	ask: Ask,
	decision: Decision,
): Promise<void> {
	const { caller, bucket } = access;
	try {
		await requireAcl(access, asked, action, ask);
	} catch (error) {
		const isOwn = caller.identity !== undefined && caller.uid === bucket.owner;
		if (!(error instanceof OssError) || !isOwn) throw error;
		throw refusedByPolicy(caller, ask, decision);
	}
}

/** @param isPublicBlocked statements that allow the public are then ignored */
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
 * Refuses a public ACL where public access is blocked, also to the owner.
 *
 * @param place whose block counts; without a name the account's alone
 * @throws OssError AccessDenied. Source: a captured «Put public object acl is not allowed»; of a bucket the text was
 *   seen, its EC is taken from there
 */
export async function requirePrivateAcl(
	emulator: Emulator,
	place: { readonly name?: string; readonly owner: string },
	{ headers }: DocumentRequest,
	action: string,
): Promise<void> {
	const { aclHeader: header } = factsOf(action);
	if (!header || !headers[header]?.startsWith("public-")) return;
	if (!(await isPublicAccessBlocked(emulator, place))) return;
	throw publicAclDenied(header === "x-oss-acl" ? "bucket" : "object");
}
