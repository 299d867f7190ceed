import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withLateFields } from "../../emulator/callback/late-fields.ts";
import { callbackTo } from "./asking.ts";

const CALLBACK = { ...callbackTo("a.example.com"), urls: [] };

suite("Fields after the file of a form", () => {
	test("are of no interest, but for the callback's", () => {
		const names = ["submit", "Callback", "X:a", "success_action_status"];

		assert.equal(withLateFields(CALLBACK, names), CALLBACK);
		assert.equal(withLateFields(undefined, names), undefined);
	});

	test("are of no interest without a callback", () => {
		assert.equal(withLateFields(undefined, ["x:a"]), undefined);
	});

	test("are found, when they are a callback's variables", () => {
		const noted = withLateFields(CALLBACK, ["x:b", "submit", "x:a", "x:b"]);

		const [found] = noted?.findings ?? [];
		assert.equal(found?.id, "late-field");
		assert.match(found?.sentence ?? "", /^x:b, x:a came after the file/);
	});

	test("are a callback that calls nobody, when they are a callback", () => {
		const noted = withLateFields(undefined, ["callback"]);

		assert.deepEqual(noted?.urls, []);
		assert.match(noted?.findings[0]?.sentence ?? "", /^callback came after/);
	});
});
