import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Client, refusal, textsOf } from "../../client.ts";
import { SECOND, startAtStandstill } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument, putDocument } from "../configurations/document.ts";

const TARGET = "/photos?replication";

const rule = (bucket: string, more = ""): string =>
	`<Rule>${more}<PrefixSet><Prefix>a</Prefix><Prefix>b</Prefix></PrefixSet><Action>ALL,PUT</Action><Destination><Bucket>${bucket}</Bucket><Location>oss-cn-beijing</Location><TransferType>oss_acc</TransferType></Destination><HistoricalObjectReplication>disabled</HistoricalObjectReplication></Rule>`;

const add = (oss: Client, ...rules: readonly string[]) =>
	oss.post(
		`${TARGET}&comp=add`,
		`<ReplicationConfiguration>${rules.join("")}</ReplicationConfiguration>`,
	);

/** @returns the rule's id */
async function replicateTo(
	oss: Client,
	bucket: string,
	more?: string,
): Promise<string> {
	const { status, text, headers } = await add(oss, rule(bucket, more));
	assert.equal(`${status} ${text}`, "200 ");
	return headers["x-oss-replication-rule-id"] ?? "";
}

const remove = (oss: Client, id: string) =>
	oss.post(
		`${TARGET}&comp=delete`,
		`<ReplicationRules><ID>${id}</ID></ReplicationRules>`,
	);

const NO_RULE =
	"404 NoSuchReplicationRule : The BucketReplicationRule you specified does not exist.";
const NONE =
	"404 NoSuchReplicationConfiguration : The bucket you specified does not have replication configuration.";

suite("Replication", () => {
	test("can be configured, and remains in the state starting: no object is copied", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(refusal(await oss.get(TARGET)), NONE);
		const id = await replicateTo(oss, "target");
		assert.match(id, /^[\da-f-]{36}$/);
		assert.equal(
			await getDocument(oss, TARGET),
			`<ReplicationConfiguration><Rule><ID>${id}</ID><PrefixSet><Prefix>a</Prefix><Prefix>b</Prefix></PrefixSet><Action>ALL,PUT</Action><Destination><Bucket>target</Bucket><Location>oss-cn-beijing</Location><TransferType>oss_acc</TransferType></Destination><HistoricalObjectReplication>disabled</HistoricalObjectReplication><Status>starting</Status></Rule></ReplicationConfiguration>`,
		);
	});

	test("can have an id that the client chooses, and several target buckets", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(await replicateTo(oss, "one", "<ID>mine</ID>"), "mine");
		await replicateTo(oss, "two");
		const get = await oss.get(TARGET);
		assert.deepEqual(textsOf(get, "Bucket"), ["one", "two"]);
	});

	for (const [what, rules, refused] of [
		["no rule", [], "400 NoReplicationRule : No replication rule specified."],
		[
			"two rules at once",
			[rule("one"), rule("two")],
			"400 TooManyReplicationRules : OSS only support one replication rule now.",
		],
		[
			"an invalid region",
			[rule("one").replace("beijing", "unknown")],
			"400 InvalidTargetLocation ",
		],
		[
			"no destination",
			[rule("one").replace(/<Destination>.*<\/Destination>/, "")],
			"400 MalformedXML ",
		],
	] as const)
		test(`is refused with ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const answer = refusal(await add(oss, ...rules));
			assert.ok(answer.startsWith(refused), answer);
		});

	test("can have each target bucket once", async (t) => {
		const { oss } = await startWithBucket(t);
		await replicateTo(oss, "target");
		assert.match(
			refusal(await add(oss, rule("target"))),
			/^400 BucketReplicationAlreadyExist /,
		);
	});

	const ENCRYPTED =
		"<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria><EncryptionConfiguration><ReplicaKmsKeyID>key</ReplicaKmsKeyID></EncryptionConfiguration>";
	for (const [what, more, keys] of [
		["with a role", `<SyncRole>role</SyncRole>${ENCRYPTED}`, ["key"]],
		["without a role", ENCRYPTED, []],
		[
			"with an unknown element",
			`<SyncRole>role</SyncRole>${ENCRYPTED}`.replace("Enabled", "Disabled"),
			[],
		],
	] as const)
		test(`has keys ${what}: ${keys.length}`, async (t) => {
			const { oss } = await startWithBucket(t);
			await replicateTo(oss, "target", more);
			const get = await oss.get(TARGET);
			assert.deepEqual(textsOf(get, "ReplicaKmsKeyID"), keys);
		});

	test("is closing when it is deleted, and removed a minute later (A-416)", async (t) => {
		const { oss, pass } = await startAtStandstill(t);
		const id = await replicateTo(oss, "target");
		await replicateTo(oss, "other");
		assert.equal((await remove(oss, id)).status, 200);
		const statuses = async () => textsOf(await oss.get(TARGET), "Status");
		assert.deepEqual(await statuses(), ["closing", "starting"]);
		await pass(59 * SECOND);
		assert.deepEqual(await statuses(), ["closing", "starting"]);
		await pass(SECOND);
		assert.deepEqual(await statuses(), ["starting"]);
		await replicateTo(oss, "target");
	});

	test("does not exist after the last rule is removed", async (t) => {
		const { oss, pass } = await startAtStandstill(t);
		await remove(oss, await replicateTo(oss, "target"));
		await pass(60 * SECOND);
		assert.equal(refusal(await oss.get(TARGET)), NONE);
	});

	test("cannot be deleted for a missing rule", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(refusal(await remove(oss, "none")), NO_RULE);
	});

	test("can have a time limit for each rule", async (t) => {
		const { oss } = await startWithBucket(t);
		const id = await replicateTo(oss, "target");
		const rtc = (rule: string): string =>
			`<ReplicationRule><RTC><Status>enabled</Status></RTC><ID>${rule}</ID></ReplicationRule>`;
		await putDocument(oss, "/photos?rtc", rtc(id));
		assert.match(
			await getDocument(oss, TARGET),
			/<RTC><Status>enabled<\/Status><\/RTC>/,
		);
		assert.equal(refusal(await oss.put("/photos?rtc", rtc("none"))), NO_RULE);
	});
});

suite("Replication's progress", () => {
	test("covers one rule or all rules, without any progress", async (t) => {
		const { oss } = await startWithBucket(t);
		const id = await replicateTo(oss, "one");
		await replicateTo(oss, "two");
		const one = await oss.get(`/photos?replicationProgress&rule-id=${id}`);
		assert.deepEqual(textsOf(one, "ID"), [id]);
		assert.deepEqual(textsOf(one, "HistoricalObject"), ["0"]);
		const all = await oss.get("/photos?replicationProgress");
		assert.deepEqual(textsOf(all, "Bucket"), ["one", "two"]);
		assert.equal(
			refusal(await oss.get("/photos?replicationProgress&rule-id=none")),
			NO_RULE,
		);
	});
});

suite("Replication's locations", () => {
	test("are all regions except the bucket's own", async (t) => {
		const { oss } = await startWithBucket(t);
		const get = await oss.get("/photos?replicationLocation");
		const locations = new Set(textsOf(get, "Location"));
		assert.ok(locations.has("oss-cn-beijing"));
		assert.ok(!locations.has("oss-cn-hangzhou"));
		assert.ok(textsOf(get, "Type").includes("oss_acc"));
	});
});
