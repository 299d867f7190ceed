/**
 * A bucket's callback policy, which a callback can name: behind a gateway it is kept in the cloud.
 */
import type { CallbackPolicy } from "../callback/read.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { childrenNamed, childText, readXml } from "../xml/read.ts";
import { readWhole } from "./incoming.ts";

/** @returns undefined when the bucket has no policy of that name, or the cloud does not show it */
export async function findUpstreamPolicy(
	upstream: Upstream,
	bucket: string,
	name: string,
): Promise<CallbackPolicy | undefined> {
	const real = upstream.options.buckets.findReal(bucket);
	if (real === undefined) return undefined;
	const query = new Map(Object.entries({ policy: "", comp: "callback" }));
	const answer = await upstream.send({
		...{ method: "GET", bucket: real, key: "", query },
		...{ headers: {}, body: null, isSigned: true },
	});
	const document = await readWhole(answer.body);
	if (answer.status !== 200) return undefined;
	const root = await readXml(document, "BucketCallbackPolicy");
	const item = childrenNamed(root, "PolicyItem").find(
		(one) => childText(one, "PolicyName") === name,
	);
	return (
		item && {
			callback: childText(item, "Callback") ?? "",
			callbackVar: childText(item, "CallbackVar") ?? "",
		}
	);
}
