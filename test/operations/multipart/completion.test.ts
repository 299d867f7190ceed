import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { joinDigests } from "../../../emulator/operations/multipart/completion.ts";

suite("The ETag of a multipart upload", () => {
	// From py1 unittests/test_multipart.py and go2 client_mock_test.go.
	for (const [etags, expected] of [
		[
			["4DE8075FB607DF4D13FBC480EA488EFA", "AF947EC157726CEA88ED83B3C989063B"],
			"1C787C506EABFB9B45EAAA8DB039F4B2-2",
		],
		[
			["CF3F46D505093571E916FCDD49677299"],
			"29B94424BC241D80B0AF488A4E4B86AF-1",
		],
	] as const) {
		test(`of ${etags.length} parts is the one that the SDKs' tests expect`, () => {
			const parts = etags.map((etag) => ({ etag, crc64: "0", size: 0 }));

			assert.equal(joinDigests(parts).etag, expected);
		});
	}
});
