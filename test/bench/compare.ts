/**
 * `npm run bench -- --peers`: compares the emulator with a bare server and other object stores for tests, in one run.
 *
 * All servers are installed before the first is measured. Each stores its data on disk, and its requests are signed
 * like those of its clients. Returned objects are compared with the stored ones, so that failures are not measured.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { installPeer } from "./install-peers.ts";
import { type Measured, run } from "./load.ts";
import { BIG_BYTES, type Peer, peersOf } from "./peers.ts";
import { memoryOf } from "./processes.ts";
import { during } from "./progress.ts";
import { download, exchange, requireUploaded, upload } from "./transfer.ts";

const CONNECTIONS = 32;
/** With fewer requests V8 does not finish compiling. */
const WARM_UP = { requests: 4000, msMax: 3000 };
const MEASURED = { requests: 8000, msMax: 6000 };
const STARTS = 3;
const START_MS_MAX = 30_000;
const STOP_MS_MAX = 5_000;
/** The memory is measured after this time, when garbage of the start or of the load has been collected. */
const SETTLE_MS = 1000;
/** The number of objects that are read and compared. */
const COMPARED = 20;

type Row = readonly [what: string, ...figures: string[]];

const HEAD: Row = [
	...(["", "PUT 1 KiB", "p50 / p99", "GET 1 KiB", "p50 / p99"] as const),
	...["PUT 256 MiB", "GET 256 MiB", "start", "memory", "after"],
];

type Figures = {
	readonly put: Measured;
	readonly get: Measured;
	/** In seconds. */
	readonly up: number;
	readonly down: number;
	readonly startMs: number;
	/** In MiB. */
	readonly idle: number;
	readonly after: number;
};

/**
 * Prints a table in Markdown, which is also in this folder's README.md. The exit code is 1 if a peer could not be
 * measured; the table contains the reason.
 *
 * @param emulator the file that starts the emulator. @param bare the file that starts the bare server
 */
export async function comparePeers(
	emulator: string,
	bare: string,
): Promise<void> {
	const peers = peersOf(emulator, bare);
	const files = new Map<Peer, string | Error>();
	for (const peer of peers) files.set(peer, await install(peer));
	const [cpu] = cpus();
	const today = new Date().toISOString().slice(0, 10);
	console.log(
		`${today}, ${cpus().length} cores of ${cpu?.model}, Node.js ${process.version}:\n`,
	);
	print(HEAD);
	print(HEAD.map(() => "---") as unknown as Row);
	const measured: (readonly [Peer, Figures])[] = [];
	const folders = mkdtempSync(join(tmpdir(), "oss-bench-peers-"));
	for (const [peer, file] of files) {
		const found =
			file instanceof Error ? file : await attempt(peer, file, folders);
		if (found instanceof Error) {
			print([titleOf(peer), `not measured: ${found.message}`]);
			process.exitCode = 1;
		} else {
			measured.push([peer, found]);
			print([titleOf(peer), ...columnsOf(found)]);
		}
	}
	rmSync(folders, { recursive: true });
	console.log(`\n${ratiosOf(measured)}`);
}

const print = (row: Row): void => {
	const cells = [...row, ...HEAD.slice(row.length).map(() => "")];
	console.log(`| ${cells.join(" | ").replaceAll(/\s*\n\s*/g, " ")} |`);
};

const titleOf = ({ name, source, signature }: Peer): string =>
	`${[name, source?.version.replace("v", "")].filter(Boolean).join(" ")} (${signature})`;

/** @returns the file to start, or the error of the installation */
async function install({ name, source }: Peer): Promise<string | Error> {
	if (!source) return "";
	const what = `installing ${name} ${source.version} by ${source.by}`;
	return during(what, () => installPeer(source)).catch(asError);
}

const asError = (error: unknown): Error =>
	error instanceof Error ? error : new Error(String(error));

const attempt = (
	peer: Peer,
	file: string,
	folders: string,
): Promise<Figures | Error> => measure(peer, file, folders).catch(asError);

/**
 * @param folders the folder of all data folders, which are removed after the last measurement: for minutes after many
 * files have been removed, creating a file can take ten times as long in ext4
 */
