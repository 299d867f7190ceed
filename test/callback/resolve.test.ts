import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Address } from "../../emulator/callback/model.ts";
import {
	type Lookup,
	resolveCallback,
} from "../../emulator/callback/resolve.ts";
import {
	type CallbackSwitches,
	DEFAULT_SWITCHES,
} from "../../emulator/callback/switches.ts";
import { callbackTo, errorOf } from "./request-callback.ts";

const resolvesTo =
	(...addresses: string[]): Lookup =>
	async () =>
		addresses.map((address) => ({ address, family: 4 }));

const failsWith =
	(code: string): Lookup =>
	async () => {
		throw Object.assign(new Error(code), { code });
	};

const unexpectedLookup: Lookup = async (hostname) => {
	throw new Error(`looked up ${hostname}`);
};

async function addressesOf(
	url: string,
	lookup: Lookup,
	switches: Partial<CallbackSwitches> = {},
): Promise<(readonly Address[])[]> {
	const all = { ...DEFAULT_SWITCHES, ...switches };
	const { urls } = await resolveCallback(callbackTo(url), all, lookup);
	return urls.map(({ addresses }) => addresses);
}

suite("The host of a callback", () => {
	test("is resolved to all its addresses", async () => {
		const [addresses] = await addressesOf(
			"a.b",
			resolvesTo("192.0.2.1", "192.0.2.2"),
		);

		assert.deepEqual(
			addresses?.map(({ address }) => address),
			["192.0.2.1", "192.0.2.2"],
		);
	});

	test("can be private, which is the purpose of the emulator", async () => {
		const urls = "127.0.0.1:1;10.0.0.1;http://localhost:2";

		const found = await addressesOf(urls, unexpectedLookup);

		assert.deepEqual(found[0], [{ address: "127.0.0.1", family: 4 }]);
		assert.equal(found.length, 3);
	});

	// RFC 6761, 6.3: without a lookup, and in both families, because a server may listen on either.
	for (const name of ["localhost", "app.localhost", "LOCALHOST."])
		test(`is loopback if it is ${name}`, async () => {
			const [addresses] = await addressesOf(name, unexpectedLookup);

			assert.deepEqual(
				addresses?.map(({ address }) => address),
				["127.0.0.1", "::1"],
			);
		});

	const refusal = {
		code: "InvalidArgument",
		status: 400,
		message: "Can not get ip by this host.",
		ec: "0007-00000007",
		name: "callbackUrl",
	};

	test("is refused if it does not exist: 0007-00000007", async () => {
		const url = "http://unknown.example.com/cb";

		const error = await errorOf(() => addressesOf(url, failsWith("ENOTFOUND")));

		assert.deepEqual(error, { ...refusal, value: url });
	});

	test("is refused if it is numeric but not an address, such as 123.456", async () => {
		for (const value of ["123.456", "http://0x7f.1/", "1.2.3.4.5"]) {
			const error = await errorOf(() => addressesOf(value, unexpectedLookup));

			assert.deepEqual(error, { ...refusal, value });
		}
	});

	test("is refused if it has no dot and does not resolve, such as java1's «my»", async () => {
		const error = await errorOf(() =>
			addressesOf("my", failsWith("EAI_AGAIN")),
		);

		assert.equal(error?.ec, "0007-00000007");
	});

	test("can be the name of a container", async () => {
		const [addresses] = await addressesOf(
			"http://app:80",
			resolvesTo("172.18.0.2"),
		);

		assert.equal(addresses?.length, 1);
	});

	test("is refused if one of several hosts does not exist (A-225)", async () => {
		const lookup: Lookup = async (name) =>
			name === "a.b"
				? resolvesTo("192.0.2.1")(name)
				: failsWith("ENOTFOUND")(name);

		const error = await errorOf(() => addressesOf("a.b;c.d/x", lookup));

		assert.equal(error?.value, "c.d/x");
	});

	test("can be unknown if this is configured, and then has no address", async () => {
		const deliver = { unresolvableHost: "deliver" } as const;

		const found = await addressesOf(
			"a.b;123.456",
			failsWith("ENOTFOUND"),
			deliver,
		);

		assert.deepEqual(found, [[], []]);
	});

	test("is not refused if the resolver does not respond (A-226)", async () => {
		assert.deepEqual(await addressesOf("a.b", failsWith("EAI_AGAIN")), [[]]);
	});

	test("rethrows an internal error of the resolver", async () => {
		await assert.rejects(
			addressesOf("a.b", unexpectedLookup),
			/looked up a\.b/,
		);
	});
});

suite("Strict checks refuse, like OSS, with 0007-00000008", () => {
	const strict = { privateAddresses: "refuse" } as const;
	const refused = (url: string, lookup: Lookup) =>
		errorOf(() => addressesOf(url, lookup, strict));

	// From cpp's ObjectCallbackTest.
	for (const host of ["127.0.0.1", "192.168.1.1", "10.1.2.3", "172.31.0.1"])
		test(`the address ${host}`, async () => {
			const value = `http://${host}:8088/test.php`;

			const error = await refused(value, unexpectedLookup);

			assert.deepEqual(error, {
				code: "InvalidArgument",
				status: 400,
				message: "Private address is forbidden to callback.",
				ec: "0007-00000008",
				name: "callbackUrl",
				value,
			});
		});

	test("localhost", async () => {
		assert.equal(
			(await refused("localhost", unexpectedLookup))?.ec,
			"0007-00000008",
		);
	});

	test("a public name of a private address", async () => {
		const lookup = resolvesTo("192.0.2.1", "10.0.0.1");

		assert.equal((await refused("a.b", lookup))?.ec, "0007-00000008");
	});

	for (const address of [
		"0.0.0.0",
		"100.100.2.136",
		"169.254.1.1",
		"::1",
		"::",
		"fd00::1",
		"fe80::1",
		"::ffff:127.0.0.1",
	])
		test(`the other non-public address ${address} (A-227)`, async () => {
			assert.equal(
				(await refused("a.b", resolvesTo(address)))?.ec,
				"0007-00000008",
			);
		});

	test("but not a public address", async () => {
		const lookup = resolvesTo("223.5.5.5", "172.32.0.1", "2400:3200::1");

		await addressesOf("a.b;8.8.8.8", lookup, strict);
	});
});
