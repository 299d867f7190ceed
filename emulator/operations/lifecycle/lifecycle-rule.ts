/**
 * One lifecycle rule: its elements and their allowed values.
 *
 * Pure. Source: docs «PutBucketLifecycle»; EC 0014-00000031.
 */
import { OssError } from "../../oss/errors.ts";
import { isoTime } from "../../oss/times.ts";
import type { XmlNode } from "../../xml/read.ts";
import {
	element,
	flag,
	integer,
	many,
	maybe,
	one,
	oneOf,
	or,
	type Shape,
	text,
	word,
	wrongArgument,
} from "../configurations/shape.ts";

const DAYS = integer(1, Number.MAX_SAFE_INTEGER, wrongArgument);

/** Midnight UTC, with or without milliseconds. Any other time of day is InvalidArgument. */
const midnight: Shape<string> = (node) => {
	if (!/^\d{4}-\d\d-\d\dT00:00:00(\.000)?Z$/.test(word(node)))
		throw wrongArgument(node);
	const moment = new Date(word(node));
	if (Number.isNaN(moment.getTime())) throw wrongArgument(node);
	return isoTime(moment);
};

/**
 * The tags of a rule may be longer than the tags of objects, as at OSS (py1's suite), but the allowed characters are
 * the same.
 */
const tagText: Shape<string> = (node) => {
	if (!/^[\p{L}\p{N} +\-=._:/]*$/u.test(text(node))) throw invalidTag(node);
	return text(node);
};

/** The page of this EC shows the request, not the answer's code. */
const invalidTag = ({ name }: XmlNode): OssError =>
	new OssError("MalformedXML", {
		ec: "0014-00000031",
		details: {
			ErrorDetail: `${name} has a character that is not allowed in a tag.`,
		},
	});

const TAG = element({ Key: one(tagText), Value: or(tagText, "") });

const TRANSITION = {
	StorageClass: one(word),
	IsAccessTime: maybe(flag),
	ReturnToStdWhenVisit: maybe(flag),
	AllowSmallFile: maybe(flag),
};

export const RULE = element({
	ID: or(text, ""),
	Prefix: or(text, ""),
	Status: one(oneOf("Enabled", "Disabled")),
	Tag: many(TAG),
	Filter: maybe(
		element({
			ObjectSizeGreaterThan: maybe(integer(0)),
			ObjectSizeLessThan: maybe(integer(0)),
			Not: many(element({ Prefix: or(text, ""), Tag: maybe(TAG) })),
		}),
	),
	Expiration: maybe(
		element({
			Days: maybe(DAYS),
			Date: maybe(midnight),
			CreatedBeforeDate: maybe(midnight),
			ExpiredObjectDeleteMarker: maybe(flag),
		}),
	),
	Transition: many(
		element({
			Days: maybe(DAYS),
			CreatedBeforeDate: maybe(midnight),
			...TRANSITION,
		}),
	),
	AbortMultipartUpload: maybe(
		element({
			Days: maybe(DAYS),
			Date: maybe(midnight),
			CreatedBeforeDate: maybe(midnight),
		}),
	),
	NoncurrentVersionExpiration: maybe(element({ NoncurrentDays: one(DAYS) })),
	NoncurrentVersionTransition: many(
		element({ NoncurrentDays: one(DAYS), ...TRANSITION }),
	),
	AtimeBase: maybe(integer(0)),
});

export type LifecycleRule = ReturnType<typeof RULE>;
