import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	decodeWireBytes,
	decodeWireText,
	encodeWireText,
} from "../../emulator/oss/encoding.ts";

suite("Header bytes", () => {
	test("are decoded if they are UTF-8, including a byte order mark", () => {
		for (const text of ["meow", "中文", "🐈", "\ufeffa", ""])
			assert.equal(decodeWireBytes(Buffer.from(text)), text);
	});

	test("are written as they were read, for all byte values", () => {
		const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
		const gbk = Buffer.from("d6d0cec4", "hex"); // 中文
		const surrogates = Buffer.from("eda080edb080", "hex");
		for (const bytes of [
			all,
			gbk,
			surrogates,
			Buffer.from("ok中\xff", "latin1"),
		]) {
			const text = decodeWireText(bytes.toString("latin1"));
			assert.deepEqual(encodeWireText(text), bytes);
			assert.deepEqual(encodeWireText(JSON.parse(JSON.stringify(text))), bytes);
		}
	});

	test("are UTF-8 if the text was not read from a header", () => {
		assert.deepEqual(encodeWireText("中🐈"), Buffer.from("中🐈"));
	});
});
