import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, refusal, textsOf } from "../../client.ts";
import {
	DAY,
	httpTimeAfter,
	startAtStandstill,
	type Timed,
} from "../../clock.ts";

const FROZEN =
	"403 InvalidObjectState 0016-00000404: The operation is not valid for the object's state.";
const RESTORING =
	"409 RestoreAlreadyInProgress 0016-00000701: The restore operation is in progress.";
const STALE =
	"409 ArchiveRestoreFileStale 0016-00000718: The archive file or restore info stale";

const requestOf = (days?: number | string, tier?: string): string =>
	[
		"<RestoreRequest>",
		days === undefined ? "" : `<Days>${days}</Days>`,
		tier ? `<JobParameters><Tier>${tier}</Tier></JobParameters>` : "",
		"</RestoreRequest>",
	].join("");

async function archive(
	emulator: Timed,
	storageClass: string,
	key = "cat",
): Promise<void> {
	const put = await emulator.oss.put(`/photos/${key}`, "meow", {
		"x-oss-storage-class": storageClass,
	});
	assert.equal(put.status, 200, put.text);
}

const restore = ({ oss }: Timed, body = "", key = "cat"): Promise<Answer> =>
	oss.post(`/photos/${key}?restore`, body);

/** @returns `x-oss-restore`, and the corresponding value in lists */
async function stated({ oss }: Timed): Promise<string | undefined> {
	const { headers } = await oss.head("/photos/cat");
	const inHeader = headers["x-oss-restore"];
	for (const list of ["/photos", "/photos?list-type=2"]) {
		const [inList] = textsOf(await oss.get(list), "RestoreInfo");
		assert.equal(inList, inHeader, list);
	}
	return inHeader;
}

/** The duration of a restore, which is short so that a client does not have to poll for long. */
const SECONDS = {
	Archive: 3,
	Expedited: 10,
	Standard: 20,
	Bulk: 30,
};

suite("An archived object", () => {
	for (const storageClass of ["Archive", "ColdArchive", "DeepColdArchive"]) {
		test(`of ${storageClass} can be described, listed and deleted, but not read or copied`, async (t) => {
			const emulator = await startAtStandstill(t);
			const { oss } = emulator;
			await archive(emulator, storageClass);
			const source = { "x-oss-copy-source": "/photos/cat" };
			const [uploadId] = textsOf(
				await oss.post("/photos/b?uploads"),
				"UploadId",
			);

			assert.equal(refusal(await oss.get("/photos/cat")), FROZEN);
			const range = { headers: { range: "bytes=0-0" } };
			assert.equal(refusal(await oss.get("/photos/cat", range)), FROZEN);
			assert.equal(refusal(await oss.put("/photos/b", "", source)), FROZEN);
			assert.equal(refusal(await oss.put("/photos/cat", "", source)), FROZEN);
			const part = `/photos/b?partNumber=1&uploadId=${uploadId}`;
			assert.equal(refusal(await oss.put(part, "", source)), FROZEN);
			await oss.put("/photos/link?symlink", "", {
				"x-oss-symlink-target": "cat",
			});
			assert.equal(refusal(await oss.get("/photos/link")), FROZEN);

			const head = await oss.head("/photos/cat");
			assert.equal(head.headers["x-oss-storage-class"], storageClass);
			assert.equal(await stated(emulator), undefined);
			assert.equal((await oss.head("/photos/cat?objectMeta")).status, 200);
			assert.equal((await oss.delete("/photos/cat")).status, 204);
		});
	}

	test("of class Archive can be read without a restore if the bucket allows it", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss } = emulator;
		await archive(emulator, "Archive");
		await archive(emulator, "ColdArchive", "dog");
		const put = await oss.put(
			"/photos?bucketArchiveDirectRead",
			"<ArchiveDirectReadConfiguration><Enabled>true</Enabled></ArchiveDirectReadConfiguration>",
		);
		assert.equal(put.status, 200, put.text);
		assert.equal((await oss.get("/photos/cat")).text, "meow");
		assert.equal(refusal(await oss.get("/photos/dog")), FROZEN);
	});
});

