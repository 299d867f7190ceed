/**
 * `npm run bench -- --cpu`, or `-- --cpu 'GET 1 KiB'` for one kind: the CPU time of a request in the emulator and in
 * the bare server. Unlike requests per second it hardly depends on the load of the machine.
 *
 * The main thread, which answers requests, is measured, and all threads of the process, because garbage collection,
 * checkpoints and plain copies have separate threads. Short rounds alternate and the minimum is used. Linux only.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Pool } from "./load.ts";
import type { Server } from "./processes.ts";
import { signedRequest } from "./sign.ts";

const WARM_UP = 20;
const ROUNDS = 20;
const REQUESTS = 500;
const CONNECTIONS = 32;
const BODY = Buffer.alloc(1024, "x");

/** Microseconds of CPU time. */
type Cpu = { readonly main: number; readonly all: number };

const NONE_YET: Cpu = {
	main: Number.POSITIVE_INFINITY,
	all: Number.POSITIVE_INFINITY,
};

/** The CPU time of each thread of the process, in microseconds. */
function readTimes({ process: { pid } }: Server): ReadonlyMap<string, number> {
	const folder = `/proc/${pid}/task`;
	return new Map(
		readdirSync(folder).map((thread) => {
			const [nanoseconds] = readFileSync(
				join(folder, thread, "schedstat"),
				"utf8",
			).split(" ", 1);
			return [thread, Number(nanoseconds) / 1000];
		}),
	);
}

/** Threads that have ended meanwhile are ignored. */
function cpuSince(server: Server, before: ReadonlyMap<string, number>): Cpu {
	let [main, all] = [0, 0];
	for (const [thread, time] of readTimes(server)) {
		const spent = time - (before.get(thread) ?? 0);
		all += spent;
		if (thread === String(server.process.pid)) main = spent;
	}
	return { main, all };
}

/** One kind of request to one server. */
class Side {
	best = NONE_YET;
	readonly #server: Server;
	readonly #pool: Pool;
	readonly #requests: readonly Buffer[];

	private constructor(server: Server, pool: Pool, requests: readonly Buffer[]) {
		this.#server = server;
		this.#pool = pool;
		this.#requests = requests;
	}

	static async open(
		server: Server,
		make: (i: number) => Buffer,
	): Promise<Side> {
		const pool = await Pool.open(server.port, CONNECTIONS);
		return new Side(
			server,
			pool,
			Array.from({ length: REQUESTS }, (_, i) => make(i)),
		);
	}

	async round(isCounted: boolean): Promise<void> {
		const before = readTimes(this.#server);
		const { statuses } = await this.#pool.run(this.#requests);
		const { main, all } = cpuSince(this.#server, before);
		if (statuses["200"] !== REQUESTS)
			throw new Error(`answers other than 200: ${JSON.stringify(statuses)}`);
		if (!isCounted) return;
		this.best = {
			main: Math.min(this.best.main, main / REQUESTS),
			all: Math.min(this.best.all, all / REQUESTS),
		};
	}

	close(): void {
		this.#pool.close();
	}
}

type Report = (
	what: string,
	ours: string,
	bare: string,
	ratio: string,
	budget: string,
) => void;

export async function measureCpu(
	emulator: Server,
	bare: Server,
	report: Report,
): Promise<void> {
	for (const [server, folder] of [
		[emulator, "/bench/small"],
		[bare, "/small"],
	] as const) {
		const pool = await Pool.open(server.port, 1);
		await pool.run([signedRequest("PUT", "/bench")]);
		await pool.run(
			Array.from({ length: REQUESTS }, (_, i) =>
				signedRequest("PUT", `${folder}/${i}`, BODY),
			),
		);
		pool.close();
	}
	const callback = JSON.stringify({
		callbackUrl: `http://127.0.0.1:${bare.port}/uploaded`,
		callbackBody: "object=${object}&size=${size}&etag=${etag}",
	});
	const callbackHeaders = {
		"x-oss-callback": Buffer.from(callback).toString("base64"),
	};
	const kinds = [
		["PUT 1 KiB", "PUT", BODY, {}],
		["GET 1 KiB", "GET", Buffer.alloc(0), {}],
		["PUT 1 KiB with callback", "PUT", BODY, callbackHeaders],
	] as const;
	const selected = kinds.filter(([what]) => process.argv.includes(what));
	for (const [what, method, body, headers] of selected[0] ? selected : kinds) {
		const ours = await Side.open(emulator, (i) =>
			signedRequest(method, `/bench/small/${i}`, body, headers),
		);
		const theirs = await Side.open(bare, (i) =>
			signedRequest(method, `/small/${i}`, body),
		);
		for (let round = 0; round < WARM_UP + ROUNDS; round++)
			for (const side of [ours, theirs]) await side.round(round >= WARM_UP);
		for (const side of [ours, theirs]) side.close();
		for (const [of, where] of [
			["main", "main thread"],
			["all", "all threads"],
		] as const)
			report(
				`${what}, ${where}`,
				`${ours.best[of].toFixed(1)} µs`,
				`${theirs.best[of].toFixed(1)} µs`,
				(theirs.best[of] / ours.best[of]).toFixed(2),
				"",
			);
	}
}
