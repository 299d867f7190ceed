/**
 * `npm run bench -- --peers`: compares the emulator with a bare server and other object stores for tests, in one run.
 *
 * All servers are installed before the first is measured. Each stores its data on disk, and its requests are signed
 * like those of its clients. Returned objects are compared with the stored ones, so that failures are not measured.
 * All servers run at the same time, and short rounds of requests alternate between them, because the speed of a
 * machine changes within seconds if others share it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { installPeer } from "./install-peers.ts";
import { type Measured, Pool } from "./load.ts";
import { BIG_BYTES, type Peer, peersOf } from "./peers.ts";
import { during } from "./progress.ts";
import { RunningPeer } from "./running-peer.ts";
import { download, exchange, requireUploaded, upload } from "./transfer.ts";

const CONNECTIONS = 32;
/** With fewer requests V8 does not finish compiling. */
const WARM_UP = { requests: 4000, msMax: 3000 };
/** Before each round: the processor's caches have the code and the data of another server, and connections are new. */
const RAMP_UP = { requests: 1000, msMax: 750 };
const ROUND = { requests: 2000, msMax: 1500 };
const ROUNDS = 6;
const ROUNDS_BIG = 3;
const STARTS = 3;
/** The number of objects that are read and compared. */
const COMPARED = 20;

type Row = readonly [what: string, ...figures: string[]];

const HEAD: Row = [
	...(["", "PUT 1 KiB", "p50 / p99", "GET 1 KiB", "p50 / p99"] as const),
	...["PUT 256 MiB", "GET 256 MiB", "start", "memory", "after"],
];

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
	const folders = mkdtempSync(join(tmpdir(), "oss-bench-peers-"));
	const sides: Side[] = [];
	for (const [peer, file] of files)
		sides.push(await Side.start(peer, file, folders));
	const all = async (work: (side: Side) => Promise<void>): Promise<void> => {
		for (const side of sides) await side.attempt(work);
	};
	await all((side) => side.warmUp());
	for (let round = 0; round < ROUNDS; round++) await all((side) => side.put());
	await all((side) => side.compare());
	for (let round = 0; round < ROUNDS; round++) await all((side) => side.get());
	for (let round = 0; round < ROUNDS_BIG; round++)
		await all((side) => side.transfer());
	for (const side of sides) await side.stop();
	// Not earlier: for minutes after many files have been removed, creating a file can take ten times as long in ext4.
	rmSync(folders, { recursive: true });
	for (const side of sides) print([titleOf(side.peer), ...side.columns()]);
	if (sides.some(({ failure }) => failure)) process.exitCode = 1;
	console.log(`\n${ratiosOf(sides)}`);
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

/** One server in the comparison. After its first failure it is left out. */
class Side {
	readonly peer: Peer;
	failure: Error | undefined;
	#running: RunningPeer | undefined;
	#startMs = Number.POSITIVE_INFINITY;
	#idle = Number.NaN;
	#after = Number.NaN;
	readonly #puts: Measured[] = [];
	readonly #gets: Measured[] = [];
	#stored = 0;
	/** In seconds. */
	#up = Number.POSITIVE_INFINITY;
	#down = Number.POSITIVE_INFINITY;

	private constructor(peer: Peer) {
		this.peer = peer;
	}

	/**
	 * @param file the file to start, or the error of the installation
	 * @param folders the folder of all data folders
	 */
	static async start(
		peer: Peer,
		file: string | Error,
		folders: string,
	): Promise<Side> {
		const side = new Side(peer);
		await side.attempt(async () => {
			if (file instanceof Error) throw file;
			await during(`starting ${peer.name}`, () => side.#start(file, folders));
		});
		return side;
	}

	async #start(file: string, folders: string): Promise<void> {
		for (let i = 0; i < STARTS; i++) {
			await this.#running?.stop();
			this.#running = await RunningPeer.start(this.peer, file, folders);
			this.#startMs = Math.min(this.#startMs, this.#running.startMs);
		}
		this.#idle = (await this.#running?.memory()) ?? Number.NaN;
	}

	async attempt(work: (side: Side) => Promise<void>): Promise<void> {
		if (this.failure) return;
		try {
			await work(this);
		} catch (error) {
			this.failure = asError(error);
		}
	}

