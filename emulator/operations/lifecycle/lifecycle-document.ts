/**
 * The lifecycle document of a bucket, and the access monitor on which some of its rules depend. The elements of a rule
 * are in lifecycle-rule.ts; rule-checks.ts checks which rules are compatible.
 *
 * Source: docs «PutBucketLifecycle»; EC 0014-00000010, -26, -31, -47, -52, -60.
 */
import { randomUUID } from "node:crypto";
import { OssError } from "../../oss/errors.ts";
import { wholeSeconds } from "../../oss/times.ts";
import { putDocument } from "../configurations/documents.ts";
import {
	type DocumentRequest,
	findDocument,
	kind,
	refused,
} from "../configurations/kind.ts";
import { element, many } from "../configurations/shape.ts";
import { ACCESS_MONITOR, isMonitored } from "./access-monitor.ts";
import { type LifecycleRule, RULE } from "./lifecycle-rule.ts";
import { requireRules } from "./rule-checks.ts";

const RULES_MAX = 1000;
export const LIFECYCLE = kind(element({ Rule: many(RULE, 1, RULES_MAX) }), {
	name: "lifecycle",
	root: "LifecycleConfiguration",
	absent: refused("NoSuchLifecycle"),
	accept: async ({ Rule }, context) => {
		const { headers } = context.request;
		requireRules(Rule, {
			overlap: headers["x-oss-allow-same-action-overlap"] === "true",
			accessMonitor: await isMonitored(
				context.emulator,
				context.request.bucket,
			),
		});
		return { Rule: Rule.map((rule) => complete(rule, context)) };
	},
});

/** OSS generates an id for a rule without an id, and records when it began to monitor access. */
function complete(
	rule: LifecycleRule,
	{ request }: DocumentRequest,
): LifecycleRule {
	const watches = transitionsOf(rule).some(({ IsAccessTime }) => IsAccessTime);
	return {
		...rule,
		ID: rule.ID || randomUUID(),
		AtimeBase: watches ? wholeSeconds(request.receivedAt) : undefined,
	};
}

/**
 * The access monitor cannot be disabled while a rule depends on the last access.
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
