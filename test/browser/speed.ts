/**
 * Measures the console with 100,000 objects, 100,000 versions, 10,000 callbacks and as many requests as are kept, in
 * Chromium: `npx node test/browser/speed.ts [PART_OF_A_NAME]`. Prints a table; it takes some minutes.
 *
 * Two figures for each page: from the address to its content, painted; and how long another client had to wait for the
 * emulator meanwhile. The best of several rounds is taken, since everything else on a machine only ever slows down.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { chromium, type Page } from "playwright-core";
import { asking, openAdmin } from "../admin/admin.ts";
import { startApplicationServer } from "../application-server.ts";
import { startServer } from "../bench/processes.ts";
import { Client } from "../client.ts";
import { BROWSER, FLAGS } from "./browser.ts";

const ROUNDS = 5;
const OBJECTS = 100_000;
const VERSIONS = 10;
const CALLBACKS = 10_000;
const SEED_OBJECTS = 10_000;
const CONNECTIONS = 16;

const ends: (() => unknown)[] = [];
const folder = mkdtempSync(join(tmpdir(), "oss-console-speed-"));
const emulator = await startServer([
	join(import.meta.dirname, "../../emulator/launch.js"),
	...["--port", "0", "--admin-port", "0", "--log-level", "error"],
	...["--data", folder],
]);
const endpoint = `http://127.0.0.1:${emulator.port}`;
const adminUrl = `http://127.0.0.1:${emulator.adminPort}`;
const key = { id: "oss-emulator", secret: "oss-emulator-secret" };
const pad = (n: number): string => String(n).padStart(6, "0");

/** Writes objects by seeds, as many at a time as one body should have. */
async function seed(
	name: string,
	keyOf: (index: number) => string,
	count: number,
	text = "meow",
	more: object = {},
): Promise<void> {
	for (let from = 0; from < count; from += SEED_OBJECTS) {
		const length = Math.min(SEED_OBJECTS, count - from);
		const objects = Array.from({ length }, (_, i) => ({
			...{ key: keyOf(from + i), text },
		}));
		const buckets = [{ name, ...more, objects }];
		const { status, text: answer } = await admin.put("/api/seed", { buckets });
		if (status !== 200) throw new Error(answer);
	}
}

async function fill(): Promise<void> {
	await seed("flat", (i) => `object-${pad(i)}.txt`, OBJECTS);
	// A thousand folders with a hundred objects each; in `many`, every object is a folder of its own.
	await seed(
		"tree",
		(i) => `${pad(Math.floor(i / 100))}/${pad(i)}.txt`,
		OBJECTS,
	);
	await seed("many", (i) => `${pad(i)}/index.html`, OBJECTS / 10);
	for (let i = 0; i < VERSIONS; i++)
		await seed("versions", pad, OBJECTS / VERSIONS, `text ${i}`, {
			versioning: "Enabled",
		});
	for (let i = 0; i < 1200; i++)
		await seed("versions", () => "often", 1, `text ${i}`);
	for (let i = 0; i < 1000; i++)
		await admin.put(`/api/ram/users/user-${pad(i)}`, { policies: [] });
	await call();
}