suite("RestoreObject", () => {
	test("changes an object from frozen to restoring, restored, and frozen again", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await archive(emulator, "Archive");
		const modified = (await oss.head("/photos/cat")).headers["last-modified"];

		const first = await restore(emulator);
		assert.equal(`${first.status} ${first.text}`, "202 ");
		assert.equal(first.headers["x-oss-object-restore-priority"], undefined);
		assert.equal(await stated(emulator), 'ongoing-request="true"');
		assert.equal(refusal(await oss.get("/photos/cat")), FROZEN);
		assert.equal(refusal(await restore(emulator)), RESTORING);

		await pass(SECONDS.Archive);
		const until = httpTimeAfter(SECONDS.Archive + DAY);
		assert.equal(
			await stated(emulator),
			`ongoing-request="false", expiry-date="${until}"`,
		);
		assert.equal((await oss.get("/photos/cat")).text, "meow");
		const source = { "x-oss-copy-source": "/photos/cat" };
		await oss.put("/photos/copy", "", source);
		assert.equal((await oss.get("/photos/copy")).text, "meow");

		await pass(DAY);
		assert.equal(await stated(emulator), undefined);
		assert.equal(refusal(await oss.get("/photos/cat")), FROZEN);
		const head = await oss.head("/photos/cat");
		assert.equal(head.headers["last-modified"], modified);
		assert.equal((await restore(emulator)).status, 202);
	});

	test("of a restored object extends its days, up to seven for Archive", async (t) => {
		const emulator = await startAtStandstill(t);
		await archive(emulator, "Archive");
		await restore(emulator, requestOf(2));
		await emulator.pass(SECONDS.Archive);
		const expiry = async (days: number): Promise<void> => {
			const until = httpTimeAfter(SECONDS.Archive + days * DAY);
			assert.equal(
				await stated(emulator),
				`ongoing-request="false", expiry-date="${until}"`,
			);
		};
		await expiry(2);
		const again = await restore(emulator, requestOf(3));
		assert.equal(`${again.status} ${again.text}`, "200 ");
		await expiry(5);
		await emulator.pass(DAY);
		await restore(emulator, requestOf(7));
		await expiry(7);
	});

	for (const [storageClass, tier, seconds] of [
		["ColdArchive", "Expedited", SECONDS.Expedited],
		["ColdArchive", "Standard", SECONDS.Standard],
		["ColdArchive", "Bulk", SECONDS.Bulk],
		["DeepColdArchive", "Expedited", 30],
		["DeepColdArchive", "Standard", 60],
	] as const) {
		test(`takes ${seconds} seconds for ${storageClass}, ${tier} (A-600)`, async (t) => {
			const emulator = await startAtStandstill(t);
			await archive(emulator, storageClass);
			const answer = await restore(emulator, requestOf(365, tier));
			assert.equal(answer.status, 202);
			assert.equal(answer.headers["x-oss-object-restore-priority"], tier);
			await emulator.pass(seconds - 0.001);
			assert.equal(refusal(await emulator.oss.get("/photos/cat")), FROZEN);
			await emulator.pass(0.001);
			assert.equal((await emulator.oss.get("/photos/cat")).text, "meow");
		});
	}

	test("is Standard by default if the class has tiers", async (t) => {
		for (const body of ["", requestOf(), requestOf(3)]) {
			const emulator = await startAtStandstill(t);
			await archive(emulator, "ColdArchive");
			const { headers } = await restore(emulator, body);
			assert.equal(headers["x-oss-object-restore-priority"], "Standard");
		}
	});

	test("can be repeated with a faster tier, but not with a slower one (A-601)", async (t) => {
		const emulator = await startAtStandstill(t);
		await archive(emulator, "ColdArchive");
		await restore(emulator, requestOf(1, "Standard"));
		assert.equal(
			refusal(await restore(emulator, requestOf(1, "Bulk"))),
			"409 RestoreAlreadyInProgress 0016-00000715: The restore operation is in progress.",
		);
		assert.equal(
			refusal(await restore(emulator, requestOf(1, "Standard"))),
			RESTORING,
		);
		const hurried = await restore(emulator, requestOf(1, "Expedited"));
		assert.equal(hurried.status, 202);
		await emulator.pass(SECONDS.Expedited);
		assert.equal((await emulator.oss.get("/photos/cat")).text, "meow");
	});

	const ARGUMENT = /^400 InvalidArgument 0016-0000070/;
	for (const [what, storageClass, body, refused] of [
		[
			"tiers of Archive",
			"Archive",
			requestOf(1, "Standard"),
			/^400 MalformedXML/,
		],
		["an unknown tier", "ColdArchive", requestOf(1, "wrong"), ARGUMENT],
		[
			"a tier of another class",
			"DeepColdArchive",
			requestOf(1, "Bulk"),
			ARGUMENT,
		],
		["zero days (A-603)", "ColdArchive", requestOf(0), ARGUMENT],
		[
			"a negative number of days (A-603)",
			"ColdArchive",
			requestOf(-1),
			ARGUMENT,
		],
		["more days than a year (A-603)", "ColdArchive", requestOf(366), ARGUMENT],
		[
			"more days than a week of Archive (A-603)",
			"Archive",
			requestOf(8),
			ARGUMENT,
		],
		["a number that is a word (A-603)", "Archive", requestOf("two"), ARGUMENT],
		["another document", "Archive", "<Restore/>", /^400 MalformedXML/],
	] as const) {
		test(`refuses ${what}`, async (t) => {
			const emulator = await startAtStandstill(t);
			await archive(emulator, storageClass);
			assert.match(refusal(await restore(emulator, body)), refused);
			assert.equal(await stated(emulator), undefined);
		});
	}

	test("refuses an invalid document before RestoreAlreadyInProgress: ali-oss's suite", async (t) => {
		const emulator = await startAtStandstill(t);
		await archive(emulator, "Archive");
		await restore(emulator);
		assert.match(
			refusal(await restore(emulator, requestOf(1, "Standard"))),
			/^400 MalformedXML/,
		);
	});

	test("requires an existing archived object", async (t) => {
		const emulator = await startAtStandstill(t);
		for (const storageClass of ["Standard", "IA"]) {
			await archive(emulator, storageClass);
			const answer = await restore(emulator);
			assert.equal(
				refusal(answer),
				"400 OperationNotSupported 0016-00000702: The operation is not supported for this resource",
			);
			assert.deepEqual(textsOf(answer, "Detail"), [
				"RestoreObject operation does not support this object storage class",
			]);
		}
		assert.match(
			refusal(await restore(emulator, "", "none")),
			/^404 NoSuchKey 0026-00000001/,
		);
	});
});

