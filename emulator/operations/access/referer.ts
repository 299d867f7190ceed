/**
 * Hotlink protection: the pages from which objects may be loaded. Only requests without an Authorization header are
 * checked, including those with a signed URL.
 *
 * Source: docs «Hotlink protection», «PutBucketReferer»; py1's suite for the defaults.
 */

import { matches } from "../../auth/policy/wildcard.ts";
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import type { OssRequest } from "../../oss/request.ts";
import { malformed } from "../../xml/read.ts";
import { findDocument, kind } from "../configurations/kind.ts";
import {
	element,
	flag,
	many,
	maybe,
	or,
	word,
} from "../configurations/shape.ts";

/** The error code for longer lists is a guess. */
const PATTERNS_BYTES_MAX = 20 * 1024;

const LIST = element({ Referer: many(word) });

export const REFERER = kind(
	element({
		AllowEmptyReferer: or(flag, true),
		AllowTruncateQueryString: or(flag, true),
		TruncatePath: or(flag, false),
		RefererList: or(LIST, { Referer: [] }),
		RefererBlacklist: maybe(LIST),
	}),
	{
		name: "referer",
		root: "RefererConfiguration",
		absent: () => ({
			AllowEmptyReferer: true,
			AllowTruncateQueryString: true,
			TruncatePath: false,
			RefererList: {},
		}),
		accept: (document) => {
			const patterns = [
				...entries(document.RefererList),
				...entries(document.RefererBlacklist),
			];
			if (Buffer.byteLength(patterns.join("")) > PATTERNS_BYTES_MAX)
				throw malformed("The referers are longer than 20 KB.");
			return document;
		},
	},
);

type Rules = ReturnType<typeof REFERER.shape>;

/**
 * @param request a request without an Authorization header
 * @throws OssError AccessDenied
 */
export async function requireReferer(
	emulator: Emulator,
	{ bucket, key, method, headers }: OssRequest,
): Promise<void> {
	if (key === "" || method === "OPTIONS") return;
	const rules = await findDocument(emulator, REFERER, bucket);
	if (!rules || isAllowed(rules, headers.referer ?? "")) return;
	throw new OssError("AccessDenied", {
		message: "You are denied by bucket referer policy.",
		details: { BucketName: bucket },
	});
}

function isAllowed(rules: Rules, referer: string): boolean {
	const allowed = entries(rules.RefererList);
	if (referer === "") return rules.AllowEmptyReferer || allowed.length === 0;
	const compared = truncate(rules, referer);
	const isIn = (list: readonly string[]): boolean =>
		list.some((pattern) => matches(`${pattern}*`, compared)); // from the start
	if (isIn(entries(rules.RefererBlacklist))) return false;
	return allowed.length === 0 || isIn(allowed);
}

const entries = (list: Rules["RefererBlacklist"]): readonly string[] =>
	list?.Referer.filter((pattern) => pattern !== "") ?? [];

function truncate(
	{ AllowTruncateQueryString, TruncatePath }: Rules,
	referer: string,
): string {
	const path = /^([a-z][a-z\d+.-]*:\/\/)?[^/?#]*/i.exec(referer)?.[0];
	if (TruncatePath && path !== undefined) return path;
	const [withoutQuery = ""] = referer.split("?", 1);
	return AllowTruncateQueryString ? withoutQuery : referer;
}
