import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withFieldsAfterFile } from "../../../emulator/callback/advice/find-in-callback.ts";
import { callbackTo } from "../request-callback.ts";

const CALLBACK = { ...callbackTo("a.example.com"), urls: [] };

suite("Fields after the file of a form", () => {
	test("are ignored, except the callback's", () => {
		const names = ["submit", "Callback", "X:a", "success_action_status"];

		assert.equal(withFieldsAfterFile(CALLBACK, names), CALLBACK);
		assert.equal(withFieldsAfterFile(undefined, names), undefined);
	});

	test("are of no interest without a callback", () => {
		assert.equal(withFieldsAfterFile(undefined, ["x:a"]), undefined);
	});

	test("are found, when they are a callback's variables", () => {
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

	test("are a callback that is not sent, when they are a callback", () => {
		const noted = withFieldsAfterFile(undefined, ["callback"]);

		assert.deepEqual(noted?.urls, []);
		assert.match(noted?.findings[0]?.sentence ?? "", /^callback came after/);
	});
});
