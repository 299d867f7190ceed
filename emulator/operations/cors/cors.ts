/**
 * The rules of a bucket for requests from pages of other origins.
 *
 * Source: docs «PutBucketCors»: ten rules, 16 KB, one asterisk in an origin or header and no asterisk in an exposed
 * header; py1's suite for a negative MaxAgeSeconds.
 */

import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { findDocument, kind, refused } from "../configurations/kind.ts";
import {
	element,
	flag,
	integer,
	many,
	maybe,
	oneOf,
	or,
	type Shape,
	word,
	wrongArgument,
} from "../configurations/shape.ts";

const RULES_MAX = 10;
const BYTES_MAX = 16 * 1024;
const SECONDS_MAX = 999_999_999;

/** As OSS returns it (py2's suite): header names are case-insensitive. */
const headerName: Shape<string> = (node) => word(node).toLowerCase();

const RULE = element({
	AllowedOrigin: many(word, 1),
	AllowedMethod: many(oneOf("GET", "PUT", "DELETE", "POST", "HEAD"), 1),
	AllowedHeader: many(headerName),
	ExposeHeader: many(word),
	MaxAgeSeconds: maybe(integer(0, SECONDS_MAX, wrongArgument)),
});

export type CorsRule = ReturnType<typeof RULE>;

export const CORS = kind(
	element({ CORSRule: many(RULE, 1), ResponseVary: or(flag, false) }),
	{
		name: "cors",
		root: "CORSConfiguration",
		bytesMax: BYTES_MAX,
		absent: refused("NoSuchCORSConfiguration"),
		accept: (document) => {
			if (document.CORSRule.length > RULES_MAX)
				throw new OssError("CORSRuleBeyondLimit");
			for (const rule of document.CORSRule) requireAsterisks(rule);
			return document;
		},
	},
);

/** The manual lists the allowed values, not the error for others. */
function requireAsterisks(rule: CorsRule): void {
	const names = ["AllowedOrigin", "AllowedHeader", "ExposeHeader"] as const;
	for (const name of names) {
		const max = name === "ExposeHeader" ? 0 : 1;
		const invalid = rule[name].find((one) => one.split("*").length - 1 > max);
		if (invalid !== undefined) throw invalidArgument(name, invalid);
	}
}

export type CorsRules = ReturnType<typeof CORS.shape>;

/**
 * The bucket's own rules, or, under `--cors dev` and without its own, rules that let a page do anything. These cover a
 * missing bucket too, so that a page can read the error.
 */
export async function findCors(
	emulator: Pick<Emulator, "store" | "cors">,
	bucket: string,
): Promise<CorsRules | undefined> {
	const own = await findDocument(emulator, CORS, bucket);
	return own ?? (emulator.cors === "dev" ? ANY_PAGE : undefined);
}

/**
 * Lists the headers that OSS may return. The asterisk, which a bucket's own rule must not have here, covers
 * x-oss-meta-….
 */
const EXPOSED =
	`ETag Content-MD5 Date Content-Range Content-Disposition Content-Encoding
x-oss-request-id x-oss-server-time x-oss-ec x-oss-err x-oss-hash-crc64ecma x-oss-version-id x-oss-delete-marker
x-oss-object-type x-oss-storage-class x-oss-next-append-position x-oss-tagging-count x-oss-restore
x-oss-server-side-encryption x-oss-symlink-target *`.split(/\s+/);

const ANY_PAGE: CorsRules = {
	CORSRule: [
		{
			AllowedOrigin: ["*"],
			AllowedMethod: ["GET", "PUT", "DELETE", "POST", "HEAD"],
			AllowedHeader: ["*"],
			ExposeHeader: EXPOSED,
			MaxAgeSeconds: 0, // so that rules that are set later hold at once
		},
	],
	ResponseVary: false,
};
