/**
 * Compares the files that an upload with a callback runs through with the page on the architecture. A file counts if V8
 * reports that one of its functions ran between the request and the response. Files that are only loaded do not count.
 */
import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { startEmulator } from "../emulator/index.ts";
import { startApplicationServer } from "./application-server.ts";
import { base64Json } from "./callback/request-callback.ts";
import { Client } from "./client.ts";

const PAGE = readFileSync("emulator/README.md", "utf8");
const WALK = PAGE.slice(
	PAGE.indexOf("## One request"),
	PAGE.indexOf("## What to change"),
);

suite("A PUT with a callback", () => {
	test("runs through at most the number of files on the page on the architecture, and through the mentioned files", async (t) => {
		const files = await filesOfUpload(t);
		const [, limit = ""] = /runs through (\d+) files/.exec(WALK) ?? [];
		assert.ok(
			files.length <= Number(limit),
			`${files.length} files, and the page says ${limit}:\n${files.join("\n")}`,
		);
		const named = Array.from(
			WALK.matchAll(/\*\*`([\w/-]+\.ts)`\*\*/g),
			([, path]) => `emulator/${path}`,
		);
		assert.ok(named.length > 15);
		assert.deepEqual(
			named.filter((path) => !files.includes(path) && !isTable(path)),
			[],
		);
	});

	test("looks up its bucket once before the body is read, and once in the transaction that stores it", async (t) => {
		const lookups = await withUploads(t, lookupsOf);
		const least = (name: string): number =>
			Math.min(...lookups.map((one) => one.get(name) ?? 0));
		// `peek` runs for both; a lookup in the background may be counted too, but not in every upload.
		const names = ["find", "get", "require", "peek"];
		assert.deepEqual(names.map(least), [1, 0, 1, 2]);
	});

	test("does not count files that are only loaded", async (t) => {
		const files = await filesOfUpload(t);
		assert.ok(files.length > 50);
		assert.ok(files.length < globSync("emulator/**/*.ts").length / 3);
		assert.ok(!files.includes("emulator/operations/object/get-object.ts"));
	});
});

/** The table contains rows, but no functions that run. */
const isTable = (path: string): boolean =>
	path === "emulator/operations/table.ts";

/** @returns paths such as `emulator/server/handle.ts`, sorted */
async function filesOfUpload(t: TestContext): Promise<string[]> {
	const [first = new Set<string>(), ...others] = await withUploads(
		t,
		(scripts) => new Set(scripts.filter(isSourceThatRan).map(toPath)),
	);
	return [...first]
		.filter((path) => others.every((walk) => walk.has(path)))
		.sort();
}

/** @returns how often each function of `storage/buckets.ts` ran */
function lookupsOf(
	scripts: readonly Profiler.ScriptCoverage[],
): ReadonlyMap<string, number> {
	const buckets = scripts.find(({ url }) =>
		url.endsWith("/emulator/storage/buckets.ts"),
	);
	return new Map(
		buckets?.functions.map(({ functionName, ranges: [whole] }) => [
			functionName,
			whole?.count ?? 0,
		]),
	);
}

/** @returns the result of `read` for the coverage of each of several uploads */
async function withUploads<T>(
	t: TestContext,
	read: (scripts: readonly Profiler.ScriptCoverage[]) => T,
): Promise<readonly T[]> {
	const application = await startApplicationServer(t);
	const oss = await startOnDisk(t);
	const callback = base64Json({
		callbackUrl: application.url,
		callbackBody: "object=${object}&size=${size}&type=${mimeType}",
	});
	const put = () =>
		oss.put("/photos/cat.jpg", "meow", { "x-oss-callback": callback });
	await oss.put("/photos");
	// Files that only the first upload runs through load or cache data, and are not counted.
	await put();
	const session = new Session();
	session.connect();
	await session.post("Profiler.enable");
	await session.post("Profiler.startPreciseCoverage", { callCount: true });
	const found: T[] = [];
	for (let i = 0; i < UPLOADS; i++) {
		await session.post("Profiler.takePreciseCoverage");
		const answer = await put();
		assert.equal(answer.text, '{"Status":"OK"}');
		const { result } = await session.post("Profiler.takePreciseCoverage");
		found.push(read(result));
	}
	session.disconnect();
	return found;
}

/** Files that only some of the uploads run through did work in the background, and are not counted. */
const UPLOADS = 5;

const isSourceThatRan = ({
	url,
	functions,
}: Profiler.ScriptCoverage): boolean =>
	url.includes("/emulator/") && functions.some(hasRun);

const toPath = ({ url }: Profiler.ScriptCoverage): string =>
	url.replace(/^.*\/(?=emulator\/)/, "");

const hasRun = ({ ranges: [whole] }: Profiler.FunctionCoverage): boolean =>
	whole !== undefined && whole.count > 0;

/** Starts an emulator with the default settings, except for its ports and for the time that V8's coverage needs. */
async function startOnDisk(t: TestContext): Promise<Client> {
	const folder = mkdtempSync(join(tmpdir(), "oss-walk-"));
	const emulator = await startEmulator({
		data: folder,
		port: 0,
		callbackTimeout: 120_000,
		flags: ["--log-level", "error"],
	});
	const { endpoint, accessKeyId: id, accessKeySecret: secret } = emulator;
	const oss = new Client(endpoint, { id, secret });
	t.after(async () => {
		oss.close();
		await emulator.close();
		rmSync(folder, { recursive: true });
	});
	return oss;
}
