/**
 * Decides by policies whether a caller may perform an action, in OSS's order: the session policy, then the policies
 * of the user or role and of the bucket together, where any Deny wins. Without a matching statement the ACLs decide.
 *
 * Pure. Source: docs «Authentication» of OSS (its flow of a request), «Policy evaluation process» of RAM.
 */
import type { Caller } from "../../oss/request.ts";
import {
	IMPLICIT_DENY,
	type Judgement,
	judge,
	type NamedPolicy,
} from "./judge.ts";
import { matchesPrincipals } from "./principal.ts";
import type { AccessQuestion } from "./question.ts";

export type Policies = {
	/** The session policy, if the session has one: it limits the other policies. */
	readonly session: NamedPolicy | undefined;
	/** The policies of the RAM user or role; they count if its account owns the resource. */
	readonly identity: readonly NamedPolicy[];
	readonly bucket: NamedPolicy | undefined;
};

export type PolicyRule = "session policy" | "identity policy" | "bucket policy";

/** A policy and its decision. */
export type Ruling = {
	readonly rule: PolicyRule;
	readonly judgement: Judgement;
};

export type Decision = {
	/** undecided: no policy has a matching statement. */
	readonly outcome: "granted" | "refused" | "undecided";
	/** The decisive policies. */
	readonly rulings: readonly Ruling[];
};

export function decide(
	caller: Caller,
	question: AccessQuestion,
	{ session, identity, bucket }: Policies,
): Decision {
	const ofSession = rule(
		"session policy",
		session && judge([session], question),
	);
	if (session && ofSession.judgement.verdict !== "allow")
		return { outcome: "refused", rulings: [ofSession] };

	const { owner } = question.resource;
	const isOwn = caller.identity !== undefined && caller.uid === owner;
	const rulings = [
		rule("identity policy", isOwn ? judge(identity, question) : undefined),
		rule("bucket policy", bucket && judgeBucket(bucket, caller, question)),
	];
	const denials = rulings.filter(withVerdict("explicit deny"));
	if (denials.length > 0) return { outcome: "refused", rulings: denials };
	const allowances = rulings.filter(withVerdict("allow"));
	if (allowances.length > 0) return { outcome: "granted", rulings: allowances };
	return { outcome: "undecided", rulings };
}

const rule = (
	name: PolicyRule,
	judgement: Judgement = IMPLICIT_DENY,
): Ruling => ({ rule: name, judgement });

const judgeBucket = (
	policy: NamedPolicy,
	caller: Caller,
	question: AccessQuestion,
): Judgement =>
	judge([policy], question, (statement) =>
		matchesPrincipals(statement, caller, question.resource.owner),
	);

const withVerdict =
	(verdict: Judgement["verdict"]) =>
	({ judgement }: Ruling): boolean =>
		judgement.verdict === verdict;
