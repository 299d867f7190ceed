import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { textsOf } from "../client.ts";
import type { TestEmulator } from "../emulator.ts";
import { type OpenedPage, skip, useBrowser } from "./browser.ts";
import { BYTES_MAX, type Example, startExample } from "./example.ts";

type Upload = { readonly name: string; readonly buffer: Buffer };

const CAT: Upload = { name: "猫 1.txt", buffer: Buffer.from("meow") };
const PART_BYTES = 100 * 1024;

/** 20 parts, which are all different. */
const LARGE: Upload = {
	name: "large.bin",
	buffer: Buffer.alloc(20 * PART_BYTES),
};
for (let i = 0; i < LARGE.buffer.length; i += 4096)
	LARGE.buffer.writeUInt32BE(i, i);

async function choose(
	page: Page,
	form: string,
	{ name, buffer }: Upload,
): Promise<void> {
	const file = { name, mimeType: "text/plain", buffer };
	await page.locator(`#${form} [name=file]`).setInputFiles(file);
}

const press = (page: Page, name: string): Promise<void> =>
	page.getByRole("button", { name, exact: true }).click();

/** The page's text for the response, which is longer than the one character that it shows while it waits. */
const shown = (page: Page, form: string): Promise<string> =>
	textOf(page.locator(`#${form} output`).filter({ hasText: /../ }));

/** The text of the frame with the response to a form that the browser itself submits. */
const framed = (page: Page): Promise<string> =>
	textOf(page.frameLocator("iframe").locator(":root").filter({ hasText: /./ }));

const textOf = async (locator: Locator): Promise<string> =>
	(await locator.textContent()) ?? "";

async function contentOf(
	{ oss }: TestEmulator,
	key: string,
): Promise<Buffer | undefined> {
	const { status, body } = await oss.get(`/photos/${encodeURIComponent(key)}`);
	return status === 200 ? body : undefined;
}

async function isEmpty({ oss }: TestEmulator): Promise<boolean> {
	const { text } = await oss.get("/photos");
	return /<ListBucketResult/.test(text) && !text.includes("<Contents>");
}

const saved = ({ buffer }: Upload, key: string): string =>
	JSON.stringify({ saved: key, size: buffer.length });

