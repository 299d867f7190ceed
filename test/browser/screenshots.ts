/**
 * Takes screenshots of every page of the console, in light and dark mode, at three widths, for inspection after a
 * change of the console: `npx node test/browser/screenshots.ts FOLDER [PART_OF_A_NAME]`, for example `callback-` or
 * `390-dark`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { startDirectly } from "../emulator.ts";
import { BROWSER, FLAGS } from "./browser.ts";
import { PLAIN_PAGES, startFilled } from "./filled.ts";

type Shot = {
	readonly name: string;
	readonly url: string;
	/** The actions on the page before the screenshot. */
	readonly act?: (page: Page) => Promise<unknown>;
};

const WIDTHS = [1280, 1100, 390];
const SCHEMES = ["light", "dark"] as const;

const [folder, part = ""] = process.argv.slice(2);
if (!folder) {
	process.stderr.write("usage: screenshots.ts FOLDER [PART_OF_A_NAME]\n");
	process.exit(2);
}
const target = folder;
mkdirSync(target, { recursive: true });

const ends: (() => unknown)[] = [];
const lifetime = { after: (end: () => unknown) => ends.unshift(end) };

async function listShots(): Promise<Shot[]> {
	const { adminUrl, pages } = await startFilled(lifetime);
	const empty = await startDirectly(lifetime);
	const cloud = await startDirectly(lifetime);
	await cloud.oss.put("/photos");
	await cloud.oss.put("/photos/cat.txt", "meow");
	const gateway = await startDirectly(
		lifetime,
		...["--upstream", `http://localhost:${cloud.port}`],
		...["--upstream-bucket", "photos"],
		...["--upstream-region", "cn-hangzhou"],
		...["--upstream-access-key", "oss-emulator:oss-emulator-secret"],
	);
	const at = (of: string, address: string): string => `${of}/#/${address}`;
	return [
		{ name: "home", url: at(adminUrl, "") },
		...Object.entries(pages).map(([name, address]) => ({
			...{ name, url: at(adminUrl, address) },
			...(name === "api" || name === "ram" ? { act: unfoldFirst } : {}),
		})),
		{ name: "home-empty", url: at(empty.adminUrl, "") },
		...Object.values(PLAIN_PAGES).map((view) => ({
			...{ name: `${view}-empty`, url: at(empty.adminUrl, view) },
		})),
		...["buckets", "bucket?name=photos", "settings", "documents?name=photos"]
			.concat("object?bucket=photos&key=cat.txt", "")
			.map((address) => ({
				name: `gateway-${address.split("?")[0] || "home"}`,
				url: at(gateway.adminUrl, address),
			})),
		...INTERACTIONS.map(([name, page, act]) => ({
			...{ name, act, url: at(adminUrl, pages[page] ?? page) },
		})),
	];
}

const unfoldFirst = (page: Page): Promise<void> =>
	page.locator("main summary").first().click();

/** The name of the screenshot, the page, and the steps. */
const INTERACTIONS: readonly [string, string, (page: Page) => Promise<void>][] =
	[
		["menu", "callbacks", (page) => openMenu(page)],
		[
			"dialog",
			"buckets",
			(page) => page.getByRole("button", { name: "Delete photos" }).click(),
		],
		[
			"compare",
			"callback",
			async (page) => {
				const label = "Compare with what the application computed";
				await page.getByText(label).first().click();
				await page.getByRole("textbox", { name: label }).fill("/uploaded\n{");
				await page.getByRole("button", { name: "Compare" }).click();
			},
		],
		[
			"upload-with-callback",
			"folder",
			(page) => page.getByText("With a callback").click(),
		],
		[
			"form-refused",
			"buckets",
			async (page) => {
				await page.getByLabel("Name", { exact: true }).fill("Not_A_Bucket");
				await page.getByRole("button", { name: "Create bucket" }).click();
				await page.getByRole("alert").waitFor();
			},
		],
		[
			"presigned",
			"object",
			(page) => page.getByRole("button", { name: "Sign", exact: true }).click(),
		],
		[
			"focus",
			"callbacks",
			(page) => page.getByRole("link", { name: "Failed" }).focus(),
		],
		[
			"documents-open",
			"documents",
			(page) => page.locator("main summary").first().click(),
		],
	];

async function openMenu(page: Page): Promise<void> {
	await page.getByRole("button", { name: "More" }).click();
}

/** @returns the number of screenshots */
async function take(browser: Browser, shots: readonly Shot[]): Promise<number> {
	let taken = 0;
	for (const colorScheme of SCHEMES)
		for (const width of WIDTHS) {
			const context = await browser.newContext({
				...{ colorScheme, viewport: { width, height: 800 } },
			});
			const page = await context.newPage();
			page.setDefaultTimeout(20_000);
			for (const { name, url, act } of shots) {
				const picture = `${name}-${width}-${colorScheme}.png`;
				if (!picture.includes(part)) continue;
				await page.goto("about:blank");
				await page.goto(url);
				await page.getByRole("heading", { level: 1 }).waitFor();
				await page.getByText("live", { exact: true }).waitFor();
				await act?.(page).catch(({ message }) => console.error(name, message));
				await page.screenshot({ path: join(target, picture), fullPage: true });
				taken++;
			}
			await context.close();
		}
	return taken;
}

const browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS });
try {
	console.log(`${await take(browser, await listShots())} screenshots`);
} finally {
	await browser.close();
	for (const end of ends) await end();
}
process.exit(); // test/admin/admin.ts starts the test runner, which has no tests here
