/**
 * Looks up the hosts of a callback before anything is stored, in order to refuse hosts that OSS would refuse.
 *
 * Later connections use the addresses found here, so that a name cannot be public when it is checked and private when
 * it is called. If there are several URLs, all must pass.
 *
 * Source: EC 0007-00000007, 0007-00000008; RFC 6761 for `localhost`, RFC 6890 for private networks.
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";
import { codeOf } from "../oss/code-of.ts";
import { withTimeout } from "../oss/waiting.ts";
import { explainStrict } from "./advice/strict.ts";
import { refuse } from "./callback-errors.ts";
import type { Address, Callback, CallbackUrl, ResolvedUrl } from "./model.ts";
import type { CallbackSwitches } from "./switches.ts";

/** Returns all addresses of a name.
 *
 * @throws Error with a `code`, `ENOTFOUND` when the name does not exist
 */
export type Lookup = (hostname: string) => Promise<readonly Address[]>;

/** Uses the machine's resolver: hosts file, Docker's names, DNS. */
export const lookupHost: Lookup = (hostname) => lookup(hostname, { all: true });

/** Time limit for a resolver. */
const LOOKUP_MS_MAX = 5000;

/** @throws OssError InvalidArgument, EC 0007-00000007, 0007-00000008 */
export async function resolveCallback(
	callback: Callback,
	switches: Pick<CallbackSwitches, "privateAddresses" | "unresolvableHost">,
	lookup: Lookup,
): Promise<Callback<ResolvedUrl>> {
	const urls = await Promise.all(
		callback.urls.map((url) => resolveUrl(url, lookup)),
	);
	for (const { text, addresses, missing } of urls) {
		if (missing && switches.unresolvableHost === "refuse")
			throw refuse("unresolvableHost", "callbackUrl", text);
		if (switches.privateAddresses === "refuse" && addresses.some(isPrivate))
			throw explainStrict(
				refuse("privateAddress", "callbackUrl", text),
				"private-address",
			);
	}
	return { ...callback, urls };
}

type LookupResult = {
	readonly addresses: readonly Address[];
	readonly missing: boolean;
};

async function resolveUrl(
	url: CallbackUrl,
	lookup: Lookup,
): Promise<ResolvedUrl & LookupResult> {
	const startMs = performance.now();
	const found =
		withoutResolver(url.hostname) ?? (await find(url.hostname, lookup));
	return { ...url, ...found, lookupMs: performance.now() - startMs };
}

const LOOPBACK: readonly Address[] = [
	{ address: "127.0.0.1", family: 4 },
	{ address: "::1", family: 6 },
];

/**
 * Resolves hosts that do not need a resolver: addresses, `localhost` and names below it, and numbers that are not an
 * address.
 */
function withoutResolver(hostname: string): LookupResult | undefined {
	const family = isIP(hostname);
	if (family !== 0)
		return { addresses: [{ address: hostname, family }], missing: false };
	if (/^(.+\.)?localhost\.?$/i.test(hostname))
		return { addresses: LOOPBACK, missing: false };
	// The C library reads 123.456 as 123.0.1.200; OSS says «can not get ip».
	if (/(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(hostname))
		return { addresses: [], missing: true };
	return undefined;
}

async function find(hostname: string, lookup: Lookup): Promise<LookupResult> {
	try {
		const addresses = await withTimeout(lookup(hostname), LOOKUP_MS_MAX);
		return { addresses, missing: addresses.length === 0 };
	} catch (error) {
		const code = codeOf(error);
		if (code === "") throw error;
		return { addresses: [], missing: isMissing(code, hostname) };
	}
}

/**
 * A failed look-up does not mean that the name does not exist: the upload is stored, and its callback fails. A
 * name without a dot is an exception, because OSS never finds it: java1 CallbackTest, `my`.
 */
const isMissing = (code: string, hostname: string): boolean =>
	code === "ENOTFOUND" || !hostname.includes(".");

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
