/**
 * Starts a real browser: the one in the variable CHROMIUM, or Debian's. Without a browser the tests are skipped with
 * the reason, or fail if CI is true.
 */
import { existsSync } from "node:fs";
import { after, before, type TestContext } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";

export const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Flags with which the browser does not send requests by itself. */
export const FLAGS: string[] = [
	...["--no-sandbox", "--disable-gpu", "--disable-quic"],
	...["--no-first-run", "--disable-background-networking"],
	...["--disable-component-update", "--disable-sync"],
];

/** The reason to skip a suite, or false. */
export const skip: string | false =
	existsSync(BROWSER) || process.env.CI === "true"
		? false
		: `no browser at ${BROWSER}: install Chromium, or set CHROMIUM to its path`;
if (skip) process.stderr.write(`SKIPPED: the tests in a browser: ${skip}\n`);

export type OpenedPage = {
	readonly page: Page;
	/** All errors of the browser: a request that CORS forbids, a violated policy, an exception, a dialog. */
	readonly complaints: readonly string[];
};

export type OpenPage = (
	t: TestContext,
	url: string,
	colorScheme?: "light" | "dark",
) => Promise<OpenedPage>;

/** Starts one browser for all tests of a suite. @returns a function that opens a page for a test */
export function useBrowser(): OpenPage {
	let browser: Browser | undefined;
	before(async () => {
		browser = await chromium.launch({
			executablePath: BROWSER,
			args: FLAGS,
		});
	});
	after(() => browser?.close());

	return async (t, url, colorScheme = "light") => {
		if (!browser)
			throw new Error("pages can be opened only in tests, not in their suite");
		const context = await browser.newContext({
			colorScheme,
			permissions: ["clipboard-read", "clipboard-write"],
		});
		t.after(() => context.close());
		const page = await context.newPage();
		page.setDefaultTimeout(20_000);
		const complaints: string[] = [];
		page.on("console", (message) => {
			if (message.type() === "error") complaints.push(message.text());
		});
		page.on("pageerror", (error) => complaints.push(error.message));
		page.on("dialog", (dialog) => {
			complaints.push(dialog.message());
			dialog.accept();
		});
		await page.goto(url);
		return { page, complaints };
	};
}
