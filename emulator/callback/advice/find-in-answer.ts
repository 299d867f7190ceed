/**
 * Findings about an application server's answer.
 *
 * Pure. Source: docs «Callback», steps 5 and 6; «HTTP 203 status code».
 */
import { parseJson } from "../../oss/json-object.ts";
import {
	ANSWER_BYTES_MAX,
	type Answer,
	findHeader,
	type Outcome,
} from "../model.ts";
import { isXml, REDIRECTS } from "../relay.ts";
import { CALLBACK_TIMEOUT_MS } from "../switches.ts";
import { type Finding, type FindingId, finding } from "./finding.ts";

/** Close to OSS's time limit; in the cloud the network is slower and the load heavier. */
const SLOW_MS = 3000;
const LARGE_BYTES = 0.9 * ANSWER_BYTES_MAX;

/** @param url the URL that was called, as the uploader wrote it */
export function findInOutcome(outcome: Outcome, url: string): Finding[] {
	const { totalMs } = outcome.timing;
	const found = [
		findInTime(totalMs),
		...("answer" in outcome ? findInAnswer(outcome.answer) : []),
	];
	return found.flatMap((result) =>
		result ? [finding(result[0], `${url} ${result[1]}`)] : [],
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
				`answered ${status}: OSS does not follow redirects; use the address that it redirects to.`,
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
			"answered without Content-Length, perhaps in chunks: OSS requires it, and otherwise answers 203 «User server missing content-length.»; give the framework the whole body at once.",
		];
	if (Number(length) > ANSWER_BYTES_MAX)
		return [
			"too-large-answer",
			`answered with ${length} bytes: OSS accepts 1 MiB; answer with less.`,
		];
	if (Number(length) > LARGE_BYTES)
		return [
			"large-answer",
			`answered with ${length} bytes, close to the ${ANSWER_BYTES_MAX} that OSS accepts; answer with less.`,
		];
	return undefined;
}

function findInType(answer: Answer): Found {
	if (isXml(answer))
		return [
			"xml-answer",
			"answered with XML: one page of OSS accepts that, three accept JSON only, or 203 «Response body is not valid json format.»; answer with JSON.",
		];
	const type = findHeader(answer.headers, "content-type") ?? "";
	if (/^application\/json *(;|$)/i.test(type)) return undefined;
	return [
		"answer-type",
		`answered with ${type ? `the type ${type}` : "no type"}: OSS relays it as application/json anyway; send that type yourself.`,
	];
}

/** JSON that does not begin with `{` is text, a number, or a list. */
function findInContent(answer: Answer): Found {
	const { body } = answer;
	if (/^\s*\{/.test(body.toString("latin1", 0, 1024))) return undefined;
	if (isXml(answer) || parseJson(body) === undefined) return undefined;
	return [
		"answer-is-no-object",
		'answered with JSON that is not an object: OSS accepts any JSON, but SDKs (Go) read the answer into a map; answer with an object like {"Status":"OK"}.',
	];
}
