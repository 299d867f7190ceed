import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, refusal, textsOf } from "../../client.ts";
import {
	DAY,
	HOUR,
	START,
	startAtStandstill,
	type Timed,
} from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import { complete, completion, initiate, putPart } from "../uploading.ts";

const IMMUTABLE =
	"409 FileImmutable 0026-00000005: The object you specified is immutable.";

const isoAfter = (seconds: number): string =>
	new Date(Date.parse(START) + seconds * 1000).toISOString();

async function succeed(answer: Promise<Answer>): Promise<Answer> {
	const { status, text } = await answer;
	assert.ok(status < 300, `${status} ${text}`);
	return answer;
}

/** @returns the policy's id */
async function initiateWorm({ oss }: Timed, days: number): Promise<string> {
	const body = `<InitiateWormConfiguration><RetentionPeriodInDays>${days}</RetentionPeriodInDays></InitiateWormConfiguration>`;
	const { headers } = await succeed(oss.post("/photos?worm", body));
	return headers["x-oss-worm-id"] ?? "";
}

const enableVersioning = ({ oss }: Timed): Promise<Answer> =>
	succeed(
		oss.put(
			"/photos?versioning",
			"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		),
	);

suite("A bucket's retention policy", () => {
	test("allows uploads, but no deletions: docs «Retention policy»", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss } = emulator;
		await oss.put("/photos/cat", "meow");
		await oss.post("/photos/log?append&position=0", "one");
		await initiateWorm(emulator, 2);

		const source = { "x-oss-copy-source": "/photos/cat" };
		const uploadId = await initiate(emulator);
		const part = await putPart(emulator, uploadId, 1, "woof");
		for (const answer of [
			await oss.put("/photos/cat", "woof"),
			await oss.put("/photos/cat", "", source),
			await oss.put("/photos/cat?symlink", "", { "x-oss-symlink-target": "a" }),
			await complete(emulator, uploadId, completion([[1, part]])),
			await oss.post("/photos/log?append&position=3", "two"),
			await oss.delete("/photos/cat"),
			await oss.post(
				"/photos?delete",
				"<Delete><Object><Key>cat</Key></Object></Delete>",
			),
		])
			assert.equal(refusal(answer), IMMUTABLE);
		assert.equal((await oss.get("/photos/cat")).text, "meow");
		assert.equal((await oss.get("/photos/log")).text, "one");

		await succeed(oss.put("/photos/dog", "", source));
		await succeed(
			oss.put("/photos/cat?acl", "", { "x-oss-object-acl": "private" }),
		);
		await succeed(
			oss.put("/photos/cat?tagging", "<Tagging><TagSet/></Tagging>"),
		);
		assert.equal(refusal(await oss.delete("/photos/dog")), IMMUTABLE);
	});

	test("ends for each object a number of days after its upload", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await oss.put("/photos/old", "1");
		await pass(DAY);
		const wormId = await initiateWorm(emulator, 2);
		await succeed(oss.post(`/photos?wormId=${wormId}`));
		await oss.put("/photos/new", "1");
		await pass(DAY - 1);
		assert.equal(refusal(await oss.delete("/photos/old")), IMMUTABLE);
		await pass(1);
		await succeed(oss.delete("/photos/old"));
		assert.equal(refusal(await oss.delete("/photos/new")), IMMUTABLE);
		await pass(DAY);
		await succeed(oss.put("/photos/new", "2"));
	});

	test("does not protect objects any more if it is not locked within a day", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		await initiateWorm(emulator, 100);
		await oss.put("/photos/cat", "meow");
		await pass(24 * HOUR - 1);
		assert.equal(refusal(await oss.delete("/photos/cat")), IMMUTABLE);
		await pass(1);
		await succeed(oss.delete("/photos/cat"));
	});

	test("with versioning allows newer versions, but no deletion of versions", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss } = emulator;
		await enableVersioning(emulator);
		await initiateWorm(emulator, 2);
		const put = await succeed(oss.put("/photos/cat", "meow"));
		const id = put.headers["x-oss-version-id"];
		await succeed(oss.put("/photos/cat", "woof"));
		const marker = await succeed(oss.delete("/photos/cat"));
		assert.equal(
			refusal(await oss.delete(`/photos/cat?versionId=${id}`)),
			IMMUTABLE,
		);
		const markerId = marker.headers["x-oss-version-id"];
		await succeed(oss.delete(`/photos/cat?versionId=${markerId}`));
	});

	test("refuses DeleteMultipleObjects at the first protected object (A-625)", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss, pass } = emulator;
		for (const key of ["a", "d"]) await oss.put(`/photos/${key}`, "1");
		await pass(2 * DAY);
		for (const key of ["b", "c"]) await oss.put(`/photos/${key}`, "1");
		await initiateWorm(emulator, 1);
		const keys = ["a", "b", "c", "d"].map(
			(key) => `<Object><Key>${key}</Key></Object>`,
		);
		assert.equal(
			refusal(
				await oss.post("/photos?delete", `<Delete>${keys.join("")}</Delete>`),
			),
			IMMUTABLE,
		);
		assert.deepEqual(textsOf(await oss.get("/photos"), "Key"), ["b", "c", "d"]);
	});
});

