/**
 * Simulates power cuts of an emulator: strace records its writes, syncs and renames, and the times of
 * its responses. For a cut at a given time, a folder is made of the data that was synced before, and of some of the
 * other writes, chosen at random, as a disk may do. With `--durable`, every object that was acknowledged before must be
 * complete. Without it, objects may be lost, but once the new folder has been synced a start succeeds; a log with
 * a gap is repaired first.
 *
 * The names in a folder are durable after a sync of the folder, the bytes of a file after a sync of the file. Mapped
 * memory, such as the index of SQLite's log, is lost.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "../client.ts";
import { LAUNCH, start } from "../storage/emulator-process.ts";
import { bytes, dice } from "../storage/stores.ts";
import type { KillOptions } from "./kills.ts";

const OBJECTS = 40;
const CALLS =
	"openat,pwrite64,write,writev,pwritev,ftruncate,fsync,fdatasync,rename,unlink,mkdir";
const sizeOf = (i: number): number => (i % 3 === 0 ? 70_000 + i : 1500 + i);

type Call = {
	readonly name: string;
	/** The times at which it began and ended, in seconds. */
	readonly begun: number;
	readonly ended: number;
	readonly args: string;
	readonly result: number;
};

export async function cutPower(options: KillOptions): Promise<string> {
	const { until } = options;
	const half = (Date.now() + until) / 2;
	const durable = await cutDurable({ ...options, until: half });
	const folder = `${options.folder}-new`;
	return `${durable}; ${await cutNewFolder({ ...options, folder })}`;
}

async function cutNewFolder(options: KillOptions): Promise<string> {
	const { seed, until, folder, undo } = options;
	const next = dice(seed);
	const calls = await trace(folder);
	const answers = calls.filter(isAnswer);
	const synced = calls.find(
		({ name, args }) =>
			name === "fsync" &&
			toPath(/<((?:\\x..)+)>/.exec(args)?.[1] ?? "") === folder,
	);
	assert.ok(synced, "the new folder was not synced");
	const after = answers.filter(({ begun }) => begun > synced.ended);
	assert.ok(after.length > OBJECTS / 2, `only ${after.length} after the sync`);
	let [cuts, repaired] = [0, 0];
	while (Date.now() < until) {
		const moment = after[next(after.length)]?.begun ?? 0;
		const before = calls.filter(({ ended }) => ended <= moment);
		const copy = `${folder}-cut`;
		rmSync(copy, { recursive: true, force: true });
		const share = next(4);
		rebuild(before, folder, copy, () => next(4) < share);
		try {
			const { stop } = await start(undo, copy, "--no-files");
			await stop("SIGKILL");
		} catch (error) {
			assert.match(String(error), /write-ahead log .* is missing or damaged/);
			const { status, stderr } = spawnSync(
				process.execPath,
				[LAUNCH, "check", copy, "--repair"],
				{ encoding: "utf8" },
			);
			assert.equal(status, 0, stderr);
			const { stop } = await start(undo, copy, "--no-files");
			await stop("SIGKILL");
			repaired++;
		}
		cuts++;
	}
	return `${cuts} of a new folder, ${repaired} of them repaired`;
}

async function cutDurable(options: KillOptions): Promise<string> {
	const { seed, until, folder, undo } = options;
	const next = dice(seed);
	const calls = await trace(folder, "--durable");
	const answers = calls.filter(isAnswer);
	assert.ok(answers.length > OBJECTS, String(answers.length));
	let cuts = 0;
	while (Date.now() < until) {
		const acknowledged = 1 + next(OBJECTS);
		const moment = answers[acknowledged]?.begun ?? 0;
		const before = calls.filter(({ ended }) => ended <= moment);
		const copy = `${folder}-cut`;
		rmSync(copy, { recursive: true, force: true });
		const lucky = next(3) === 0 ? () => false : () => next(2) === 0;
		rebuild(before, folder, copy, lucky);
		const { oss, stop } = await start(undo, copy, "--no-files");
		for (let i = 0; i < acknowledged; i++) {
			const { status, body } = await oss.get(`/plain/${i}`);
			assert.equal(status, 200, `cut after ${acknowledged}: object ${i}`);
			assert.ok(body.equals(bytes(sizeOf(i), i)), `object ${i} is torn`);
		}
		await stop("SIGKILL");
		cuts++;
	}
	return `${cuts} power cuts, 0 lost, 0 incomplete`;
}

/** Uploads in sequence, so that the nth response belongs to the nth object; the first response is that of PutBucket. */
async function trace(
	folder: string,
	...flags: readonly string[]
): Promise<Call[]> {
	const log = `${folder}-trace`;
	mkdirSync(log, { recursive: true });
	const words = "--port 0 --admin-port 0 --no-files --access-key id:secret";
	const child = spawn(
		"strace",
		[
			...["-ff", "-ttt", "-T", "-y", "-xx", "-s", "400000"],
			...["-e", `trace=${CALLS}`, "-o", join(log, "t")],
			...[
				process.execPath,
				LAUNCH,
				"--data",
				folder,
				...words.split(" "),
				...flags,
			],
		],
		{ stdio: ["ignore", "pipe", "inherit"], detached: true },
	);
	const exited = once(child, "exit");
	const [ready] = await once(createInterface(child.stdout), "line");
	const url = /OSS on (\S+),/.exec(String(ready))?.[1] ?? "";
	const oss = new Client(url, { id: "id", secret: "secret" });
	await oss.put("/plain");
	for (let i = 0; i < OBJECTS; i++) {
		const { status } = await oss.put(`/plain/${i}`, bytes(sizeOf(i), i));
		assert.equal(status, 200);
	}
	// The trace of the last calls may be lost with the process.
	for (let i = 0; i < 3; i++) await oss.get("/plain/0");
	oss.close();
	process.kill(-(child.pid ?? assert.fail()), "SIGKILL");
	await exited;
	return readdirSync(log)
		.flatMap((name) => readFileSync(join(log, name), "latin1").split("\n"))
		.flatMap(parse)
		.sort((a, b) => a.ended - b.ended);
}

