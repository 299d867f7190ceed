/**
 * The destination of access logs, and the additional headers and parameters in them. No logs are written.
 *
 * Source: docs «PutBucketLogging», «PutUserDefinedLogFieldsConfig»; java1's suite for the error's text, java2's for
 * the code of fields that were never set.
 */
import { OssError } from "../../oss/errors.ts";
import { type DocumentRequest, kind, refused } from "../configurations/kind.ts";
import {
	element,
	many,
	maybe,
	one,
	or,
	text,
	word,
} from "../configurations/shape.ts";

export const LOGGING = kind(
	element({
		LoggingEnabled: maybe(
			element({
				TargetBucket: one(word),
				TargetPrefix: or(text, ""),
				LoggingRole: maybe(word),
			}),
		),
	}),
	{
		name: "logging",
		root: "BucketLoggingStatus",
		// An empty element: java2's suite.
		absent: () => ({ LoggingEnabled: {} }),
		accept: async (document, context) => {
			const target = document.LoggingEnabled?.TargetBucket;
			if (target !== undefined) await requireOwn(target, context);
			return document;
		},
	},
);

async function requireOwn(
	bucket: string,
	{ emulator, request }: DocumentRequest,
): Promise<void> {
	const target = await emulator.store.buckets.find(bucket);
	if (target?.owner !== request.caller.uid)
		throw new OssError("InvalidTargetBucketForLogging", {
			details: { BucketName: request.bucket, TargetBucket: bucket },
		});
}

export const USER_DEFINED_LOG_FIELDS = kind(
	element({
		HeaderSet: maybe(element({ header: many(text) })),
		ParamSet: maybe(element({ parameter: many(text) })),
	}),
	{
		name: "userDefinedLogFieldsConfig",
		root: "UserDefinedLogFieldsConfiguration",
		absent: refused("NoSuchUserDefinedLogFieldsConfig"),
	},
);
