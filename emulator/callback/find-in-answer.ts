/**
 * What to tell a developer of an application server's answer.
 *
 * Pure. Source: docs «Callback», steps 5 and 6; «HTTP 203 status code».
 */
import {
	ANSWER_BYTES_MAX,
	type Answer,
	findHeader,
	type Outcome,
} from "./delivery.ts";
import { type Finding, type FindingId, finding } from "./finding.ts";
import { parseJson } from "./json.ts";
import { isXml, REDIRECTS } from "./relay.ts";
import { CALLBACK_TIMEOUT_MS } from "./switches.ts";

/** Not far from what OSS waits for: the way to it is longer in the cloud, and the load heavier. */
const SLOW_MS = 3000;
const LARGE_BYTES = 0.9 * ANSWER_BYTES_MAX;

/** @param url whose answer it is, as the uploader wrote it */
export function findInOutcome(outcome: Outcome, url: string): Finding[] {
	const { totalMs } = outcome.timing;
	const found = [
		findInTime(totalMs),
		...("answer" in outcome ? findInAnswer(outcome.answer) : []),
	];
	return found.flatMap((one) =>
		one ? [finding(one[0], `${url} ${one[1]}`)] : [],
	);
}

type Found = readonly [FindingId, string] | undefined;

function findInTime(totalMs: number): Found {
	const took = `took ${(totalMs / 1000).toFixed(1)} s`;
	if (totalMs > CALLBACK_TIMEOUT_MS)
		return [
			"too-slow-answer",
			`${took}: OSS gives up after 5 s with 203 «Cost too long time.»; answer first, and do the work afterwards.`,
		];
	if (totalMs > SLOW_MS)
		return [
			"slow-answer",
			`${took}: OSS gives up after 5 s, and does not try again; answer first, and do the work afterwards.`,
		];
	return undefined;
}

function findInAnswer(answer: Answer): Found[] {
	const { status } = answer;
	if (REDIRECTS.has(status))
		return [
			[
				"redirect",
				`answered ${status}: OSS does not follow redirects; give it the address that it was sent to.`,
			],
		];
	if (status !== 200) return [];
	return [findInLength(answer), findInType(answer), findInContent(answer)];
}

function findInLength({ headers }: Answer): Found {
	const length = findHeader(headers, "content-length");
	if (length === undefined)
		return [
			"no-content-length",
			"answered without Content-Length, in chunks perhaps: OSS needs one, and says 203 «User server missing content-length.»; give the framework the whole body at once.",
		];
	if (Number(length) > ANSWER_BYTES_MAX)
		return [
			"too-large-answer",
			`answered with ${length} bytes: OSS takes 1 MiB; answer with less.`,
		];
	if (Number(length) > LARGE_BYTES)
		return [
			"large-answer",
			`answered with ${length} bytes, not far from the ${ANSWER_BYTES_MAX} that OSS takes; answer with less.`,
		];
	return undefined;
}

function findInType(answer: Answer): Found {
	if (isXml(answer))
		return [
			"xml-answer",
			"answered with XML: one page of OSS takes that, three take JSON only, or 203 «Response body is not valid json format.»; answer with JSON.",
		];
	const type = findHeader(answer.headers, "content-type") ?? "";
	if (/^application\/json *(;|$)/i.test(type)) return undefined;
	return [
		"answer-type",
		`answered with ${type ? `the type ${type}` : "no type"}: OSS hands it on as application/json all the same; say so yourself.`,
	];
}

/** JSON that begins with anything else is text, a number, or a list. */
function findInContent(answer: Answer): Found {
	const { body } = answer;
	if (/^\s*\{/.test(body.toString("latin1", 0, 1024))) return undefined;
	if (isXml(answer) || parseJson(body) === undefined) return undefined;
	return [
		"answer-is-no-object",
		'answered with something that is no JSON object: OSS takes any JSON, but SDKs (Go) read the answer into a map; answer with an object like {"Status":"OK"}.',
	];
}
