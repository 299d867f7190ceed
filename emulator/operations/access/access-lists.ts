/**
 * Checks access by ACL for callers other than the bucket's owner.
 *
 * Source: docs «Bucket ACL», «Object ACL», «Block public access»; captures of AccessDenied and its EC in the spec.
 */

import type { Policies } from "../../auth/policy/decide.ts";
import type { AccessQuestion } from "../../auth/policy/question.ts";
import { explanation } from "../../auth/policy/refusal.ts";
import type { Emulator } from "../../emulator.ts";
import { type Explanation, OssError } from "../../oss/errors.ts";
import type { Caller } from "../../oss/request.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { factsOf } from "./actions.ts";
import type { AccessRequest } from "./request-conditions.ts";

/** The rules for one caller in one bucket. */
export type Access = {
	readonly emulator: Emulator;
	readonly bucket: StoredBucket;
	readonly caller: Caller;
	readonly policies: Policies;
	readonly isPublicBlocked: boolean;
};

/** @throws OssError AccessDenied unless ACLs allow `action` to everyone */
export async function requireAcl(
	{ emulator, bucket, caller, isPublicBlocked }: Access,
	{ key, query }: AccessRequest,
	action: string,
	question: AccessQuestion,
): Promise<void> {
	const { allowedBy } = factsOf(action);
	const isRead = allowedBy === "public-read";
	const why = (
		reason: string,
		rule: Explanation["rule"] = "acl",
	): Explanation =>
		explanation(caller, question, { rule, verdict: "implicit deny", reason });
	if (key === "") throw deniedBucket(caller.uid === "", why("no ACL allows"));
	if (allowedBy === undefined) throw deniedAction(action, why("no ACL allows"));
	const versionId = query.get("versionId");
	const object = await emulator.store.objects.find(bucket.name, key, versionId);
	const own = object && object.acl !== "default" ? object.acl : undefined;
	const acl = own ?? bucket.acl;
	const isPublic =
		acl === "public-read-write" || (acl === "public-read" && isRead);
	if (isPublic && !isPublicBlocked) return;
	const reason = isPublic
		? why(
				`public access is blocked, so that the ACL ${acl} does not allow`,
				"block public access",
			)
		: why(`the ${own ? "object" : "bucket"}'s ACL ${acl} does not allow`);
	throw own ? deniedByObject(isRead, reason) : deniedByBucket(reason);
}

const deniedBucket = (isAnonymous: boolean, why: Explanation): OssError =>
	isAnonymous
		? new OssError("AccessDenied", { ec: "0003-00000905", why })
		: new OssError("AccessDenied", {
				message: "The bucket you visit is not belong to you.",
				why,
			});

function deniedAction(action: string, why: Explanation): OssError {
	const { refusal } = factsOf(action);
	if (!refusal) return deniedByBucket(why);
	const { what, ec } = refusal;
	const message = `You do not have ${what} acl permission on this object.`;
	return new OssError("AccessDenied", { message, ec, why });
}

const deniedByBucket = (why: Explanation): OssError =>
	new OssError("AccessDenied", {
		message: "You have no right to access this object because of bucket acl.",
		ec: "0003-00000001",
		why,
	});

const deniedByObject = (isRead: boolean, why: Explanation): OssError =>
	new OssError("AccessDenied", {
		message: `You do not have ${isRead ? "read" : "write"} permission on this object.`,
		ec: isRead ? "0003-00000005" : "0003-00000006",
		why,
	});

export const publicAclDenied = (what: "bucket" | "object"): OssError =>
	new OssError("AccessDenied", {
		message: `Put public ${what} acl is not allowed`,
		ec: "0016-00000901",
	});
