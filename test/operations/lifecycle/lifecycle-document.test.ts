import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument, putDocument } from "../configurations/document.ts";

const TARGET = "/photos?lifecycle";

const rules = (...contents: readonly string[]): string =>
	`<LifecycleConfiguration>${contents.map((content) => `<Rule>${content}</Rule>`).join("")}</LifecycleConfiguration>`;

const rule = (prefix: string, ...actions: readonly string[]): string =>
	`<ID>${prefix}${actions.join("").length}</ID><Prefix>${prefix}</Prefix><Status>Enabled</Status>${actions.join("")}`;

const expire = (days: number): string =>
	`<Expiration><Days>${days}</Days></Expiration>`;
const move = (days: number, storageClass: string, more = ""): string =>
	`<Transition><Days>${days}</Days><StorageClass>${storageClass}</StorageClass>${more}</Transition>`;
const moveOld = (days: number, storageClass: string): string =>
	`<NoncurrentVersionTransition><NoncurrentDays>${days}</NoncurrentDays><StorageClass>${storageClass}</StorageClass></NoncurrentVersionTransition>`;
const before = (date: string): string =>
	`<Expiration><CreatedBeforeDate>${date}</CreatedBeforeDate></Expiration>`;
const tagged = (key: string, value: string): string =>
	`<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`;

const BY_ACCESS =
	"<IsAccessTime>true</IsAccessTime><ReturnToStdWhenVisit>false</ReturnToStdWhenVisit>";

