/**
 * `npm run bench`: the cost of the emulator relative to a bare server with the same work, in one run on one machine.
 *
 * Only the ratios are meaningful on other machines. Rounds alternate between the two servers and the best of each is
 * used, because other processes can only slow them down. `npm run bench -- listing` measures listings of a million
 * keys instead, which takes minutes; `-- gateway` a gateway and nginx, which must be installed; `-- in-process` only
 * the cost of a test that starts an emulator; `-- start` only the start and the memory; `-- --peers` compares other
 * object stores; `-- --cpu` measures the CPU time of a request.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { comparePeers } from "./compare.ts";
import { measureCpu } from "./cpu.ts";
import { measureGateway } from "./gateway.ts";
import { measureInProcess } from "./in-process.ts";
import { measureListing } from "./listing.ts";
import { type Measured, median, run } from "./load.ts";
import { memoryOf, type Server, startServer } from "./processes.ts";
import { signedHeaders, signedRequest, signedS3Request } from "./sign.ts";
import { download, upload } from "./transfer.ts";

const ROUNDS = 3;
const REQUESTS = 8000;
const CONNECTIONS = 32;
const BIG = 256 * 1024 * 1024;
const GIB = 1024 ** 3;
const IDLE_MS = 1000;
/** Longer than the time after which the worker of plain copies ends without work, which is five seconds. */
const IDLE_AGAIN_MS = 7000;
const BODY = Buffer.alloc(1024, "x");

const EMULATOR = join(import.meta.dirname, "../../dist/launch.cjs");
const BARE = join(import.meta.dirname, "bare-server.ts");
const HELLO = `require("node:http").createServer().listen(0, function () { console.log("http://127.0.0.1:" + this.address().port) })`;

const folder = mkdtempSync(join(tmpdir(), "oss-bench-"));
let folders = 0;
const startEmulator = (): Promise<Server> =>
	startServer([
		EMULATOR,
		"--port",
		"0",
		"--admin-port",
		"0",
		"--data",
		join(folder, String(folders++)),
	]);

function report(
	what: string,
	ours: string,
	bare: string,
	ratio: string,
	budget: string,
): void {
	console.log(
		`${what.padEnd(34)}${ours.padStart(14)}${bare.padStart(14)}${ratio.padStart(10)}   ${budget}`,
	);
}

const best = (values: readonly number[]): number => Math.min(...values);

async function measureSmall(emulator: Server, bare: Server): Promise<void> {
	await run({
		port: emulator.port,
		connections: 1,
		requests: [signedRequest("PUT", "/bench")],
	});
	for (const method of ["PUT", "GET"]) {
		const body = method === "PUT" ? BODY : undefined;
		const perSecond = { ours: 0, bare: 0 };
		for (let round = 0; round < ROUNDS; round++) {
			const ours = Array.from({ length: REQUESTS }, (_, i) =>
				signedRequest(method, `/bench/small/${i}`, body),
			);
			const plain = Array.from({ length: REQUESTS }, (_, i) =>
				signedRequest(method, `/small/${i}`, body),
			);
			perSecond.ours = Math.max(perSecond.ours, await rate(emulator, ours));
			perSecond.bare = Math.max(perSecond.bare, await rate(bare, plain));
		}
		const ratio = (perSecond.ours / perSecond.bare).toFixed(2);
		report(
			`${method} 1 KiB, V4, ${CONNECTIONS} connections`,
			`${perSecond.ours.toFixed(0)}/s`,
			`${perSecond.bare.toFixed(0)}/s`,
			ratio,
			method === "PUT" ? ">= 0.55" : ">= 0.5",
		);
	}
}

/** Reads the same object by both protocols; the second column is OSS's protocol. */
async function measureS3(emulator: Server): Promise<void> {
	for (const method of ["PUT", "GET"]) {
		const body = method === "PUT" ? BODY : undefined;
		const perSecond = { s3: 0, oss: 0 };
		for (let round = 0; round < ROUNDS; round++) {
			const [s3 = [], oss = []] = [signedS3Request, signedRequest].map((sign) =>
				Array.from({ length: REQUESTS }, (_, i) =>
					sign(method, `/bench/both/${i}`, body),
				),
			);
			perSecond.s3 = Math.max(perSecond.s3, await rate(emulator, s3));
			perSecond.oss = Math.max(perSecond.oss, await rate(emulator, oss));
		}
		report(
			`${method} 1 KiB over S3, to OSS's V4`,
			`${perSecond.s3.toFixed(0)}/s`,
			`${perSecond.oss.toFixed(0)}/s`,
			(perSecond.oss / perSecond.s3).toFixed(2),
			"<= 1.2",
		);
	}
}

async function rate(
	{ port }: Server,
	requests: readonly Buffer[],
): Promise<number> {
	const measured = await run({ port, connections: CONNECTIONS, requests });
	requireOk(measured);
	return measured.perSecond;
}

function requireOk({ statuses }: Measured): void {
	const others = Object.keys(statuses).filter((status) => status !== "200");
	if (others.length > 0)
		throw new Error(`answers other than 200: ${JSON.stringify(statuses)}`);
}

