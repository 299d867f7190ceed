import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Claim, isSigned, mismatch } from "../../emulator/auth/claim.ts";

const NO_OBJECT = { bucket: "", key: "" };

const claimOf = (signature: string, ...strings: string[]): Claim => ({
	accessKeyId: "ak",
	securityToken: "",
	signature,
	mismatchEc: "0002-00000040",
	requireTime: () => {},
	candidates: () => strings.map((stringToSign) => ({ stringToSign })),
	sign: (secret, stringToSign) => `${secret}(${stringToSign})`,
});

suite("A claim", () => {
	test("is valid if one of its strings was signed", () => {
		assert.ok(isSigned(claimOf("sk(a)", "a"), "sk", NO_OBJECT));
		assert.ok(isSigned(claimOf("sk(b)", "a", "b"), "sk", NO_OBJECT));
		assert.ok(!isSigned(claimOf("sk(c)", "a", "b"), "sk", NO_OBJECT));
		assert.ok(!isSigned(claimOf("ks(a)", "a"), "sk", NO_OBJECT));
	});

	test("is invalid for a signature of another length or alphabet, and for a missing one", () => {
		for (const signature of ["", "sk(a) ", "sk(ａ)", "\ud800", "x".repeat(1e6)])
			assert.ok(!isSigned(claimOf(signature, "a"), "sk", NO_OBJECT));
	});

	test("that is invalid reports the first string and its bytes", () => {
		const { details } = mismatch(claimOf("x", "猫\n", "b"), NO_OBJECT);
		assert.equal(details.StringToSign, "猫\n");
		assert.equal(details.StringToSignBytes, "E7 8C AB 0A ");
	});

	test("that is invalid shortens a string of megabytes", () => {
		const { details } = mismatch(claimOf("x", "a".repeat(2e6)), NO_OBJECT);
		assert.ok(JSON.stringify(details).length < 100_000);
	});
});
