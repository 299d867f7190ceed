/**
 * The headers that would be removed from the answers of given operations.
 *
 * Source: go1's `PutBucketResponseHeader` and its suite; the code for a document that was never set is a guess (A-413).
 */
import { kind, refused } from "../configurations/kind.ts";
import { element, many, maybe, one, word } from "../configurations/shape.ts";

export const RESPONSE_HEADER = kind(
	element({
		Rule: many(
			element({
				Name: one(word),
				Filters: maybe(element({ Operation: many(word) })),
				HideHeaders: maybe(element({ Header: many(word) })),
			}),
			1,
		),
	}),
	{
		name: "responseHeader",
		root: "ResponseHeaderConfiguration",
		absent: refused("NoSuchBucketResponseHeader"),
	},
);
