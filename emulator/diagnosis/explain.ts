/**
 * Explains an error that concerns a key, a token or a time, in a sentence for the developer.
 *
 * Pure.
 */

import type { Accounts } from "../auth/accounts.ts";
import { percentDecode } from "../oss/encoding.ts";
import type { OssError } from "../oss/errors.ts";

/** The parts of the emulator that explanations refer to. */
export type EmulatorFacts = {
	readonly accounts: Accounts;
	readonly region: string;
	/** How far the emulator's clock was moved, in milliseconds. */
	readonly clockAheadMs: number;
};

/** The maximum length of an explanation. */
export const SENTENCE_CHARACTERS_MAX = 1000;

/** The credentials in a request or form, and its time. */
export type Presented = {
	readonly accessKeyId: string;
	/** Empty if the request has no token. */
	readonly securityToken: string;
	readonly receivedAt: Date;
};

/** @returns '' if there is nothing to add to the error itself */
export function explainError(
	error: OssError,
	presented: Presented,
	known: EmulatorFacts,
): string {
	switch (error.code) {
		case "InvalidAccessKeyId":
			return explainKey(presented, known);
		case "InvalidSecurityToken":
			return explainToken(presented, known);
		case "AccessKeyIdAndSecurityTokenNotMatch":
			return explainOtherToken(presented, known);
		case "SecurityTokenExpired":
			return explainEnd(presented, known);
		case "RequestTimeTooSkewed":
			return explainClock(error, known);
		case "AccessDenied":
			return explainMoment(error, known);
		case "InvalidArgument":
			return explainArgument(error, known);
		default:
			return "";
	}
}

const KEYS_SHOWN_MAX = 10;

function explainKey(
	{ accessKeyId: id }: Presented,
	{ accounts }: EmulatorFacts,
): string {
	if (accounts.isDisabled(id))
		return `the key ${id} belongs to a RAM user and is Inactive`;
	if (accounts.find(id))
		return `${id} is a permanent key, which has no token, but the request has one: leave it out, or use the temporary key that belongs to it`;
	const keys = accounts.keys();
	const near = keys.find(
		({ accessKeyId }) => accessKeyId.toLowerCase() === id.trim().toLowerCase(),
	);
	if (near)
		return `the key id ${JSON.stringify(id)} differs from ${near.accessKeyId} only in blanks or case`;
	if (keys.some(({ accessKeySecret }) => accessKeySecret === id))
		return "the secret was given as the access key id: the two were swapped";
	if (id.startsWith("STS."))
		return "a temporary key needs its security token, which is missing where OSS looks for it: the header or the form's field x-oss-security-token, in a URL the parameter security-token (V1) or x-oss-security-token (V4)";
	const ids = keys.map(({ accessKeyId }) => accessKeyId);
	const more = ids.length > KEYS_SHOWN_MAX ? ", …" : "";
	return `the emulator has the keys ${ids.slice(0, KEYS_SHOWN_MAX).join(", ")}${more}: add another with --access-key`;
}

/** A token without the emulator's prefix may come from another emulator. */
function explainToken(
	{ securityToken: token }: Presented,
	{ accounts }: EmulatorFacts,
): string {
	const opens = (text: string): boolean => accounts.session(text) !== undefined;
	if (opens(token.replaceAll(" ", "+")))
		return "the security token has blanks instead of +: percent-encode it in the URL, so that + becomes %2B";
	if (opens(percentDecode(token) ?? ""))
		return "the security token was percent-encoded one time too many";
	if (opens(token.replaceAll(/\s/g, "")))
		return "the security token contains blanks or line breaks that do not belong to it";
	return `the security token, of ${token.length} characters, was truncated or changed, or was issued by another emulator: an emulator accepts only its own tokens and those of its data folder`;
}

function explainOtherToken(
	{ accessKeyId, securityToken }: Presented,
	{ accounts }: EmulatorFacts,
): string {
	const session = accounts.session(securityToken);
	return session
		? `the security token belongs to ${session.accessKeyId}, but the request uses ${accessKeyId}: id, secret and token must belong together`
		: "";
}