/** Uploads with callbacks, a tenth of which fail. */
async function call(): Promise<void> {
	const lifetime = { after: (end: () => unknown) => ends.push(end) };
	const good = await startApplicationServer(lifetime);
	const bad = await startApplicationServer(lifetime, { status: 500 });
	let next = 0;
	const work = async (): Promise<void> => {
		const oss = new Client(endpoint, key);
		if (next === 0) await oss.put("/photos");
		for (let i = next++; i < CALLBACKS; i = next++)
			await oss.put(
				`/photos/${pad(i)}.jpg`,
				"meow",
				asking({
					callbackUrl: (i % 10 ? good : bad).url,
					callbackBody: "bucket=${bucket}&object=${object}&size=${size}",
				}),
			);
		oss.close();
	};
	await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

type Measured = { readonly name: string; readonly address: string };

async function listPages(): Promise<Measured[]> {
	const first = async (path: string, list: string): Promise<string> =>
		(await admin.get(path)).json[list].at(-1).id;
	const callback = await first("/api/callbacks?limit=1", "callbacks");
	const oldCallback = await first("/api/callbacks?limit=1000", "callbacks");
	const request = await first("/api/requests?limit=1", "requests");
	const oldRequest = await first("/api/requests?limit=1000", "requests");
	return Object.entries({
		home: "",
		buckets: "buckets",
		"bucket of 100,000 objects": "bucket?name=flat",
		"… its page in the middle": "bucket?name=flat&marker=object-050000.txt",
		"… a prefix": "bucket?name=flat&prefix=object-0777",
		"bucket of 1,000 folders": "bucket?name=tree",
		"… one folder": "bucket?name=tree&prefix=000500/",
		"bucket of 10,000 folders": "bucket?name=many",
		"… a prefix of 1,000 folders": "bucket?name=many&prefix=005",
		"bucket of 100,000 versions": "bucket?name=versions&versions=all",
		"… its page in the middle ":
			"bucket?name=versions&versions=all&marker=005000",
		"documents of a bucket": "documents?name=flat",
		object: "object?bucket=flat&key=object-050000.txt",
		"object with 1,200 versions": "object?bucket=versions&key=often",
		callbacks: "callbacks",
		"… older": `callbacks?before=${oldCallback}`,
		"… failed": "callbacks?status=failed",
		"… part of a key": "callbacks?search=00077",
		"… found nowhere": "callbacks?search=nowhere",
		callback: `callback?id=${callback}`,
		requests: "requests",
		"… older ": `requests?before=${oldRequest}`,
		"… part of a URL": "requests?url=0097",
		"… found nowhere ": "requests?url=nowhere",
		request: `request?id=${request}`,
		...{ faults: "faults", accounts: "accounts", "RAM, 1,000 users": "ram" },
		...{ clock: "clock", snapshots: "snapshots", settings: "settings" },
		...{ operations: "operations", API: "api" },
	}).map(([name, address]) => ({ name, address }));
}

/** From the change of the address to the painted content, in ms; the rows of its tables; its elements. */
const OPEN = (address: string): string => `(async () => {
	const main = document.getElementById("view");
	const drawn = () => new Promise((done) => new MutationObserver((_, it) => {
		it.disconnect();
		requestAnimationFrame(() => setTimeout(done));
	}).observe(main, { childList: true }));
	location.hash = "#/clock?elsewhere=" + Math.random();
	await drawn();
	const began = performance.now();
	const finished = drawn();
	location.hash = "#/${address}";
	await finished;
	const ms = performance.now() - began;
	const count = (selector) => main.querySelectorAll(selector).length;
	return { ms, rows: count("tr"), elements: count("*"), text: main.textContent.slice(0, 80) };
})()`;

type Opened = {
	readonly ms: number;
	readonly rows: number;
	readonly elements: number;
	readonly text: string;
};

const waiting = new Worker(new URL("./waiting.ts", import.meta.url), {
	workerData: adminUrl,
});

function longestWait(): Promise<number> {
	const { promise, resolve } = Promise.withResolvers<number>();
	waiting.once("message", resolve);
	waiting.postMessage("");
	return promise;
}

async function measure(page: Page, { name, address }: Measured): Promise<void> {
	const rounds: (Opened & { readonly waitMs: number })[] = [];
	for (let i = 0; i < ROUNDS; i++) {
		await longestWait();
		const opened = (await page.evaluate(OPEN(address))) as Opened;
		rounds.push({ ...opened, waitMs: await longestWait() });
	}
	const least = (values: readonly number[]): string =>
		Math.min(...values).toFixed(0);
	const [opened] = rounds;
	if (!opened) throw new Error("no round");
	const { rows, elements, text } = opened;
	if (text.startsWith("That did not work")) throw new Error(`${name}: ${text}`);
	const ms = least(rounds.map((one) => one.ms));
	const waitMs = least(rounds.map((one) => one.waitMs));
	console.log(`| ${name} | ${ms} | ${waitMs} | ${rows} | ${elements} |`);
}

/** Changes that concern everything that is there. */
async function measureChanges(): Promise<void> {
	for (const [name, change] of [
		["counting 100,000 objects", () => admin.get("/api/buckets/flat/stat")],
		["taking a snapshot", () => admin.put("/api/snapshots/all")],
		["restoring it", () => admin.post("/api/snapshots/all/restore", {})],
		[
			"emptying 100,000 objects",
			() => admin.delete("/api/buckets/flat/objects"),
		],
		[
			"deleting a bucket of 100,000 versions",
			() => admin.delete("/api/buckets/versions?force=true"),
		],
		["forgetting 10,000 callbacks", () => admin.delete("/api/callbacks")],
		["resetting everything", () => admin.post("/api/reset", {})],
	] as const) {
		await longestWait();
		const began = performance.now();
		await change();
		const ms = (performance.now() - began).toFixed(0);
		console.log(`| ${name} | ${ms} | ${(await longestWait()).toFixed(0)} |`);
	}
}

const [part = ""] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS });
// Now: a connection that has been idle for seconds may be closed while it is used.
const admin = await openAdmin(adminUrl);
try {
	const began = performance.now();
	await fill();
	const seconds = ((performance.now() - began) / 1000).toFixed(0);
	console.log(`filled in ${seconds} s; load ${loadavg().join(", ")}\n`);
	const page = await browser.newPage();
	await page.goto(adminUrl);
	await page.getByText("live", { exact: true }).waitFor();
	console.log("| page | ms | others waited, ms | rows | elements |");
	console.log("| --- | --- | --- | --- | --- |");
	for (const one of await listPages())
		if (one.name.includes(part)) await measure(page, one);
	await page.close();
	console.log("\n| change | ms | others waited, ms |\n| --- | --- | --- |");
	if (part === "") await measureChanges();
	console.log(`\nload ${loadavg().join(", ")}`);
} finally {
	await browser.close();
	await waiting.terminate();
	for (const end of ends) await end();
	await emulator.stop();
	rmSync(folder, { recursive: true });
}
process.exit(); // test/admin/admin.ts begins a run of tests, of which there are none
