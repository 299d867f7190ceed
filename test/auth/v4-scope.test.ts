import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Scope, signingKey } from "../../emulator/auth/v4-scope.ts";

const scopeOf = (date: string): Scope => ({
	date,
	region: "cn-hangzhou",
	product: "oss",
});

suite("The signing key of V4", () => {
	test("is the result of the manual's chain of HMACs", () => {
		assert.equal(
			signingKey("sk", scopeOf("20231216")).key.toString("hex"),
			"b412a03b134ebddd720f5167b5de6db66620ebb3b01cff4d49e3ccb09f8de97f",
		);
	});

	test("differs by secret, date, region and product", () => {
		const scope = scopeOf("20231216");
		const keys = [
			signingKey("sk", scope),
			signingKey("ks", scope),
			signingKey("sk", scopeOf("20231217")),
			signingKey("sk", { ...scope, region: "cn-beijing" }),
			signingKey("sk", { ...scope, product: "oss-cloudbox" }),
		].map(({ key }) => key.toString("hex"));
		assert.equal(new Set(keys).size, keys.length);
	});

	test("is computed once, and removed from the cache after 256 other keys", () => {
		const first = signingKey("forgotten", scopeOf("20240101"));
		assert.equal(signingKey("forgotten", scopeOf("20240101")), first);

		for (let i = 0; i < 256; i++)
			signingKey("forgotten", scopeOf(String(20250000 + i)));

		const again = signingKey("forgotten", scopeOf("20240101"));
		assert.notEqual(again, first);
		assert.deepEqual(again, first);
	});
});
