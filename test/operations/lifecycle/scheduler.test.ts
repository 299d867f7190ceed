import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import {
	DAY,
	httpTimeAfter,
	START,
	startAtStandstill,
	type Timed,
} from "../../clock.ts";
import { initiate } from "../uploading.ts";

/** A rule in the format of the manual. */
const rule = (id: string, ...elements: readonly string[]): string =>
	`<Rule><ID>${id}</ID><Prefix></Prefix><Status>Enabled</Status>${elements.join("")}</Rule>`;

const expire = (days: number): string =>
	`<Expiration><Days>${days}</Days></Expiration>`;

const transition = (days: number, storageClass: string): string =>
	`<Transition><Days>${days}</Days><StorageClass>${storageClass}</StorageClass></Transition>`;

async function putRules({ oss }: Timed, ...rules: string[]): Promise<void> {
	const put = await oss.put(
		"/photos?lifecycle",
		`<LifecycleConfiguration>${rules.join("")}</LifecycleConfiguration>`,
		{ "x-oss-allow-same-action-overlap": "true" },
	);
	assert.equal(put.status, 200, put.text);
}

async function enableVersioning({ oss }: Timed): Promise<void> {
	const put = await oss.put(
		"/photos?versioning",
		"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
	);
	assert.equal(put.status, 200, put.text);
}

const keys = async ({ oss }: Timed): Promise<string[]> =>
	textsOf(await oss.get("/photos"), "Key");

const classOf = async ({ oss }: Timed, key: string, id?: string) =>
	(await oss.head(`/photos/${key}${id ? `?versionId=${id}` : ""}`)).headers[
		"x-oss-storage-class"
	];

/** @returns the ids of the versions, or `marker`, the newest first */
async function history({ oss }: Timed): Promise<string[]> {
	const { text } = await oss.get("/photos?versions");
	const found = text.matchAll(
		/<(Version|DeleteMarker)>[\s\S]*?<VersionId>([^<]*)</g,
	);
	return Array.from(found, ([, kind, id = ""]) =>
		kind === "DeleteMarker" ? "marker" : id,
	);
}

async function run({ adminUrl }: Timed) {
	const answer = await fetch(`${adminUrl}/api/lifecycle/run`, {
		method: "POST",
	});
	assert.equal(answer.status, 200);
	return JSON.parse(await answer.text());
}

