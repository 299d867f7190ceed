/**
 * A bucket's callback policies, from the request that puts them to the application server that receives the callback of
 * an upload.
 */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { startWithAdmin } from "../admin/admin.ts";
import {
	type ApplicationServer,
	startApplicationServer,
} from "../application-server.ts";
import { refusal } from "../client.ts";
import type { TestEmulator } from "../emulator.ts";
import {
	ANY,
	field,
	file,
	postForm,
	signedV1,
} from "../operations/object/form.ts";
import {
	complete,
	completion,
	initiate,
	putPart,
} from "../operations/uploading.ts";
import { base64Json } from "./request-callback.ts";

const selecting = (more: object = {}): string =>
	base64Json({ callbackPolicy: "first", ...more });

type Started = TestEmulator & { readonly application: ApplicationServer };

/** Starts an emulator with the policies of java1's BucketCallbackPolicyTest: two, the second without variables. */
async function startWithPolicies(t: TestContext): Promise<Started> {
	const emulator = await startWithAdmin(t);
	const application = await startApplicationServer(t);
	const first = base64Json({
		callbackUrl: `${application.url}/first`,
		callbackBody: "object=${object}&v=${x:var1}&w=${x:own}",
	});
	const second = base64Json({
		callbackUrl: `${application.url}/second`,
		callbackBody: '{"object":${object}}',
		callbackBodyType: "application/json",
	});
	const put = await emulator.oss.put(
		"/photos?policy&comp=callback",
		`<BucketCallbackPolicy>
      <PolicyItem><PolicyName>first</PolicyName><Callback>${first}</Callback><CallbackVar>${base64Json({ "x:var1": "value1" })}</CallbackVar></PolicyItem>
      <PolicyItem><PolicyName>2nd</PolicyName><Callback>${second}</Callback></PolicyItem>
    </BucketCallbackPolicy>`,
	);
	assert.equal(put.status, 200, put.text);
	return { ...emulator, application };
}

/** The received callbacks, and whether their signatures were valid. */
const callbacksOf = ({ application }: Started): unknown[] =>
	application.received.map(({ target, body, isSigned }) => [
		...[target, body, isSigned],
	]);

suite("A callback policy of the bucket is used by", () => {
	test("PutObject", async (t) => {
		const started = await startWithPolicies(t);

		const headers = { "x-oss-callback": selecting() };
		const put = await started.oss.put("/photos/cat", "meow", headers);

		assert.equal(put.text, '{"Status":"OK"}');
		assert.deepEqual(callbacksOf(started), [
			["/first", "object=cat&v=value1&w=", true],
		]);
	});

	test("PostObject", async (t) => {
		const started = await startWithPolicies(t);

		const post = await postForm(started.oss, [
			field("key", "cat"),
			...signedV1(ANY),
			field("callback", selecting()),
			field("x:own", "1"),
			file("meow"),
		]);

		assert.equal(post.text, '{"Status":"OK"}');
		assert.deepEqual(callbacksOf(started), [
			["/first", "object=cat&v=value1&w=1", true],
		]);
	});

	test("CompleteMultipartUpload", async (t) => {
		const started = await startWithPolicies(t);
		const uploadId = await initiate(started, "cat");
		const etag = await putPart(started, uploadId, 1, "meow", "cat");

		const completed = await complete(
			started,
			uploadId,
			completion([[1, etag]]),
			{ "x-oss-callback": selecting({ callbackPolicy: "2nd" }) },
			"cat",
		);

		assert.equal(completed.text, '{"Status":"OK"}');
		assert.deepEqual(callbacksOf(started), [
			["/second", '{"object":"cat"}', true],
		]);
	});
});

suite("An upload that selects a callback policy", () => {
	test("can override some settings, and add variables", async (t) => {
		const started = await startWithPolicies(t);

		await started.oss.put("/photos/cat", "meow", {
			"x-oss-callback": selecting({
				callbackUrl: `${started.application.url}/own`,
			}),
			"x-oss-callback-var": base64Json({ "x:var1": "mine", "x:own": "2" }),
		});

		assert.deepEqual(callbacksOf(started), [
			["/own", "object=cat&v=mine&w=2", true],
		]);
	});

	test("stores nothing if no policy has this name", async (t) => {
		const { oss } = await startWithPolicies(t);

		const put = await oss.put("/photos/cat", "meow", {
			"x-oss-callback": selecting({ callbackPolicy: "third" }),
		});

		assert.match(refusal(put), /^400 InvalidArgument /);
		assert.equal((await oss.get("/photos/cat")).status, 404);
	});

	test("stores nothing once the policies are deleted", async (t) => {
		const { oss } = await startWithPolicies(t);
		await oss.delete("/photos?policy&comp=callback");

		const put = await oss.put("/photos/cat", "meow", {
			"x-oss-callback": selecting(),
		});

		assert.match(refusal(put), /^400 InvalidArgument /);
	});

	test("cannot use the policies of another bucket", async (t) => {
		const { oss } = await startWithPolicies(t);
		await oss.put("/videos");

		const put = await oss.put("/videos/cat", "meow", {
			"x-oss-callback": selecting(),
		});

		assert.match(refusal(put), /^400 InvalidArgument /);
	});
});
