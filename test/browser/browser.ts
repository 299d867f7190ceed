/**
 * A real browser: CHROMIUM names it, or it is where Debian puts it. Without one its tests are skipped and say so; where
 * CI is true they fail.
 */
import { existsSync } from "node:fs";
import { after, before, type TestContext } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";

const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** For `suite`: why not, or false. */
export const skip: string | false =
	existsSync(BROWSER) || process.env.CI === "true"
		? false
		: `no browser at ${BROWSER}: install Chromium, or name it in CHROMIUM`;
if (skip) process.stderr.write(`SKIPPED: nothing runs in a browser: ${skip}\n`);

export type OpenedPage = {
	readonly page: Page;
	/** What the browser wrote to its console as errors, a request that CORS forbids among them. */
	readonly complaints: readonly string[];
};

/** To be called in a suite: one browser for all its tests. @returns what opens a page for one of them */
export function useBrowser(): (
	t: TestContext,
	url: string,
) => Promise<OpenedPage> {
	let browser: Browser | undefined;
	before(async () => {
		browser = await chromium.launch({
			executablePath: BROWSER,
			args: [
				...["--no-sandbox", "--disable-gpu", "--disable-quic"],
				...["--no-first-run", "--disable-background-networking"],
				...["--disable-component-update", "--disable-sync"],
			],
		});
	});
	after(() => browser?.close());

	return async (t, url) => {
		if (!browser) throw new Error("pages are for tests, not for their suite");
		const context = await browser.newContext();
		t.after(() => context.close());
		const page = await context.newPage();
		page.setDefaultTimeout(20_000);
		const complaints: string[] = [];
		page.on("console", (message) => {
			if (message.type() === "error") complaints.push(message.text());
		});
		page.on("pageerror", (error) => complaints.push(error.message));
		await page.goto(url);
		return { page, complaints };
	};
}