suite("A page that uploads to the emulator", { skip }, () => {
	const open = useBrowser();

	/** Starts the emulator, with the bucket and its CORS rules. */
	async function start(
		t: TestContext,
		...flags: readonly string[]
	): Promise<Example & OpenedPage> {
		const example = await startExample(t, ...flags);
		await example.setUp();
		return { ...example, ...(await open(t, example.url)) };
	}

	for (const version of ["V1", "V4"]) {
		test(`by a form (${version}) shows the application server's answer`, async (t) => {
			const { page, complaints, server, ...example } = await start(t);
			await choose(page, "form", CAT);
			await press(page, `Upload (${version})`);

			assert.equal(await framed(page), saved(CAT, "incoming/猫 1.txt"));
			assert.equal(
				server.lines.at(-1),
				"PostObject: incoming/猫 1.txt, 4 bytes",
			);
			const content = await contentOf(example, "incoming/猫 1.txt");
			assert.equal(String(content), "meow");
			assert.deepEqual(complaints, []);
		});

		test(`by a form (${version}) is refused for a key that the policy does not allow`, async (t) => {
			const { page, ...example } = await start(t);
			await page.locator("#form [name=key]").fill("elsewhere/cat.txt");
			await choose(page, "form", CAT);
			await press(page, `Upload (${version})`);

			assert.match(await framed(page), /AccessDenied.*starts-with/s);
			assert.ok(await isEmpty(example));
		});

		test(`by a form (${version}) is refused for a file that is too large`, async (t) => {
			const { page, ...example } = await start(t);
			const buffer = Buffer.alloc(BYTES_MAX + 1);
			await choose(page, "form", { name: "a", buffer });
			await press(page, `Upload (${version})`);

			assert.match(await framed(page), /EntityTooLarge/);
			assert.ok(await isEmpty(example));
		});

		test(`by a form (${version}) is refused if its policy has expired`, async (t) => {
			const { page, ...example } = await start(t);
			await advance(example, 301);
			await choose(page, "form", CAT);
			await press(page, `Upload (${version})`);

			assert.match(await framed(page), /AccessDenied.*Policy expired/s);
			assert.ok(await isEmpty(example));
		});
	}

	test("by fetch can read the response and the ETag", async (t) => {
		const { page, complaints, server, ...example } = await start(t);
		await choose(page, "fetch", CAT);
		await page.locator("#fetch button").click();

		assert.equal(
			await shown(page, "fetch"),
			`200 ${saved(CAT, "incoming/猫 1.txt")}\nETag "4A4BE40C96AC6314E91D93F38043A634"`,
		);
		assert.equal(server.lines.at(-1), "PutObject: incoming/猫 1.txt, 4 bytes");
		const content = await contentOf(example, "incoming/猫 1.txt");
		assert.equal(String(content), "meow");
		assert.deepEqual(complaints, []);
	});

	test("by fetch can read the reason of a refusal", async (t) => {
		const { page, ...example } = await start(t);
		await advance(example, 301);
		await choose(page, "fetch", CAT);
		await page.locator("#fetch button").click();

		assert.match(await shown(page, "fetch"), /^403 .*Request has expired/s);
		assert.ok(await isEmpty(example));
	});

	for (const { form, button, stopped } of [
		{ form: "fetch", button: "Upload", stopped: /^TypeError: Failed to fetch/ },
		{ form: "client", button: "Put", stopped: /^RequestError: XHR error/ },
	]) {
		test(`by ${form} is stopped by the browser if the bucket has no CORS rules`, async (t) => {
			const example = await startExample(t);
			await example.oss.put("/photos", "");
			const { page, complaints } = await open(t, example.url);
			await choose(page, form, CAT);
			await page
				.locator(`#${form}`)
				.getByRole("button", { name: button })
				.first()
				.click();

			assert.match(await shown(page, form), stopped);
			assert.match(complaints.join(), /blocked by CORS policy/);
			assert.ok(await isEmpty(example));
		});

		test(`by ${form} does not need CORS rules with --cors dev`, async (t) => {
			const example = await startExample(t, "--cors", "dev");
			await example.oss.put("/photos", "");
			const { page, complaints } = await open(t, example.url);
			await choose(page, form, CAT);
			await page
				.locator(`#${form}`)
				.getByRole("button", { name: button })
				.first()
				.click();

			assert.match(await shown(page, form), /^200 .*ETag "4A4BE40C/s);
			assert.equal(await isEmpty(example), false);
			assert.deepEqual(complaints, []);
		});
	}

	test("by a form does not need CORS rules", async (t) => {
		const example = await startExample(t);
		await example.oss.put("/photos", "");
		const { page, complaints } = await open(t, example.url);
		await choose(page, "form", CAT);
		await press(page, "Upload (V4)");

		assert.equal(await framed(page), saved(CAT, "incoming/猫 1.txt"));
		assert.deepEqual(complaints, []);
	});

	test("by ali-oss uses temporary keys", async (t) => {
		const { page, complaints, server, ...example } = await start(t);
		await choose(page, "client", CAT);
		await press(page, "Put");

		assert.equal(
			await shown(page, "client"),
			`200 ${saved(CAT, "incoming/large")}\nETag "4A4BE40C96AC6314E91D93F38043A634"`,
		);
		assert.equal(server.lines.at(-1), "PutObject: incoming/large, 4 bytes");
		assert.equal(String(await contentOf(example, "incoming/large")), "meow");
		assert.deepEqual(complaints, []);
	});

	for (const way of ["Put", "Upload in parts"]) {
		test(`by ali-oss is refused for a key that its session does not allow («${way}»)`, async (t) => {
			const { page, ...example } = await start(t);
			await page.locator("#client [name=key]").fill("elsewhere/large");
			await choose(page, "client", LARGE);
			await press(page, way);

			assert.match(await shown(page, "client"), /^AccessDenied: /);
			assert.ok(await isEmpty(example));
		});
	}

	test("by ali-oss uploads in parts and shows the progress", async (t) => {
		const { page, complaints, server, ...example } = await start(t);
		await page.evaluate(WATCH);
		await choose(page, "client", LARGE);
		await press(page, "Upload in parts");

		assert.match(
			await shown(page, "client"),
			/^200 \{"saved":"incoming\/large","size":2048000\}\nETag "[0-9A-F]{32}-20"$/,
		);
		const shares = await page.evaluate("shares");
		assert.ok(Array.isArray(shares));
		assert.deepEqual(shares, shares.toSorted());
		assert.ok(shares.length > 10, `${shares}`);
		assert.equal(
			server.lines.at(-1),
			"CompleteMultipartUpload: incoming/large, 2048000 bytes",
		);
		const content = await contentOf(example, "incoming/large");
		assert.ok(content?.equals(LARGE.buffer));
		assert.deepEqual(complaints, []);
	});

	test("by ali-oss aborts an upload, whose parts are deleted", async (t) => {
		const { page, complaints, ...example } = await start(t);
		await page.evaluate(WATCH);
		await page.evaluate("pauseAt = 0.4");
		await choose(page, "client", LARGE);
		await press(page, "Upload in parts");
		assert.match(await shown(page, "client"), /^cancel: /);
		const uploads = async (): Promise<string[]> =>
			textsOf(await example.oss.get("/photos?uploads"), "UploadId");
		assert.equal((await uploads()).length, 1);

		await press(page, "Abort");

		await page.locator("#client output").filter({ hasText: "204" }).waitFor();
		assert.deepEqual(await uploads(), []);
		assert.ok(await isEmpty(example));
		assert.deepEqual(complaints, []);
	});

	test("by ali-oss pauses an upload, and resumes it", async (t) => {
		const { page, complaints, ...example } = await start(t);
		await page.evaluate(WATCH);
		await page.evaluate("pauseAt = 0.4");
		await choose(page, "client", LARGE);
		await press(page, "Upload in parts");
		assert.match(await shown(page, "client"), /^cancel: /);
		assert.ok(await isEmpty(example));

		const parts: string[] = [];
		page.on("request", (request) => {
			const { searchParams } = new URL(request.url());
			const part = searchParams.get("partNumber");
			if (part && request.method() === "PUT") parts.push(part);
		});
		await page.evaluate("pauseAt = 2");
		await press(page, "Resume");

		await page.locator("#client output").filter({ hasText: "200" }).waitFor();
		assert.ok(parts.length > 0 && parts.length < 15, `${parts}`);
		const content = await contentOf(example, "incoming/large");
		assert.ok(content?.equals(LARGE.buffer));
		assert.deepEqual(complaints, []);
	});
});

test("The page's application server refuses callers other than OSS", async (t) => {
	const { url, endpoint, server } = await startExample(t);
	const forgeries = [
		{},
		{ "x-oss-pub-key-url": toBase64(`${url}/page.html`) },
		{
			"x-oss-pub-key-url": toBase64(`${endpoint}/callback_pub_key_v1.pem`),
			authorization: toBase64("forged"),
		},
	];
	for (const headers of forgeries) {
		const body = '{"key":"incoming/cat.txt"}';
		const init = { method: "POST", headers, body };
		assert.equal((await fetch(`${url}/uploaded`, init)).status, 403);
	}
	assert.deepEqual(server.lines, [server.ready]);
});

const toBase64 = (text: string): string => Buffer.from(text).toString("base64");

/** Records the progress bar, and clicks «Pause» as soon as it has advanced enough. */
const WATCH = `
	shares = [];
	pauseAt = 2;
	const bar = document.querySelector("progress");
	new MutationObserver(() => {
		shares.push(bar.value);
		if (bar.value >= pauseAt) document.getElementById("pause").click();
	}).observe(bar, { attributes: true });
`;

/** Moves only the emulator's clock, so that requests that the application server signs from now on have expired. */
async function advance(
	{ adminUrl }: Pick<TestEmulator, "adminUrl">,
	seconds: number,
): Promise<void> {
	const { status } = await fetch(`${adminUrl}/api/clock`, {
		method: "PUT",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ advance: seconds }),
	});
	assert.equal(status, 200);
}
