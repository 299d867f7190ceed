/**
 * Measures the console in Chromium with 100,000 objects, 100,000 versions, 10,000 callbacks and the maximum number of
 * recorded requests: `npx node test/browser/speed.ts [PART_OF_A_NAME]`. It prints a table, and takes some minutes.
 *
 * There are two figures for each page: the time until its content is painted, and how long another client had to wait
 * for the emulator meanwhile. The best of several rounds is used, because other processes can only slow them down.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Worker } from "node:worker_threads";
import { chromium, type Page } from "playwright-core";
import { storeProtocol } from "../../emulator/operations/store-protocol.ts";
import { openStore } from "../../emulator/storage/open-store.ts";
import { type Admin, callbackHeaders, openAdmin } from "../admin/admin.ts";
import { startApplicationServer } from "../application-server.ts";
import { run } from "../bench/load.ts";
import { type Server, startServer } from "../bench/processes.ts";
import { signedRequest } from "../bench/sign.ts";
import { Client } from "../client.ts";
import { BROWSER, FLAGS } from "./browser.ts";

const ROUNDS = 5;
const OBJECTS = 100_000;
const VERSIONS = 10;
const CALLBACKS = 10_000;
/** The maximum number of recorded requests. */
const REQUESTS = 5000;
const CONNECTIONS = 8;
const AT_ONCE = 500;

const ends: (() => unknown)[] = [];
const folder = mkdtempSync(join(tmpdir(), "oss-console-speed-"));
const pad = (n: number): string => String(n).padStart(6, "0");

const start = (): Promise<Server> =>
	startServer([
		join(import.meta.dirname, "../../emulator/launch.js"),
		...["--port", "0", "--admin-port", "0", "--log-level", "error"],
		...["--data", folder, "--no-files"],
	]);

const NAMES = ["flat", "tree", "versions", "photos"];

/** Creates buckets, and two callbacks, one of which fails: the templates for all others. */
async function makePatterns(): Promise<void> {
	const emulator = await start();
	const key = { id: "oss-emulator", secret: "oss-emulator-secret" };
	const oss = new Client(`http://127.0.0.1:${emulator.port}`, key);
	const admin = await openAdmin(`http://127.0.0.1:${emulator.adminPort}`);
	for (const name of NAMES) await oss.put(`/${name}`);
	await admin.put("/api/buckets/versions", { versioning: "Enabled" });
	const lifetime = { after: (end: () => unknown) => ends.push(end) };
	for (const status of [200, 500]) {
		const { url } = await startApplicationServer(lifetime, { status });
		await oss.put(
			"/photos/PATTERN.jpg",
			"meow",
			callbackHeaders({
				callbackUrl: url,
				callbackBody: "bucket=${bucket}&object=${object}&size=${size}",
			}),
		);
	}
	oss.close();
	await emulator.stop();
}

/** Writes directly into the store, because requests would take many times as long. */
async function fill(): Promise<void> {
	const store = await openStore({
		...{ folder, durable: false, files: false, protocol: storeProtocol },
		report: (error) => {
			throw error;
		},
	});
	const put = (bucket: string, key: string, text = "meow") =>
		store.objects.put(
			{
				...{ bucket, key, acl: "default", modified: new Date() },
				forbidOverwrite: false,
				properties: {
					...{ contentType: "text/plain", headers: {} },
					...{ userMetadata: {}, tags: {} },
				},
			},
			Readable.from([Buffer.from(text)]),
		);
	await repeat(OBJECTS, (i) => put("flat", `object-${pad(i)}.txt`));
	// A thousand folders with fifty objects each, and folders with one object each.
	await repeat(OBJECTS / 2, (i) => put("tree", `${pad(i % 1000)}/${pad(i)}`));
	await repeat(OBJECTS / 2, (i) => put("tree", `many/${pad(i)}/a.txt`));
	await repeat(OBJECTS, (i) => put("versions", pad(i % (OBJECTS / VERSIONS))));
	await repeat(1200, (i) => put("versions", "often", `text ${i}`));
	const patterns = await store.deliveries.list({}, 2);
	await repeat(CALLBACKS, async (i) => {
		const pattern = patterns[i % 10 === 0 ? 0 : 1];
		if (!pattern) throw new Error("no pattern");
		const [id, key] = [pad(i).padStart(24, "A"), `${pad(i)}.jpg`];
		const document = pattern.document
			.replaceAll(pattern.id, id)
			.replaceAll("PATTERN", pad(i));
		await store.deliveries.save({ ...pattern, id, key, document });
	});
	await store.close();
}

/** Runs several at a time, so that they share transactions. */
async function repeat(
	count: number,
	work: (index: number) => Promise<unknown>,
): Promise<void> {
	for (let from = 0; from < count; from += AT_ONCE) {
		const length = Math.min(AT_ONCE, count - from);
		await Promise.all(Array.from({ length }, (_, i) => work(from + i)));
	}
}

await makePatterns();
await fill();
const emulator = await start();
const adminUrl = `http://127.0.0.1:${emulator.adminPort}`;

/** Creates RAM users, and the maximum number of recorded requests. */
async function send(admin: Admin): Promise<void> {
	for (let i = 0; i < 1000; i++)
		await admin.put(`/api/ram/users/user-${pad(i)}`, { policies: [] });
	const { port } = emulator;
	const requests = Array.from({ length: REQUESTS }, (_, i) =>
		signedRequest("GET", `/flat/object-${pad(i)}.txt`),
	);
	await run({ port, connections: CONNECTIONS, requests });
}

type Measured = { readonly name: string; readonly address: string };

async function listPages(admin: Admin): Promise<Measured[]> {
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
		"bucket of 50,000 folders": "bucket?name=tree&prefix=many/",
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
		"… not found": "callbacks?search=missing",
		callback: `callback?id=${callback}`,
		requests: "requests",
		"… older ": `requests?before=${oldRequest}`,
		"… part of a URL": "requests?url=0097",
		"… not found ": "requests?url=missing",
		request: `request?id=${request}`,
		...{ faults: "faults", accounts: "accounts", "RAM, 1,000 users": "ram" },
		...{ clock: "clock", snapshots: "snapshots", settings: "settings" },
		...{ operations: "operations", API: "api" },
	}).map(([name, address]) => ({ name, address }));
}

/** The time from the change of the URL to the painted content, in ms; the numbers of table rows and of elements. */
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

/** Operations on the whole state. */
async function measureChanges(admin: Admin): Promise<void> {
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
// Opened only here, because a connection that has been idle for seconds can be closed while it is used.
const admin = await openAdmin(adminUrl);
try {
	await send(admin);
	console.log(`load ${loadavg().join(", ")}\n`);
	const page = await browser.newPage();
	await page.goto(adminUrl);
	await page.getByText("live", { exact: true }).waitFor();
	console.log("| page | ms | others waited, ms | rows | elements |");
	console.log("| --- | --- | --- | --- | --- |");
	for (const one of await listPages(admin))
		if (one.name.includes(part)) await measure(page, one);
	await page.close();
	console.log("\n| change | ms | others waited, ms |\n| --- | --- | --- |");
	if (part === "") await measureChanges(admin);
	console.log(`\nload ${loadavg().join(", ")}`);
} finally {
	await browser.close();
	await waiting.terminate();
	for (const end of ends) await end();
	await emulator.stop();
	rmSync(folder, { recursive: true });
}
process.exit(); // test/admin/admin.ts starts the test runner, which has no tests here