	get #port(): number {
		return this.#running?.port ?? 0;
	}

	#during<T>(what: string, work: () => Promise<T>): Promise<T> {
		return during(`${this.peer.name}: ${what}`, work);
	}

	async warmUp(): Promise<void> {
		const { peer } = this;
		const bucket = { port: this.#port, ...peer.sign("PUT", "/bench", 0) };
		await exchange(bucket, "PUT", "");
		const { latencies } = await this.#during("PUT, to warm up", () =>
			send(this.#port, putsOf(peer, WARM_UP, 0)),
		);
		const stored = latencies.length;
		await this.#during("GET, to warm up", () =>
			send(this.#port, getsOf(peer, WARM_UP, 0, stored)),
		);
	}

	async put(): Promise<void> {
		const measured = await this.#during("PUT", () =>
			send(
				this.#port,
				putsOf(this.peer, ROUND, this.#stored),
				putsOf(this.peer, RAMP_UP, this.#stored),
			),
		);
		this.#puts.push(measured);
		this.#stored += measured.latencies.length;
	}

	async get(): Promise<void> {
		const first = this.#gets.length * ROUND.requests;
		const requests = getsOf(this.peer, ROUND, first, this.#stored);
		const before = getsOf(this.peer, RAMP_UP, first, this.#stored);
		this.#gets.push(
			await this.#during("GET", () => send(this.#port, requests, before)),
		);
	}

	async compare(): Promise<void> {
		await this.#during("reading back", () =>
			compare(this.peer, this.#port, this.#stored),
		);
	}

	async transfer(): Promise<void> {
		const big = (method: string, size: number) => ({
			port: this.#port,
			...this.peer.sign(method, "/bench/big", size),
		});
		const up = await this.#during("PUT 256 MiB", () =>
			upload(big("PUT", BIG_BYTES), BIG_BYTES),
		);
		const down = await this.#during("GET 256 MiB", () =>
			download(big("GET", 0), BIG_BYTES),
		);
		this.#up = Math.min(this.#up, up);
		this.#down = Math.min(this.#down, down);
		this.#after = (await this.#running?.memory()) ?? Number.NaN;
		if (this.peer.source)
			await this.#during("reading back", () =>
				requireUploaded(big("GET", 0), BIG_BYTES),
			);
	}

	async stop(): Promise<void> {
		await this.#running?.stop();
	}

	/** Requests per second of PUT and of GET. */
	rates(): { readonly put: number; readonly get: number } {
		return { put: rateOf(this.#puts), get: rateOf(this.#gets) };
	}

	/** The columns of the table after the title. */
	columns(): string[] {
		if (this.failure) return [`not measured: ${this.failure.message}`];
		const rates = [this.#puts, this.#gets].flatMap((rounds) => [
			`${rateOf(rounds).toFixed(0)}/s`,
			`${quantile(rounds, 0.5).toFixed(1)} / ${quantile(rounds, 0.99).toFixed(1)} ms`,
		]);
		const speed = (seconds: number): string =>
			`${(BIG_BYTES / 1024 ** 2 / seconds).toFixed(0)} MiB/s`;
		return [
			...rates,
			...[speed(this.#up), speed(this.#down)],
			`${this.#startMs.toFixed(0)} ms`,
			...[this.#idle, this.#after].map((size) => `${size.toFixed(0)} MiB`),
		];
	}
}

/** The median of the rounds. */
const rateOf = (rounds: readonly Measured[]): number =>
	middleOf(rounds.map(({ perSecond }) => perSecond));

/** The median of the rounds' quantiles, in milliseconds. */
const quantile = (rounds: readonly Measured[], share: number): number =>
	middleOf(
		rounds.map(
			({ latencies }) =>
				latencies[Math.floor(latencies.length * share)] ?? Number.NaN,
		),
	);

const middleOf = (values: readonly number[]): number =>
	values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type Amount = { readonly requests: number; readonly msMax: number };
type Requests = {
	readonly requests: readonly Buffer[];
	readonly msMax: number;
};

/** Content that differs for every key. */
const bodyOf = (i: number): Buffer => Buffer.alloc(1024, `object ${i}. `);
const keyOf = (i: number): string => `/bench/small-${i}`;

const putsOf = (
	peer: Peer,
	{ requests, msMax }: Amount,
	first: number,
): Requests => ({
	msMax,
	requests: Array.from({ length: requests }, (_, i) =>
		whole(peer, "PUT", keyOf(first + i), bodyOf(first + i)),
	),
});

/** @param stored the number of existing keys, which are counted from 0 */
const getsOf = (
	peer: Peer,
	{ requests, msMax }: Amount,
	first: number,
	stored: number,
): Requests => ({
	msMax,
	requests: Array.from({ length: requests }, (_, i) =>
		whole(peer, "GET", keyOf((first + i) % stored), Buffer.alloc(0)),
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

/** @param before requests that are not measured, over the same connections */
async function send(
	port: number,
	{ requests, msMax }: Requests,
	before: Requests = { requests: [], msMax: 0 },
): Promise<Measured> {
	const pool = await Pool.open(port, CONNECTIONS);
	await pool.run(before.requests, before.msMax);
	const measured = await pool.run(requests, msMax);
	pool.close();
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

/** The rates of the first server as multiples of the others' rates. */
function ratiosOf(sides: readonly Side[]): string {
	const [first, ...others] = sides.filter(({ failure }) => !failure);
	if (!first) return "";
	const own = first.rates();
	const line = (kind: "put" | "get"): string =>
		others
			.map((side) => {
				const ratio = own[kind] / side.rates()[kind];
				return `${ratio.toFixed(2)} × ${side.peer.name}`;
			})
			.join("; ");
	const { name } = first.peer;
	return `${name}'s PUT: ${line("put")}.\n${name}'s GET: ${line("get")}.`;
}
