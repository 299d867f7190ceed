import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Client, refusal, textsOf } from "../../client.ts";
import { DAY, SECOND, START, startAtStandstill } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument } from "../configurations/document.ts";

const initiating = (days: number): string =>
	`<InitiateWormConfiguration><RetentionPeriodInDays>${days}</RetentionPeriodInDays></InitiateWormConfiguration>`;

async function initiate(oss: Client, days: number): Promise<string> {
	const { status, text, headers } = await oss.post(
		"/photos?worm",
		initiating(days),
	);
	assert.equal(`${status} ${text}`, "200 ");
	return headers["x-oss-worm-id"] ?? "";
}

const complete = (oss: Client, id: string) => oss.post(`/photos?wormId=${id}`);

const extend = (oss: Client, id: string, days: number) =>
	oss.post(
		`/photos?wormExtend&wormId=${id}`,
		`<ExtendWormConfiguration><RetentionPeriodInDays>${days}</RetentionPeriodInDays></ExtendWormConfiguration>`,
	);

const stateOf = async (oss: Client): Promise<string> => {
	const get = await oss.get("/photos?worm");
	const [state] = textsOf(get, "State");
	return state
		? `${state} for ${textsOf(get, "RetentionPeriodInDays")}`
		: refusal(get);
};

const NONE =
	"404 NoSuchWORMConfiguration : The WORM Configuration does not exist.";
const OTHER =
	"404 NoSuchWORMConfiguration : The specified WORM ID does not exist.";
const LOCKED =
	"403 WORMConfigurationLocked : The WORM Configuration is locked.";

suite("A retention policy", () => {
	test("is initiated, locked, and extended", async (t) => {
		const { oss } = await startAtStandstill(t);
		assert.equal(await stateOf(oss), NONE);
		const id = await initiate(oss, 1);
		assert.match(id, /^[\dA-F]{32}$/);
		assert.equal(
			await getDocument(oss, "/photos?worm"),
			`<WormConfiguration><WormId>${id}</WormId><State>InProgress</State><RetentionPeriodInDays>1</RetentionPeriodInDays><CreationDate>${START}</CreationDate></WormConfiguration>`,
		);
		assert.equal((await complete(oss, id)).status, 200);
		assert.equal(await stateOf(oss), "Locked for 1");
		assert.equal((await extend(oss, id, 2)).status, 200);
		assert.equal(await stateOf(oss), "Locked for 2");
	});

	test("can be aborted until it is locked", async (t) => {
		const { oss } = await startWithBucket(t);
		await initiate(oss, 1);
		assert.equal((await oss.delete("/photos?worm")).status, 204);
		assert.equal(await stateOf(oss), NONE);
		await complete(oss, await initiate(oss, 1));
		assert.equal(refusal(await oss.delete("/photos?worm")), LOCKED);
	});

	test("expires if it is not locked within a day", async (t) => {
		const { oss, pass } = await startAtStandstill(t);
		const id = await initiate(oss, 1);
		await pass(DAY - SECOND);
		assert.equal(await stateOf(oss), "InProgress for 1");
		await pass(SECOND);
		assert.equal(await stateOf(oss), NONE);
		assert.equal(refusal(await complete(oss, id)), NONE);
		await initiate(oss, 2);
		assert.equal(await stateOf(oss), "InProgress for 2");
	});

	test("cannot be aborted once it is locked", async (t) => {
		const { oss, pass } = await startAtStandstill(t);
		await complete(oss, await initiate(oss, 1));
		await pass(100 * DAY);
		assert.equal(await stateOf(oss), "Locked for 1");
	});

	test("is the only one of its bucket, whether it is locked or not", async (t) => {
		const { oss } = await startWithBucket(t);
		const id = await initiate(oss, 1);
		const again = () => oss.post("/photos?worm", initiating(2));
		assert.match(
			refusal(await again()),
			/^409 WORMConfigurationAlreadyExists /,
		);
		await complete(oss, id);
		assert.match(
			refusal(await again()),
			/^409 WORMConfigurationAlreadyExists /,
		);
	});

	test("cannot be locked twice (A-415)", async (t) => {
		const { oss } = await startWithBucket(t);
		const id = await initiate(oss, 1);
		await complete(oss, id);
		assert.equal(refusal(await complete(oss, id)), LOCKED);
	});

	test("can only be extended, and only once it is locked", async (t) => {
		const { oss } = await startWithBucket(t);
		const id = await initiate(oss, 10);
		assert.match(
			refusal(await extend(oss, id, 20)),
			/^400 InvalidWORMConfiguration /,
		);
		await complete(oss, id);
		for (const days of [9, 10])
			assert.match(
				refusal(await extend(oss, id, days)),
				/^400 InvalidArgument /,
			);
		assert.equal(await stateOf(oss), "Locked for 10");
	});

	test("cannot be addressed by another id", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(refusal(await complete(oss, "X")), NONE);
		await initiate(oss, 1);
		assert.equal(refusal(await complete(oss, "X")), OTHER);
		assert.equal(refusal(await extend(oss, "X", 2)), OTHER);
	});

	for (const days of [0, 25_551])
		test(`is malformed with ${days} days (A-414)`, async (t) => {
			const { oss } = await startWithBucket(t);
			assert.match(
				refusal(await oss.post("/photos?worm", initiating(days))),
				/^400 MalformedXML /,
			);
			await complete(oss, await initiate(oss, 25_550));
		});
});
