/**
 * `callbackUrl`: one to five URLs with `;` between them, taken apart by hand, because `URL` would normalise the path
 * that is to be signed.
 *
 * Empty pieces are ignored, as in a list that ends with `;`. Refused as malformed: other schemes, user names,
 * IPv6 literals, anything outside printable ASCII. A fragment is not sent, nor is the `?` of an empty
 * query.
 *
 * Pure. Source: docs «Callback», step 1; EC 0007-00000004, 0007-00000005.
 */
import type { CallbackUrl } from "./callback.ts";
import { refuse } from "./causes.ts";

const URLS_MAX = 5;

/**
 * @returns none when `text` names none
 * @throws OssError InvalidArgument, EC 0007-00000004, 0007-00000005
 */
export function readUrls(text: string): CallbackUrl[] {
	const pieces = text
		.split(";")
		.map((piece) => piece.trim())
		.filter((piece) => piece !== "");
	if (pieces.length > URLS_MAX)
		throw refuse("tooManyUrls", "callbackUrl", text);
	return pieces.map(readUrl);
}

const URL_PARTS =
	/^(?:(https?):\/\/)?([\w.-]+)(?::(\d{1,5}))?(\/[!-~]*|\?[!-~]*|#[!-~]*)?$/i;
const HOSTNAME = /^\w([\w-]*\w)?(\.\w([\w-]*\w)?)*\.?$/;
const HOSTNAME_CHARACTERS_MAX = 253;

function readUrl(text: string): CallbackUrl {
	const parts = URL_PARTS.exec(text);
	if (!parts) throw refuse("url", "callbackUrl", text);
	const [, scheme = "http", hostname = "", givenPort, target = ""] = parts;
	const secure = scheme.toLowerCase() === "https";
	const port = Number(givenPort ?? (secure ? 443 : 80));
	if (!isHostname(hostname) || port < 1 || port > 65_535)
		throw refuse("url", "callbackUrl", text);
	return { text, secure, hostname, port, ...readTarget(target) };
}

/** Underscores are no part of DNS, and are of the names of containers. */
const isHostname = (text: string): boolean =>
	text.length <= HOSTNAME_CHARACTERS_MAX && HOSTNAME.test(text);

function readTarget(target: string): { path: string; query: string } {
	const sent = target.split("#", 1)[0] ?? "";
	const mark = sent.indexOf("?");
	if (mark < 0) return { path: sent || "/", query: "" };
	return { path: sent.slice(0, mark) || "/", query: sent.slice(mark + 1) };
}
