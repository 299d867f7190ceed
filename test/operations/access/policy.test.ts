import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument, putDocument } from "../configurations/document.ts";

const TARGET = "/photos?policy";

const policyFor = (principal: string, more = ""): string =>
	`{"Version": "1",\n "Statement": [{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["${principal}"],"Resource":["acs:oss:*:*:photos/*"]${more}}]}`;

suite("A bucket's policy", () => {
	test("can be put, returned unchanged, and deleted", async (t) => {
		const { oss } = await startWithBucket(t);
		const absent =
			"404 NoSuchBucketPolicy 0030-00000006: The specified bucket policy does not exist.";
		assert.equal(refusal(await oss.get(TARGET)), absent);
		await putDocument(oss, TARGET, policyFor("*"));
		const get = await oss.get(TARGET);
		assert.equal(get.headers["content-type"], "application/json");
		assert.equal(get.text, policyFor("*"));
		for (const _ of [1, 2])
			assert.equal((await oss.delete(TARGET)).status, 204);
		assert.equal(refusal(await oss.get(TARGET)), absent);
	});

	for (const body of [
		"",
		"x",
		"[]",
		"{}",
		policyFor("*").replace("Allow", "Maybe"),
	])
		test(`is refused: ${body || "nothing"}`, async (t) => {
			const { oss } = await startWithBucket(t);
			assert.match(
				refusal(await oss.put(TARGET, body)),
				/^400 InvalidPolicyDocument /,
			);
			assert.equal((await oss.get(TARGET)).status, 404);
		});

	test("is at most 16 KB (A-418)", async (t) => {
		const { oss } = await startWithBucket(t);
		const fill = (bytes: number): string =>
			policyFor("*") + " ".repeat(bytes - policyFor("*").length);
		await putDocument(oss, TARGET, fill(16 * 1024));
		assert.match(
			refusal(await oss.put(TARGET, fill(16 * 1024 + 1))),
			/^400 InvalidPolicyDocument /,
		);
	});

	test("is public if it allows all callers", async (t) => {
		const { oss } = await startWithBucket(t);
		const isPublic = async () =>
			textsOf(await oss.get("/photos?policyStatus"), "IsPublic");
		assert.deepEqual(await isPublic(), ["false"]);
		await putDocument(oss, TARGET, policyFor("20214760404935xxxx"));
		assert.deepEqual(await isPublic(), ["false"]);
		await putDocument(oss, TARGET, policyFor("*"));
		assert.deepEqual(await isPublic(), ["true"]);
	});
});

suite("A bucket's callback policies", () => {
	const CALLBACKS = "/photos?policy&comp=callback";
	const policies = (...items: readonly string[]): string =>
		`<BucketCallbackPolicy>${items.join("")}</BucketCallbackPolicy>`;
	const item = (name: string, variables = ""): string =>
		`<PolicyItem><PolicyName>${name}</PolicyName><Callback>e30=</Callback><CallbackVar>${variables}</CallbackVar></PolicyItem>`;

	test("can be put, read and deleted", async (t) => {
		const { oss } = await startWithBucket(t);
		const absent = /^404 BucketCallbackPolicyNotExist /;
		assert.match(refusal(await oss.get(CALLBACKS)), absent);
		for (const document of [
			policies(item("first", "e30="), item("2nd")),
			policies(),
		]) {
			await putDocument(oss, CALLBACKS, document);
			assert.equal(await getDocument(oss, CALLBACKS), document);
		}
		for (const _ of [1, 2])
			assert.equal((await oss.delete(CALLBACKS)).status, 204);
		assert.match(refusal(await oss.get(CALLBACKS)), absent);
	});

	test("are independent of its policy", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(oss, CALLBACKS, policies(item("first")));
		assert.match(refusal(await oss.get(TARGET)), /^404 NoSuchBucketPolicy /);
		await putDocument(oss, TARGET, policyFor("*"));
		await oss.delete(TARGET);
		assert.equal(await getDocument(oss, CALLBACKS), policies(item("first")));
	});

	for (const document of [policies(item("a"), item("a")), policies(item(""))])
		test(`must have a name: ${document} (A-419)`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put(CALLBACKS, document);
			assert.match(refusal(put), /^400 InvalidArgument /);
			assert.deepEqual(textsOf(put, "ArgumentName"), ["PolicyName"]);
		});
});
