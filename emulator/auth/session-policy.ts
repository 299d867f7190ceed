/**
 * The policy a session was given when its role was assumed.
 *
 * Pure.
 */
import type { Caller } from "../oss/request.ts";
import { readPolicy } from "./policy/document.ts";
import type { NamedPolicy } from "./policy/judge.ts";

/** @returns undefined for who is no session, and for a session that may what its role may */
export function sessionPolicy({ identity }: Caller): NamedPolicy | undefined {
	if (identity?.kind !== "AssumedRoleUser" || identity.policy === undefined)
		return undefined;
	const policy = readPolicy(identity.policy, "identity");
	return { name: "the session policy", policy };
}