suite("Expiration", () => {
	test("by days deletes objects that have not been modified for this time (A-640)", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await oss.put("/photos/old", "1");
		await putRules(emulator, rule("r", expire(2)));
		await pass(DAY);
		await oss.put("/photos/new", "1");
		await pass(DAY - 1);
		assert.deepEqual(await keys(emulator), ["new", "old"]);
		await pass(1);
		assert.deepEqual(await keys(emulator), ["new"]);
		assert.equal((await oss.get("/photos/old")).status, 404);
	});

	test("by CreatedBeforeDate deletes older objects immediately, and nothing else", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await oss.put("/photos/old", "1");
		await pass(DAY);
		await oss.put("/photos/new", "1");
		const date =
			"<CreatedBeforeDate>2024-05-07T00:00:00.000Z</CreatedBeforeDate>";
		await putRules(emulator, rule("r", `<Expiration>${date}</Expiration>`));
		await run(emulator);
		assert.deepEqual(await keys(emulator), ["new"]);
		await pass(1000 * DAY);
		assert.deepEqual(await keys(emulator), ["new"]);
	});

	test("by Date deletes older objects from this day on (A-641)", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await oss.put("/photos/old", "1");
		const date = "<Date>2024-05-08T00:00:00.000Z</Date>";
		await putRules(emulator, rule("r", `<Expiration>${date}</Expiration>`));
		await pass(DAY);
		assert.deepEqual(await keys(emulator), ["old"]);
		await pass(DAY);
		await oss.put("/photos/new", "1");
		await run(emulator);
		assert.deepEqual(await keys(emulator), ["new"]);
	});

	test("applies to objects that match the rule: prefix, tag, size, Not", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		const tagged = { "x-oss-tagging": "keep=no" };
		await oss.put("/photos/logs/1", "1234567890", tagged);
		await oss.put("/photos/logs/2", "1234567890");
		await oss.put("/photos/logs/3", "1", tagged);
		await oss.put("/photos/logs/dear/4", "1234567890", tagged);
		await oss.put("/photos/5", "1234567890", tagged);
		await putRules(
			emulator,
			"<Rule><ID>r</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Tag><Key>keep</Key><Value>no</Value></Tag><Filter><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan><Not><Prefix>logs/dear/</Prefix></Not></Filter><Expiration><Days>1</Days></Expiration></Rule>",
		);
		await pass(DAY);
		assert.deepEqual(await keys(emulator), [
			...["5", "logs/2", "logs/3", "logs/dear/4"],
		]);
	});

	test("is not carried out if the rule is disabled", async (t) => {
		const emulator = await startAtStandstill(t);
		await emulator.oss.put("/photos/cat", "meow");
		await putRules(
			emulator,
			rule("r", expire(1)).replace("Enabled", "Disabled"),
		);
		await emulator.pass(DAY);
		assert.deepEqual(await keys(emulator), ["cat"]);
	});

	test("deletes more than a thousand objects, and logs their keys", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss } = emulator;
		for (let i = 0; i < 1100; i++)
			await oss.put(`/photos/${String(i).padStart(4, "0")}`, "");
		const date =
			"<CreatedBeforeDate>2024-06-01T00:00:00.000Z</CreatedBeforeDate>";
		await putRules(emulator, rule("gone", `<Expiration>${date}</Expiration>`));
		const { count, deeds } = await run(emulator);
		assert.equal(count, 1100);
		assert.equal(deeds.length, 1000);
		assert.deepEqual(deeds[0], {
			...{ bucket: "photos", key: "0000", versionId: "null" },
			...{ what: "expired", rule: "gone", storageClass: "" },
		});
		assert.deepEqual(await keys(emulator), []);
		assert.deepEqual(await run(emulator), { count: 0, deeds: [] });
	});

	test("does not delete objects before their retention ends", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await oss.put("/photos/cat", "meow");
		await putRules(emulator, rule("r", expire(1)));
		const worm = await oss.post(
			"/photos?worm",
			"<InitiateWormConfiguration><RetentionPeriodInDays>3</RetentionPeriodInDays></InitiateWormConfiguration>",
		);
		await oss.post(`/photos?wormId=${worm.headers["x-oss-worm-id"]}`);
		await pass(2 * DAY);
		assert.deepEqual(await keys(emulator), ["cat"]);
		await pass(DAY);
		assert.deepEqual(await keys(emulator), []);
	});
});

suite("Expiration with versioning", () => {
	test("adds a delete marker, and does not delete it", async (t) => {
		const emulator = await startAtStandstill(t);
		await enableVersioning(emulator);
		const put = await emulator.oss.put("/photos/cat", "meow");
		await putRules(emulator, rule("r", expire(1)));
		await emulator.pass(DAY);
		await emulator.pass(100 * DAY);
		assert.deepEqual(await keys(emulator), []);
		assert.deepEqual(await history(emulator), [
			"marker",
			put.headers["x-oss-version-id"],
		]);
	});

	test("of noncurrent versions starts at the time at which they were replaced", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await enableVersioning(emulator);
		const id = async (): Promise<string> => {
			const { headers } = await oss.put("/photos/cat", "meow");
			return headers["x-oss-version-id"] ?? "";
		};
		await id();
		await pass(10 * DAY);
		const second = await id();
		await pass(DAY);
		const third = await id();
		const days = "<NoncurrentDays>2</NoncurrentDays>";
		await putRules(
			emulator,
			rule(
				"r",
				`<NoncurrentVersionExpiration>${days}</NoncurrentVersionExpiration>`,
			),
		);
		await pass(DAY);
		assert.deepEqual(await history(emulator), [third, second]);
		await pass(DAY);
		assert.deepEqual(await history(emulator), [third]);
	});

	test("removes only delete markers without versions", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss } = emulator;
		await enableVersioning(emulator);
		await oss.delete("/photos/alone");
		const put = await oss.put("/photos/cat", "meow");
		await oss.delete("/photos/cat");
		await putRules(
			emulator,
			rule(
				"r",
				"<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
			),
		);
		const { deeds } = await run(emulator);
		assert.deepEqual(
			deeds.map(({ key, what }: { key: string; what: string }) => [key, what]),
			[["alone", "version deleted"]],
		);
		const id = put.headers["x-oss-version-id"];
		assert.deepEqual(await history(emulator), ["marker", id]);
		await oss.delete(`/photos/cat?versionId=${id}`);
		await run(emulator);
		assert.deepEqual(await history(emulator), []);
	});

	test("removes a key with all its versions in one run if all of them are due", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await enableVersioning(emulator);
		for (const text of ["1", "2", "3"]) await oss.put("/photos/cat", text);
		await oss.delete("/photos/cat");
		await putRules(
			emulator,
			rule(
				"r",
				"<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
				"<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>",
			),
		);
		await pass(DAY);
		assert.deepEqual(await history(emulator), []);
	});
});

