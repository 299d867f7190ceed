import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withFieldsAfterFile } from "../../../emulator/callback/advice/find-in-callback.ts";
import { callbackTo } from "../request-callback.ts";

const CALLBACK = { ...callbackTo("a.example.com"), urls: [] };

suite("Fields after the file of a form", () => {
	test("are ignored, unless they belong to a callback", () => {
		const names = ["submit", "Callback", "X:a", "success_action_status"];

		assert.equal(withFieldsAfterFile(CALLBACK, names), CALLBACK);
		assert.equal(withFieldsAfterFile(undefined, names), undefined);
	});

	test("are ignored without a callback", () => {
		assert.equal(withFieldsAfterFile(undefined, ["x:a"]), undefined);
	});

	test("have a finding if they are variables of a callback", () => {
		const noted = withFieldsAfterFile(CALLBACK, [
			"x:b",
			"submit",
			"x:a",
			"x:b",
		]);

		const [found] = noted?.findings ?? [];
		assert.equal(found?.id, "late-field");
		assert.match(found?.sentence ?? "", /^x:b, x:a came after the file/);
	});

	test("have a finding, and the callback is not sent, if they are a callback", () => {
		const noted = withFieldsAfterFile(undefined, ["callback"]);

		assert.deepEqual(noted?.urls, []);
		assert.match(noted?.findings[0]?.sentence ?? "", /^callback came after/);
	});
});
