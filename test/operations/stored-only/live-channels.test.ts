import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Client, refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { documentOf, getDocument } from "../configurations/document.ts";

const target = (more = ""): string =>
	`<Target><Type>HLS</Type>${more}</Target>`;

const put = (oss: Client, name: string, content = target()) =>
	oss.put(
		`/photos/${name}?live`,
		`<LiveChannelConfiguration>${content}</LiveChannelConfiguration>`,
	);

const ABSENT =
	"404 NoSuchLiveChannel : The specified live channel does not exist.";

suite("A live channel", () => {
	test("has URLs with the Host of the request", async (t) => {
		const { oss, port } = await startWithBucket(t);
		assert.equal(
			documentOf(await put(oss, "a")),
			`<CreateLiveChannelResult><PublishUrls><Url>rtmp://127.0.0.1:${port}/photos/live/a</Url></PublishUrls><PlayUrls><Url>http://127.0.0.1:${port}/photos/a/playlist.m3u8</Url></PlayUrls></CreateLiveChannelResult>`,
		);
		const host = `photos.localhost:${port}`;
		const answer = await oss.send("PUT", "/a?live", {
			host,
			resource: "/photos/a",
			body: `<LiveChannelConfiguration>${target("<PlaylistName>b.m3u8</PlaylistName>")}</LiveChannelConfiguration>`,
		});
		assert.deepEqual(textsOf(answer, "Url"), [
			`rtmp://${host}/live/a`,
			`http://${host}/a/b.m3u8`,
		]);
	});

	test("is returned with its default values", async (t) => {
		const { oss } = await startWithBucket(t);
		await put(oss, "a");
		assert.equal(
			await getDocument(oss, "/photos/a?live"),
			"<LiveChannelConfiguration><Description></Description><Status>enabled</Status><Target><Type>HLS</Type><FragDuration>5</FragDuration><FragCount>3</FragCount><PlaylistName>playlist.m3u8</PlaylistName></Target></LiveChannelConfiguration>",
		);
	});

	test("is returned as it was put", async (t) => {
		const { oss } = await startWithBucket(t);
		const content =
			"<Description>mine</Description><Status>disabled</Status><Target><Type>HLS</Type><FragDuration>2</FragDuration><FragCount>4</FragCount><PlaylistName>b.m3u8</PlaylistName></Target><Snapshot><RoleName>role</RoleName><DestBucket>photos</DestBucket><NotifyTopic>topic</NotifyTopic><Interval>5</Interval></Snapshot>";
		await put(oss, "a", content);
		assert.equal(
			await getDocument(oss, "/photos/a?live"),
			`<LiveChannelConfiguration>${content}</LiveChannelConfiguration>`,
		);
	});

	test("is idle or disabled: streams cannot be pushed", async (t) => {
		const { oss } = await startWithBucket(t);
		await put(oss, "a");
		const stat = async () =>
			textsOf(await oss.get("/photos/a?live&comp=stat"), "Status");
		assert.deepEqual(await stat(), ["Idle"]);
		const turn = (status: string) => oss.put(`/photos/a?live&status=${status}`);
		assert.equal((await turn("disabled")).status, 200);
		assert.deepEqual(await stat(), ["Disabled"]);
		assert.equal((await turn("enabled")).status, 200);
		assert.deepEqual(await stat(), ["Idle"]);
		assert.match(refusal(await turn("idle")), /^400 InvalidArgument /);
		assert.equal(
			await getDocument(oss, "/photos/a?live&comp=history"),
			"<LiveChannelHistory></LiveChannelHistory>",
		);
	});

	test("has no playlist without a stream or a channel (A-672)", async (t) => {
		const { oss } = await startWithBucket(t);
		await put(oss, "a");
		const query = "vod&startTime=1459922368&endTime=1459922563";
		for (const [method, name] of [
			["POST", "a/b.m3u8"],
			["POST", "x/b.m3u8"],
			["GET", "a"],
			["GET", "x"],
		] as const)
			assert.equal(
				refusal(await oss.send(method, `/photos/${name}?${query}`)),
				"400 InvalidArgument 0044-00000308: No ts file found in specified time span.",
			);
	});

	for (const [what, target, ec] of [
		["no beginning", "a/b.m3u8?vod&endTime=5", 304],
		[
			"a start time that is not a number",
			"a/b.m3u8?vod&startTime=x&endTime=5",
			304,
		],
		["no end", "a/b.m3u8?vod&startTime=5", 305],
		[
			"an end time before the start time",
			"a/b.m3u8?vod&startTime=5&endTime=4",
			306,
		],
		["more than a day", "a/b.m3u8?vod&startTime=0&endTime=86401", 307],
		["another name", "a/b.txt?vod&startTime=0&endTime=5", 403],
	] as const)
		test(`has no playlist with ${what}: EC 0044-00000${ec}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const answer = refusal(await oss.post(`/photos/${target}`));
			assert.ok(
				answer.startsWith(`400 InvalidArgument 0044-00000${ec}:`),
				answer,
			);
		});

	test("does not exist after deletion", async (t) => {
		const { oss } = await startWithBucket(t);
		await put(oss, "a");
		for (const _ of [1, 2])
			assert.equal((await oss.delete("/photos/a?live")).status, 204);
		for (const query of ["live", "live&comp=stat", "live&comp=history"])
			assert.equal(refusal(await oss.get(`/photos/a?${query}`)), ABSENT);
		assert.equal(
			refusal(await oss.put("/photos/a?live&status=enabled")),
			ABSENT,
		);
	});

	test("cannot be deleted under an invalid name: go1's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		const answer = refusal(await oss.delete(`/photos/${"a".repeat(64)}?live`));
		assert.match(answer, /^400 InvalidChannelName /);
	});

	test("prevents the deletion of its bucket", async (t) => {
		const { oss } = await startWithBucket(t);
		await put(oss, "a");
		assert.match(refusal(await oss.delete("/photos")), /^409 BucketNotEmpty /);
		await oss.delete("/photos/a?live");
		assert.equal((await oss.delete("/photos")).status, 204);
	});

	const WRONG = "400 InvalidArgument ";
	const NAME = "400 InvalidChannelName ";
	for (const [what, name, content, refused] of [
		["no target", "a", "", "400 MalformedXML "],
		["another type", "a", target().replace("HLS", "DASH"), WRONG],
		["an invalid status", "a", `<Status>live</Status>${target()}`, WRONG],
		[
			"fragments of zero seconds",
			"a",
			target("<FragDuration>0</FragDuration>"),
			WRONG,
		],
		["too many fragments", "a", target("<FragCount>101</FragCount>"), WRONG],
		[
			"an invalid name of the playlist",
			"a",
			target("<PlaylistName>list.txt</PlaylistName>"),
			WRONG,
		],
		["a name of 64 characters", "a".repeat(64), target(), NAME],
		["a name with a slash", "a/b", target(), NAME],
	] as const)
		test(`is refused with ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const answer = refusal(await put(oss, name, content));
			assert.ok(answer.startsWith(refused), answer);
		});
});