suite("Transition", () => {
	test("changes the storage class as time passes, and does not change Last-Modified", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await oss.put("/photos/cat", "meow");
		await putRules(
			emulator,
			rule("r", transition(1, "IA"), transition(2, "Archive")),
		);
		const before = await oss.head("/photos/cat");
		assert.equal(before.headers["x-oss-transition-time"], undefined);
		await pass(DAY);
		assert.equal(await classOf(emulator, "cat"), "IA");
		assert.equal((await oss.get("/photos/cat")).text, "meow");
		await pass(DAY);
		const { headers } = await oss.head("/photos/cat");
		assert.equal(headers["x-oss-storage-class"], "Archive");
		assert.equal(headers["x-oss-transition-time"], httpTimeAfter(2 * DAY));
		assert.equal(headers["last-modified"], before.headers["last-modified"]);
		assert.deepEqual(textsOf(await oss.get("/photos"), "TransitionTime"), [
			new Date(Date.parse(START) + 2 * DAY * 1000).toISOString(),
		]);
		assert.match(
			refusal(await oss.get("/photos/cat")),
			/^403 InvalidObjectState/,
		);
	});

	test("uses the coldest class if several are due, and never a warmer class than the current one", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await oss.put("/photos/a", "1");
		await oss.put("/photos/b", "1", { "x-oss-storage-class": "ColdArchive" });
		await putRules(
			emulator,
			rule("r", transition(1, "IA"), transition(2, "Archive")),
		);
		await pass(5 * DAY);
		assert.equal(await classOf(emulator, "a"), "Archive");
		assert.equal(await classOf(emulator, "b"), "ColdArchive");
		const { headers } = await oss.head("/photos/b");
		assert.equal(headers["x-oss-transition-time"], undefined);
	});

	test("is not carried out if an expiration is due as well: docs «Lifecycle rules»", async (t) => {
		const emulator = await startAtStandstill(t);
		await emulator.oss.put("/photos/cat", "meow");
		await putRules(emulator, rule("r", transition(1, "Archive"), expire(2)));
		await emulator.pass(2 * DAY);
		assert.deepEqual(await keys(emulator), []);
	});

	test("of noncurrent versions does not affect the current version", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await enableVersioning(emulator);
		const first = await oss.put("/photos/cat", "1");
		await oss.put("/photos/cat", "2");
		await putRules(
			emulator,
			rule(
				"r",
				"<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays><StorageClass>IA</StorageClass></NoncurrentVersionTransition>",
			),
		);
		await pass(DAY);
		const id = first.headers["x-oss-version-id"];
		assert.equal(await classOf(emulator, "cat", id), "IA");
		assert.equal(await classOf(emulator, "cat"), "Standard");
	});

	test("of an appendable object ends at Archive, until it is sealed: docs «SealAppendObject»", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		for (const key of ["open", "sealed"])
			await oss.post(`/photos/${key}?append&position=0`, "1");
		await oss.post("/photos/sealed?seal&position=1");
		await putRules(
			emulator,
			rule("r", transition(1, "Archive"), transition(2, "ColdArchive")),
		);
		await pass(2 * DAY);
		assert.equal(await classOf(emulator, "open"), "Archive");
		assert.equal(await classOf(emulator, "sealed"), "ColdArchive");
	});

	test("archives a restored object of another class again", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await oss.put("/photos/cat", "meow", { "x-oss-storage-class": "Archive" });
		await oss.post(
			"/photos/cat?restore",
			"<RestoreRequest><Days>7</Days></RestoreRequest>",
		);
		await putRules(emulator, rule("r", transition(1, "ColdArchive")));
		await pass(60);
		assert.equal((await oss.get("/photos/cat")).text, "meow");
		await pass(DAY);
		assert.match(
			refusal(await oss.get("/photos/cat")),
			/^403 InvalidObjectState/,
		);
		const { headers } = await oss.head("/photos/cat");
		assert.equal(headers["x-oss-restore"], undefined);
	});

	test("based on the last access time is not carried out (A-642)", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await oss.put("/photos/cat", "meow");
		const monitor = await oss.put(
			"/photos?accessmonitor",
			"<AccessMonitorConfiguration><Status>Enabled</Status></AccessMonitorConfiguration>",
		);
		assert.equal(monitor.status, 200, monitor.text);
		await putRules(
			emulator,
			rule(
				"r",
				"<Transition><Days>1</Days><StorageClass>IA</StorageClass><IsAccessTime>true</IsAccessTime><ReturnToStdWhenVisit>false</ReturnToStdWhenVisit></Transition>",
			),
		);
		await pass(10 * DAY);
		assert.equal(await classOf(emulator, "cat"), "Standard");
	});
});

