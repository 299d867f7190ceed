/**
 * Turns the application server's answer into the reply to the uploader.
 *
 * Anything except a complete answer of 200 with a Content-Length and JSON becomes 203 CallbackFailed; the object stays.
 *
 * Pure. Source: docs «Callback», steps 5 and 6; «HTTP 203 status code»; «Upload callback errors and troubleshooting».
 */
import { isUtf8 } from "node:buffer";
import { readDecimal } from "../oss/decimal.ts";
import { OssError } from "../oss/errors.ts";
import { parseJson } from "../oss/json-object.ts";
import type { Reply, ReplyHeaders } from "../oss/reply.ts";
import {
	ANSWER_BYTES_MAX,
	ANSWER_HEAD_BYTES_MAX,
	ANSWER_HEAD_LINES_MAX,
	type Answer,
	type Failure,
	findHeader,
	type NoAnswer,
	type Outcome,
	type Verdict,
} from "./model.ts";

const EC_STATUS = "0007-00000203";

// biome-ignore format: a table
export const FAILURES = {
	busy:          { ec: "0007-00000201", message: "Too many callback requests." },
	time:          { ec: "0007-00000202", message: "Cost too long time." },
	badGateway:    { ec: EC_STATUS, message: "Error status : 502." },
	unreachable:   { ec: EC_STATUS, message: "Error status : -1.OSS can not connect to your callbackUrl, please check it." },
	// No page states a separate EC for the three Content-Length errors.
	missingLength: { ec: EC_STATUS, message: "Error status : 400.User server missing content-length." },
	invalidLength: { ec: EC_STATUS, message: "Error status : 400.User server return invalid conent-length value." },
	tooLong:       { ec: EC_STATUS, message: "Error status : 400.User server return too long content-length value." },
	notJson:       { ec: "0007-00000205", message: "Response body is not valid json format." },
	imageInfo:     { ec: "0007-00000301", message: "Get image info failed." },
	// From an old page without ECs.
	general:       { ec: "", message: "Callback to application server failed, please check your callbackUrl." },
} as const;

/** Checks in this order: status, length, content. */
export function judge(outcome: Outcome): Verdict {
	if (!("answer" in outcome)) {
		const [failure, why] = WITHOUT_ANSWER[outcome.noAnswer];
		return { ...failure, why: `${why} (${outcome.detail})` };
	}
	const { answer } = outcome;
	return judgeStatus(answer) ?? judgeLength(answer) ?? judgeBody(answer);
}

// Reasons without a documented message are reported as 502 too: a lost connection, an answer that is not HTTP, no
// address, an interim status. A Content-Length that is not a number, or too large for one, is reported
// as such regardless of the status, which is not available by then.
const WITHOUT_ANSWER: Readonly<
	Record<NoAnswer, readonly [Omit<Failure, "why">, string]>
> = {
	unresolved: [
		FAILURES.badGateway,
		"could not be called, because its host was not found",
	],
	refused: [
		FAILURES.badGateway,
		"refused the connection: nothing listens there",
	],
	unreachable: [FAILURES.unreachable, "could not be connected to"],
	tls: [FAILURES.badGateway, "did not complete the TLS handshake"],
	notTls: [FAILURES.badGateway, "was called over TLS and does not speak it"],
	certificate: [FAILURES.badGateway, "has a certificate that is not valid"],
	time: [FAILURES.time, "was connected to and did not answer in time"],
	lost: [FAILURES.badGateway, "closed the connection without an answer"],
	contentLength: [
		FAILURES.invalidLength,
		"did not answer with one Content-Length that is a number",
	],
	lengthTooLarge: [
		FAILURES.tooLong,
		`answered with a Content-Length beyond 64 bits; ${ANSWER_BYTES_MAX} are allowed`,
	],
	headTooLong: [
		FAILURES.badGateway,
		`answered with more than ${ANSWER_HEAD_BYTES_MAX} bytes or ${ANSWER_HEAD_LINES_MAX} lines of headers`,
	],
	interim: [
		FAILURES.badGateway,
		"answered first with an interim status (1xx), which nothing requested",
	],
	malformed: [FAILURES.badGateway, "answered something that is not HTTP"],
};

