/**
 * A bucket's callback policies: named callbacks that an upload selects with `{"callbackPolicy":"NAME"}`.
 *
 * Source: java1 BucketCallbackPolicyTest, py1 test_bucket_callback_policy (a policy without items is accepted too).
 */
import type { CallbackPolicy } from "../../callback/read.ts";
import type { Emulator } from "../../emulator.ts";
import { invalidArgument } from "../../oss/errors.ts";
import { findDocument, kind, refused } from "./kind.ts";
import { element, many, one, or, word } from "./shape.ts";

export const CALLBACK_POLICY = kind(
	element({
		PolicyItem: many(
			element({
				PolicyName: one(word),
				Callback: one(word),
				CallbackVar: or(word, ""),
			}),
		),
	}),
	{
		name: "callbackPolicy",
		root: "BucketCallbackPolicy",
		absent: refused("BucketCallbackPolicyNotExist"),
		accept: (document) => {
			const names = document.PolicyItem.map(({ PolicyName }) => PolicyName);
			// OSS's error for two policies of one name is a guess.
			const invalid = names.find(
				(name, at) => name === "" || names.indexOf(name) !== at,
			);
			if (invalid !== undefined) throw invalidArgument("PolicyName", invalid);
			return document;
		},
	},
);

/** Looks up a policy for the callback engine. */
export async function findCallbackPolicy(
	emulator: Pick<Emulator, "store">,
	bucket: string,
	name: string,
): Promise<CallbackPolicy | undefined> {
	const found = await findDocument(emulator, CALLBACK_POLICY, bucket);
	const item = found?.PolicyItem.find(({ PolicyName }) => PolicyName === name);
	return item && { callback: item.Callback, callbackVar: item.CallbackVar };
}
