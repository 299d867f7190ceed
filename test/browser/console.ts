import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { suite, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { callbackHeaders, startWithAdmin } from "../admin/admin.ts";
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

/** How the console shows invisible characters. */
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

const CORS =
	"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";

/** Drops a file on the upload form. */
const DROP = `(() => {
	const dataTransfer = new DataTransfer();
	dataTransfer.items.add(new File(["wuff"], "dropped.txt"));
	document.querySelector("form.upload").dispatchEvent(
		new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
})()`;

/** Chromium's message about a refused form. */
const FAILED_TO_LOAD =
	"Failed to load resource: the server responded with a status of 400 (Bad Request)";

const BODY = "object=${object}&size=${size}";

const JSON_MISTAKE = /^Policies, as a JSON list: this is not JSON: /;

/** The view, the values of fields by their labels, the button, and the expected sentence. */
const BAD_FORMS: readonly (readonly [
	string,
	Readonly<Record<string, string>>,
	string,
	string | RegExp,
])[] = [
	[
		"faults",
		{ Bucket: "photos" },
		"Add",
		"What happens: fill in a status, a delay, a cut or a fault of the callback.",
	],
	["faults", { Code: "SlowDown" }, "Add", "do: code needs a status"],
	[
		"clock",
		{ Time: "tomorrow" },
		"Set",
		"Time must be a moment in ISO 8601, 2030-01-31T08:00:00Z",
	],
	[
		"ram",
		{ Name: "uploader", "Policies, as a JSON list": "[{" },
		"Create or replace role",
		JSON_MISTAKE,
	],
	[
		"ram",
		{ Name: "uploader", "Trusted accounts, by uid": "ann" },
		"Create or replace role",
		/^Trusted accounts, by uid: must be text of the form/,
	],
	[
		"ram",
		{ Name: "two words" },
		"Create or replace role",
		/^Name: must be text of the form/,
	],
	["snapshots", { Name: "a/b" }, "Take snapshot", /^Name must match pattern/],
	[
		"accounts",
		{ AccessKeyId: "a b" },
		"Create account",
		/^AccessKeyId must match pattern/,
	],
	[
		"documents?name=photos",
		{ "Content, as XML or JSON": "<CORSConfiguration" },
		"Add",
		/^Content: The XML you provided was not well-formed/,
	],
	[
		"buckets",
		{ Name: "photos" },
		"Create bucket",
		"Name: there is already a bucket photos.",
	],
	["bucket?name=photos", {}, "Upload", "Files: choose one first."],
];

/** The views whose URL does not have a query. */
const PLAIN_VIEWS = [
	...["", "buckets", "callbacks", "requests", "faults", "accounts", "ram"],
	...["clock", "snapshots", "settings", "operations", "api"],
];

/** Waits for the heading, because the previous view is on the page until then. */
async function openView(page: Page, name: string): Promise<void> {
	await page.getByRole("button", { name: "More" }).click();
	await page.getByRole("link", { name }).click();
	await page.getByRole("heading", { level: 1, name }).waitFor();
}

/** Confirms in the dialog that precedes a deletion. */
const agree = (page: Page, name: string): Promise<void> =>
	page.getByRole("dialog").getByRole("button", { name }).click();

/** Returns the violations that axe finds on the page. */
async function findViolations(page: Page): Promise<unknown> {
	await page.evaluate(AXE);
	return page.evaluate(
		"axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))",
	);
}

const focused = (page: Page): Promise<unknown> =>
	page.evaluate("document.activeElement.textContent");

suite("The console", { skip }, () => {
	const open = useBrowser();

	test("has links from the buckets through folders to an object, and back", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		await oss.put("/photos/2026/cats/tom.txt", "meow <b>meow</b>", {
			"content-type": "text/plain",
			"x-oss-meta-mood": "grumpy",
		});
		const { page, complaints } = await open(t, `${adminUrl}/#/buckets`);

		await page.getByRole("link", { name: "photos", exact: true }).click();
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

	test("shows the pages of a large bucket", async (t) => {
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

	test("shows every key unchanged in every place", async (t) => {
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
					...callbackHeaders({
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

	test("does not run the scripts in an object", async (t) => {
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

	test("shows a callback and its outcome immediately, without a reload", async (t) => {
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
		const putting = oss.put(
			"/photos/cat.txt",
			"meow",
			callbackHeaders(callback),
		);
		await page.getByRole("cell", { name: "sending" }).waitFor();
		answerNow();
		await page.getByRole("cell", { name: "succeeded" }).waitFor();
		await putting;

		assert.deepEqual(complaints, []);
	});

	test("shows new buckets, objects and requests immediately", async (t) => {
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

	test("shows the request, the answer and the reason of a callback, and sends it again", async (t) => {
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
		await oss.put("/photos/cat.txt", "meow", callbackHeaders(callback));
		const { page, complaints } = await open(
			t,
			`${adminUrl}/#/callbacks?status=failed`,
		);

		await page.getByRole("link", { name: "cat.txt" }).click();
		await page.getByRole("button", { name: "Copy as curl" }).click();
		await page.getByText("Copied.").waitFor();
		const text = await textOf(page.getByRole("main"));
		const copied = await page.evaluate("navigator.clipboard.readText()");
		await page
			.getByRole("textbox", { name: "Another URL" })
			.fill(`${other.url}/other`);
		await page.getByRole("button", { name: "Send to another URL" }).click();
		await page.getByText(`${other.url}/other answered 200`).first().waitFor();

		assert.match(text, /answered 500; only 200 counts/);
		assert.match(text, /See the application server's log/);
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

	test("finds callbacks by key, and deletes them all", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: BODY };
		await oss.put("/photos/cat.txt", "meow", callbackHeaders(callback));
		await oss.put("/photos/dog.txt", "wuff", callbackHeaders(callback));
		const { page } = await open(t, `${adminUrl}/#/callbacks`);

		await page.getByLabel("Part of a key").fill("dog");
		await page.getByRole("button", { name: "Find" }).click();
		await page
			.getByRole("link", { name: "cat.txt" })
			.waitFor({ state: "detached" });
		assert.equal(await page.getByRole("row").count(), 2);
		await page.getByRole("button", { name: "Clear all" }).click();
		await agree(page, "Clear all");

		await page.getByText("No callback matches.").waitFor();
	});

	test("keeps the keyboard focus when the page is rendered again", async (t) => {
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

	test("shows that the emulator has ended", async (t) => {
		const { oss, adminUrl, close } = await startWithAdmin(t);
		await oss.put("/photos/cat.txt", "meow");
		const { page } = await open(t, adminUrl);
		await page.getByText("live", { exact: true }).waitFor();

		await close();

		await page.getByText("not connected").waitFor();
	});

	for (const scheme of ["light", "dark"] as const)
		test(`is accessible in ${scheme} mode`, async (t) => {
			const { oss, admin, adminUrl } = await startWithAdmin(t);
			const application = await startApplicationServer(t);
			const failing = await startApplicationServer(t, { status: 404 });
			for (const { url } of [application, failing])
				await oss.put("/photos/a/cat.txt", "meow", {
					"content-type": "text/plain",
					...callbackHeaders(
						{ callbackUrl: url, callbackBody: BODY },
						{ "x:a": "b" },
					),
				});
			const { json } = await admin.get("/api/callbacks");
			const { page, complaints } = await open(t, adminUrl, scheme);

			await admin.post("/api/faults", {
				...{ operation: "GetObject", do: { delayMs: 1 } },
			});
			await admin.put("/api/snapshots/before");
			await oss.get("/photos/no");
			const { json: refused } = await admin.get("/api/requests?status=404");
			for (const view of [
				...PLAIN_VIEWS,
				"bucket?name=photos",
				"bucket?name=photos&versions=all",
				"documents?name=photos",
				"object?bucket=photos&key=a%2Fcat.txt",
				`request?id=${refused.requests[0].id}`,
				...json.callbacks.map(({ id }: { id: string }) => `callback?id=${id}`),
			]) {
				await page.goto(`${adminUrl}/#/${view}`);
				await page.reload();
				await page.getByRole("heading", { level: 1 }).waitFor();
				assert.deepEqual(await findViolations(page), [], view);
			}
			await page.getByRole("button", { name: "More" }).click();
			assert.deepEqual(await findViolations(page), [], "the menu");
			await page.goto(`${adminUrl}/#/buckets`);
			await page.getByLabel("Name", { exact: true }).fill("No");
			await page.getByRole("button", { name: "Create bucket" }).click();
			await page.getByRole("alert").getByText("is not valid").waitFor();
			await page.getByRole("button", { name: "Delete photos" }).click();
			await page.getByRole("dialog").waitFor();
			assert.deepEqual(await findViolations(page), [], "the dialog");
			assert.deepEqual(complaints, [FAILED_TO_LOAD]);
		});

	test("fits on a phone: only tables scroll horizontally, and names have a readable width", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		await oss.put("/photos/summer-holidays-0001.jpg", "meow", {
			"content-type": "application/octet-stream",
		});
		const { page } = await open(t, adminUrl);
		await page.setViewportSize({ width: 360, height: 740 });

		for (const view of [
			...PLAIN_VIEWS,
			"bucket?name=photos",
			"documents?name=photos",
			"object?bucket=photos&key=summer-holidays-0001.jpg",
		]) {
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

	test("shows on the home page how to connect, and the refused requests", async (t) => {
		const { oss, admin, adminUrl } = await startWithAdmin(t);
		await oss.get("/photos/missing.txt");
		await admin.post("/api/faults", {
			...{ operation: "PutObject", do: { status: 503, code: "SlowDown" } },
		});
		const { page, complaints } = await open(t, adminUrl);

		await page.getByRole("button", { name: "Copy AccessKeySecret" }).click();
		await page.getByText("Copied.").waitFor();
		const copied = await page.evaluate("navigator.clipboard.readText()");
		const text = await textOf(page.getByRole("main"));
		await page.getByRole("link", { name: "GET /photos/missing.txt" }).click();
		await page.getByRole("heading", { name: "String to sign" }).waitFor();

		const { json } = await admin.get("/api/accounts");
		assert.equal(copied, json.accounts[0].accessKeySecret);
		assert.match(text, /NoSuchKey: The specified key does not exist/);
		assert.match(text, /PutObject · status 503, code SlowDown/);
		assert.match(await textOf(page.getByRole("main")), /OSS4-HMAC-SHA256/);
		assert.deepEqual(complaints, []);
	});

	test("creates, empties and deletes a bucket, and edits its documents", async (t) => {
		const { admin, adminUrl } = await startWithAdmin(t);
		const { page } = await open(t, `${adminUrl}/#/buckets`);

		await page.getByLabel("Name").fill("made-here");
		await page.getByRole("button", { name: "Create bucket" }).click();
		await page.getByRole("link", { name: "made-here" }).waitFor();
		await admin.put("/api/buckets/made-here/content?key=a.txt", {});
		await page.goto(`${adminUrl}/#/documents?name=made-here`);
		await page.getByLabel("Document", { exact: true }).selectOption("cors");
		await page.getByLabel("Content, as XML or JSON").fill(CORS);
		await page.getByRole("button", { name: "Add", exact: true }).click();
		await page.getByText("The document was added.").waitFor();
		const { json } = await admin.get("/api/buckets/made-here/documents/cors");
		await page.getByRole("link", { name: "Buckets" }).first().click();
		await page.getByRole("button", { name: "Empty made-here" }).click();
		await agree(page, "Empty");
		await page.getByText("1 deleted.").waitFor();
		await page.getByRole("button", { name: "Delete made-here" }).click();
		await agree(page, "Delete");
		await page
			.getByRole("link", { name: "made-here" })
			.waitFor({ state: "detached" });

		assert.match(json.document, /<AllowedMethod>GET<\/AllowedMethod>/);
	});

	test("uploads a file with a test callback, and a file that is dropped", async (t) => {
		const { admin, adminUrl } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const { page, complaints } = await open(
			t,
			`${adminUrl}/#/bucket?name=photos&prefix=cats/`,
		);

		await page.getByText("With a callback").click();
		await page.getByLabel("callbackUrl").fill(application.url);
		await page.getByLabel("Files").setInputFiles({
			...{ name: "tom.txt", mimeType: "text/plain" },
			buffer: Buffer.from("meow"),
		});
		await page.getByRole("button", { name: "Upload", exact: true }).click();
		await page.getByRole("link", { name: "tom.txt" }).waitFor();
		await page.evaluate(DROP);
		await page.getByRole("link", { name: "dropped.txt" }).waitFor();
		await page.getByLabel("Prefix").fill("cats/to");
		await page.getByRole("button", { name: "Find" }).click();
		await page
			.getByRole("link", { name: "dropped.txt" })
			.waitFor({ state: "detached" });
		await page.getByRole("link", { name: "tom.txt" }).click();
		await page.getByRole("cell", { name: "succeeded" }).waitFor();

		const dropped = "/api/buckets/photos/content?key=cats%2Fdropped.txt";
		assert.equal((await admin.get(dropped)).text, "wuff");
		const [{ body = "", isSigned = false } = {}] = application.received;
		assert.match(body, /object=cats%2Ftom\.txt&size=4/);
		assert.equal(isSigned, true);
		assert.deepEqual(complaints, []);
	});

	test("signs a URL, deletes an object, and restores it by removing its delete marker", async (t) => {
		const { oss, admin, adminUrl } = await startWithAdmin(t);
		await admin.put("/api/buckets/photos", { versioning: "Enabled" });
		const type = { "content-type": "text/plain" };
		await oss.put("/photos/cat.txt", "meow", type);
		const address = `${adminUrl}/#/object?bucket=photos&key=cat.txt`;
		const { page } = await open(t, address);

		await page.getByRole("button", { name: "Sign", exact: true }).click();
		await page.getByRole("button", { name: "Copy URL" }).click();
		await page.getByText("Copied.").waitFor();
		const url = String(await page.evaluate("navigator.clipboard.readText()"));
		const signed = await fetch(url);
		await page.getByRole("button", { name: "Delete", exact: true }).click();
		await agree(page, "Delete");
		await page.getByText("a delete marker is its latest version").waitFor();
		await page.getByRole("button", { name: "Delete version" }).first().click();
		await agree(page, "Delete");
		await page.getByRole("heading", { name: "Content" }).waitFor();

		assert.equal(await signed.text(), "meow");
		assert.equal((await oss.get("/photos/cat.txt")).status, 200);
	});

	test("lists versions and delete markers, and returns to the list when the last version is deleted", async (t) => {
		const { oss, admin, adminUrl } = await startWithAdmin(t);
		await admin.put("/api/buckets/photos", { versioning: "Enabled" });
		await oss.put("/photos/cats/tom.txt", "meow");
		await oss.delete("/photos/cats/tom.txt");
		const address = `${adminUrl}/#/bucket?name=photos&prefix=cats/`;
		const { page, complaints } = await open(t, address);

		await page.getByText("Nothing current begins with this").waitFor();
		await page.getByRole("link", { name: "All versions" }).click();
		await page.getByRole("cell", { name: "delete marker" }).waitFor();
		await page.getByRole("link", { name: "tom.txt" }).first().click();
		for (const left of [1, 0]) {
			const all = page.getByRole("button", { name: /^Delete version/ });
			await all.first().click();
			await agree(page, "Delete");
			await all.nth(left).waitFor({ state: "detached" });
		}
		await page.getByText("The version was deleted.").waitFor();
		await page.getByRole("heading", { level: 1, name: "cats" }).waitFor();

		const { json } = await admin.get("/api/buckets/photos/versions");
		assert.deepEqual(json.versions, []);
		assert.deepEqual(complaints, []);
	});

	test("has less frequent pages in a menu that can be used with only the keyboard", async (t) => {
		const { adminUrl } = await startWithAdmin(t);
		const { page } = await open(t, adminUrl);
		const menu = page.getByRole("button", { name: "More" });
		await menu.waitFor();
		const clock = page.getByRole("link", { name: "Clock", exact: true });
		assert.equal(await clock.isVisible(), false);

		await menu.focus();
		await page.keyboard.press("ArrowDown");
		assert.equal(await focused(page), "Clock");
		await page.keyboard.press("ArrowUp");
		assert.equal(await focused(page), "API");
		await page.keyboard.press("Escape");
		assert.equal(await clock.isVisible(), false);
		assert.equal(await focused(page), "More");
		await page.keyboard.press("Enter");
		await page.keyboard.press("Tab");
		await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");
		await page.getByRole("heading", { level: 1, name: "Snapshots" }).waitFor();

		assert.equal(await menu.getAttribute("aria-expanded"), "false");
		const current = page.locator("header [aria-current]");
		assert.equal(await textOf(current), "Snapshots");
	});

	test("asks for confirmation before it deletes data; Escape and Enter cancel, and the focus returns", async (t) => {
		const { adminUrl } = await startWithAdmin(t);
		const { page } = await open(t, `${adminUrl}/#/buckets`);
		const remove = page.getByRole("button", { name: "Delete photos" });

		for (const key of ["Escape", "Enter"]) {
			await remove.focus();
			await page.keyboard.press("Enter");
			await page.getByText("Delete photos and everything in it?").waitFor();
			assert.equal(await focused(page), "Cancel");
			await page.keyboard.press(key);
			await page.getByRole("dialog").waitFor({ state: "detached" });
			assert.equal(
				await page.evaluate("document.activeElement.ariaLabel"),
				"Delete photos",
			);
		}
		await page.keyboard.press("Enter");
		await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");

		await page.getByText("photos was deleted.").waitFor();
	});

	test("shows the timing of a callback in one line, from resolving the name to the end of the answer", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: BODY };
		const { headers } = await oss.put(
			"/photos/a",
			"",
			callbackHeaders(callback),
		);
		const id = headers["x-oss-request-id"];
		const { page } = await open(t, `${adminUrl}/#/callback?id=${id}`);

		const line = await textOf(page.locator(".timing"));
		const { height = 0 } = (await page.locator(".timing").boundingBox()) ?? {};

		assert.match(
			line,
			/^resolve [\d.]+connect [\d.]+TLS –send [\d.]+wait [\d.]+receive [\d.]+total [\d.]+ ms$/,
		);
		assert.ok(height < 30, `${height} pixels high`);
	});

	test("shows a form as a table, and where two strings to sign differ", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: BODY };
		await oss.put("/photos/cat.txt", "meow", callbackHeaders(callback));
		const { page } = await open(t, `${adminUrl}/#/callbacks`);
		await page
			.getByRole("cell", { name: /object=cat.txt&size=4.*OK/ })
			.waitFor();

		await page.getByRole("link", { name: "cat.txt" }).click();
		const body = page.getByRole("table", { name: "Body" });
		await body.getByRole("cell", { name: "cat.txt" }).waitFor();
		const label = "Compare with what the application computed";
		await page.getByText(label).first().click();
		await page.getByRole("textbox", { name: label }).fill("/\nobject=dog.txt");
		await page.getByRole("button", { name: "Compare" }).click();

		await page.getByText("They differ from character 10, in line 2.").waitFor();
	});

	test("finds requests by their URL, and shows the pages of the list", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		for (let i = 0; i < 120; i++) await oss.get(`/photos/${1000 + i}`);
		const { page } = await open(t, `${adminUrl}/#/requests`);

		await page.getByRole("link", { name: "GET /photos/1119" }).waitFor();
		assert.equal(await page.getByRole("row").count(), 101);
		await page.getByRole("link", { name: "Older" }).click();
		await page.getByRole("link", { name: "GET /photos/1000" }).waitFor();
		await page.getByLabel("Part of the URL").fill("photos/1042");
		await page.getByRole("button", { name: "Find" }).click();
		await page.getByRole("link", { name: "GET /photos/1042" }).waitFor();

		assert.equal(await page.getByRole("row").count(), 2);
	});

	test("adds and removes a fault, which takes effect", async (t) => {
		const { oss, adminUrl } = await startWithAdmin(t);
		const { page } = await open(t, `${adminUrl}/#/faults`);

		await page.getByLabel("Operation").selectOption("PutObject");
		await page.getByLabel("Status", { exact: true }).fill("503");
		await page.getByLabel("Code", { exact: true }).fill("SlowDown");
		await page.getByLabel("Times", { exact: true }).fill("1");
		await page.getByRole("button", { name: "Add", exact: true }).click();
		await page.getByRole("cell", { name: /PutObject · status 503/ }).waitFor();
		const { status } = await oss.put("/photos/cat.txt", "meow");
		await page.getByRole("cell", { name: "1 of 1" }).waitFor();
		await page.getByRole("button", { name: "Remove", exact: true }).click();
		await agree(page, "Remove");
		await page.getByText("No faults are injected").waitFor();

		assert.equal(status, 503);
	});

	test("creates accounts, RAM users and snapshots, moves the clock, and changes settings", async (t) => {
		const { oss, admin, adminUrl } = await startWithAdmin(t);
		const { page } = await open(t, `${adminUrl}/#/accounts`);

		await page.getByLabel("Name").fill("suite one");
		await page.getByRole("button", { name: "Create account" }).click();
		await page.getByRole("cell", { name: "suite one" }).waitFor();

		await openView(page, "RAM");
		await page.getByLabel("Name").first().fill("anna");
		await page.getByLabel("AccessKeyId").fill("anna-key");
		await page.getByLabel("AccessKeySecret").fill("anna-secret");
		await page.getByRole("button", { name: /replace user/ }).click();
		await page.getByText("The user was saved.").waitFor();

		await openView(page, "Snapshots");
		await page.getByLabel("Name").fill("empty");
		await page.getByRole("button", { name: "Take snapshot" }).click();
		await page.getByRole("cell", { name: "empty", exact: true }).waitFor();
		await oss.put("/photos/cat.txt", "meow");
		await page.getByRole("button", { name: "Restore empty" }).click();
		await agree(page, "Restore");
		await page.getByText("empty was restored.").waitFor();

		await openView(page, "Clock");
		await page.getByRole("button", { name: "+1 day" }).click();
		await page.getByText("1 day", { exact: true }).waitFor();
		await page.getByRole("button", { name: "Real time" }).click();
		await page.getByText("The clock follows the real time.").waitFor();

		await openView(page, "Settings");
		await page.getByLabel("Log level").selectOption("silent");
		await page.getByRole("button", { name: "Save" }).click();
		await page.getByText("Saved.").waitFor();

		const { json: users } = await admin.get("/api/ram/users");
		assert.equal(users.users[0].name, "anna");
		assert.equal((await oss.get("/photos/cat.txt")).status, 404);
		const { json: settings } = await admin.get("/api/settings");
		assert.equal(settings.logLevel, "silent");
	});

	test("shows the reason if the emulator refuses a form", async (t) => {
		const { adminUrl } = await startWithAdmin(t);
		const { page } = await open(t, `${adminUrl}/#/buckets`);

		await page.getByLabel("Name").fill("Not_A_Bucket");
		await page.getByRole("button", { name: "Create bucket" }).click();

		await page.getByText("Name: The specified bucket is not valid.").waitFor();
	});

	test("marks the invalid field of a form with one sentence, and changes nothing", async (t) => {
		const { admin, adminUrl } = await startWithAdmin(t);
		const { page } = await open(t, adminUrl);
		const { text: before } = await admin.get("/api/ram/roles");

		for (const [view, fields, button, sentence] of BAD_FORMS) {
			await page.goto(`${adminUrl}/#/${view}`);
			await page.reload();
			const place = page.locator("form", {
				has: page.getByRole("button", { name: button, exact: true }),
			});
			for (const [label, value] of Object.entries(fields))
				await place.getByLabel(label, { exact: true }).fill(value);
			await place.getByRole("button", { name: button, exact: true }).click();
			await place.getByRole("alert").getByText(sentence).waitFor();
		}

		assert.equal((await admin.get("/api/ram/roles")).text, before);
		const { json } = await admin.get("/api/callbacks");
		assert.deepEqual(json.callbacks, []);
		const objects = await admin.get("/api/buckets/photos/objects");
		assert.deepEqual(objects.json.objects, []);
	});

	test("sets the accounts that a role trusts, and shows the pages of many users", async (t) => {
		const { admin, adminUrl } = await startWithAdmin(t);
		for (let i = 100; i < 160; i++)
			await admin.put(`/api/ram/users/user-${i}`, { policies: [] });
		const { page } = await open(t, `${adminUrl}/#/ram`);

		await page.getByRole("heading", { name: "Users (60)" }).waitFor();
		assert.equal(await page.locator("main summary").count(), 50);
		await page.getByRole("link", { name: "Next users" }).click();
		await page.getByText("user-159", { exact: true }).waitFor();
		const form = page.getByRole("form", { name: "RAM role" });
		await form.getByLabel("Name").fill("uploader");
		await form.getByLabel("Trusted accounts, by uid").fill("111, 222");
		await page.getByRole("button", { name: "Create or replace role" }).click();
		await page.getByText("The role was saved.").waitFor();

		const { json } = await admin.get("/api/ram/roles");
		assert.deepEqual(json.roles[0].trusts, ["111", "222"]);
	});

	test("sends requests only to the emulator", async (t) => {
		const { adminUrl } = await startWithAdmin(t);
		const { page } = await open(t, "about:blank");
		const origins = new Set<string>();
		page.on("request", (request) => origins.add(new URL(request.url()).origin));

		await page.goto(adminUrl);
		await page.getByText("live", { exact: true }).waitFor();

		assert.deepEqual([...origins], [adminUrl]);
	});
});
