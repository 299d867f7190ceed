/**
 * The error for a caller that policies refuse, and its explanation in the emulator's record.
 *
 * Pure. Source: captured refusals of sessions; ali-oss's test of them; EC 0003-00000001, 101, 201…203. Whether a
 * session gets 201 or 202 is a guess.
 */
import { type Explanation, OssError } from "../../oss/errors.ts";
import type { Caller } from "../../oss/request.ts";
import type { Decision, PolicyRule, Ruling } from "./decide.ts";
import { type AccessQuestion, writeResource } from "./question.ts";

/** @param decision a refusal, or an undecided result if no ACL allows the action either */
export function refusedByPolicy(
	caller: Caller,
	question: AccessQuestion,
	{ rulings }: Decision,
): OssError {
	const rules = rulings.map(({ rule }) => rule);
	const isExplicit = rulings.some(isExplicitDeny);
	const rule = rules.find((name) => name !== "bucket policy");
	const why = explain(caller, question, rule ?? "bucket policy", rulings);
	if (rule === undefined) {
		return new OssError("AccessDenied", {
			message: "Access denied by bucket policy.",
			ec: "0003-00000101",
			why,
		});
	}
	if (isExplicit && rules.length > 1) {
		const accessDenied = detail(caller, question, rule, why);
		return new OssError("AccessDenied", { ec: BOTH, accessDenied, why });
	}
	return caller.identity?.kind === "AssumedRoleUser"
		? new OssError("AccessDenied", {
				message: "Access denied by authorizer's policy.",
				ec: isExplicit ? EXPLICIT : IMPLICIT,
				accessDenied: detail(caller, question, rule, why),
				why,
			})
		: refusedUser(caller, question, isExplicit, why);
}

const EXPLICIT = "0003-00000201";
const IMPLICIT = "0003-00000202";
const BOTH = "0003-00000203";

const isExplicitDeny = ({ judgement }: Ruling): boolean =>
	judgement.verdict === "explicit deny";

const refusedUser = (
	caller: Caller,
	question: AccessQuestion,
	isExplicit: boolean,
	why: Explanation,
): OssError =>
	isExplicit
		? new OssError("AccessDenied", {
				ec: EXPLICIT,
				accessDenied: detail(caller, question, "identity policy", why),
				why,
			})
		: new OssError("AccessDenied", {
				message:
					"You have no right to access this object because of bucket acl.",
				ec: "0003-00000001",
				why,
			});

/** Source: a captured `AccessDeniedDetail`, its order included. */
function detail(
	caller: Caller,
	{ action }: AccessQuestion,
	rule: PolicyRule,
	why: Explanation,
): Readonly<Record<string, string>> {
	return {
		AuthPrincipalOwnerId: caller.uid,
		AuthPrincipalType: caller.identity?.kind ?? "Account",
		AuthPrincipalDisplayName: displayName(caller),
		NoPermissionType:
			why.verdict === "explicit deny" ? "ExplicitDeny" : "ImplicitDeny",
		PolicyType:
			rule === "session policy"
				? "SessionPolicy"
				: "AccountLevelIdentityBasedPolicy",
		AuthAction: action,
		// OSS encrypts it for RAM's DecodeDiagnosticMessage; here it is plain base64.
		EncodedDiagnosticMessage: Buffer.from(JSON.stringify(why)).toString(
			"base64",
		),
	};
}

function displayName({ uid, identity }: Caller): string {
	switch (identity?.kind) {
		case undefined:
			return uid;
		case "SubUser":
			return identity.id;
		case "AssumedRoleUser":
			return `${identity.role}:${identity.session}`;
	}
}

/** @param rulings those that led to the refusal: the explicit denials, or the policies without an Allow */
function explain(
	caller: Caller,
	question: AccessQuestion,
	rule: PolicyRule,
	rulings: readonly Ruling[],
): Explanation {
	const statements = rulings.flatMap(({ judgement }) =>
		judgement.verdict === "explicit deny" ? [judgement.by] : [],
	);
	const reason =
		statements.length > 0
			? statements.map(
					({ policy, statement }) =>
						`statement ${statement} of ${policy} denies`,
				)
			: [
					`no statement of ${list(rulings.map((ruling) => ruling.rule))} allows`,
				];
	return explanation(caller, question, {
		rule,
		verdict: statements.length > 0 ? "explicit deny" : "implicit deny",
		reason: list(reason),
		statements,
	});
}

const list = (items: readonly string[]): string => items.join(" and ");

type Grounds = Pick<Explanation, "rule" | "verdict"> & {
	/** The text before the action: `the bucket's ACL private does not allow`. */
	readonly reason: string;
	readonly statements?: Explanation["statements"];
};

export function explanation(
	caller: Caller,
	question: Pick<AccessQuestion, "action" | "resource">,
	{ rule, verdict, reason, statements = [] }: Grounds,
): Explanation {
	const [who, resource] = [describe(caller), writeResource(question.resource)];
	return {
		rule,
		verdict,
		action: question.action,
		resource,
		caller: who,
		statements,
		sentence: `${reason} ${question.action} on ${resource} to ${who}`,
	};
}

function describe({ uid, identity }: Caller): string {
	switch (identity?.kind) {
		case undefined:
			return uid === "" ? "an anonymous caller" : `account ${uid}`;
		case "SubUser":
			return `RAM user ${identity.name} of account ${uid}`;
		case "AssumedRoleUser":
			return `session ${identity.session} of role ${identity.role} of account ${uid}`;
	}
}
