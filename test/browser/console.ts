import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { suite, test } from "node:test";
import type { Locator } from "playwright-core";
import { asking, startWithAdmin } from "../admin/admin.ts";
import { startApplicationServer } from "../application-server.ts";
import { skip, useBrowser } from "./browser.ts";

const AXE = readFileSync(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
	"utf8",
);
const PNG = readFileSync(
	new URL("../../fixtures/images/plain.png", import.meta.url),
);

const EVIL_KEYS = [
	"<script>document.title='hacked'</script>",
	"<img src=x onerror=\"document.title='hacked'\">",
	"\"'><b>bold</b>",
	"javascript:alert(1)",
	"line\nbreak\u0000\u001b[31m",
	"turn\u202egpj.exe",
	"a//b/../c",
	"%41+%2F?x#y&z=1",
	"猫 🐈",
];

/** As the console writes invisible characters. */
const visible = (key: string): string =>
	[
		["\u0000", "NUL"],
		["\u001b", "ESC"],
		["\n", "LF"],
		["\u202e", "U+202E"],
	].reduce(
		(text, [hidden = "", shown = ""]) => text.replaceAll(hidden, shown),
		key,
	);

const textOf = async (locator: Locator): Promise<string> =>
	(await locator.textContent()) ?? "";

const BODY = "object=${object}&size=${size}";