async function measureBig(emulator: Server, bare: Server): Promise<void> {
	const times = {
		put: [] as number[],
		get: [] as number[],
		barePut: [] as number[],
		bareGet: [] as number[],
	};
	for (let round = 0; round < ROUNDS; round++) {
		const path = `/bench/big`;
		const own = (method: string) => ({
			port: emulator.port,
			path,
			headers: signedHeaders(method, path),
		});
		times.put.push(await upload(own("PUT"), BIG));
		times.barePut.push(await upload({ port: bare.port, path: "/big" }, BIG));
		times.get.push(await download(own("GET"), BIG));
		times.bareGet.push(
			await download({ port: bare.port, path: `/big?size=${BIG}` }, BIG),
		);
	}
	const perSecond = (seconds: number): string =>
		`${(BIG / 1024 ** 2 / seconds).toFixed(0)} MiB/s`;
	const line = (what: string, ours: number, plain: number): void =>
		report(
			what,
			perSecond(ours),
			perSecond(plain),
			(plain / ours).toFixed(2),
			">= 0.8",
		);
	line("PUT 256 MiB", best(times.put), best(times.barePut));
	line("GET 256 MiB", best(times.get), best(times.bareGet));
}

async function measureCallback(emulator: Server, bare: Server): Promise<void> {
	const callback = JSON.stringify({
		callbackUrl: `http://127.0.0.1:${bare.port}/uploaded`,
		callbackBody: "object=${object}&size=${size}&etag=${etag}",
	});
	const callbackHeaders = {
		"x-oss-callback": Buffer.from(callback).toString("base64"),
	};
	const latency = async (
		port: number,
		requests: readonly Buffer[],
	): Promise<number> => {
		const measured = await run({ port, connections: 1, requests });
		requireOk(measured);
		return median(measured);
	};
	const make = (request: (i: number) => Buffer): Buffer[] =>
		Array.from({ length: 1000 }, (_, i) => request(i));
	const [plain, trip, called] = [
		[] as number[],
		[] as number[],
		[] as number[],
	];
	for (let round = 0; round < ROUNDS; round++) {
		plain.push(
			await latency(
				emulator.port,
				make((i) => signedRequest("PUT", `/bench/plain/${i}`, BODY)),
			),
		);
		trip.push(
			await latency(
				bare.port,
				make(() => signedRequest("POST", "/uploaded", BODY)),
			),
		);
		called.push(
			await latency(
				emulator.port,
				make((i) =>
					signedRequest("PUT", `/bench/called/${i}`, BODY, callbackHeaders),
				),
			),
		);
	}
	const added = best(called) - best(plain) - best(trip);
	report(
		"PUT with callback, median",
		`${best(called).toFixed(2)} ms`,
		`${(best(plain) + best(trip)).toFixed(2)} ms`,
		`+${added.toFixed(2)} ms`,
		"<= plain + trip + 1 ms",
	);
}

async function measureStart(): Promise<void> {
	const ours: number[] = [];
	const hello: number[] = [];
	for (let round = 0; round < 5; round++) {
		const bare = await startServer(["-e", HELLO]);
		await bare.stop();
		hello.push(bare.readyMs);
		const emulator = await startEmulator();
		await emulator.stop();
		ours.push(emulator.readyMs);
	}
	const ratio = best(ours) / best(hello);
	report(
		"start to ready, empty folder",
		`${best(ours).toFixed(0)} ms`,
		`${best(hello).toFixed(0)} ms`,
		ratio.toFixed(2),
		"<= 4",
	);
}

const measureTests = (): Promise<void> =>
	measureInProcess((what, ms, budgetMs) => {
		const verdict = ms <= budgetMs ? "met" : "MISSED";
		const taken = `${ms.toFixed(1)} ms`;
		report(what, taken, "", "", `<= ${budgetMs} ms: ${verdict}`);
	});

async function measureMemory(): Promise<void> {
	const emulator = await startEmulator();
	await wait(IDLE_MS); // what is still loaded after the ready line counts too
	const idle = memoryOf(emulator).now;
	await run({
		port: emulator.port,
		connections: 1,
		requests: [signedRequest("PUT", "/bench")],
	});
	const own = (method: string) => ({
		port: emulator.port,
		path: "/bench/gib",
		headers: signedHeaders(method, "/bench/gib"),
	});
	await upload(own("PUT"), GIB);
	await download(own("GET"), GIB);
	const after = memoryOf(emulator);
	await wait(IDLE_AGAIN_MS);
	const idleAgain = memoryOf(emulator);
	await emulator.stop();
	report("memory, idle", `${idle.toFixed(0)} MiB`, "", "", "<= 80 MiB");
	report(
		"memory, after 1 GiB up and down",
		`${after.now.toFixed(0)} MiB`,
		"",
		`+${(after.now - idle).toFixed(0)} MiB`,
		`<= idle + 32 MiB (peak ${after.peak.toFixed(0)})`,
	);
	report(
		"memory, idle again",
		`${idleAgain.now.toFixed(0)} MiB`,
		"",
		`+${(idleAgain.now - idle).toFixed(0)} MiB`,
		"",
	);
}

try {
	if (process.argv.includes("--peers")) await comparePeers(EMULATOR, BARE);
	else await measureAll();
} finally {
	rmSync(folder, { recursive: true });
}

async function measureAll(): Promise<void> {
	report("", "emulator", "bare", "ratio", "budget");
	if (process.argv.includes("listing")) await measureListing(folder, report);
	else if (process.argv.includes("gateway"))
		await measureGateway(EMULATOR, report);
	else if (process.argv.includes("in-process")) await measureTests();
	else if (process.argv.includes("start")) {
		await measureStart();
		await measureMemory();
	} else if (process.argv.includes("--cpu")) {
		const emulator = await startEmulator();
		const bare = await startServer([BARE]);
		await measureCpu(emulator, bare, report);
		await emulator.stop();
		await bare.stop();
	} else {
		const emulator = await startEmulator();
		const bare = await startServer([BARE]);
		await measureSmall(emulator, bare);
		await measureS3(emulator);
		await measureBig(emulator, bare);
		await measureCallback(emulator, bare);
		await emulator.stop();
		await bare.stop();
		await measureStart();
		await measureTests();
		await measureMemory();
	}
}
