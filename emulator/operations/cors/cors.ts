/**
 * The document with the rules of a bucket for requests from pages of other origins.
 *
 * Source: docs «PutBucketCors»: ten rules, 16 KB, one asterisk in an origin or header; EC 0034-00000002, -04, -11, and
 * -13 for the characters of an exposed header; py1's suite for a negative MaxAgeSeconds.
 */

import { invalidArgument, OssError } from "../../oss/errors.ts";
import { malformed } from "../../xml/read.ts";
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
	withEc,
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
	AllowedMethod: many(
		withEc("0034-00000011", oneOf("GET", "PUT", "DELETE", "POST", "HEAD")),
		1,
	),
	AllowedHeader: many(headerName),
	ExposeHeader: many(word),
	MaxAgeSeconds: maybe(integer(0, SECONDS_MAX, wrongArgument)),
});

export type CorsRule = ReturnType<typeof RULE>;

export const CORS = kind(
	element({
		CORSRule: many(RULE),
		ResponseVary: or(withEc("0034-00000004", flag), false),
	}),
	{
		name: "cors",
		root: "CORSConfiguration",
		bytesMax: BYTES_MAX,
		absent: refused("NoSuchCORSConfiguration"),
		accept: (document) => {
			if (document.CORSRule.length === 0)
				throw malformed("CORSConfiguration has no CORSRule.", "0034-00000002");
			if (document.CORSRule.length > RULES_MAX)
				throw new OssError("CORSRuleBeyondLimit");
			for (const rule of document.CORSRule) requireValues(rule);
			return document;
		},
	},
);

/** The documentation lists the allowed values, but not the code of the error for other values. */
function requireValues(rule: CorsRule): void {
	for (const name of ["AllowedOrigin", "AllowedHeader"] as const) {
		const invalid = rule[name].find((value) => value.split("*").length > 2);
		if (invalid !== undefined) throw invalidArgument(name, invalid);
	}
	const invalid = rule.ExposeHeader.find((value) => /[*<>&'"]/.test(value));
	if (invalid !== undefined)
		throw invalidArgument("ExposeHeader", invalid, undefined, "0034-00000013");
}

export type CorsRules = ReturnType<typeof CORS.shape>;
