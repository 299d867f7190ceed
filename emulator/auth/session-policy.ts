/**
 * The policy that a session received when its role was assumed.
 *
 * Pure.
 */
import type { Caller } from "../oss/request.ts";
import { readPolicy } from "./policy/document.ts";
import type { NamedPolicy } from "./policy/judge.ts";

/** @returns undefined for callers that are not sessions, and for sessions without a policy of their own */
export function sessionPolicy({ identity }: Caller): NamedPolicy | undefined {
	if (identity?.kind !== "AssumedRoleUser" || identity.policy === undefined)
		return undefined;
	const policy = readPolicy(identity.policy, "identity");
	return { name: "the session policy", policy };
}