suite("Lifecycle rules", () => {
	test("are returned with every element of a rule, in OSS's order", async (t) => {
		const { oss } = await startWithBucket(t);
		const document = rules(
			`<ID>all</ID><Prefix>a/</Prefix><Status>Enabled</Status>${tagged("k", "v")}${tagged("l", "")}<Filter><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan><ObjectSizeLessThan>64000</ObjectSizeLessThan><Not><Prefix>a/b</Prefix>${tagged("n", "m")}</Not></Filter>${expire(365)}${move(30, "IA")}${move(60, "Archive")}<AbortMultipartUpload><Days>3</Days></AbortMultipartUpload><NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>${moveOld(10, "IA")}`,
			"<ID>off</ID><Prefix>b/</Prefix><Status>Disabled</Status><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
		);
		await putDocument(oss, TARGET, document);
		assert.equal(await getDocument(oss, TARGET), document);
	});

	test("cannot have two tags with the same key", async (t) => {
		const { oss } = await startWithBucket(t);
		const tags = [tagged("key1", "value1"), tagged("key1", "value2")];
		const put = await oss.put(TARGET, rules(rule("a", ...tags, expire(200))));
		assert.match(refusal(put), /^400 MalformedXML /);
	});

	test("receive ids if they have none", async (t) => {
		const { oss } = await startWithBucket(t);
		const nameless = (prefix: string): string =>
			`<Prefix>${prefix}</Prefix><Status>Enabled</Status>${expire(1)}`;
		await putDocument(oss, TARGET, rules(nameless("a"), nameless("b")));
		const ids = textsOf(await oss.get(TARGET), "ID");
		assert.equal(new Set(ids).size, 2);
		for (const id of ids) assert.match(id, /^[\da-f-]{36}$/);
	});

	test("are returned with milliseconds in dates, even if they were put without milliseconds", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const date of ["2018-10-11T00:00:00Z", "2018-10-11T00:00:00.000Z"]) {
			await putDocument(oss, TARGET, rules(rule("a", before(date))));
			assert.deepEqual(textsOf(await oss.get(TARGET), "CreatedBeforeDate"), [
				"2018-10-11T00:00:00.000Z",
			]);
		}
	});

	for (const date of ["2018-10-11T10:00:00.000Z", "2018-10-32T00:00:00.000Z"])
		test(`with the date ${date} are refused, because it is not midnight (A-401)`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put(TARGET, rules(rule("a", before(date))));
			assert.match(refusal(put), /^400 InvalidArgument /);
			assert.deepEqual(textsOf(put, "ArgumentName"), ["CreatedBeforeDate"]);
		});

	test("accept in tags only the characters that are allowed in the tags of objects (A-402)", async (t) => {
		const { oss } = await startWithBucket(t);
		const put = (key: string) =>
			oss.put(TARGET, rules(rule("a", tagged(key, "1"), expire(1))));
		assert.match(refusal(await put("a@b")), /^400 MalformedXML 0014-00000031:/);
		assert.equal((await put(`猫 +-=._:/${"k".repeat(200)}`)).status, 200);
	});

	const MALFORMED = "400 MalformedXML ";
	const ARGUMENT = "400 InvalidArgument ";
	for (const [what, document, refused] of [
		["no rule", rules(), MALFORMED],
		[
			"more than a thousand rules",
			rules(
				...Array.from({ length: 1001 }, (_, i) => rule(`${i}/`, expire(1))),
			),
			MALFORMED,
		],
		["a rule without an action", rules(rule("a")), `${MALFORMED}0014-00000026`],
		[
			"a rule without a Status",
			rules(`<Prefix>a</Prefix>${expire(1)}`),
			MALFORMED,
		],
		[
			"a rule with two kinds of expiration",
			rules(
				rule(
					"a",
					"<Expiration><Days>1</Days><CreatedBeforeDate>2018-10-11T00:00:00.000Z</CreatedBeforeDate></Expiration>",
				),
			),
			`${MALFORMED}0014-00000060`,
		],
		[
			"a rule with both days and a date",
			rules(
				rule(
					"a",
					expire(100),
					"<Transition><CreatedBeforeDate>2018-10-11T00:00:00.000Z</CreatedBeforeDate><StorageClass>IA</StorageClass></Transition>",
				),
			),
			"400 InvalidRequest 0014-00000080",
		],
		["a rule of zero days", rules(rule("a", expire(0))), ARGUMENT],
		[
			"a rule with an invalid class",
			rules(rule("a", move(1, "Standard"))),
			ARGUMENT,
		],
		[
			"two rules with the same id",
			rules(
				rule("a", expire(1)).replace(/<ID>.*<\/ID>/, "<ID>i</ID>"),
				rule("b", expire(1)).replace(/<ID>.*<\/ID>/, "<ID>i</ID>"),
			),
			ARGUMENT,
		],
		[
			"an id over 255 bytes",
			rules(
				rule("a", expire(1)).replace(
					/<ID>.*<\/ID>/,
					`<ID>${"i".repeat(256)}</ID>`,
				),
			),
			ARGUMENT,
		],
	] as const)
		test(`are refused: ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = refusal(await oss.put(TARGET, document));
			assert.ok(put.startsWith(refused), put);
			assert.match(refusal(await oss.get(TARGET)), /NoSuchLifecycle/);
		});

	for (const [what, document, refused] of [
		[
			"a colder class before a warmer one",
			rules(rule("a", move(60, "IA"), move(30, "Archive"))),
			ARGUMENT,
		],
		[
			"two transitions to one class",
			rules(rule("a", move(30, "IA"), move(60, "IA"))),
			ARGUMENT,
		],
		[
			"deletion before a transition",
			rules(rule("a", expire(10), move(30, "IA"))),
			ARGUMENT,
		],
		[
			"a colder class before a warmer one, for old versions",
			rules(rule("a", moveOld(60, "IA"), moveOld(30, "Archive"))),
			ARGUMENT,
		],
		[
			"aborting after days and at a date",
			rules(
				rule(
					"a",
					"<AbortMultipartUpload><Days>1</Days><CreatedBeforeDate>2018-10-11T00:00:00.000Z</CreatedBeforeDate></AbortMultipartUpload>",
				),
			),
			MALFORMED,
		],
		[
			"ReturnToStdWhenVisit without IsAccessTime",
			rules(
				rule(
					"a",
					move(1, "IA", "<ReturnToStdWhenVisit>true</ReturnToStdWhenVisit>"),
				),
			),
			`${MALFORMED}0014-00000052`,
		],
	] as const)
		test(`contradict themselves: ${what} (A-403)`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = refusal(await oss.put(TARGET, document));
			assert.ok(put.startsWith(refused), put);
		});

	test("for one action must not overlap (A-404)", async (t) => {
		const { oss } = await startWithBucket(t);
		const put = (...two: readonly string[]) => oss.put(TARGET, rules(...two));
		const refused = await put(
			rule("logs/", expire(2)),
			rule("logs/old/", expire(10)),
		);
		assert.match(
			refusal(refused),
			/^400 InvalidArgument [\d-]*: Overlap for same action type Expiration$/,
		);
		for (const [one, other] of [
			[rule("logs/", expire(2)), rule("pictures/", expire(2))],
			[rule("logs/", expire(200)), rule("logs/old/", move(10, "IA"))],
			[
				rule("logs/", tagged("k", "1"), expire(2)),
				rule("logs/", tagged("k", "2"), expire(20)),
			],
		] as const)
			assert.equal((await put(one, other)).status, 200);
	});

	test("for one action can overlap if the client allows it", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(
			oss,
			TARGET,
			rules(rule("logs/", expire(2)), rule("logs/old/", expire(10))),
			{ "x-oss-allow-same-action-overlap": "true" },
		);
	});

	test("for two actions must not contradict each other", async (t) => {
		const { oss } = await startWithBucket(t);
		const put = await oss.put(
			TARGET,
			rules(rule("logs/", expire(2)), rule("logs/old/", move(10, "IA"))),
		);
		assert.match(refusal(put), /^400 InvalidArgument 0014-00000082:/);
	});
});

suite("Lifecycle rules based on the last access", () => {
	const MONITOR = "/photos?accessmonitor";
	const monitor = (status: string): string =>
		`<AccessMonitorConfiguration><Status>${status}</Status></AccessMonitorConfiguration>`;

	test("require the access monitor, which then cannot be disabled", async (t) => {
		const { oss } = await startWithBucket(t);
		const document = rules(rule("a", move(30, "IA", BY_ACCESS)));
		assert.match(refusal(await oss.put(TARGET, document)), /^400 MalformedXML/);
		await putDocument(oss, MONITOR, monitor("Enabled"));
		await putDocument(oss, TARGET, document);

		const refused = await oss.put(MONITOR, monitor("Disabled"));
		assert.match(refusal(refused), /^400 AccessMonitorDisableNotAllowed /);
		await oss.delete(TARGET);
		await putDocument(oss, MONITOR, monitor("Disabled"));
	});

	test("are returned with the time since which access is tracked", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(oss, MONITOR, monitor("Enabled"));
		await putDocument(
			oss,
			TARGET,
			rules(rule("a", move(30, "IA", BY_ACCESS)), rule("b", expire(1))),
		);
		const [since, ...others] = textsOf(await oss.get(TARGET), "AtimeBase");
		assert.ok(Math.abs(Number(since) - Date.now() / 1000) < 60);
		assert.deepEqual(others, []);
	});

	test("cannot have a date", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(oss, MONITOR, monitor("Enabled"));
		const put = await oss.put(
			TARGET,
			rules(
				rule(
					"a",
					`<Transition><CreatedBeforeDate>2018-10-11T00:00:00.000Z</CreatedBeforeDate><StorageClass>IA</StorageClass>${BY_ACCESS}</Transition>`,
				),
			),
		);
		assert.match(refusal(put), /^400 MalformedXML 0014-00000047:/);
	});
});