suite("AbortMultipartUpload", () => {
	test("aborts uploads of this age, but not newer uploads, and does not delete objects", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		const uploads = async () =>
			textsOf(await oss.get("/photos?uploads"), "UploadId");
		await initiate(emulator, "logs/old");
		const other = await initiate(emulator, "other");
		await oss.put("/photos/logs/cat", "meow");
		await putRules(
			emulator,
			rule(
				"r",
				"<AbortMultipartUpload><Days>2</Days></AbortMultipartUpload>",
			).replace("<Prefix></Prefix>", "<Prefix>logs/</Prefix>"),
		);
		await pass(DAY);
		const young = await initiate(emulator, "logs/young");
		await pass(DAY);
		assert.deepEqual(await uploads(), [young, other]);
		assert.deepEqual(await keys(emulator), ["logs/cat"]);
	});
});

suite("x-oss-expiration", () => {
	test("contains the time and the rule of the first deletion, for GET, HEAD and PUT", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss } = emulator;
		await putRules(
			emulator,
			rule("later", expire(5)),
			rule("first", expire(3)),
		);
		const put = await oss.put("/photos/cat", "meow");
		for (const { headers } of [
			put,
			await oss.get("/photos/cat"),
			await oss.head("/photos/cat"),
		])
			assert.equal(
				headers["x-oss-expiration"],
				`expiry-date="${httpTimeAfter(3 * DAY)}", rule-id="first"`,
			);
	});

	test("contains the encoded id of the rule (A-643)", async (t) => {
		const emulator = await startAtStandstill(t);
		await putRules(emulator, rule("after &#10;猫 days", expire(3)));
		const put = await emulator.oss.put("/photos/cat", "meow");
		assert.match(
			put.headers["x-oss-expiration"] ?? "",
			/rule-id="after%20%0A%E7%8C%AB%20days"$/,
		);
	});

	test("is missing for objects that no rule deletes", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss } = emulator;
		await putRules(
			emulator,
			rule("r", transition(1, "IA")),
			rule("logs", expire(3)).replace("<Prefix></", "<Prefix>logs/</"),
		);
		for (const answer of [
			await oss.put("/photos/cat", "meow"),
			await oss.head("/photos/cat"),
		])
			assert.equal(answer.headers["x-oss-expiration"], undefined);
	});
});
