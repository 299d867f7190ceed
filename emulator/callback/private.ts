/**
 * Which addresses are not public.
 *
 * Pure. Source: EC 0007-00000008; RFC 6890.
 */
import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { Address } from "./callback.ts";

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
