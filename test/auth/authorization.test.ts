import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	areSent,
	tokenOfHeaders,
	tokenOfUrl,
} from "../../emulator/auth/authorization.ts";
import { kindOf, makeRequest, thrownBy } from "./request.ts";

suite("A security token", () => {
	test("is in a header, under one of two names, if the signature is in a header", () => {
		for (const name of ["x-oss-security-token", "security-token"])
			assert.equal(
				tokenOfHeaders(makeRequest({ headers: { [name]: "t" } })),
				"t",
			);
		assert.equal(tokenOfHeaders(makeRequest({})), "");
	});

	test("is in a parameter of a signed URL, under one of two names", () => {
		for (const name of ["x-oss-security-token", "security-token"])
			assert.equal(tokenOfUrl(makeRequest({ rawQuery: `${name}=t` })), "t");
		assert.equal(tokenOfUrl(makeRequest({})), "");
	});

	test("in both places is InvalidArgument (A-512)", () => {
		const request = makeRequest({
			headers: { "x-oss-security-token": "t" },
			rawQuery: "security-token=t",
		});
		for (const tokenOf of [tokenOfHeaders, tokenOfUrl]) {
			const error = thrownBy(() => tokenOf(request));
			assert.equal(kindOf(error), "400 InvalidArgument ");
			assert.equal(error.details.ArgumentName, "x-oss-security-token");
		}
	});

	test("of a signed URL in a header only is InvalidRequest", () => {
		const request = makeRequest({ headers: { "x-oss-security-token": "t" } });
		const error = thrownBy(() => tokenOfUrl(request));
		assert.equal(kindOf(error), "400 InvalidRequest 0002-00000005");
	});
});

test("Headers with an underscore are ignored", () => {
	const { headers } = makeRequest({ headers: { a: "1", a_b: "2" } });
	assert.ok(areSent(["a"], headers));
	assert.ok(!areSent(["a_b"], headers));
	assert.ok(!areSent(["constructor"], headers));
});
