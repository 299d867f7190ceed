import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { StsError } from "../../emulator/sts/errors.ts";
import { Nonces } from "../../emulator/sts/nonces.ts";

const at = (seconds: number): Date =>
	new Date(1_700_000_000_000 + seconds * 1000);

suite("A nonce", () => {
	test("is accepted once per key, for as long as a request with it could be valid", () => {
		const nonces = new Nonces();
		nonces.use("ak", "n", at(0));

		for (const now of [at(0), at(900), at(1799)])
			assert.throws(() => nonces.requireUnused("ak", "n", now), StsError);
		nonces.requireUnused("other", "n", at(0));
		nonces.requireUnused("ak", "m", at(0));
		nonces.requireUnused("ak", "n", at(1800));
		assert.equal(nonces.size, 0);
	});

	test("is discarded if there are more than a hundred thousand", () => {
		const nonces = new Nonces();
		for (let count = 0; count < 100_100; count++) {
			nonces.requireUnused("ak", `${count}`, at(0));
			nonces.use("ak", `${count}`, at(0));
		}
		assert.equal(nonces.size, 100_000);
		nonces.requireUnused("ak", "0", at(0));
		assert.throws(() => nonces.requireUnused("ak", "100099", at(0)), StsError);
	});
});
