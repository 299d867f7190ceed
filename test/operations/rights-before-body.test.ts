import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal } from "../client.ts";
import { startWithBucket } from "../emulator.ts";

/** Neither XML nor JSON, and larger than every limit of a document. */
const GARBAGE = ["<", "{", "x".repeat(3 * 1024 * 1024)];

/**
 * Requests whose caller is authorized before the body is read; forms are not included, because their body has the key.
 */
const CASES = [
	"POST /photos?delete",
	"PUT /photos/cat?tagging",
	"PUT /photos/cat?retention",
	"PUT /photos/cat?legalHold",
	"PUT /photos?acl",
	"PUT /photos?cors",
	"PUT /photos?encryption",
	"PUT /photos?inventory&inventoryId=a",
	"PUT /photos?lifecycle",
	"PUT /photos?logging",
	"PUT /photos?policy",
	"PUT /photos?referer",
	"PUT /photos?tagging",
	"PUT /photos?versioning",
	"PUT /photos?website",
	"POST /photos?replication&comp=add",
	"POST /photos?cname&comp=add",
	"POST /photos?asyncFetch",
	"POST /photos?worm",
	"POST /photos/cat?restore",
	"POST /photos/cat?uploadId=0123456789ABCDEF0123456789ABCDEF",
	"POST /photos/cat?x-oss-process=csv/select",
	"POST /photos/cat?x-oss-process",
	"PUT /photos/cat?live",
] as const;

suite("A caller without permission receives AccessDenied, regardless of the body (A-899):", () => {
	for (const target of CASES)
		test(target, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.put("/photos/cat", "meow");
			const [method = "", path = ""] = target.split(" ");
			for (const body of GARBAGE) {
				const answer = await oss.send(method, path, { as: null, body });
				assert.match(refusal(answer), /^403 AccessDenied/);
			}
		});
});
