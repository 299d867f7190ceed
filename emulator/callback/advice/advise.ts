/**
 * Advice for the developer of the application server about a callback that failed, in a sentence or two.
 *
 * Pure. Source: docs «Upload callback errors and troubleshooting»; «HTTP 203 status code».
 */
import {
	type Answer,
	type Attempt,
	type Delivery,
	findHeader,
	type NoAnswer,
} from "../model.ts";
import { REDIRECTS } from "../relay.ts";
import type { Finding } from "./finding.ts";

/** The properties of a delivery that the advice depends on; a recorded delivery has this shape too. */
export type Failed = {
	readonly bodyType: string;
	readonly fault: string;
	readonly findings: readonly Pick<Finding, "id">[];
	readonly told:
		| { readonly status: 200 | 500 }
		| { readonly status: 203; readonly ec: string; readonly message: string }
		| null;
	readonly attempts: readonly {
		readonly target: string;
		readonly answer: AnswerHead | null;
		readonly noAnswer: { readonly reason: NoAnswer } | null;
	}[];
};

type AnswerHead = Pick<Answer, "status" | "headers" | "ended">;

/** @returns '' when there is nothing to do */
export const adviseOnDelivery = (delivery: Delivery): string =>
	adviseOn({
		...delivery,
		told: delivery.told ?? null,
		attempts: delivery.attempts.map(toAttempt),
	});

const toAttempt = ({
	target,
	outcome,
}: Attempt): Failed["attempts"][number] => ({
	target,
	answer: outcome && "answer" in outcome ? outcome.answer : null,
	noAnswer:
		outcome && "noAnswer" in outcome ? { reason: outcome.noAnswer } : null,
});

/** @returns '' when there is nothing to do */
export function adviseOn(delivery: Failed): string {
	const { told, attempts, fault } = delivery;
	if (told?.status === 200 && FORGED.test(fault))
		return "The application server accepted a request that OSS had not signed: make it check the signature and the URL of the key, and answer 403.";
	if (told?.status !== 203) return "";
	if (fault !== "")
		return `The fault ${fault} was injected: remove the header or the rule that requests it.`;
	const last = attempts.at(-1);
	if (!last) return BEFORE_SENDING[told.ec] ?? "";
	if (last.noAnswer) return onSilence(last.noAnswer.reason, delivery);
	if (!last.answer) return "";
	if (last.answer.status !== 200)
		return onStatus(last.target, last.answer, delivery.bodyType);
	return onContent(last.answer, told);
}

const FORGED = /^(bad-signature|wrong-key-url)/;

const BEFORE_SENDING: Readonly<Record<string, string>> = {
	"": "Use fewer variables in callbackBody, or shorter values.",
	"0007-00000201":
		"Upload fewer objects at the same time, or make the application server answer sooner.",
	"0007-00000301":
		"Upload an image that can be read, or leave ${imageInfo…} out of callbackBody.",
};

const ANSWER_IN_TIME =
	"OSS waits 5 seconds for the whole answer and does not try again: answer first, and do the work afterwards.";

const ANSWER_BRIEFLY =
	"Answer with less than 1 MiB: OSS passes the whole body on to the uploader.";