suite("The console", { skip }, () => {
	const open = useBrowser();

	test("leads from the buckets through folders to an object, and back", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		await oss.put("/photos/2026/cats/tom.txt", "meow <b>meow</b>", {
			"content-type": "text/plain",
			"x-oss-meta-mood": "grumpy",
		});
		const { page, complaints } = await open(t, adminUrl);

		await page.getByRole("link", { name: "photos" }).click();
		await page.getByRole("link", { name: "2026/" }).click();
		await page.getByRole("link", { name: "cats/" }).click();
		await page.getByRole("link", { name: "tom.txt" }).click();
		await page.getByRole("heading", { name: "tom.txt" }).waitFor();

		const text = await textOf(page.getByRole("main"));
		assert.match(text, /x-oss-meta-mood\s*grumpy/);
		assert.match(text, /Size\s*16 B/);
		assert.equal(await textOf(page.locator("pre")), "meow <b>meow</b>");
		const downloading = page.waitForEvent("download");
		await page.getByRole("link", { name: "Download" }).click();
		assert.equal((await downloading).suggestedFilename(), "tom.txt");
		await page.getByRole("link", { name: "2026", exact: true }).click();
		await page.getByRole("link", { name: "cats/" }).waitFor();
		assert.deepEqual(complaints, []);
	});

	test("shows an image", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		await oss.put("/photos/a.png", PNG, { "content-type": "image/png" });
		const address = `${adminUrl}/#/object?bucket=photos&key=a.png`;
		const { page, complaints } = await open(t, address);

		await page.getByRole("img", { name: "The image a.png" }).waitFor();
		const width = await page.evaluate(
			"(async (image) => { await image.decode(); return image.naturalWidth; })(document.querySelector('main img'))",
		);

		assert.ok(Number(width) > 0);
		assert.deepEqual(complaints, []);
	});

	test("turns the pages of a large bucket", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		for (let i = 100; i < 350; i++) await oss.put(`/photos/${i}`, "");
		const { page } = await open(t, `${adminUrl}/#/bucket?name=photos`);

		await page.getByRole("link", { name: "299" }).waitFor();
		assert.equal(await page.getByRole("row").count(), 201);
		await page.getByRole("link", { name: "Next page" }).click();
		await page.getByRole("link", { name: "300" }).waitFor();
		assert.equal(await page.getByRole("row").count(), 51);
		await page.getByRole("link", { name: "First page" }).click();
		await page.getByRole("link", { name: "100" }).waitFor();
	});

	test("shows every key unchanged, in every place", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const application = await startApplicationServer(t, {
			body: `{"<script>document.title='hacked'</script>":1}`,
		});
		for (const key of EVIL_KEYS)
			await oss.put(
				`/photos/${encodeURIComponent(key)}`,
				"<script>document.title='hacked'</script>",
				{
					"content-type": "text/html",
					...asking({
						callbackUrl: application.url,
						callbackBody: `${key}=\${object}`,
						callbackBodyType: "application/json",
					}),
				},
			);
		const { page, complaints } = await open(t, adminUrl);

		for (const key of EVIL_KEYS) {
			const shown = { name: visible(key), exact: true };
			await page.getByRole("link", { name: "Callbacks" }).first().click();
			await page.getByRole("link", shown).click(); // the callback
			await page.getByRole("heading", { level: 1, ...shown }).waitFor();
			await page.getByRole("link", shown).click(); // the object
			await page.getByRole("heading", { name: "Content" }).waitFor();

			const query = new URLSearchParams(new URL(page.url()).hash.split("?")[1]);
			assert.equal(query.get("key"), key);
			assert.match(await textOf(page.locator("pre")), /^<script>/);
			assert.equal(await page.locator("main :is(script, b, img)").count(), 0);
			assert.doesNotMatch(await page.title(), /^hacked/);
		}
		assert.deepEqual(complaints, []);
	});

	test("does not let an object's own scripts run", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		await oss.put(
			"/photos/evil.html",
			"<title>x</title><script>document.title='hacked'</script>",
			{
				"content-type": "text/html",
			},
		);

		const { page } = await open(
			t,
			`${adminUrl}/api/buckets/photos/content?key=evil.html`,
		);

		assert.equal(await page.title(), "x");
		assert.equal(await page.evaluate("origin"), "null");
	});

	test("shows a callback and its outcome as they happen, without being reloaded", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const { promise: mayAnswer, resolve: answerNow } =
			Promise.withResolvers<void>();
		const application = await startApplicationServer(t, {
			before: () => mayAnswer,
		});
		const { page, complaints } = await open(t, `${adminUrl}/#/callbacks`);
		await page.getByText("No callback yet.").waitFor();
		await page.getByText("live", { exact: true }).waitFor();

		const callback = { callbackUrl: application.url, callbackBody: BODY };
		const putting = oss.put("/photos/cat.txt", "meow", asking(callback));
		await page.getByRole("cell", { name: "sending" }).waitFor();
		answerNow();
		await page.getByRole("cell", { name: "succeeded" }).waitFor();
		await putting;

		assert.deepEqual(complaints, []);
	});

	test("shows buckets, objects and requests as they come", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const { page } = await open(t, `${adminUrl}/#/bucket?name=photos`);
		await page.getByText("This bucket is empty.").waitFor();
		await page.getByText("live", { exact: true }).waitFor();

		await oss.put("/photos/cat.txt", "meow");

		await page.getByRole("link", { name: "cat.txt" }).waitFor();
		await page.getByRole("link", { name: "Requests" }).click();
		await page.getByRole("cell", { name: "PUT /photos/cat.txt" }).waitFor();
		await oss.get("/photos/dog.txt");
		await page.getByRole("cell", { name: "GET /photos/dog.txt" }).waitFor();
	});

	test("shows the request, the answer and the reason of a callback; sends it again", async (t) => {
		const { oss, admin, adminUrl } = await startWithAdmin(t);
		const application = await startApplicationServer(t, {
			status: 500,
			body: "broken",
		});
		const other = await startApplicationServer(t);
		const callback = {
			callbackUrl: `${application.url}/cb?x=1`,
			callbackBody: BODY,
		};
		await oss.put("/photos/cat.txt", "meow", asking(callback));
		const { page, complaints } = await open(
			t,
			`${adminUrl}/#/callbacks?status=failed`,
		);

		await page.getByRole("link", { name: "cat.txt" }).click();
		await page.getByRole("button", { name: "Copy as curl" }).click();
		await page.getByText("Copied.").waitFor();
		const text = await textOf(page.getByRole("main"));
		const copied = await page.evaluate("navigator.clipboard.readText()");
		await page.getByLabel("Another URL").fill(`${other.url}/other`);
		await page.getByRole("button", { name: "Send to another URL" }).click();
		await page.getByText(`${other.url}/other answered 200`).first().waitFor();

		assert.match(text, /answered 500; only 200 counts/);
		assert.match(text, /Look into the application server's log/);
		assert.match(text, /\/cb\?x=1\nobject=cat\.txt&size=4/);
		assert.match(text, /HTTP 500\s*broken/);
		assert.match(text, /HTTP 203 CallbackFailed/);
		assert.match(text, /Error status : 500\./);
		assert.match(text, /private.*refused by OSS/i);
		const { json } = await admin.get("/api/callbacks?status=failed");
		assert.equal(copied, json.callbacks[0].attempts[0].curl);
		assert.equal(other.received[0]?.isSigned, true);
		assert.equal(other.received[0]?.body, "object=cat.txt&size=4");
		assert.deepEqual(complaints, []);
	});

	test("finds callbacks by key, and forgets them all", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: BODY };
		await oss.put("/photos/cat.txt", "meow", asking(callback));
		await oss.put("/photos/dog.txt", "wuff", asking(callback));
		const { page } = await open(t, `${adminUrl}/#/callbacks`);

		await page.getByLabel("Key").fill("dog.txt");
		await page.getByRole("button", { name: "Find" }).click();
		await page
			.getByRole("link", { name: "cat.txt" })
			.waitFor({ state: "detached" });
		assert.equal(await page.getByRole("row").count(), 2);
		await page.getByRole("button", { name: "Clear all" }).click();

		await page.getByText("No callback like that.").waitFor();
	});

	test("keeps the keyboard's place when the page is drawn anew", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		await oss.put("/photos/b", "");
		await oss.put("/photos/c", "");
		const { page } = await open(t, `${adminUrl}/#/bucket?name=photos`);
		await page.getByText("live", { exact: true }).waitFor();
		await page.getByRole("link", { name: "c", exact: true }).focus();

		await oss.put("/photos/a", "");

		await page.getByRole("link", { name: "a", exact: true }).waitFor();
		assert.equal(
			await page.evaluate("document.activeElement.textContent"),
			"c",
		);
	});

	test("says so when the emulator has ended", async (t) => {
		const { oss, adminUrl, close } = await startWithAdmin(t);
		await oss.put("/photos/cat.txt", "meow");
		const { page } = await open(t, adminUrl);
		await page.getByText("live", { exact: true }).waitFor();

		await close();

		await page.getByText("not connected").waitFor();
	});

	for (const scheme of ["light", "dark"] as const)
		test(`can be used by everybody, in the ${scheme}`, async (t) => {
			const { oss, admin, adminUrl } = await startWithAdmin(t);
			const application = await startApplicationServer(t);
			const failing = await startApplicationServer(t, { status: 404 });
			for (const { url } of [application, failing])
				await oss.put("/photos/a/cat.txt", "meow", {
					"content-type": "text/plain",
					...asking({ callbackUrl: url, callbackBody: BODY }, { "x:a": "b" }),
				});
			const { json } = await admin.get("/api/callbacks");
			const { page, complaints } = await open(t, adminUrl, scheme);

			for (const view of [
				"",
				"bucket?name=photos",
				"object?bucket=photos&key=a%2Fcat.txt",
				"callbacks",
				...json.callbacks.map(({ id }: { id: string }) => `callback?id=${id}`),
				"requests",
				"operations",
			]) {
				await page.goto(`${adminUrl}/#/${view}`);
				await page.reload();
				await page.getByRole("heading", { level: 1 }).waitFor();
				await page.evaluate(AXE);
				const report = await page.evaluate(
					"axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))",
				);
				assert.deepEqual(report, [], view);
			}
			assert.deepEqual(complaints, []);
		});

	test("fits a telephone: only tables scroll sideways, and no name is squeezed to a letter a line", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		await oss.put("/photos/summer-holidays-0001.jpg", "meow", {
			"content-type": "application/octet-stream",
		});
		const { page } = await open(t, adminUrl);
		await page.setViewportSize({ width: 360, height: 740 });

		for (const view of ["", "bucket?name=photos", "callbacks", "operations"]) {
			await page.goto(`${adminUrl}/#/${view}`);
			await page.reload();
			await page.getByRole("heading", { level: 1 }).waitFor();
			const width = await page.evaluate("document.body.scrollWidth");
			assert.equal(width, 360, view);
		}

		await page.goto(`${adminUrl}/#/bucket?name=photos`);
		const link = page.getByRole("link", { name: "summer-holidays-0001.jpg" });
		const { height = 0 } = (await link.boundingBox()) ?? {};
		assert.ok(height > 0 && height < 60, `${height} pixels high`);
	});

	test("sends requests only to the emulator", async (t) => {
		const { adminUrl } = await startWithAdmin(t);
		const { page } = await open(t, "about:blank");
		const asked = new Set<string>();
		page.on("request", (request) => asked.add(new URL(request.url()).origin));

		await page.goto(adminUrl);
		await page.getByText("live", { exact: true }).waitFor();

		assert.deepEqual([...asked], [adminUrl]);
	});
});
