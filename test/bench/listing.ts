/** Measures listings of ten thousand and of a million keys, which are written by the store and read over HTTP. */
import { join } from "node:path";
import { storeProtocol } from "../../emulator/operations/store-protocol.ts";
import { openStore } from "../../emulator/storage/open-store.ts";
import { median, run } from "./load.ts";
import { startServer } from "./processes.ts";
import { signedRequest } from "./sign.ts";

const EMULATOR = join(import.meta.dirname, "../../dist/launch.cjs");
const PAGES = 200;

const QUERIES = {
	"page of 1,000": "max-keys=1000",
	"page of 1,000, with delimiter": "delimiter=%2F&max-keys=1000",
} as const;

type Report = (
	what: string,
	ours: string,
	bare: string,
	ratio: string,
	budget: string,
) => void;

export async function measureListing(
	folder: string,
	report: Report,
): Promise<void> {
	const few = await latencies(join(folder, "few"), 10_000);
	const many = await latencies(join(folder, "many"), 1_000_000);
	for (const [index, what] of Object.keys(QUERIES).entries()) {
		const [small = Number.NaN, large = Number.NaN] = [few[index], many[index]];
		report(
			what,
			`${large.toFixed(2)} ms`,
			`${small.toFixed(2)} ms`,
			(large / small).toFixed(2),
			"< 2 (1M : 10k keys)",
		);
	}
}

async function latencies(data: string, keys: number): Promise<number[]> {
	await fill(data, keys);
	const emulator = await startServer([
		EMULATOR,
		"--port",
		"0",
		"--admin-port",
		"0",
		"--data",
		data,
		"--no-files",
	]);
	const found: number[] = [];
	for (const query of Object.values(QUERIES)) {
		const requests = Array.from({ length: PAGES }, () =>
			signedRequest("GET", `/bench?${query}`),
		);
		found.push(
			median(await run({ port: emulator.port, connections: 1, requests })),
		);
	}
	await emulator.stop();
	return found;
}

/** Half of the keys are in a thousand folders, the other half below one prefix. */
async function fill(data: string, keys: number): Promise<void> {
	const report = (error: unknown): never => {
		throw error;
	};
	const store = await openStore({
		folder: data,
		durable: false,
		files: false,
		protocol: storeProtocol,
		report,
	});
	const created = new Date();
	await store.buckets.create({
		name: "bench",
		owner: "1000000000000001",
		created,
		acl: "private",
		storageClass: "Standard",
		redundancy: "LRS",
		location: "oss-cn-hangzhou",
	});
	const properties = {
		contentType: "text/plain",
		headers: {},
		userMetadata: {},
		tags: {},
	};
	const body = [Buffer.from("x")];
	for (let i = 0; i < keys; i++) {
		const key = i % 2 === 0 ? `folder-${i % 1000}/key-${i}` : `key-${i}`;
		const given = {
			bucket: "bench",
			key,
			properties,
			acl: "default",
			modified: created,
			forbidOverwrite: false,
		} as const;
		await store.objects.put(given, toAsync(body));
	}
	await store.close();
}

async function* toAsync(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
	yield* chunks;
}
