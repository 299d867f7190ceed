import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, type Client, refusal } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

type Put = (oss: Client, i: number) => Promise<Answer>;

const QOS = "<QoSConfiguration><TotalQps>1</TotalQps></QoSConfiguration>";

const point = (i: number): string =>
	`<AccessPointName>point-${i}</AccessPointName>`;

/** The limit, how a document is put, and whether the same document can be put again. */
const kinds: Readonly<Record<string, readonly [number, Put, boolean]>> = {
	"image styles": [
		50,
		(oss, i) =>
			oss.put(
				`/photos?style&styleName=s${i}`,
				"<Style><Content>image/resize,w_1</Content></Style>",
			),
		true,
	],
	"tokens of domains": [
		100,
		(oss, i) =>
			oss.post(
				"/photos?cname&comp=token",
				`<BucketCnameConfiguration><Cname><Domain>d${i}.example.com</Domain></Cname></BucketCnameConfiguration>`,
			),
		true,
	],
	"limits of requesters": [
		100,
		(oss, i) => oss.put(`/photos?requesterQosInfo&qosRequester=${i}`, QOS),
		true,
	],
	"access points": [
		100,
		(oss, i) =>
			oss.put(
				"/photos?accessPoint",
				`<CreateAccessPointConfiguration>${point(i)}<NetworkOrigin>internet</NetworkOrigin></CreateAccessPointConfiguration>`,
			),
		false,
	],
	"redundancy transitions": [
		100,
		(oss) =>
			oss.post("/photos?redundancyTransition&x-oss-target-redundancy-type=ZRS"),
		false,
	],
};

suite("A bucket has no more than (A-962)", () => {
	for (const [what, [max, put, canReplace]] of Object.entries(kinds))
		test(`${max} ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const numbers = Array.from({ length: max }, (_, i) => i);
			const answers = await Promise.all(numbers.map((i) => put(oss, i)));
			assert.deepEqual(
				[...new Set(answers.map(({ status }) => status))],
				[200],
			);
			assert.match(refusal(await put(oss, max)), /^400 InvalidArgument/);
			if (canReplace) assert.equal((await put(oss, 0)).status, 200);
		});
});
