/**
 * IP addresses and networks, in the notation of conditions on acs:SourceIp.
 *
 * Pure.
 */
import { readDecimal } from "../../oss/decimal.ts";
import { matches } from "./wildcard.ts";

type Address = { readonly bits: 32 | 128; readonly value: bigint };

/**
 * @param network an address, `192.168.0.0/16`, `2001:db8::/32`, or a pattern: `192.168.*`
 * @returns false also for a text that is neither an address nor a network
 */
export function isWithin(address: string, network: string): boolean {
	if (network.includes("*")) return matches(network, address);
	const [base = "", prefix, ...more] = network.split("/");
	const [inner, outer] = [readAddress(address), readAddress(base)];
	if (!inner || !outer || inner.bits !== outer.bits || more.length > 0)
		return false;
	const length = prefix === undefined ? outer.bits : readPrefix(prefix);
	// The prefix of a mapped network includes the 96 bits before the IPv4 address.
	const own = length - (base.includes(":") && outer.bits === 32 ? 96 : 0);
	if (!(own >= 0 && own <= outer.bits)) return false;
	const shift = BigInt(outer.bits - own);
	return inner.value >> shift === outer.value >> shift;
}

const readPrefix = (text: string): number =>
	readDecimal(text, 0, 128) ?? Number.NaN;

/** IPv4 written as IPv6, `::ffff:10.0.0.1`, is IPv4. */
function readAddress(text: string): Address | undefined {
	if (!text.includes(":")) return readV4(text);
	const address = readV6(text);
	if (address !== undefined && address >> 32n === 0xffffn)
		return { bits: 32, value: address & 0xffff_ffffn };
	return address === undefined ? undefined : { bits: 128, value: address };
}

function readV4(text: string): Address | undefined {
	const parts = text.split(".");
	const areBytes = parts.every(
		(part) => part.length <= 3 && readDecimal(part, 0, 255) !== undefined,
	);
	if (parts.length !== 4 || !areBytes) return undefined;
	const value = parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
	return { bits: 32, value };
}

const GROUPS = 8;

function readV6(text: string): bigint | undefined {
	const [head = "", tail, ...more] = text.split("::");
	const [front, back] = [readGroups(head), readGroups(tail ?? "")];
	if (!front || !back || more.length > 0) return undefined;
	const missing = GROUPS - front.length - back.length;
	if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
	const zeros = Array<bigint>(missing).fill(0n);
	return [...front, ...zeros, ...back].reduce(
		(sum, group) => sum * 0x10000n + group,
		0n,
	);
}

/** `a:b:1.2.3.4` → four groups; '' → no group. */
function readGroups(text: string): bigint[] | undefined {
	if (text === "") return [];
	const groups: bigint[] = [];
	const parts = text.split(":");
	for (const [index, part] of parts.entries()) {
		const v4 = index === parts.length - 1 ? readV4(part) : undefined;
		if (v4) groups.push(v4.value >> 16n, v4.value & 0xffffn);
		else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
		else return undefined;
	}
	return groups;
}
