/**
 * Lifecycle rules: what a rule may say, and the access monitor that some go by. Which rules may stand beside each
 * other: rule-checks.ts.
 *
 * Source: docs «PutBucketLifecycle»; EC 0014-00000010, -26, -31, -47, -52, -60.
 */
import { randomUUID } from "node:crypto";
import { OssError } from "../../oss/errors.ts";
import { isoTime, wholeSeconds } from "../../oss/times.ts";
import type { XmlNode } from "../../xml/read.ts";
import { putDocument } from "../configurations/documents.ts";
import {
	type Asked,
	findDocument,
	kind,
	refused,
} from "../configurations/kind.ts";
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
import { ACCESS_MONITOR, isMonitored } from "./access-monitor.ts";
import { requireRules } from "./rule-checks.ts";

const RULES_MAX = 1000;
const DAYS = integer(1, Number.MAX_SAFE_INTEGER, wrongArgument);

/** Midnight in UTC, whole seconds or milliseconds. Another time of the day is InvalidArgument. */
const midnight: Shape<string> = (node) => {
	if (!/^\d{4}-\d\d-\d\dT00:00:00(\.000)?Z$/.test(word(node)))
		throw wrongArgument(node);
	const moment = new Date(word(node));
	if (Number.isNaN(moment.getTime())) throw wrongArgument(node);
	return isoTime(moment);
};

/** Longer ones than an object's tags may be are taken, as OSS takes them (py1's suite); other characters are not. */
const tagText: Shape<string> = (node) => {
	if (!/^[\p{L}\p{N} +\-=._:/]*$/u.test(text(node))) throw invalidTag(node);
	return text(node);
};

/** The page of this EC shows the request, not the answer's code. */
const invalidTag = ({ name }: XmlNode): OssError =>
	new OssError("MalformedXML", {
		ec: "0014-00000031",
		details: { ErrorDetail: `${name} has a character a tag can not have.` },
	});

const TAG = element({ Key: one(tagText), Value: or(tagText, "") });

const TRANSITION = {
	StorageClass: one(word),
	IsAccessTime: maybe(flag),
	ReturnToStdWhenVisit: maybe(flag),
	AllowSmallFile: maybe(flag),
};

const RULE = element({
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

export const LIFECYCLE = kind(element({ Rule: many(RULE, 1, RULES_MAX) }), {
	name: "lifecycle",
	root: "LifecycleConfiguration",
	absent: refused("NoSuchLifecycle"),
	accept: async ({ Rule }, asked) => {
		const { headers } = asked.request;
		requireRules(Rule, {
			overlap: headers["x-oss-allow-same-action-overlap"] === "true",
			accessMonitor: await isMonitored(asked.emulator, asked.request.bucket),
		});
		return { Rule: Rule.map((rule) => complete(rule, asked)) };
	},
});

/** OSS names a rule that has no name, and notes since when it watches access. */
function complete(rule: LifecycleRule, { request }: Asked): LifecycleRule {
	const watches = transitionsOf(rule).some(({ IsAccessTime }) => IsAccessTime);
	return {
		...rule,
		ID: rule.ID || randomUUID(),
		AtimeBase: watches ? wholeSeconds(request.receivedAt) : undefined,
	};
}

/**
 * The access monitor cannot be switched off while a rule goes by what it keeps.
 *
 * Source: docs «PutBucketAccessMonitor», its error codes.
 */
export const putBucketAccessMonitor = putDocument({
	...ACCESS_MONITOR,
	accept: async (document, { emulator, request }) => {
		const found = await findDocument(emulator, LIFECYCLE, request.bucket);
		const isUsed = found?.Rule.flatMap(transitionsOf).some(
			({ IsAccessTime }) => IsAccessTime,
		);
		if (document.Status === "Disabled" && isUsed)
			throw new OssError("AccessMonitorDisableNotAllowed");
		return document;
	},
});

const transitionsOf = ({
	Transition,
	NoncurrentVersionTransition,
}: LifecycleRule) => [...Transition, ...NoncurrentVersionTransition];