function judgeStatus({ status }: Answer): Failure | undefined {
	if (status === 200) return undefined;
	const why = `answered ${status}; only 200 counts${REDIRECTS.has(status) ? ", and redirects are not followed" : ""}`;
	return { ...failureOf(status), why };
}

export const failureOf = (status: number): Omit<Failure, "why"> => ({
	ec: EC_STATUS,
	message: `Error status : ${status}.`,
});

export const REDIRECTS: ReadonlySet<number> = new Set([
	301, 302, 303, 307, 308,
]);

function judgeLength({ headers }: Answer): Failure | undefined {
	const length = findHeader(headers, "content-length");
	if (length === undefined) {
		const coding = findHeader(headers, "transfer-encoding");
		const cause = coding
			? `it used ${coding} encoding`
			: "it let the answer end with the connection";
		const why = `answered without Content-Length, because ${cause}; OSS requires one`;
		return { ...FAILURES.missingLength, why };
	}
	const bytes = readDecimal(length, 1, Infinity);
	if (bytes === undefined) {
		const why = `answered with Content-Length ${length}; a body is required`;
		return { ...FAILURES.invalidLength, why };
	}
	if (bytes <= ANSWER_BYTES_MAX) return undefined;
	const why = `answered with ${length} bytes; ${ANSWER_BYTES_MAX} are allowed`;
	return { ...FAILURES.tooLong, why };
}

function judgeBody(answer: Answer): Verdict {
	if (answer.ended === "time")
		return { ...FAILURES.time, why: "did not finish its answer in time" };
	if (answer.ended !== "complete")
		return { ...FAILURES.badGateway, why: "broke off its answer" };
	if (isXml(answer) || parseJson(answer.body) !== undefined) return { answer };
	return {
		...FAILURES.notJson,
		why: `answered with ${describeNonJson(answer)}`,
	};
}

function describeNonJson({ headers, body }: Answer): string {
	const coding = findHeader(headers, "content-encoding");
	if (coding)
		return `a compressed body (${coding}), which is not JSON in this form`;
	if (body.subarray(0, 3).equals(BYTE_ORDER_MARK))
		return "a byte order mark before its body, which is therefore not JSON";
	if (!isUtf8(body)) return "a body that is not UTF-8, and therefore not JSON";
	if (/^\s*</.test(body.toString("latin1", 0, 1024)))
		return "HTML or XML, which is not JSON";
	return "a body that is not JSON, or that contains more than JSON";
}

const BYTE_ORDER_MARK = Buffer.from("\ufeff");

/** One page accepts XML with that Content-Type, three accept JSON only; the XML is not parsed. */
export const isXml = ({ headers }: Answer): boolean =>
	/^application\/xml *(;|$)/i.test(findHeader(headers, "content-type") ?? "");

/**
 * @param headers the headers of the upload's own reply; they are also sent with the application server's answer
 * @throws OssError CallbackFailed (203), with the same headers
 */
export function relay(verdict: Verdict, headers: ReplyHeaders): Reply {
	if (!("answer" in verdict)) throw callbackFailed(verdict, headers);
	const { answer } = verdict;
	// Regardless of the application server's Content-Type.
	const type = isXml(answer) ? "application/xml" : "application/json";
	return {
		status: 200,
		headers: { ...headers, "Content-Type": type },
		body: answer.body,
	};
}

/** Keeps the headers of the upload's own reply, except the type of a body that is not sent. */
function callbackFailed(
	{ message, ec }: Pick<Failure, "message" | "ec">,
	{ "Content-Type": _, ...headers }: ReplyHeaders,
): OssError {
	const own = Object.entries(headers).flatMap(([name, value]) =>
		value === undefined ? [] : [[name, value] as const],
	);
	return new OssError("CallbackFailed", {
		message,
		ec,
		headers: Object.fromEntries(own),
	});
}
