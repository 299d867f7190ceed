/**
 * Defines which test files share a process. Loading the emulator costs more CPU than most files' tests, so the files of one
 * subject run one after another in one process. `npm test` runs the files of test/groups/, one per group; every test
 * file can still be run alone with `node --test FILE`.
 *
 * The groups run in the order of their names, three at a time. None takes much longer than another, so that no core is
 * idle while the last one ends.
 *
 * A failure stays local: a file that cannot be loaded is one failed test, a test that hangs ends at --test-timeout, and
 * a group that does not end when its tests have ended is killed, after it prints which kinds of resources are still
 * open.
 */
import { globSync } from "node:fs";
import { relative } from "node:path";
import { after, beforeEach, type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const GROUPS = {
	admin: ["test/admin/**", "test/readme/**"],
	auth: [
		...["test/auth/**", "test/s3/**"],
		...["test/oss/**", "test/select-sql/**", "test/xml/**"],
	],
	callback: ["test/callback/**"],
	commands: [
		...["test/cli/**", "test/config/**", "test/main.test.ts"],
		// It waits for a new worker; other files about images would leave one.
		"test/image/worker.test.ts",
	],
	disk: [
		"test/storage/{checkpoints,commits,crash,damaged-*,data-folders,folder}.test.ts",
		"test/storage/{full-disk,plain-*}.test.ts",
	],
	gateway: ["test/gateway/**", "test/upstream/**"],
	objects: ["test/operations/object/**", "test/operations/multipart/**"],
	operations: ["test/operations/**"],
	sdk: ["test/sdk/**", "test/sts/**"],
	server: ["test/server/**", "test/diagnosis/**"],
	storage: ["test/storage/**"],
	others: ["test/**"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Group = keyof typeof GROUPS;

export const groupNames = Object.keys(GROUPS) as Group[];

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** A process that still runs this long after its last test will not end by itself. */
const LINGER_MS_MAX = 60_000;

const find = (pattern: string): string[] =>
	globSync(`${pattern.replace(/\*\*$/, "**/*")}`, { cwd: ROOT }).filter(
		(path) => path.endsWith(".test.ts"),
	);

/** @returns paths relative to the repository; a file belongs to the first group that matches it */
export function filesOf(group: Group): string[] {
	const earlier = groupNames.slice(0, groupNames.indexOf(group));
	const taken = new Set(earlier.flatMap((name) => GROUPS[name].flatMap(find)));
	return GROUPS[group]
		.flatMap(find)
		.filter((path) => !taken.has(path))
		.sort();
}

/** Registers the tests of a group's files in this process. */
export async function runGroup(url: string): Promise<void> {
	const name = relative(ROOT, fileURLToPath(url)).replace(/^.*\/|\.ts$/g, "");
	const group = groupNames.find((one) => one === name);
	if (!group) throw new Error(`${url} is not named after a group`);
	after(() => {
		setTimeout(failBecauseOfLeftovers, LINGER_MS_MAX).unref();
	});
	reportUncaughtErrors();
	for (const path of filesOf(group)) {
		try {
			await import(pathToFileURL(`${ROOT}${path}`).href);
		} catch (error) {
			test(`${path} can be loaded`, () => {
				throw error;
			});
		}
	}
}

/** Uncaught errors fail the group. In the callback of a socket, node:test cannot identify the test: cheap-tracking.js. */
function reportUncaughtErrors(): void {
	let running = "";
	beforeEach((t) => {
		running = (t as TestContext).fullName;
	});
	const report = (error: unknown): void =>
		console.error(`uncaught error during "${running}":`, error);
	process.on("uncaughtExceptionMonitor", report);
	process.on("unhandledRejection", report);
}

function failBecauseOfLeftovers(): never {
	const held = process.getActiveResourcesInfo().join(", ");
	console.error(`the tests have ended, but the process has not: ${held}`);
	process.exit(1);
}
