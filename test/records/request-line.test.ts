import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { requestLine } from "../../emulator/records/request-line.ts";
import type { LoggedRequest } from "../../emulator/records/request-log.ts";

const REQUEST: LoggedRequest = {
	...{ id: "5C1B138A109F4E4057B5B1E2", receivedAt: new Date(0) },
	...{ method: "PUT", host: "a", url: "/photos/cat", clientIp: "127.0.0.1" },
	...{ headers: {}, account: "1", bucket: "photos", key: "cat" },
	...{ protocol: "OSS", operation: "PutObject", status: 200, code: "" },
	...{ message: "", ec: "", stringToSign: "", why: undefined },
	...{ diagnosis: "", isWarning: false, fault: "", durationMs: 3.1 },
};

suite("The line of a request", () => {
	test("contains the request and the response", () => {
		assert.equal(
			requestLine(REQUEST).message,
			"5C1B138A109F4E4057B5B1E2: PUT /photos/cat 200 PutObject 3.1 ms",
		);
	});

	test("contains the code and the EC of an error", () => {
		const refused = {
			...{ status: 404, code: "NoSuchKey", ec: "0026-00000001" },
		};

		assert.match(
			requestLine({ ...REQUEST, ...refused }).message,
			/ 404 PutObject NoSuchKey 0026-00000001 3\.1 ms$/,
		);
	});

	test("explains why OSS may refuse an accepted request", () => {
		const finding = "OSS may refuse response-content-type";
		const accepted = { ...REQUEST, diagnosis: finding };
		const { message, fields } = requestLine(accepted);

		assert.ok(message.endsWith(` 3.1 ms; ${finding}`), message);
		assert.equal(fields.finding, finding);
		const refused = { ...accepted, status: 403, code: "AccessDenied" };
		assert.ok(!requestLine(refused).message.includes(finding));
	});

	test("contains the beginning of a long URL, and fields for programs", () => {
		const url = `/${"a".repeat(1000)}`;
		const { message, fields } = requestLine({ ...REQUEST, url });

		assert.ok(message.length < 400);
		assert.equal(fields.status, 200);
		assert.equal(fields.requestId, REQUEST.id);
	});
});
