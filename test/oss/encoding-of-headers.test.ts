import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	decodeWireBytes,
	decodeWireText,
	encodeWireText,
} from "../../emulator/oss/encoding.ts";

suite("Header bytes", () => {
	test("that are UTF-8 are read as it, a byte order mark included", () => {
		for (const text of ["meow", "中文", "🐈", "\ufeffa", ""])
			assert.equal(decodeWireBytes(Buffer.from(text)), text);
	});

	test("come back as they came, whatever they are", () => {
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

	test("of a text that was never on the wire are UTF-8", () => {
		assert.deepEqual(encodeWireText("中🐈"), Buffer.from("中🐈"));
	});
});
