/**
 * The principals of a bucket policy's statement, and whether it makes the bucket public.
 *
 * Pure. Source: docs «Bucket policy» (`*` includes the bucket's owner only with a Condition), «Block public access»
 * (which policies count as public).
 */
import { type Caller, isAccount } from "../../oss/request.ts";
import type { Policy, Statement } from "./document.ts";
import { matches } from "./wildcard.ts";

/** @param owner uid of the bucket's owner */
export function matchesPrincipals(
	{ principals, conditions }: Statement,
	caller: Caller,
	owner: string,
): boolean {
	if (!principals) return false;
	const { patterns, isNegated } = principals;
	const isInAll = conditions.length > 0 || !isAccount(caller, owner);
	if (isNegated)
		return (
			isInAll && !patterns.some((item) => item === "*" || names(item, caller))
		);
	return patterns.some((item) =>
		item === "*" ? isInAll : names(item, caller),
	);
}

function names(principal: string, { uid, identity }: Caller): boolean {
	switch (identity?.kind) {
		case undefined:
			return principal === uid && uid !== "";
		case "SubUser":
			return principal === identity.id;
		case "AssumedRoleUser":
			return namesSession(principal, uid, identity);
	}
}

/** `arn:sts::<account>:assumed-role/<role>/<session>`: the role in lower case, the session or `*`. */
function namesSession(
	principal: string,
	uid: string,
	{ role, session }: { readonly role: string; readonly session: string },
): boolean {
	const prefix = `arn:sts::${uid}:assumed-role/${role.toLowerCase()}/`;
	const head = principal.slice(0, prefix.length);
	return (
		head.toLowerCase() === prefix.toLowerCase() &&
		matches(principal.slice(prefix.length), session)
	);
}

/** Condition keys that restrict a statement to known callers, unless their value is a pattern. */
const LIMITING_KEYS = new Set([
	"acs:AccessId",
	"acs:SourceIp",
	"acs:SourceVpc",
	"acs:SourceVpcId",
]);

/** Only a few keys are documented to make a statement non-public. */
export const isPublicStatement = ({
	effect,
	principals,
	conditions,
}: Statement): boolean =>
	effect === "Allow" &&
	principals !== undefined &&
	principals.patterns.includes("*") !== principals.isNegated &&
	!conditions.some(
		({ key, operator, values }) =>
			LIMITING_KEYS.has(key) &&
			!operator.isNegated &&
			!values.some((value) => value.includes("*")),
	);

/** The result of GetBucketPolicyStatus; blocking public access forbids such policies. */
export const isPublic = (policy: Policy): boolean =>
	policy.some(isPublicStatement);