function explainEnd(
	{ securityToken, receivedAt }: Presented,
	{ accounts }: EmulatorFacts,
): string {
	const ended = accounts.session(securityToken)?.expires;
	return ended
		? `the session expired ${secondsFrom(ended, receivedAt)} s ago: request new keys from STS before that`
		: "";
}

const secondsFrom = (from: Date, to: Date): number =>
	Math.round((to.getTime() - from.getTime()) / 1000);

function explainClock({ details }: OssError, known: EmulatorFacts): string {
	const [request = "", server = ""] = [details.RequestTime, details.ServerTime];
	const seconds = secondsFrom(new Date(server), new Date(request));
	if (Number.isNaN(seconds)) return "";
	const direction = seconds > 0 ? "ahead of" : "behind";
	const moved = Math.round(known.clockAheadMs / 1000);
	const why =
		moved === 0
			? aboutZone(seconds)
			: `; the emulator's clock was moved by ${moved} s`;
	return `the client's clock is ${Math.abs(seconds)} s ${direction} the emulator's: 900 s are allowed${why}`;
}

const QUARTER_SECONDS = 900;
const QUARTERS_MAX = 14 * 4;
const TOLERANCE_SECONDS = 60;

/** Time zones differ by whole quarters of an hour; a single quarter is not a zone. */
function aboutZone(seconds: number): string {
	const quarters = Math.round(seconds / QUARTER_SECONDS);
	const isZone =
		Math.abs(seconds - quarters * QUARTER_SECONDS) <= TOLERANCE_SECONDS &&
		Math.abs(quarters) > 1 &&
		Math.abs(quarters) <= QUARTERS_MAX;
	const hours = `${quarters > 0 ? "+" : ""}${quarters / 4}`;
	return isZone ? `; or it wrote the local time of UTC${hours} as UTC` : "";
}

/** Earlier times are more likely a duration in seconds. */
const LONG_AGO = new Date("2000-01-01T00:00:00Z");

/** The parameters that V1 requires in a URL. */
const MISSING: ReadonlyMap<string, string> = new Map([
	["0002-00000067", "Expires"],
	["0002-00000071", "OSSAccessKeyId"],
	["0002-00000074", "Signature"],
]);

function explainMoment(error: OssError, known: EmulatorFacts): string {
	const { ec, details } = error;
	if (ec === "0002-00000503")
		return "the request has no date: send x-oss-date; web pages cannot set Date";
	if (ec === "0002-00000235") return explainClock(error, known);
	const missing = MISSING.get(ec);
	if (missing !== undefined)
		return `the URL has no ${missing}: it may have been cut at its first &, as a shell does with an unquoted URL`;
	const ended = new Date(details.Expires ?? "");
	const seconds = secondsFrom(ended, new Date(details.ServerTime ?? ""));
	if (Number.isNaN(seconds)) return "";
	return ended < LONG_AGO
		? `Expires is ${ended.getTime() / 1000}, but must be in seconds since 1970: a duration was given instead of a time`
		: `the signed URL expired ${seconds} s ago: sign a new one, or one that is valid for longer`;
}

function explainArgument(
	{ ec, details }: OssError,
	{ region }: EmulatorFacts,
): string {
	const argument = details.Authorization ?? details.ArgumentValue ?? "";
	switch (ec) {
		case "0002-00000226":
			return argument.includes(`/oss-${region}/`)
				? `the signature is for the region oss-${region}: the name of the region is ${region}, without oss-`
				: `the signature is for another region: the emulator's region is ${region}, see --region`;
		case "0002-00000227":
			return "the signature is for a product other than oss: it was made for another service";
		case "0002-00000232":
			return Number(argument) > LONG_AGO.getTime() / 1000
				? "x-oss-expires must be a duration of at most 604800 seconds; a time was given, as V1's Expires requires"
				: "";
		default:
			return "";
	}
}
