/**
 * Checks a PostObject against its policy: the fields before the file is stored, and the file's size once it is known.
 *
 * Pure. Source: docs «PostObject»; EC 0006-00000003, 004, 227.
 */
import { OssError } from "../oss/errors.ts";
import type { Condition, Policy } from "./post-policy-document.ts";

/**
 * Fields without a condition may have any value; a field that the form lacks counts as empty.
 *
 * @param fields by lower-case name; `key` before `${filename}` is filled in
 * @throws OssError AccessDenied, naming the condition
 */
export function checkPolicy(
	{ conditions }: Policy,
	fields: ReadonlyMap<string, string>,
	bucket: string,
): void {
	for (const condition of conditions) {
		const { name } = condition;
		const value = name === "bucket" ? bucket : (fields.get(name) ?? "");
		if (isMet(condition, value)) continue;
		throw new OssError("AccessDenied", {
			message: `Invalid according to Policy: Policy Condition failed: ${writeCondition(condition)}`,
			ec: "0006-00000227",
		});
	}
}

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
