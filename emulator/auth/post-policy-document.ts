/**
 * Reads the policy of a PostObject: the conditions on the form's fields and on the file's size.
 *
 * OSS has one message, «Invalid JSON. », for values of the wrong type (a capture, with a content-length-range of
 * strings); the emulator's record states which value is wrong.
 *
 * Pure. Source: docs «PostObject», appendix on the policy; EC 0006-00000201…227 (their pages' examples are tests); docs
 * «PostObject errors»; java1 PostPolicyTest. The other texts that start with «Invalid Policy:» are guesses, except the
 * one on simple conditions (A-109).
 */
import { isUtf8 } from "node:buffer";
import { decodeBase64 } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import { isJsonObject } from "../oss/json-object.ts";
import { readTime } from "../oss/times.ts";
import { describeJsonError } from "./json-fault.ts";

/** Allowed size of the file in bytes, bounds included. */
export type SizeRange = { readonly min: number; readonly max: number };

export type Condition = {
	readonly mode: "eq" | "starts-with" | "in" | "not-in";
	/** Lower-case, without `$`. */
	readonly name: string;
	/** One value, except for `in` and `not-in`. */
	readonly values: readonly string[];
};

export type Policy = {
	readonly conditions: readonly Condition[];
	/** The intersection of all `content-length-range`s. */
	readonly size: SizeRange;
};

/**
 * @param text base64, as in the form
 * @throws OssError InvalidPolicyDocument; AccessDenied when it has expired (A-110: some sources say
 *   InvalidPolicyDocument)
 */
export function readPolicy(text: string, now: Date): Policy {
	const { expiration, conditions } = requireMembers(parseJson(decode(text)));
	if (now > readExpiration(expiration)) {
		throw new OssError("AccessDenied", {
			message: "Invalid according to Policy: Policy expired.",
			ec: "0006-00000213",
		});
	}
	if (!Array.isArray(conditions))
		throw wrongType("214", "conditions must be a list.");
	if (conditions.length === 0)
		throw invalid("215", "conditions must not be empty.");
	const entries = conditions.map(readEntry);
	const sizes = entries.filter((entry) => "max" in entry);
	return {
		conditions: entries.filter((entry) => "mode" in entry),
		size: {
			min: sizes.reduce((minimum, { min }) => Math.max(minimum, min), 0),
			max: sizes.reduce(
				(maximum, { max }) => Math.min(maximum, max),
				Number.POSITIVE_INFINITY,
			),
		},
	};
}

function invalid(ec: string, what: string): OssError {
	return new OssError("InvalidPolicyDocument", {
		message: `Invalid Policy: ${what}`,
		ec: `0006-00000${ec}`,
	});
}

function wrongType(ec: string, what: string): OssError {
	const error = invalid(ec, "Invalid JSON. ");
	error.diagnosis = `in the policy, ${what}`;
	return error;
}

function decode(text: string): string {
	const bytes = decodeBase64(text);
	if (!bytes || !isUtf8(bytes))
		throw wrongType("201", "the text is not base64 of UTF-8.");
	return bytes.toString();
}

/** The docs list `\$` as an escape of JSON, but it is not valid in JSON. */
function parseJson(text: string): unknown {
	const json = text.replaceAll(/\\[\s\S]/g, (pair) =>
		pair === "\\$" ? "$" : pair,
	);
	try {
		return JSON.parse(json);
	} catch (error) {
		const fault = describeJsonError(json);
		const refusal = invalid(
			"201",
			`Invalid JSON${fault ? `: ${fault}` : ". "}`,
		);
		// The platform's message contains the position.
		refusal.diagnosis = `the policy is not JSON: ${error instanceof Error ? error.message : ""}`;
		throw refusal;
	}
}

function requireMembers(policy: unknown): {
	readonly expiration: unknown;
	readonly conditions: unknown;
} {
	if (!isJsonObject(policy))
		throw wrongType("201", "the document must be a JSON object.");
	const [expiration, conditions] = [policy.expiration, policy.conditions];
	if (expiration === undefined && conditions === undefined)
		throw invalid("209", "expiration and conditions are missing.");
	if (expiration === undefined) throw invalid("208", "expiration is missing.");
	if (conditions === undefined) throw invalid("207", "conditions is missing.");
	return { expiration, conditions };
}

/** ISO 8601 in UTC; the EC 212 for other formats is a guess (A-111). */
function readExpiration(value: unknown): Date {
	if (typeof value !== "string")
		throw wrongType("210", "expiration must be a string.");
	if (value === "") throw invalid("211", "expiration is empty.");
	const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value);
	const expiration = isIso ? readTime(value) : undefined;
	if (!expiration)
		throw invalid("212", "expiration must be an ISO 8601 time in GMT.");
	return expiration;
}

function readEntry(entry: unknown): Condition | SizeRange {
	if (Array.isArray(entry)) return readList(entry);
	if (!isJsonObject(entry))
		throw wrongType("222", "a condition must be a map or a list.");
	const [property, ...others] = Object.entries(entry);
	if (!property || others.length > 0) {
		throw invalid(
			"201",
			"Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
		);
	}
	const [name, value] = property;
	return readCondition("eq", name, value);
}

function readList(entry: readonly unknown[]): Condition | SizeRange {
	const [mode, first, second] = entry;
	if (typeof mode !== "string" || mode.startsWith("$"))
		throw invalid("216", "a condition has no matching mode.");
	if (!isMode(mode) && mode !== "content-length-range")
		throw invalid("217", "a condition has an unknown matching mode.");
	if (entry.length !== 3)
		throw invalid("218", `a condition ${mode} must have two parameters.`);
	return mode === "content-length-range"
		? readRange(first, second)
		: readCondition(mode, first, second);
}

const isMode = (text: string): text is Condition["mode"] =>
	["eq", "starts-with", "in", "not-in"].includes(text);

function readRange(min: unknown, max: unknown): SizeRange {
	if (!isSize(min) || !isSize(max) || max < min) {
		throw wrongType(
			"220",
			"content-length-range must have two whole numbers, the smaller number first.",
		);
	}
	return { min, max };
}

const isSize = (value: unknown): value is number =>
	Number.isSafeInteger(value) && Number(value) >= 0;

/** The `$` before a name is optional: two EC pages omit it. */
function readCondition(
	mode: Condition["mode"],
	name: unknown,
	value: unknown,
): Condition {
	const isList = mode === "in" || mode === "not-in";
	const values: unknown = isList ? value : [value];
	if (typeof name !== "string" || !isStrings(values)) {
		const expected = isList ? "a list of strings" : "a string";
		throw wrongType(
			"224",
			`a condition ${mode} must have a name and ${expected}.`,
		);
	}
	return {
		mode,
		name: name.replace(/^\$/, "").toLowerCase(),
		values: values.map(withoutEscapes),
	};
}

const isStrings = (value: unknown): value is readonly string[] =>
	Array.isArray(value) && value.every((item) => typeof item === "string");

/** java1 writes `\${filename}`, with the backslash escaped, where the form has `${filename}`. */
const withoutEscapes = (value: string): string => value.replaceAll("\\$", "$");