const LINE = /^(\d+\.\d+) (\w+)\((.*)\) += (-?\d+)\S*(?: .*)? <(\d+\.\d+)>$/s;

function parse(line: string): Call[] {
	const [, time, name = "", args = "", result, took] = LINE.exec(line) ?? [];
	const begun = Number(time);
	return time === undefined || Number(result) < 0
		? []
		: [
				{
					name,
					args,
					begun,
					ended: begun + Number(took),
					result: Number(result),
				},
			];
}

const bytesOf = (text: string): Buffer =>
	Buffer.from(text.replaceAll("\\x", ""), "hex");

const HTTP_200 = [...Buffer.from("HTTP/1.1 200")]
	.map((byte) => `\\x${byte.toString(16)}`)
	.join("");

const isAnswer = ({ name, args }: Call): boolean =>
	/^writev?$/.test(name) && args.includes(HTTP_200);

type Inode = { synced: Buffer; writes: { at: number; data: Buffer }[] };
type Change = { readonly path: string; readonly node: Inode | "folder" | null };

/** The names and files on the disk, and the changes that are not synced. */
function rebuild(
	calls: readonly Call[],
	from: string,
	to: string,
	isLucky: () => boolean,
): void {
	const now = new Map<string, Inode | "folder">();
	const synced = new Map<string, Inode | "folder">();
	const changes: Change[] = [];
	const change = (path: string, node: Change["node"]): void => {
		if (node) now.set(path, node);
		else now.delete(path);
		changes.push({ path, node });
	};
	const apply = ({ path, node }: Change): void => {
		if (node) synced.set(path, node);
		else synced.delete(path);
	};
	const positions = new Map<string, number>();
	for (const { name, args, result } of calls) {
		const paths = [...args.matchAll(/<((?:\\x..)+|[^>"]*)>|"((?:\\x..)*)"/g)];
		const quoted = paths.flatMap(([, , text]) =>
			text === undefined ? [] : [bytesOf(text).toString()],
		);
		const open = toPath(paths[0]?.[1] ?? "");
		if (name === "mkdir") change(quoted[0] ?? "", "folder");
		else if (name === "unlink") change(quoted[0] ?? "", null);
		else if (name === "rename") {
			const [old = "", renamed = ""] = quoted;
			const node = now.get(old);
			if (node) {
				change(renamed, node);
				change(old, null);
			}
		} else if (name === "openat") {
			const path = quoted.at(-1) ?? "";
			if (args.includes("O_CREAT") && !now.has(path))
				change(path, { synced: Buffer.alloc(0), writes: [] });
			positions.set(path, 0);
		} else if (/^f(data)?sync$/.test(name)) {
			const node = now.get(open);
			if (node && node !== "folder") {
				node.synced = contentOf(node, () => true);
				node.writes = [];
			} else {
				for (const one of changes.filter(
					({ path }) => dirname(path) === open,
				)) {
					apply(one);
					changes.splice(changes.indexOf(one), 1);
				}
			}
		} else write(now.get(open), name, args, result, positions, open);
	}
	for (const one of changes) if (isLucky()) apply(one);
	for (const [path, node] of synced) {
		if (path !== from && !path.startsWith(`${from}/`)) continue;
		const target = to + path.slice(from.length);
		mkdirSync(node === "folder" ? target : dirname(target), {
			recursive: true,
		});
		if (node === "folder") continue;
		const content = contentOf(node, isLucky);
		writeFileSync(
			target,
			target === join(to, "session") ? elsewhere(content) : content,
		);
	}
}

const toPath = (text: string): string =>
	text.startsWith("\\x") ? bytesOf(text).toString() : text;

/** Simulates a restart of the machine. */
const elsewhere = (marker: Buffer): string =>
	marker.toString("latin1").replace(/[0-9a-f]{8}-[0-9a-f]{4}/, "00000000-0000");

function contentOf(
	{ synced, writes }: Inode,
	isWritten: () => boolean,
): Buffer {
	let content = synced;
	for (const { at, data } of writes) {
		if (!isWritten()) continue;
		const size = Math.max(content.length, at + data.length);
		const grown = Buffer.alloc(size);
		content.copy(grown);
		data.copy(grown, at);
		content = grown;
	}
	return content;
}

function write(
	node: Inode | "folder" | undefined,
	name: string,
	args: string,
	result: number,
	positions: Map<string, number>,
	path: string,
): void {
	if (!node || node === "folder") return;
	if (name === "ftruncate") {
		const size = Number(/, (\d+)$/.exec(args)?.[1]);
		node.synced = Buffer.concat([contentOf(node, () => true)], size);
		node.writes = [];
		return;
	}
	const data = Buffer.concat(
		[...args.matchAll(/"((?:\\x..)*)"/g)].map(([, text = ""]) => bytesOf(text)),
	).subarray(0, result);
	const named = /^p/.test(name)
		? Number(/, (\d+)$/.exec(args)?.[1])
		: undefined;
	const at = named ?? positions.get(path) ?? 0;
	if (named === undefined) positions.set(path, at + data.length);
	node.writes.push({ at, data });
}
