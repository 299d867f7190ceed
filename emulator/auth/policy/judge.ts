/**
 * Combines policies of one kind: a matching Deny wins, then a matching Allow; without either, the action is not
 * allowed.
 *
 * Pure. Source: docs «Policy evaluation process».
 */

import type { Policy, Statement } from "./document.ts";
import type { AccessQuestion } from "./question.ts";
import { appliesTo } from "./statement.ts";

export type NamedPolicy = {
	/** Display name: `session policy`, `policy 1 of role app`. */
	readonly name: string;
	readonly policy: Policy;
};

/** The statement that decided. */
export type Place = {
	readonly policy: string;
	/** Number of the statement in the policy, from 1. */
	readonly statement: number;
};

export type Judgement =
	| { readonly verdict: "allow" | "explicit deny"; readonly by: Place }
	| { readonly verdict: "implicit deny" };

export const IMPLICIT_DENY: Judgement = { verdict: "implicit deny" };

/** @param concerns whether a statement applies to the caller */
export function judge(
	policies: readonly NamedPolicy[],
	question: AccessQuestion,
	concerns: (statement: Statement) => boolean = () => true,
): Judgement {
	let allowedBy: Place | undefined;
	for (const { name, policy } of policies) {
		for (const [index, statement] of policy.entries()) {
			const isAllow = statement.effect === "Allow";
			if (isAllow && allowedBy) continue;
			if (!concerns(statement) || !appliesTo(statement, question)) continue;
			const by = { policy: name, statement: index + 1 };
			if (!isAllow) return { verdict: "explicit deny", by };
			allowedBy = by;
		}
	}
	return allowedBy ? { verdict: "allow", by: allowedBy } : IMPLICIT_DENY;
}
