/**
 * Checks whether a domain resolves to this machine.
 *
 * It replaces the DNS record by which OSS verifies the ownership of a domain: a caller that can point it here, by a
 * hosts file or as the alias of a container, can bind it. The name is looked up as any program does.
 */
import dns from "node:dns";
import { networkInterfaces } from "node:os";
import { withinMs } from "../../oss/with-timeout.ts";

/** A resolver without a network can take long to say so. */
const MILLISECONDS_MAX = 3000;

export async function leadsHere(domain: string): Promise<boolean> {
	const here = new Set(
		Object.values(networkInterfaces()).flatMap((addresses) =>
			(addresses ?? []).map(({ address }) => address),
		),
	);
	const found = await addressesOf(domain);
	return found.some((address) => here.has(address) || isLoopback(address));
}

function addressesOf(domain: string): Promise<readonly string[]> {
	const lookup = dns.promises.lookup(domain, { all: true });
	return withinMs(lookup, MILLISECONDS_MAX).then(
		(found) => found.map(({ address }) => address),
		() => [], // it does not exist, or the resolver does not answer
	);
}

const isLoopback = (address: string): boolean =>
	address === "::1" || address.startsWith("127.");