suite("ListLiveChannel", () => {
	test("returns an empty list if there are no channels", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(
			await getDocument(oss, "/photos?live"),
			"<ListLiveChannelResult><Prefix></Prefix><Marker></Marker><MaxKeys>100</MaxKeys><IsTruncated>false</IsTruncated><NextMarker></NextMarker></ListLiveChannelResult>",
		);
	});

	test("returns the channels by name, in pages", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const name of ["b2", "a1", "b1", "b3"]) await put(oss, name);
		const list = (more: string) =>
			oss.get(`/photos?live&prefix=b&max-keys=2${more}`);
		const first = await list("");
		assert.deepEqual(textsOf(first, "Name"), ["b1", "b2"]);
		assert.deepEqual(textsOf(first, "NextMarker"), ["b2"]);
		const second = await list("&marker=b2");
		assert.deepEqual(textsOf(second, "Name"), ["b3"]);
		assert.deepEqual(textsOf(second, "Status"), ["enabled"]);
		assert.deepEqual(textsOf(second, "IsTruncated"), ["false"]);
	});
});

test("A live channel's snapshots are stored in a bucket of the same owner (A-948)", async (t) => {
	const { oss } = await startWithBucket(t);
	const put = (bucket: string) =>
		oss.put(
			"/photos/channel?live",
			`<LiveChannelConfiguration><Target><Type>HLS</Type></Target><Snapshot><RoleName>role</RoleName><DestBucket>${bucket}</DestBucket><NotifyTopic>topic</NotifyTopic><Interval>5</Interval></Snapshot></LiveChannelConfiguration>`,
		);
	assert.match(refusal(await put("missing")), /^400 InvalidArgument /);
	assert.match(
		refusal(await oss.get("/photos/channel?live")),
		/^404 NoSuchLiveChannel /,
	);
	assert.equal((await put("photos")).status, 200);
});