const retention = (mode: string, until: string): string =>
	`<Retention><Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;

const BYPASS = { "x-oss-bypass-governance-retention": "true" };

/** Starts an emulator with a bucket whose objects can be retained individually. */
async function startWithObjectWorm(
	t: Parameters<typeof startAtStandstill>[0],
	rule = "",
): Promise<Timed> {
	const emulator = await startAtStandstill(t);
	await enableVersioning(emulator);
	await succeed(
		emulator.oss.put(
			"/photos?objectWorm",
			`<ObjectWormConfiguration><ObjectWormEnabled>Enabled</ObjectWormEnabled>${rule}</ObjectWormConfiguration>`,
		),
	);
	return emulator;
}

/** @returns the id of the version */
async function putCat(
	{ oss }: Timed,
	headers: Record<string, string> = {},
): Promise<string> {
	const put = await succeed(oss.put("/photos/cat", "meow", headers));
	return put.headers["x-oss-version-id"] ?? "";
}

suite("An object's retention", () => {
	for (const mode of ["COMPLIANCE", "GOVERNANCE"]) {
		test(`of ${mode} can be put and read, and protects the version until its date: py2's suite`, async (t) => {
			const emulator = await startWithObjectWorm(t);
			const { oss, pass } = emulator;
			const id = await putCat(emulator);
			const until = isoAfter(60);
			const put = await oss.put(
				"/photos/cat?retention",
				retention(mode, until),
			);
			assert.equal(`${put.status} ${put.text}`, "200 ");
			assert.equal(put.headers["x-oss-version-id"], id);
			const get = await oss.get("/photos/cat?retention");
			assert.deepEqual(textsOf(get, "Mode"), [mode]);
			assert.deepEqual(textsOf(get, "RetainUntilDate"), [until]);
			for (const { headers } of [
				await oss.head("/photos/cat"),
				await oss.get("/photos/cat"),
			]) {
				assert.equal(headers["x-oss-object-worm-mode"], mode);
				assert.equal(headers["x-oss-object-worm-retain-until-date"], until);
				assert.equal(headers["x-oss-object-worm-legal-hold"], undefined);
			}

			const remove = () => oss.delete(`/photos/cat?versionId=${id}`);
			await pass(59);
			assert.equal(refusal(await remove()), IMMUTABLE);
			await succeed(oss.put("/photos/cat", "woof"));
			await pass(1);
			await succeed(remove());
		});
	}

	test("can be extended, but not shortened or changed to another mode: multicloudj's tests against OSS", async (t) => {
		for (const [mode, other] of [
			["COMPLIANCE", "GOVERNANCE"],
			["GOVERNANCE", "COMPLIANCE"],
		] as const) {
			const emulator = await startWithObjectWorm(t);
			const { oss } = emulator;
			await putCat(emulator);
			const put = (mode: string, seconds: number, headers = {}) =>
				oss.put(
					"/photos/cat?retention",
					retention(mode, isoAfter(seconds)),
					headers,
				);
			await succeed(put(mode, 60));
			assert.equal(refusal(await put(mode, 59)), IMMUTABLE);
			assert.equal(refusal(await put(other, 120)), IMMUTABLE);
			await succeed(put(mode, 120));
			await emulator.pass(120);
			await succeed(put(other, 180));
		}
	});

	test("can be bypassed in governance mode by a header", async (t) => {
		const emulator = await startWithObjectWorm(t);
		const { oss } = emulator;
		const id = await putCat(emulator);
		const put = (seconds: number, headers = {}) =>
			oss.put(
				"/photos/cat?retention",
				retention("GOVERNANCE", isoAfter(seconds)),
				headers,
			);
		await succeed(put(60));
		await succeed(put(30, BYPASS));
		const remove = (headers: Record<string, string>) =>
			oss.delete(`/photos/cat?versionId=${id}`, { headers });
		assert.equal(refusal(await remove({})), IMMUTABLE);
		await succeed(remove(BYPASS));
	});

	test("cannot be bypassed with only the permission to delete", async (t) => {
		const { oss } = await startWithBucket(
			t,
			"public-read-write",
			"--access-key",
			"oss-emulator:oss-emulator-secret,other:secret:2",
		);
		await oss.put("/photos/cat", "meow");
		const other = { id: "other", secret: "secret" };
		const sending = { headers: BYPASS, as: other };
		assert.match(
			refusal(await oss.delete("/photos/cat", sending)),
			/^403 AccessDenied/,
		);
		assert.equal((await oss.delete("/photos/cat", { as: other })).status, 204);
	});

	test("in compliance mode cannot be bypassed", async (t) => {
		const emulator = await startWithObjectWorm(t);
		const { oss } = emulator;
		const id = await putCat(emulator);
		const document = retention("COMPLIANCE", isoAfter(60));
		await succeed(oss.put("/photos/cat?retention", document));
		for (const answer of [
			await oss.delete(`/photos/cat?versionId=${id}`, { headers: BYPASS }),
			await oss.post(
				"/photos?delete",
				`<Delete><Object><Key>cat</Key><VersionId>${id}</VersionId></Object></Delete>`,
				BYPASS,
			),
			await oss.put(
				"/photos/cat?retention",
				retention("COMPLIANCE", isoAfter(30)),
				BYPASS,
			),
		])
			assert.equal(refusal(answer), IMMUTABLE);
	});

	for (const [what, body, refused] of [
		[
			"an unknown mode (A-621)",
			retention("SOME", isoAfter(60)),
			/^400 InvalidArgument/,
		],
		[
			"a time in the past (A-621)",
			retention("COMPLIANCE", isoAfter(0)),
			/^400 InvalidArgument .*must be in the future/,
		],
		[
			"an invalid time (A-621)",
			retention("COMPLIANCE", "tomorrow"),
			/^400 InvalidArgument/,
		],
		[
			"only one element (A-621)",
			"<Retention><Mode>COMPLIANCE</Mode></Retention>",
			/^400 InvalidArgument/,
		],
		["another document", "<LegalHold/>", /^400 MalformedXML/],
	] as const) {
		test(`cannot be ${what}`, async (t) => {
			const emulator = await startWithObjectWorm(t);
			await putCat(emulator);
			const put = await emulator.oss.put("/photos/cat?retention", body);
			assert.match(refusal(put), refused);
		});
	}

	test("does not exist before it is put (A-623)", async (t) => {
		const emulator = await startWithObjectWorm(t);
		await putCat(emulator);
		assert.match(
			refusal(await emulator.oss.get("/photos/cat?retention")),
			/^404 NoSuchObjectRetention /,
		);
		assert.match(
			refusal(await emulator.oss.get("/photos/none?retention")),
			/^404 NoSuchKey /,
		);
	});

	test("does not apply to appendable objects (A-622)", async (t) => {
		const emulator = await startWithObjectWorm(t);
		await succeed(emulator.oss.post("/photos/log?append&position=0", "one"));
		const document = retention("COMPLIANCE", isoAfter(60));
		assert.match(
			refusal(await emulator.oss.put("/photos/log?retention", document)),
			/^400 OperationNotSupported/,
		);
	});

	test("requires a bucket with object retention (A-620)", async (t) => {
		const { oss } = await startAtStandstill(t);
		await oss.put("/photos/cat", "meow");
		const retained = {
			"x-oss-object-worm-mode": "COMPLIANCE",
			"x-oss-object-worm-retain-until-date": isoAfter(60),
		};
		for (const answer of [
			await oss.put(
				"/photos/cat?retention",
				retention("COMPLIANCE", isoAfter(60)),
			),
			await oss.put(
				"/photos/cat?legalHold",
				"<LegalHold><Status>ON</Status></LegalHold>",
			),
			await oss.put("/photos/dog", "woof", retained),
		])
			assert.match(refusal(answer), /^404 NoSuchObjectWormConfiguration/);
		assert.equal((await oss.head("/photos/dog")).status, 404);
	});

	test("can be set by every kind of upload", async (t) => {
		const emulator = await startWithObjectWorm(t);
		const { oss } = emulator;
		const until = isoAfter(60);
		const retained = {
			"x-oss-object-worm-mode": "GOVERNANCE",
			"x-oss-object-worm-retain-until-date": until,
			"x-oss-object-worm-legal-hold": "ON",
		};
		await succeed(oss.put("/photos/put", "meow", retained));
		const source = { "x-oss-copy-source": "/photos/put" };
		await succeed(oss.put("/photos/copy", "", { ...source, ...retained }));
		const uploadId = await initiate(emulator, "multipart", retained);
		const part = await putPart(emulator, uploadId, 1, "woof", "multipart");
		await succeed(
			complete(emulator, uploadId, completion([[1, part]]), {}, "multipart"),
		);
		for (const key of ["put", "copy", "multipart"]) {
			const { headers } = await oss.head(`/photos/${key}`);
			assert.equal(headers["x-oss-object-worm-mode"], "GOVERNANCE", key);
			assert.equal(headers["x-oss-object-worm-retain-until-date"], until);
			assert.equal(headers["x-oss-object-worm-legal-hold"], "ON");
		}
		await succeed(oss.put("/photos/plain", "", source));
		const plain = await oss.head("/photos/plain");
		assert.equal(plain.headers["x-oss-object-worm-mode"], undefined);
		assert.match(
			refusal(
				await oss.put("/photos/half", "", {
					"x-oss-object-worm-mode": "GOVERNANCE",
				}),
			),
			/^400 InvalidArgument/,
		);
	});

	for (const [period, until] of [
		["<Days>3</Days>", "2024-05-09T07:08:09.000Z"],
		["<Years>2</Years>", "2026-05-06T07:08:09.000Z"],
	] as const) {
		test(`defaults to that of the bucket: ${period}`, async (t) => {
			const emulator = await startWithObjectWorm(
				t,
				`<Rule><DefaultRetention><Mode>COMPLIANCE</Mode>${period}</DefaultRetention></Rule>`,
			);
			const { oss } = emulator;
			await putCat(emulator);
			const get = await oss.get("/photos/cat?retention");
			assert.deepEqual(textsOf(get, "RetainUntilDate"), [until]);
			await putCat(emulator, {
				"x-oss-object-worm-mode": "GOVERNANCE",
				"x-oss-object-worm-retain-until-date": isoAfter(60),
			});
			const own = await oss.get("/photos/cat?retention");
			assert.deepEqual(textsOf(own, "RetainUntilDate"), [isoAfter(60)]);
		});
	}
});

