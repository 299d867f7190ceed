import assert from "node:assert/strict";
import { BlockList, isIPv6 } from "node:net";
import { suite, test } from "node:test";
import { isWithin } from "../../../emulator/auth/policy/address.ts";

suite("An address", () => {
	const cases = [
		["is within the same address", "10.0.0.1", "10.0.0.1", true],
		["is not within another address", "10.0.0.1", "10.0.0.2", false],
		["is within its network", "192.168.3.4", "192.168.0.0/16", true],
		["is not within another network", "127.0.0.1", "192.168.0.0/16", false],
		[
			"is in a network that is written with the address of a host",
			"10.1.2.3",
			"10.9.9.9/8",
			true,
		],
		["is in the network of all addresses", "1.2.3.4", "0.0.0.0/0", true],
		["of IPv6 is within its network", "2001:db8::1", "2001:db8::/32", true],
		[
			"of IPv6 is not within another network",
			"2001:db9::1",
			"2001:db8::/32",
			false,
		],
		[
			"of IPv6 can be written in several ways",
			"2001:DB8:0:0::1",
			"2001:db8::0:1",
			true,
		],
		["of IPv6 is not in a network of IPv4", "::1", "0.0.0.0/0", false],
		["of IPv4 is not in a network of IPv6", "10.0.0.1", "::/0", false],
		[
			"of IPv4 in IPv6 notation is in a network of IPv4 (A-501)",
			"::ffff:10.0.0.1",
			"10.0.0.0/8",
			true,
		],
		[
			"of IPv4 is in an IPv4-mapped network (A-501)",
			"10.0.0.1",
			"::ffff:10.0.0.0/104",
			true,
		],
		[
			"of IPv4 is not in a network that is wider than the mapped one",
			"10.0.0.1",
			"::ffff:10.0.0.0/90",
			false,
		],
		[
			"matches a pattern, which acs:SourceIp may be",
			"192.168.3.4",
			"192.168.*",
			true,
		],
		["does not match another pattern", "192.169.3.4", "192.168.*", false],
	] as const;
	for (const [what, address, network, expected] of cases)
		test(what, () => assert.equal(isWithin(address, network), expected));

	test("is not in an invalid network", () => {
		for (const network of [
			"",
			"10.0.0.0/33",
			"10.0.0.0/",
			"10.0.0.0/-1",
			"10.0.0.0/8/8",
			"10.0.0/8",
			"10.0.0.256",
			"::1::",
			"1:2:3:4:5:6:7:8:9",
			"1:2:3:4:5:6:7",
			"::/129",
			"x",
		])
			assert.equal(isWithin("10.0.0.1", network), false, network);
		assert.equal(isWithin("", "0.0.0.0/0"), false);
	});

	test("is in the same networks as according to Node's BlockList", () => {
		const networks = [
			"10.0.0.0/9",
			"172.16.0.0/12",
			"fe80::/10",
			"2001:db8:8000::/33",
		];
		const addresses = [
			"10.127.255.255",
			"10.128.0.0",
			"172.31.1.1",
			"172.32.0.0",
			"fe80::1:2",
			"febf::",
			"fec0::",
			"2001:db8:7fff::1",
			"2001:db8:8000::1",
			"2001:0db8:ffff:ffff:ffff:ffff:ffff:ffff",
		];
		for (const network of networks) {
			const [base = "", length] = network.split("/");
			const list = new BlockList();
			list.addSubnet(base, Number(length), isIPv6(base) ? "ipv6" : "ipv4");
			for (const address of addresses) {
				const expected = list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
				assert.equal(
					isWithin(address, network),
					expected,
					`${address} ${network}`,
				);
			}
		}
	});
});
