/**
 * Reads `callbackUrl`, one to five URLs separated by `;`, without `URL`, which would normalise the signed path; and
 * knows which addresses are not public.
 *
 * Empty pieces are ignored, as in a list that ends with `;`. Refused as malformed: other schemes, user names,
 * IPv6 literals, anything outside printable ASCII. A fragment is not sent, nor is the `?` of an empty
 * query.
 *
 * Pure. Source: docs «Callback», step 1; EC 0007-00000004, 0007-00000005, 0007-00000008; RFC 6890.
 */
import { BlockList, isIPv4, isIPv6 } from "node:net";
import { refuse } from "./callback-errors.ts";
import type { Address, CallbackUrl } from "./model.ts";

const URLS_MAX = 5;

/**
 * @returns an empty list when `text` has no URL
 * @throws OssError InvalidArgument, EC 0007-00000004, 0007-00000005
 */
export function readUrls(text: string): CallbackUrl[] {
	const pieces: string[] = [];
	for (let begin = 0, end = 0; end >= 0; begin = end + 1) {
		end = text.indexOf(";", begin);
		const piece = text.slice(begin, end < 0 ? undefined : end).trim();
		if (piece !== "") pieces.push(piece);
		if (pieces.length > URLS_MAX)
			throw refuse("tooManyUrls", "callbackUrl", text);
	}
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

/** Underscores are not allowed in DNS, but they are in the names of containers. */
const isHostname = (text: string): boolean =>
	text.length <= HOSTNAME_CHARACTERS_MAX && HOSTNAME.test(text);

function readTarget(target: string): { path: string; query: string } {
	const sent = target.split("#", 1)[0] ?? "";
	const mark = sent.indexOf("?");
	if (mark < 0) return { path: sent || "/", query: "" };
	return { path: sent.slice(0, mark) || "/", query: sent.slice(mark + 1) };
}

const notPublic = new BlockList();
for (const [network, prefix] of [
	["0.0.0.0", 8],
	["10.0.0.0", 8],
	["100.64.0.0", 10],
	["127.0.0.0", 8],
	["169.254.0.0", 16],
	["172.16.0.0", 12],
	["192.168.0.0", 16],
] as const)
	notPublic.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
	["::", 127],
	["fc00::", 7],
	["fe80::", 10],
] as const)
	notPublic.addSubnet(network, prefix, "ipv6");

/** Which networks OSS counts as private beyond «127.0.0.1 or any RFC 1918 address» is not known. */
export function isPrivate({ address }: Address): boolean {
	if (isIPv4(address)) return notPublic.check(address, "ipv4");
	return isIPv6(address) && notPublic.check(address, "ipv6");
}
