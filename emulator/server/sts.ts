/**
 * Answers requests for STS on the OSS port.
 *
 * Clients use Alibaba Cloud's hosts, STS's own port, or simply the emulator's endpoint. If the host does not decide,
 * the request must name an operation and the version of STS's API; some clients do so only in the body.
 *
 * Source: docs «Endpoints», «Request structure» of STS; the source code of each client.
 */

import type { Emulator } from "../emulator.ts";
import { OssError } from "../oss/errors.ts";
import { readBody } from "../oss/incoming.ts";
import type { Reply } from "../oss/reply.ts";
import type { Arrival } from "../oss/request.ts";
import { CONTENT_TYPE, type StsAnswer } from "../sts/answer.ts";
import { StsError } from "../sts/errors.ts";
import { readStsRequest, type StsArrival } from "../sts/request.ts";
import { writeXml } from "../xml/write.ts";
import { uidOfKey } from "./identify.ts";
import { namesStsOperation } from "./other-services.ts";

/** The maximum size of a body, far more than STS accepts: a policy has 2,048 characters at most. */
const BODY_BYTES_MAX = 128 * 1024;

export type Answered = {
	readonly reply: Reply;
	readonly operation: string;
	/** The uid of the account whose key signed; '' if the key is unknown. */
	readonly account: string;
	/** Code and message of a refusal; '' for success. */
	readonly code: string;
	readonly message: string;
	/** The cause of a refusal, for the record; usually ''. */
	readonly diagnosis: string;
};

/** @returns undefined if the request is for OSS; then its body has been read, and OSS does not need it */
export async function answerSts(
	emulator: Emulator,
	arrival: Arrival,
	isSure: boolean,
): Promise<Answered | undefined> {
	const { sts, log } = emulator;
	const request = { ...arrival, path: arrival.rawPath, body: NOTHING };
	try {
		const body = await readBody(arrival.body, BODY_BYTES_MAX);
		if (!isSure && !(body && isStsForm({ ...request, body }))) return undefined;
		const answer = body
			? sts.answer({ ...request, body })
			: sts.refuse(
					request,
					new StsError("RequestTooLarge", `${BODY_BYTES_MAX}`),
				);
		const account = accountOf(emulator, { ...request, body: body ?? NOTHING });
		return { ...write(answer), account };
	} catch (error) {
		const reason = error instanceof Error ? error.stack : String(error);
		// An OssError means that the client disconnected; it does not receive this response.
		if (!(error instanceof OssError)) log.error(`${arrival.id}: ${reason}`);
		const answer = sts.refuse(request, new StsError("InternalError"));
		return { ...write(answer), account: "" };
	}
}

const NOTHING = Buffer.alloc(0);

const isStsForm = (arrival: StsArrival): boolean =>
	namesStsOperation(readStsRequest(arrival).parameters, arrival.headers);

function accountOf(emulator: Emulator, arrival: StsArrival): string {
	const { parameters, headers } = readStsRequest(arrival);
	const accessKeyId =
		parameters.get("AccessKeyId") ??
		/Credential=([^,/\s]+)/.exec(headers.authorization ?? "")?.[1] ??
		"";
	const token =
		parameters.get("SecurityToken") ?? headers["x-acs-security-token"] ?? "";
	return uidOfKey(emulator, accessKeyId, token);
}

function write({
	status,
	root,
	body,
	format,
	requestId,
	operation,
	diagnosis,
}: StsAnswer): Omit<Answered, "account"> {
	const text = format === "XML" ? writeXml(root, body) : JSON.stringify(body);
	const { Code: code, Message: message } = body;
	return {
		operation,
		code: String(code ?? ""),
		message: String(message ?? ""),
		diagnosis,
		reply: {
			status,
			headers: {
				"Content-Type": CONTENT_TYPE[format],
				"x-acs-request-id": requestId,
			},
			body: Buffer.from(text),
		},
	};
}