const WITHOUT_ANSWER: Readonly<Record<NoAnswer, string>> = {
	unresolved:
		"Correct the host in callbackUrl. Between containers it is the service's name, and both must be on one network.",
	refused:
		"Start the application server, or correct the port in callbackUrl. In a container, 127.0.0.1 is the container itself: use the name of the service, or host.docker.internal for the machine.",
	unreachable:
		"Correct the address in callbackUrl, or make it reachable from this machine: nothing there accepted the connection.",
	tls: "See the application server's log: the TLS handshake failed. For a test, call it over http.",
	notTls:
		"Use http:// in callbackUrl, or the port on which the application server speaks TLS.",
	certificate:
		"Give the application server a certificate for its name from an authority that is trusted here, or leave out --callback-verify-tls.",
	time: ANSWER_IN_TIME,
	lost: "See the application server's log: it accepted the connection and closed it without an answer. If it speaks TLS, the URL must begin with https.",
	contentLength:
		"Send exactly one Content-Length that is a number; frameworks do so when they get the whole body at once.",
	interim:
		"Answer with the final status alone: no 100 Continue, 101 Switching Protocols or 103 Early Hints.",
	lengthTooLarge: ANSWER_BRIEFLY,
	headTooLong: "Answer with fewer headers, or shorter ones.",
	malformed:
		"Correct the port or the scheme in callbackUrl: the server there does not speak HTTP. If it speaks TLS, the URL begins with https. If it is the application server, the words in parentheses name the error in its answer.",
};

function onSilence(reason: NoAnswer, { findings }: Failed): string {
	if (reason === "tls" && findings.some(({ id }) => id === "no-sni"))
		return 'Set "callbackSNI": true in the callback: a server with several names needs it. Or call it over http.';
	return WITHOUT_ANSWER[reason];
}

function onStatus(
	target: string,
	{ status, headers }: AnswerHead,
	bodyType: string,
): string {
	const [path = ""] = target.split("?");
	if (REDIRECTS.has(status)) {
		const to = findHeader(headers, "location") ?? "";
		return `Set callbackUrl to the address it redirects to${to && `: ${to}`}. An extra or missing slash is often the reason.`;
	}
	if (status >= 500) return "See the application server's log.";
	if (status < 400)
		return "Answer 200; OSS treats any other status as a failure.";
	return ON_REFUSAL[status]?.(path, bodyType) ?? REQUEST_REFUSED;
}

const REQUEST_REFUSED =
	"The application server refused the request: see its answer for the reason.";

const CHECK_SIGNATURE =
	"If the signature check refused the request, compare the string that it verifies with the string to sign in the record: the decoded path, the query as received, a line break, the body; verified with MD5 and RSA against the key of x-oss-pub-key-url. A proxy may have changed the path.";

type OnRefusal = (path: string, bodyType: string) => string;

const ON_REFUSAL: Readonly<Record<number, OnRefusal>> = {
	401: () => CHECK_SIGNATURE,
	403: () => CHECK_SIGNATURE,
	404: (path) => `Add a route for POST ${path} to the application server.`,
	405: (path) => `Allow POST on ${path}: a callback is never a GET.`,
	411: () => "Accept requests with a Content-Length; this request had one.",
	413: () => "Configure the application server to accept bodies of this size.",
	415: (_path, bodyType) =>
		`Accept ${bodyType}, or set callbackBodyType to a type that the application server reads.`,
};

function onContent(
	{ ended, headers }: AnswerHead,
	told: { readonly ec: string; readonly message: string },
): string {
	if (ended === "time" || told.ec === "0007-00000202") return ANSWER_IN_TIME;
	if (told.message === "Error status : 400.")
		// Only --strict reports this for a good answer.
		return "Remove your own quotes from callbackBody: OSS adds the quotes of text in JSON itself.";
	if (ended === "cut")
		return "See the application server's log: the connection broke in the middle of its answer.";
	if (told.ec === "0007-00000205" && findHeader(headers, "content-encoding"))
		return "Do not compress the answer: the request has no Accept-Encoding that allows it.";
	if (told.ec === "0007-00000205")
		return 'Answer with JSON and nothing else, for instance {"Status":"OK"}: OSS does not accept text such as success or ok, HTML, or a byte order mark.';
	if (/missing content-length/.test(told.message))
		return "Answer with a Content-Length: give the framework the whole body at once, so that it does not send it in chunks; a proxy must not compress it.";
	if (/too long/.test(told.message)) return ANSWER_BRIEFLY;
	return 'Answer with a body, for instance {"Status":"OK"}, and its length.';
}
