/**
 * Mistakes that work here but would fail at OSS, or that are rarely intended: one row per kind.
 *
 * `refused`: both OSS and the emulator refuse it. `lenient`: the emulator accepts it; OSS refuses it or, where its
 * pages contradict each other, may refuse it. With `--strict` it fails as at OSS. `risky`: OSS accepts it as well, but
 * it fails for another reason. With `--strict` it fails too. `taken`: OSS accepts it, and application servers may be
 * able to handle it. It never fails. `note`: OSS refuses it, but every local test has it, so it is not an alarm. With
 * `--strict` it fails.
 *
 * Pure. Source: the page named in each row.
 */

const CALLBACK =
	"https://www.alibabacloud.com/help/en/oss/developer-reference/callback";
const UPLOAD_ERRORS = "https://www.alibabacloud.com/help/doc-detail/50092.htm";
const STATUS_203 =
	"https://www.alibabacloud.com/help/en/oss/support/http-status-code-203";
const S3 =
	"https://www.alibabacloud.com/help/en/oss/developer-reference/compatibility-with-amazon-s3";
const ec = (number: string): string =>
	`https://www.alibabacloud.com/help/en/oss/support/${number}`;

// biome-ignore format: a table
const table = {
  // About the request
  "private-address":        ["note",    ec("0007-00000008")],
  "no-url":                 ["lenient", ec("0007-00000004")],
  "unread-callback":        ["taken",   CALLBACK],
  "unknown-field":          ["taken",   CALLBACK],
  "mixed-carriers":         ["lenient", ec("0007-00000027")],
  "upper-case-variable":    ["lenient", CALLBACK],
  "no-sni":                 ["lenient", CALLBACK],
  "no-scheme":              ["taken",   CALLBACK],
  "empty-query":            ["taken",   CALLBACK],
  "variable-in-url":        ["taken",   CALLBACK],
  "many-variables":         ["taken",   UPLOAD_ERRORS],
  "no-variable":            ["taken",   CALLBACK],
  "unused-variable":        ["taken",   CALLBACK],
  "unknown-variable":       ["taken",   CALLBACK],
  "variable-without-value": ["taken",   CALLBACK],
  "quoted-variable":        ["risky",   CALLBACK],
  "json-as-form":           ["taken",   CALLBACK],
  "body-not-json":          ["taken",   CALLBACK],
  "late-field":             ["lenient", ec("0006-00000103")],
  "over-s3":                ["taken",   S3],
  // About the answer
  "redirect":               ["refused", ec("0007-00000203")],
  "no-content-length":      ["refused", STATUS_203],
  "too-large-answer":       ["refused", STATUS_203],
  "xml-answer":             ["lenient", ec("0007-00000205")],
  "too-slow-answer":        ["lenient", ec("0007-00000202")],
  "slow-answer":            ["risky",   ec("0007-00000202")],
  "large-answer":           ["taken",   STATUS_203],
  "answer-type":            ["taken",   CALLBACK],
  "answer-is-no-object":    ["taken",   CALLBACK],
} as const satisfies Record<string, readonly ["refused" | "lenient" | "risky" | "taken" | "note", string]>;

export type FindingId = keyof typeof table;

export type Finding = {
	readonly id: FindingId;
	/** Whether the finding is an alarm: OSS refuses the callback, or may refuse it. */
	readonly refused: boolean;
	/** What OSS does, and how to correct it. */
	readonly sentence: string;
	/** The page that documents it. */
	readonly link: string;
};

export function finding(id: FindingId, sentence: string): Finding {
	const [verdict, link] = table[id];
	const refused = verdict === "refused" || verdict === "lenient";
	return { id, refused, sentence, link };
}

const isFindingId = (text: string): text is FindingId =>
	Object.hasOwn(table, text);

export const FINDING_IDS: readonly FindingId[] =
	Object.keys(table).filter(isFindingId);

/** Findings that `--strict` makes fail. */
export const STRICT_FINDINGS: readonly FindingId[] = FINDING_IDS.filter((id) =>
	["lenient", "risky", "note"].includes(table[id][0]),
);
