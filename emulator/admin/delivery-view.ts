/**
 * A delivery in the format of the admin API, which adds advice and a shell command.
 *
 * Pure.
 */
import { adviseOn } from "../callback/advice/advise.ts";
import type {
	AttemptDocument,
	DeliveryDocument,
	TextBody,
} from "../records/delivery-record.ts";

export const viewDelivery = (delivery: DeliveryDocument) => ({
	...delivery,
	advice: adviceOn(delivery),
	attempts: delivery.attempts.map((attempt) => ({
		...attempt,
		curl: writeCurl(attempt, delivery.body),
	})),
});

const adviceOn = (delivery: DeliveryDocument): string =>
	delivery.status === "interrupted"
		? "The object is stored. Send the callback again, or upload again."
		: adviseOn(delivery);

/** The delivery without long values. */
export const summarise = (delivery: DeliveryDocument) => ({
	id: delivery.id,
	account: delivery.account,
	operation: delivery.operation,
	bucket: delivery.bucket,
	key: delivery.key,
	status: delivery.status,
	startedAt: delivery.startedAt,
	completedAt: delivery.completedAt,
	why: delivery.why,
	advice: adviceOn(delivery),
	fault: delivery.fault,
	findings: delivery.findings.map(({ id }) => id),
	repeats: delivery.repeats,
	urls: delivery.attempts.map(({ url }) => url),
	durationMs: durationOf(delivery),
	...beginningsOf(delivery),
});

/** Maximum number of characters of a body or an answer in a list. */
const START_MAX = 200;

function beginningsOf({ body, attempts }: DeliveryDocument) {
	const answer = attempts.at(-1)?.answer ?? null;
	return {
		bodyStart: body.slice(0, START_MAX),
		answerStatus: answer?.status ?? null,
		answerStart: answer ? textOf(answer).slice(0, START_MAX) : "",
	};
}

/** Bytes that are not UTF-8 become U+FFFD, so that the rest, such as JSON in GBK, stays readable. */
const textOf = ({ body, bodyEncoding }: TextBody): string =>
	bodyEncoding === "base64" ? Buffer.from(body, "base64").toString() : body;

function durationOf({ attempts }: DeliveryDocument): number | null {
	const durations = attempts.map(
		({ timing }: AttemptDocument) => timing?.totalMs,
	);
	return durations.reduce<number | null>(
		(sum, ms) => (sum === null || ms === undefined ? null : sum + ms),
		0,
	);
}

/** Headers that curl sends by itself, or that would contradict its behaviour. */
const OMITTED_HEADERS = new Set(["connection", "content-length"]);

/** A recorded request as a shell command, for sending it again by hand. */
function writeCurl(
	{ url, target, headers }: Pick<AttemptDocument, "url" | "target" | "headers">,
	body: string,
): string {
	// The target is exactly the signed text: a URL may end in an empty query, or have no scheme.
	const [, scheme = "http://", host = ""] =
		/^(https?:\/\/)?([^/?#]*)/i.exec(url) ?? [];
	const address = quote(`${scheme}${host}${target}`);
	// The emulator accepts any certificate too, unless --callback-verify-tls is given.
	const trust = /^https/i.test(scheme) ? ["--insecure"] : [];
	// A header without a value is sent when it ends with a semicolon.
	const given = headers
		.filter(([name]) => !OMITTED_HEADERS.has(name.toLowerCase()))
		.map(([name, value]) => (value === "" ? `${name};` : `${name}: ${value}`));
	const words = [
		"curl",
		"--globoff",
		"--path-as-is",
		"--include",
		...trust,
		address,
		...given.flatMap((header) => ["--header", quote(header)]),
	];
	if (!body.includes("\0"))
		return [...words, "--data-raw", quote(body)].join(" ");
	// A command-line argument cannot contain NUL.
	const encoded = Buffer.from(body).toString("base64");
	return `printf %s ${encoded} | base64 -d | ${words.join(" ")} --data-binary @-`;
}

/** Quotes any text as one word for a POSIX shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
