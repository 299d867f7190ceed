import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { type Answer, refusal } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { putDocument } from "../configurations/document.ts";

type Rules = {
	readonly white?: readonly string[];
	readonly black?: readonly string[];
	readonly empty?: boolean;
	/** Additional elements of the configuration. */
	readonly more?: string;
};

const referers = (texts: readonly string[] = []): string =>
	texts.map((text) => `<Referer>${text}</Referer>`).join("");

const rules = ({ white, black, empty = false, more = "" }: Rules): string =>
	`<RefererConfiguration><AllowEmptyReferer>${empty}</AllowEmptyReferer>${more}<RefererList>${referers(white)}</RefererList>${black ? `<RefererBlacklist>${referers(black)}</RefererBlacklist>` : ""}</RefererConfiguration>`;

/** Requests an image for a page, from a public bucket with these rules. */
async function load(
	t: TestContext,
	protection: Rules,
	referer: string | undefined,
): Promise<Answer> {
	const { oss } = await startWithBucket(t, "public-read");
	await oss.put("/photos/cat", "meow");
	await putDocument(oss, "/photos?referer", rules(protection));
	const headers = referer === undefined ? {} : { referer };
	return oss.get("/photos/cat", { headers, as: null });
}

const DENIED =
	/^403 AccessDenied [\d-]*: You are denied by bucket referer policy\.$/;

suite("Hotlink protection", () => {
	const white = ["http://www.aliyun.com"];
	const both = {
		white: ["http://*.aliyun.com"],
		black: ["http://bad.aliyun.com"],
	};
	for (const [what, protection, referer] of [
		["a page in the list", { white }, "http://www.aliyun.com/123"],
		["a site in the list, without a path", { white }, "http://www.aliyun.com"],
		["no page, if that is allowed", { white, empty: true }, undefined],
		["no page, if there is no list", {}, undefined],
		["any page, if there is no list", {}, "http://www.evil.com/"],
		[
			"a page that an asterisk matches",
			{ white: ["*.aliyun.com"] },
			"http://help.aliyun.com/a",
		],
		[
			"a page that a question mark matches",
			{ white: ["http://www.?.com"] },
			"http://www.a.com/",
		],
		[
			"a page that is not in the blacklist",
			{ black: ["http://www.evil.com"] },
			"http://www.good.com/",
		],
		["a page in the whitelist only", both, "http://www.aliyun.com/"],
	] as const satisfies readonly (readonly [
		string,
		Rules,
		string | undefined,
	])[])
		test(`allows: ${what}`, async (t) => {
			assert.equal((await load(t, protection, referer)).text, "meow");
		});

	for (const [what, protection, referer] of [
		["no page, if that is not allowed", { white }, undefined],
		["an empty page, if that is not allowed", { white }, ""],
		["a page that is not in the list", { white }, "http://www.evil.com/"],
		["a page of another scheme", { white }, "https://www.aliyun.com/"],
		[
			"a page with the allowed site in its path",
			{ white },
			"http://www.evil.com/http://www.aliyun.com",
		],
		[
			"a page with two characters in place of a question mark",
			{ white: ["http://www.?.com"] },
			"http://www.ab.com/",
		],
		[
			"a page in the blacklist",
			{ black: ["http://www.evil.com"] },
			"http://www.evil.com/a",
		],
		["a page in both lists", both, "http://bad.aliyun.com/"],
	] as const satisfies readonly (readonly [
		string,
		Rules,
		string | undefined,
	])[])
		test(`refuses: ${what}`, async (t) => {
			assert.match(refusal(await load(t, protection, referer)), DENIED);
		});

	test("ignores a page's query, unless the configuration includes it", async (t) => {
		const inQuery = { white: ["http://www.a.com/?from=*b"] };
		const page = "http://www.a.com/?from=b";
		assert.match(refusal(await load(t, inQuery, page)), DENIED);
		const more = "<AllowTruncateQueryString>false</AllowTruncateQueryString>";
		assert.equal((await load(t, { ...inQuery, more }, page)).text, "meow");
	});

	test("ignores a page's path if this is configured", async (t) => {
		const inPath = { black: ["http://www.a.com/secret"] };
		const page = "http://www.a.com/secret";
		assert.match(refusal(await load(t, inPath, page)), DENIED);
		const more = "<TruncatePath>true</TruncatePath>";
		assert.equal((await load(t, { ...inPath, more }, page)).text, "meow");
	});

	test("applies to objects, and to requests without an Authorization header", async (t) => {
		const { oss } = await startWithBucket(t, "public-read-write");
		await oss.put("/photos/cat", "meow");
		await putDocument(oss, "/photos?referer", rules({ white }));
		assert.equal((await oss.get("/photos/cat")).text, "meow");
		const listing = await oss.get("/photos", { as: null });
		assert.doesNotMatch(refusal(listing), DENIED);
		for (const method of ["GET", "HEAD", "PUT", "DELETE"])
			assert.match(
				refusal(await oss.send(method, "/photos/cat", { as: null })),
				DENIED,
				method,
			);
	});

	test("is checked after the existence of the bucket", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.match(
			refusal(await oss.get("/missing/cat", { as: null })),
			/^404 NoSuchBucket /,
		);
	});
});

test("Referers of more than 20 KB are MalformedXML (A-940)", async (t) => {
	const { oss } = await startWithBucket(t);
	const put = (bytes: number) =>
		oss.put(
			"/photos?referer",
			`<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList><Referer>${"a".repeat(bytes)}</Referer></RefererList></RefererConfiguration>`,
		);
	assert.equal((await put(20 * 1024)).status, 200);
	assert.match(refusal(await put(20 * 1024 + 1)), /^400 MalformedXML /);
});
