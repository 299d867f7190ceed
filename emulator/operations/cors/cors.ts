/**
 * The document with the rules of a bucket for requests from pages of other origins.
 *
 * Source: docs «PutBucketCors»: ten rules, 16 KB, one asterisk in an origin or header and no asterisk in an exposed
 * header; py1's suite for a negative MaxAgeSeconds.
 */

import { invalidArgument, OssError } from "../../oss/errors.ts";
import { kind, refused } from "../configurations/kind.ts";
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

/** The documentation lists the allowed values, but not the error for other values. */
function requireAsterisks(rule: CorsRule): void {
	const names = ["AllowedOrigin", "AllowedHeader", "ExposeHeader"] as const;
	for (const name of names) {
		const max = name === "ExposeHeader" ? 0 : 1;
		const invalid = rule[name].find(
			(value) => value.split("*").length - 1 > max,
		);
		if (invalid !== undefined) throw invalidArgument(name, invalid);
	}
}

export type CorsRules = ReturnType<typeof CORS.shape>;