async function measure(
	peer: Peer,
	file: string,
	folders: string,
): Promise<Figures> {
	const starts: number[] = [];
	for (let i = 1; i < STARTS; i++) {
		const started = await during(`starting ${peer.name}`, () =>
			Running.start(peer, file, folders),
		);
		starts.push(started.startMs);
		await started.stop();
	}
	const running = await Running.start(peer, file, folders);
	starts.push(running.startMs);
	try {
		return {
			...(await load(peer, running)),
			startMs: Math.min(...starts),
		};
	} finally {
		await running.stop();
	}
}

async function load(
	peer: Peer,
	running: Running,
): Promise<Omit<Figures, "startMs">> {
	const { port } = running;
	const step = <T>(what: string, work: () => Promise<T>): Promise<T> =>
		during(`${peer.name}: ${what}`, work);
	const idle = await running.memory();
	await exchange({ port, ...peer.sign("PUT", "/bench", 0) }, "PUT", "");
	await step("PUT, to warm up", () => send(port, putsOf(peer, WARM_UP)));
	const put = await step("PUT", () => send(port, putsOf(peer, MEASURED)));
	const stored = put.latencies.length;
	await step("reading back", () => compare(peer, port, stored));
	await step("GET, to warm up", () =>
		send(port, getsOf(peer, WARM_UP, stored)),
	);
	const get = await step("GET", () =>
		send(port, getsOf(peer, MEASURED, stored)),
	);
	const big = (method: string, size: number) => ({
		port,
		...peer.sign(method, "/bench/big", size),
	});
	const up = await step("PUT 256 MiB", () =>
		upload(big("PUT", BIG_BYTES), BIG_BYTES),
	);
	const down = await step("GET 256 MiB", () =>
		download(big("GET", 0), BIG_BYTES),
	);
	const after = await running.memory();
	if (peer.source)
		await step("reading back", () => requireUploaded(big("GET", 0), BIG_BYTES));
	return { put, get, up, down, idle, after };
}

type Amount = { readonly requests: number; readonly msMax: number };
type Requests = {
	readonly requests: readonly Buffer[];
	readonly msMax: number;
};

/** Content that differs for every key. */
const bodyOf = (i: number): Buffer => Buffer.alloc(1024, `object ${i}. `);
const keyOf = (i: number): string => `/bench/small-${i}`;

const putsOf = (peer: Peer, { requests, msMax }: Amount): Requests => ({
	msMax,
	requests: Array.from({ length: requests }, (_, i) =>
		whole(peer, "PUT", keyOf(i), bodyOf(i)),
	),
});

/** @param stored the number of existing keys, which are counted from 0 */
const getsOf = (
	peer: Peer,
	{ requests, msMax }: Amount,
	stored: number,
): Requests => ({
	msMax,
	requests: Array.from({ length: requests }, (_, i) =>
		whole(peer, "GET", keyOf(i % stored), Buffer.alloc(0)),
	),
});