suite("A legal hold", () => {
	const hold = (status: string): string =>
		`<LegalHold><Status>${status}</Status></LegalHold>`;

	test("protects a version until the hold is removed, and cannot be bypassed: py2's suite", async (t) => {
		const emulator = await startWithObjectWorm(t);
		const { oss, pass } = emulator;
		const id = await putCat(emulator);
		await succeed(oss.put("/photos/cat?legalHold", hold("ON")));
		assert.deepEqual(
			textsOf(await oss.get("/photos/cat?legalHold"), "Status"),
			["ON"],
		);
		const head = await oss.head("/photos/cat");
		assert.equal(head.headers["x-oss-object-worm-legal-hold"], "ON");
		await pass(1000 * DAY);
		const target = `/photos/cat?versionId=${id}`;
		assert.equal(
			refusal(await oss.delete(target, { headers: BYPASS })),
			IMMUTABLE,
		);
		await succeed(oss.put("/photos/cat?legalHold", hold("OFF")));
		assert.deepEqual(
			textsOf(await oss.get("/photos/cat?legalHold"), "Status"),
			["OFF"],
		);
		await succeed(oss.delete(target));
	});

	test("is on or off, and does not exist before it is put (A-624)", async (t) => {
		const emulator = await startWithObjectWorm(t);
		const { oss } = emulator;
		await putCat(emulator);
		assert.match(
			refusal(await oss.get("/photos/cat?legalHold")),
			/^404 NoSuchObjectLegalHoldConfiguration /,
		);
		assert.match(
			refusal(await oss.put("/photos/cat?legalHold", hold("MAYBE"))),
			/^400 InvalidArgument/,
		);
	});
});