suite("CleanRestoredObject", () => {
	const clean = ({ oss }: Timed, key = "cat"): Promise<Answer> =>
		oss.post(`/photos/${key}?cleanRestoredObject`);

	for (const storageClass of ["ColdArchive", "Archive"]) {
		test(`freezes an object of ${storageClass} before its days have passed (A-602)`, async (t) => {
			const emulator = await startAtStandstill(t);
			await archive(emulator, storageClass);
			assert.equal(refusal(await clean(emulator)), STALE);
			await restore(emulator);
			assert.equal(
				refusal(await clean(emulator)),
				"409 ArchiveRestoreNotFinished 0016-00000719: The archive file's restore is not finished.",
			);
			await emulator.pass(SECONDS.Standard);
			const cleaned = await clean(emulator);
			assert.equal(`${cleaned.status} ${cleaned.text}`, "200 ");
			assert.equal(await stated(emulator), undefined);
			assert.equal(refusal(await emulator.oss.get("/photos/cat")), FROZEN);
			assert.equal(refusal(await clean(emulator)), STALE);
		});
	}

	test("requires an existing archived object", async (t) => {
		const emulator = await startAtStandstill(t);
		await archive(emulator, "IA");
		assert.match(
			refusal(await clean(emulator)),
			/^400 OperationNotSupported 0016-00000702/,
		);
		assert.match(refusal(await clean(emulator, "none")), /^404 NoSuchKey/);
	});
});
