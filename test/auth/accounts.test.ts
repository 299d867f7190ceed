import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Accounts, callerOf } from "../../emulator/auth/accounts.ts";
import { kindOf, thrownBy } from "./request.ts";

const first = { accessKeyId: "ak", accessKeySecret: "sk", uid: "1" };
const second = { accessKeyId: "ak2", accessKeySecret: "sk2", uid: "2" };
const accounts = new Accounts([first, second]);

suite("Accounts", () => {
	test("knows each by its key, and the first as the default", () => {
		assert.equal(accounts.find("ak2"), second);
		assert.equal(accounts.get("ak", ""), first);
		assert.equal(accounts.default, first);
	});

	test("refuses a key nobody has, with the text go2's suite asserts", () => {
		const error = thrownBy(() => accounts.get("nobody", ""));

		assert.equal(kindOf(error), "403 InvalidAccessKeyId 0002-00000902");
		assert.equal(
			error.message,
			"The OSS Access Key Id you provided does not exist in our records.",
		);
		assert.deepEqual(error.details, { OSSAccessKeyId: "nobody" });
	});

	test("refuses a token that comes with a permanent key, as cpp's suite asserts", () => {
		const error = thrownBy(() => accounts.get("ak", "bogus"));

		assert.equal(kindOf(error), "403 InvalidAccessKeyId 0002-00000902");
	});

	test("does not take a name of Object's prototype for a key", () => {
		for (const name of ["__proto__", "constructor", "toString", ""])
			assert.equal(accounts.find(name), undefined);
	});

	test("tells of a caller all but the secret", () => {
		assert.deepEqual(callerOf(second), { accessKeyId: "ak2", uid: "2" });
	});
});