/** A complete HTTP request. */
function whole(peer: Peer, method: string, key: string, body: Buffer): Buffer {
	const { path, headers } = peer.sign(method, key, body.length);
	const lines = Object.entries({
		...{ host: "127.0.0.1", ...headers },
		"content-length": String(body.length),
	}).map(([name, value]) => `${name}: ${value}\r\n`);
	const head = `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
	return Buffer.concat([Buffer.from(head), body]);
}

async function send(port: number, requests: Requests): Promise<Measured> {
	const measured = await run({ port, connections: CONNECTIONS, ...requests });
	const isRefused = Object.keys(measured.statuses).some(
		(status) => !status.startsWith("2"),
	);
	if (isRefused)
		throw new Error(`it answers ${JSON.stringify(measured.statuses)}`);
	return measured;
}

/** @throws Error if an object differs from the stored one, or a wrong signature is accepted */
async function compare(
	peer: Peer,
	port: number,
	stored: number,
): Promise<void> {
	for (let i = 0; i < stored; i += Math.ceil(stored / COMPARED)) {
		const { status, body } = await exchange(
			{ port, ...peer.sign("GET", keyOf(i), 0) },
			"GET",
			"",
		);
		if (status !== 200 || !body.equals(bodyOf(i)))
			throw new Error(
				`it returns bytes that differ from the stored ones (${status})`,
			);
	}
	const { path, headers } = peer.sign("GET", keyOf(0), 0);
	const authorization = headers.authorization?.replace(/.{8}$/, "AAAAAAA=");
	if (!peer.isChecked || authorization === undefined) return;
	const { status } = await exchange(
		{ port, path, headers: { ...headers, authorization } },
		"GET",
		"",
	);
	if (status < 400) throw new Error("it accepts a wrong signature");
}

/** A running peer with a separate data folder. */
class Running {
	readonly port: number;
	readonly startMs: number;
	readonly #child: ChildProcess;

	private constructor(port: number, startMs: number, child: ChildProcess) {
		this.port = port;
		this.startMs = startMs;
		this.#child = child;
	}

	/** The time until the first response, for which a test has to wait. @throws Error with the last output of the peer */
	static async start(
		peer: Peer,
		installed: string,
		folders: string,
	): Promise<Running> {
		const folder = mkdtempSync(join(folders, "data-"));
		const port = await freePort();
		const [file = "", ...args] = peer.command(installed, port, folder);
		const started = performance.now();
		const child = spawn(file, args, { stdio: ["ignore", "ignore", "pipe"] });
		let printed = "";
		child.stderr.on("data", (text: Buffer) => {
			printed = `${printed}${text}`.slice(-1000);
		});
		let ended: string | undefined;
		child.once("exit", (code) => {
			ended = `it ended with ${code}: ${printed.trim().split("\n").at(-1)}`;
		});
		child.once("error", (error) => {
			ended = error.message;
		});
		while (performance.now() - started < START_MS_MAX) {
			if (ended !== undefined) break;
			const isReady = await fetch(`http://127.0.0.1:${port}/`).then(
				() => true,
				() => false,
			);
			const startMs = performance.now() - started;
			if (isReady) return new Running(port, startMs, child);
			await wait(2);
		}
		child.kill("SIGKILL");
		throw new Error(ended ?? "it does not answer");
	}

	/** The memory in MiB after a pause. */
	async memory(): Promise<number> {
		await wait(SETTLE_MS);
		return memoryOf({ process: this.#child }).now;
	}

	async stop(): Promise<void> {
		const late = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS_MAX);
		if (this.#child.exitCode === null && this.#child.signalCode === null) {
			const exited = once(this.#child, "exit");
			this.#child.kill("SIGTERM");
			await exited;
		}
		clearTimeout(late);
		execFileSync("sync"); // otherwise the next server would wait for the writing of this one's data
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	if (address === null || typeof address === "string")
		throw new Error("no port");
	return address.port;
}

const quantile = ({ latencies }: Measured, share: number): number =>
	latencies[Math.floor(latencies.length * share)] ?? Number.NaN;

function columnsOf(figures: Figures): string[] {
	const rates = [figures.put, figures.get].flatMap((measured) => [
		`${measured.perSecond.toFixed(0)}/s`,
		`${quantile(measured, 0.5).toFixed(1)} / ${quantile(measured, 0.99).toFixed(1)} ms`,
	]);
	const speed = (seconds: number): string =>
		`${(BIG_BYTES / 1024 ** 2 / seconds).toFixed(0)} MiB/s`;
	return [
		...rates,
		...[speed(figures.up), speed(figures.down)],
		`${figures.startMs.toFixed(0)} ms`,
		...[figures.idle, figures.after].map((size) => `${size.toFixed(0)} MiB`),
	];
}

/** The rates of the first server as multiples of the others' rates. */
function ratiosOf(measured: readonly (readonly [Peer, Figures])[]): string {
	const [[first, own] = [], ...others] = measured;
	if (!first || !own) return "";
	const line = (kind: "put" | "get"): string =>
		others
			.map(([{ name }, figures]) => {
				const ratio = own[kind].perSecond / figures[kind].perSecond;
				return `${ratio.toFixed(2)} × ${name}`;
			})
			.join("; ");
	return `${first.name}'s PUT: ${line("put")}.\n${first.name}'s GET: ${line("get")}.`;
}
