/**
 * Requester pays: buckets whose requesters pay for their requests.
 *
 * Source: docs «Pay-by-requester»; java1 ObjectRequestPaymentTest, cpp and oss2 suites; EC 0003-00000703.
 */
import type { AccessQuestion } from "../../auth/policy/question.ts";
import { explanation } from "../../auth/policy/refusal.ts";
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { findDocument } from "../configurations/kind.ts";
import { REQUEST_PAYMENT } from "../configurations/switches.ts";
import type { AccessRequest } from "./request-conditions.ts";

const PAYER = "x-oss-request-payer";

/**
 * Callers of other accounts must declare that they pay; anonymous callers cannot.
 *
 * @param question the access that was already allowed: other refusals precede this one
 * @throws OssError AccessDenied
 */
export async function requirePayer(
	emulator: Emulator,
	bucket: StoredBucket,
	{ caller, headers, query }: AccessRequest,
	question: Pick<AccessQuestion, "action" | "resource">,
): Promise<void> {
	if (caller.uid === bucket.owner) return;
	if (!(await isRequesterPaying(emulator, bucket.name))) return;
	const payer = headers[PAYER] ?? query.get(PAYER);
	if (payer?.toLowerCase() === "requester" && caller.uid !== "") return;
	const reason = `a requester-pays bucket does not allow, without ${PAYER}: requester,`;
	throw new OssError("AccessDenied", {
		message: "Access denied for requester pay bucket",
		ec: "0003-00000703",
		details: { BucketName: bucket.name },
		why: explanation(caller, question, {
			rule: "requester pays",
			verdict: "implicit deny",
			reason,
		}),
	});
}

export async function isRequesterPaying(
	emulator: Pick<Emulator, "store">,
	bucket: string,
): Promise<boolean> {
	const found = await findDocument(emulator, REQUEST_PAYMENT, bucket);
	return found?.Payer === "Requester";
}
