/**
 * Reads the policy of a session, a RAM user or role, or a bucket. All have the same syntax; only bucket policies have
 * principals.
 *
 * The documentation of OSS does not mention `NotPrincipal`. It negates `Principal`, as `NotAction` negates `Action`,
 * because a statement that ignored it would include the callers that it excludes (A-963).
 *
 * Pure. Source: docs «Policy structure and syntax», «Policy elements» of RAM; «Bucket policy» of OSS; java1
 * BucketPolicyTest, which stores a statement without Principal; py2's suite, in which OSS reports such a policy as
 * public.
 */
import { OssError } from "../../oss/errors.ts";
import { isJsonObject, type JsonObject } from "../../oss/json-object.ts";
import { findOperator, type Operator } from "./operators.ts";

export type Condition = {
	readonly operator: Operator;
	readonly key: string;
	/** One matching value is enough. */
	readonly values: readonly string[];
};

/** `Action` or `NotAction`; so for `Resource` and `Principal`. */
export type Patterns = {
	readonly patterns: readonly string[];
	readonly isNegated: boolean;
};

export type Statement = {
	readonly effect: "Allow" | "Deny";
	readonly actions: Patterns;
	readonly resources: Patterns;
	/** Only in bucket policies; undefined means the owner of the policy. */
	readonly principals: Patterns | undefined;
	/** All of them must be met. */
	readonly conditions: readonly Condition[];
};

export type Policy = readonly Statement[];

/** The kind of the policy, which decides whether principals are allowed and a Version is required. */
export type PolicyKind = "identity" | "bucket";

/**
 * @param json the original text
 * @throws OssError InvalidPolicyDocument; STS has its own code for it
 */
export function readPolicy(json: string, kind: PolicyKind): Policy {
	const document = parse(json);
	if (!isJsonObject(document)) throw invalid("it is not a JSON object.");
	const { Version: version, Statement: statements } = document;
	// The version of a bucket policy is 1 by default, according to «put-bucket-policy».
	const isDefault = version === undefined && kind === "bucket";
	if (version !== "1" && !isDefault) throw invalid('Version must be "1".');
	if (!Array.isArray(statements) || statements.length === 0)
		throw invalid("Statement must be a list of at least one statement.");
	return statements.map((statement) => readStatement(statement, kind));
}

function invalid(what: string): OssError {
	return new OssError("InvalidPolicyDocument", {
		message: `Invalid Policy: ${what}`,
		ec: "",
	});
}

function parse(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		throw notJson(json);
	}
}

/**
 * The message of OSS's parser for a text that does not begin like JSON. No capture shows the message for other
 * mistakes, so the texts of form policies are used.
 */
function notJson(json: string): OssError {
	const [first = ""] = json.trimStart();
	return first === "" || /[[{"\-\dtfn]/.test(first)
		? invalid("Invalid JSON.")
		: new OssError("InvalidPolicyDocument", {
				message: `unknown char ${first}`,
				ec: "",
			});
}

function readStatement(statement: unknown, kind: PolicyKind): Statement {
	if (!isJsonObject(statement)) throw invalid("a statement must be an object.");
	const { Effect: effect, Condition: condition } = statement;
	if (effect !== "Allow" && effect !== "Deny")
		throw invalid("Effect must be Allow or Deny.");
	return {
		effect,
		actions: readPatterns(statement, "Action"),
		resources: readPatterns(statement, "Resource"),
		principals: readPrincipals(statement, kind),
		conditions: condition === undefined ? [] : readConditions(condition),
	};
}

function readPatterns(
	statement: JsonObject,
	name: "Action" | "Resource",
): Patterns {
	const [positive, negated] = [statement[name], statement[`Not${name}`]];
	if ((positive === undefined) === (negated === undefined))
		throw invalid(`a statement must have ${name} or Not${name}.`);
	const patterns = readStrings(positive ?? negated);
	if (!patterns || patterns.length === 0)
		throw invalid(`${name} must be a string or a list of strings.`);
	return { patterns, isNegated: negated !== undefined };
}

/** A single string counts as a list of one. */
function readStrings(value: unknown): readonly string[] | undefined {
	const list: readonly unknown[] = Array.isArray(value) ? value : [value];
	const strings = list.filter((item) => typeof item === "string");
	return strings.length === list.length ? strings : undefined;
}

function readPrincipals(
	{ Principal: positive, NotPrincipal: negated }: JsonObject,
	kind: PolicyKind,
): Patterns | undefined {
	const isNegated = negated !== undefined;
	const principal = positive ?? negated;
	if (kind === "identity") {
		if (principal === undefined) return undefined;
		throw invalid("Principal is allowed only in the policy of a bucket.");
	}
	if (positive !== undefined && isNegated)
		throw invalid("a statement cannot have both Principal and NotPrincipal.");
	if (principal === undefined) return { patterns: ["*"], isNegated };
	const patterns = readStrings(principal);
	if (!patterns)
		throw invalid("Principal must be a string or a list of strings.");
	return { patterns: patterns.length === 0 ? ["*"] : patterns, isNegated };
}

function readConditions(condition: unknown): Condition[] {
	if (!isJsonObject(condition)) throw invalid("Condition must be an object.");
	return Object.entries(condition).flatMap(([name, keys]) => {
		const operator = findOperator(name);
		if (!operator) throw invalid(`${name} is not a condition operator.`);
		if (!isJsonObject(keys)) throw invalid(`${name} must be an object.`);
		return Object.entries(keys).map(([key, value]) => ({
			operator,
			key,
			values: readValues(name, value),
		}));
	});
}

/** Numbers and booleans may be written without quotes. */
function readValues(operator: string, value: unknown): string[] {
	const list: readonly unknown[] = Array.isArray(value) ? value : [value];
	return list.map((item) => {
		if (!["string", "number", "boolean"].includes(typeof item))
			throw invalid(
				`${operator} must compare with a string or a list of strings.`,
			);
		return String(item);
	});
}
