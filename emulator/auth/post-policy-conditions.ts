/**
 * Checks a PostObject against its policy: the fields before the file is stored, and the file's size once it is known.
 *
 * Pure. Source: docs «PostObject»; EC 0006-00000003, 004, 226, 227, 228.
 */
import { OssError } from "../oss/errors.ts";
import type { Condition, Policy } from "./post-policy-document.ts";
import { ALGORITHM } from "./v4.ts";

/**
 * The form must have every field that a condition names. No page says whether this includes `not-in`; the message is
 * that of a value that does not match (A-966).
 *
 * @param fields by lower-case name; `key` before `${filename}` is filled in
 * @throws OssError AccessDenied, naming the condition or the field
 */
export function checkPolicy(
	{ conditions }: Policy,
	fields: ReadonlyMap<string, string>,
	bucket: string,
): void {
	for (const condition of conditions) {
		const { name } = condition;
		const value = name === "bucket" ? bucket : fields.get(name);
		if (value !== undefined && isMet(condition, value)) continue;
		throw denied(
			`Policy Condition failed: ${writeCondition(condition)}`,
			value === undefined ? "226" : "227",
		);
	}
	requireV4Conditions(conditions, fields);
}

/** `x-oss-signature` cannot be in the policy that it signs. */
const V4_FIELDS = ["x-oss-credential", "x-oss-date", "x-oss-signature-version"];

/**
 * All other fields without a condition may have any value. If several of V4's have none, which one OSS names is a
 * guess, and so is that failed conditions take precedence (A-967).
 */
function requireV4Conditions(
	conditions: readonly Condition[],
	fields: ReadonlyMap<string, string>,
): void {
	if (fields.get("x-oss-signature-version") !== ALGORITHM) return;
	const extra = V4_FIELDS.find(
		(field) =>
			fields.has(field) && conditions.every(({ name }) => name !== field),
	);
	if (extra) throw denied(`Extra input fields: ${extra}`, "228");
}

const denied = (what: string, ec: string): OssError =>
	new OssError("AccessDenied", {
		message: `Invalid according to Policy: ${what}`,
		ec: `0006-00000${ec}`,
	});

function isMet({ mode, values }: Condition, value: string): boolean {
	if (mode === "starts-with")
		return values.every((prefix) => value.startsWith(prefix));
	return values.includes(value) !== (mode === "not-in");
}

/** In the form `["eq", "$success_action_status", "200"]`, also for a simple condition. */
function writeCondition({ mode, name, values }: Condition): string {
	const list = values.map((value) => JSON.stringify(value)).join(", ");
	const isList = mode === "in" || mode === "not-in";
	return `["${mode}", ${JSON.stringify(`$${name}`)}, ${isList ? `[${list}]` : list}]`;
}

/**
 * @param size the size of the whole file, in bytes; while it is streamed, the caller must compare with
 * `policy.size.max`
 * @throws OssError EntityTooSmall, EntityTooLarge
 */
export function checkSize({ size: { min, max } }: Policy, size: number): void {
	if (size < min) throw new OssError("EntityTooSmall", { ec: "0006-00000004" });
	if (size > max) throw new OssError("EntityTooLarge", { ec: "0006-00000003" });
}
