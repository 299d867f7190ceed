/**
 * Form fields that came after the file: OSS ignores them without an error.
 *
 * Pure. Source: java SDK FAQ; EC 0006-00000103.
 */
import { type ResolvedCallback, skippedCallback } from "../model.ts";
import { isCustom } from "../variables.ts";
import { finding } from "./finding.ts";

/**
 * @param callback the one in the fields before the file
 * @param names the names of the fields after the file
 * @returns the callback with a finding about them; it is not sent if `callback` itself came after the file
 */
export function withFieldsAfterFile(
	callback: ResolvedCallback | undefined,
	names: readonly string[],
): ResolvedCallback | undefined {
	const late = names.filter((name) => name === "callback" || isCustom(name));
	if (late.length === 0 || !(callback || late.includes("callback")))
		return callback;
	const found = finding(
		"late-field",
		`${[...new Set(late)].join(", ")} came after the file in the form: OSS ignores fields after the file without an error; put the file last.`,
	);
	if (!callback) return skippedCallback("", found);
	return { ...callback, findings: [...callback.findings, found] };
}
