/**
 * Fields of a form that came after the file: OSS does not read them, and says nothing.
 *
 * Pure. Source: java SDK FAQ; EC 0006-00000103.
 */
import { type Callback, type ResolvedUrl, uncalled } from "./callback.ts";
import { finding } from "./finding.ts";
import { isCustom } from "./variables.ts";

/**
 * @param callback of the fields before the file
 * @param names of the fields after it
 * @returns the same with what there is to say of it; one that calls nobody for a callback that came too late
 */
export function withLateFields(
	callback: Callback<ResolvedUrl> | undefined,
	names: readonly string[],
): Callback<ResolvedUrl> | undefined {
	const late = names.filter((name) => name === "callback" || isCustom(name));
	if (late.length === 0 || !(callback || late.includes("callback")))
		return callback;
	const found = finding(
		"late-field",
		`${[...new Set(late)].join(", ")} came after the file in the form: OSS does not read what follows the file, and says nothing; let the file come last.`,
	);
	if (!callback) return uncalled("", found);
	return { ...callback, findings: [...callback.findings, found] };
}
