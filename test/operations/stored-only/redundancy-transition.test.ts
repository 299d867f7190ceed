import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Client, refusal, textsOf } from "../../client.ts";
import { START, startAtStandstill } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument } from "../configurations/document.ts";

const at = (bucket: string, id: string): string =>
	`/${bucket}?redundancyTransition&x-oss-redundancy-transition-taskid=${id}`;

const create = (oss: Client, bucket = "photos", type = "ZRS") =>
	oss.post(
		`/${bucket}?redundancyTransition&x-oss-target-redundancy-type=${type}`,
	);

const createdOf = async (oss: Client, bucket?: string): Promise<string> =>
	textsOf(await create(oss, bucket), "TaskId")[0] ?? "";

suite("A task to change a bucket's redundancy", () => {
	test("can be created, is queued, and can be deleted", async (t) => {
		const { oss } = await startAtStandstill(t);
		const id = await createdOf(oss);
		assert.match(id, /^[\da-f]{32}$/);
		assert.equal(
			await getDocument(oss, at("photos", id)),
			`<BucketDataRedundancyTransition><Bucket>photos</Bucket><TaskId>${id}</TaskId><Status>Queueing</Status><CreateTime>${START}</CreateTime></BucketDataRedundancyTransition>`,
		);
		for (const _ of [1, 2])
			assert.equal((await oss.delete(at("photos", id))).status, 204);
		assert.match(
			refusal(await oss.get(at("photos", id))),
			/^404 NoSuchDataRedundancyTransition /,
		);
	});

	test("is listed among those of its bucket and of the account", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/apes");
		const ids = [await createdOf(oss, "apes"), await createdOf(oss)];
		const ofBucket = await oss.get("/photos?redundancyTransition");
		assert.deepEqual(textsOf(ofBucket, "TaskId"), ids.slice(1));
		const ofAccount = await oss.get("/?redundancyTransition");
		assert.deepEqual(textsOf(ofAccount, "TaskId"), ids);
		assert.deepEqual(textsOf(ofAccount, "Bucket"), ["apes", "photos"]);
	});

	for (const type of ["", "LRS"])
		test(`is refused for '${type}'`, async (t) => {
			const { oss } = await startWithBucket(t);
			assert.match(
				refusal(await create(oss, "photos", type)),
				/^400 InvalidArgument /,
			);
		});
});
