/**
 * The protection and styles of a bucket's images: stored and returned, not applied.
 *
 * Source: java1's BucketProcesTest: the defaults, the order of the delimiters, and that a suffix without protection is
 * dropped. No page of the manual describes it.
 */
import { kind } from "../configurations/kind.ts";
import {
	element,
	maybe,
	one,
	oneOf,
	or,
	text,
} from "../configurations/shape.ts";

const SWITCH = oneOf("Enabled", "Disabled");
const VERSION = "2";

export const PROCESS_CONFIGURATION = kind(
	element({
		CompliedHost: one(oneOf("Both", "Img")),
		SourceFileProtect: one(SWITCH),
		SourceFileProtectSuffix: or(text, ""),
		StyleDelimiters: or(text, ""),
		OssDomainSupportAtProcess: maybe(SWITCH),
		Version: maybe(text),
	}),
	{
		name: "processConfiguration",
		root: "BucketProcessConfiguration",
		absent: () => ({
			CompliedHost: "Both" as const,
			SourceFileProtect: "Disabled" as const,
			SourceFileProtectSuffix: "",
			StyleDelimiters: "",
			Version: VERSION,
		}),
		accept: (document) => ({
			...document,
			SourceFileProtectSuffix:
				document.SourceFileProtect === "Enabled"
					? document.SourceFileProtectSuffix
					: "",
			StyleDelimiters: document.StyleDelimiters.split(",").sort().join(","),
			Version: VERSION,
		}),
	},
);
