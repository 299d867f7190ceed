import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { invalidArgument, OssError } from "../../emulator/oss/errors.ts";

suite("An OSS error", () => {
	test("has the status, message and EC of its row", () => {
		// A recorded response in docs «Error responses».
		const error = new OssError("NoSuchKey");

		assert.equal(error.status, 404);
		assert.equal(error.message, "The specified key does not exist.");
		assert.equal(error.ec, "0026-00000001");
		assert.deepEqual([error.details, error.headers], [{}, {}]);
	});

	test("contains the given details", () => {
		const more = {
			message: "no",
			ec: "0000-00000001",
			details: { BucketName: "photos" },
			headers: { Allow: "DELETE" },
		};

		const error = new OssError("MethodNotAllowed", more);

		assert.equal(error.status, 405);
		for (const [name, value] of Object.entries(more))
			assert.deepEqual(Reflect.get(error, name), value);
	});

	test("of an argument contains its name and value", () => {
		const error = invalidArgument("max-keys", "0", "Too few.", "0017-00000001");

		assert.equal(error.code, "InvalidArgument");
		assert.equal(error.message, "Too few.");
		assert.equal(error.ec, "0017-00000001");
		assert.deepEqual(error.details, {
			ArgumentName: "max-keys",
			ArgumentValue: "0",
		});
		assert.equal(invalidArgument("a", "b").message, "The argument is invalid.");
	});
});
