/**
 * `npm run bench -- --peers`: the emulator beside other object stores for tests, in one run on one machine.
 *
 * s3rver and Azurite are taken from npm, gofakes3 and versitygw are built by `go install`, all below the folder of
 * temporary files, where they stay for the next run. One that cannot be had is said and left out. Each signs as its own
 * clients do; gofakes3 checks no signature.
 */
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { median, run } from "./load.ts";
import { memoryOf } from "./processes.ts";
import {
	signedHeaders,
	signedRequest,
	signedS3Headers,
	signedS3Request,
} from "./sign.ts";
import { download, upload } from "./transfer.ts";

const CONNECTIONS = 32;
const REQUESTS = 4000;
const BIG = 256 * 1024 * 1024;
const BODY = Buffer.alloc(1024, "x");
const START_MS_MAX = 30_000;

type Peer = {
	readonly name: string;
	/** What is installed, as npm or Go names it; undefined for what is there. */
	readonly from?: { readonly npm: string } | { readonly go: string };
	/** @param tools where packages are installed @returns a command and its arguments */
	command(tools: string, port: number, folder: string): readonly string[];
	/** @param path `/bench`, or `/bench/key` */
	request(method: string, path: string, body?: Buffer): Buffer;
	/** Of a body of `BIG` bytes. */
	big(
		method: string,
		path: string,
	): { path: string; headers: Record<string, string> };
};

const node = process.execPath;
const S3_KEY = { id: "oss-emulator", secret: "oss-emulator-secret" };

const s3 = (key = S3_KEY): Pick<Peer, "request" | "big"> => ({
	request: (method, path, body) => signedS3Request(method, path, body, key),
	big: (method, path) => ({
		path,
		headers: signedS3Headers(method, path, "UNSIGNED-PAYLOAD", key),
	}),
});

/** @param emulator the file that starts ours */
const peersOf = (emulator: string): readonly Peer[] => [
	{
		name: "oss-emulator (V4)",
		command: (_, port, folder) => [
			...[node, emulator, "--port", String(port), "--admin-port", "0"],
			...["--data", folder],
		],
		request: signedRequest,
		big: (method, path) => ({ path, headers: signedHeaders(method, path) }),
	},
	{
		name: "s3rver (S3 V4)",
		from: { npm: "s3rver" },
		command: (tools, port, folder) => [
			...[node, join(tools, "node_modules/s3rver/bin/s3rver.js")],
			...["-d", folder, "-p", String(port), "-a", "127.0.0.1", "-s"],
		],
		...s3({ id: "S3RVER", secret: "S3RVER" }),
	},
	{
		name: "Azurite (Shared Key)",
		from: { npm: "azurite" },
		command: (tools, port, folder) => [
			...[node, join(tools, "node_modules/azurite/dist/src/blob/main.js")],
			...["--blobPort", String(port), "--location", folder, "--silent"],
			"--skipApiVersionCheck",
		],
		request: azureRequest,
		big: (method, path) => {
			const { target, headers } = azure(
				method,
				path,
				method === "PUT" ? BIG : 0,
			);
			return { path: target, headers };
		},
	},
	{
		name: "gofakes3, files (unchecked)",
		from: { go: "github.com/johannesboyne/gofakes3/cmd/gofakes3" },
		command: (tools, port, folder) => [
			...[join(tools, "bin/gofakes3"), "-host", `127.0.0.1:${port}`],
			...["-backend", "fs", "-fs.path", folder, "-fs.create"],
			"-quiet",
		],
		...s3(),
	},
	{
		name: "versitygw, posix (S3 V4)",
		from: { go: "github.com/versity/versitygw/cmd/versitygw" },
		command: (tools, port, folder) => [
			...[join(tools, "bin/versitygw"), "--access", S3_KEY.id],
			...["--secret", S3_KEY.secret, "--port", `127.0.0.1:${port}`],
			...[
				"--region",
				"cn-hangzhou",
				"--quiet",
				"--keep-alive",
				"posix",
				folder,
			],
		],
		...s3(),
	},
];

/** The account of Azurite that its documentation names. */
const AZURE = {
	account: "devstoreaccount1",
	key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
};

function azure(
	method: string,
	path: string,
	size: number,
): { target: string; headers: Record<string, string> } {
	const isContainer = path.lastIndexOf("/") === 0;
	const target = `/${AZURE.account}${path}${isContainer ? "?restype=container" : ""}`;
	const headers: Record<string, string> = {
		...(method === "PUT" && !isContainer && { "x-ms-blob-type": "BlockBlob" }),
		"x-ms-date": new Date().toUTCString(),
		"x-ms-version": "2021-12-02",
	};
	const named = Object.entries(headers).map(
		([name, value]) => `${name}:${value}`,
	);
	const text = [
		...[method, "", "", size || "", "", "", "", "", "", "", "", ""],
		...named,
		`/${AZURE.account}/${AZURE.account}${path}${isContainer ? "\nrestype:container" : ""}`,
	].join("\n");
	const signature = createHmac("sha256", Buffer.from(AZURE.key, "base64"))
		.update(text)
		.digest("base64");
	return {
		target,
		headers: {
			...headers,
			authorization: `SharedKey ${AZURE.account}:${signature}`,
		},
	};
}

function azureRequest(
	method: string,
	path: string,
	body = Buffer.alloc(0),
): Buffer {
	const { target, headers } = azure(method, path, body.length);
	const lines = Object.entries({ ...headers, "content-length": body.length });
	const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
	return Buffer.concat([
		Buffer.from(
			`${method} ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\n${head}\r\n`,
		),
		body,
	]);
}

/** @throws Error when it cannot be had */
function install({ from }: Peer, tools: string): void {
	if (!from) return;
	const quiet = { stdio: "ignore", cwd: tools } as const;
	if ("npm" in from) {
		if (existsSync(join(tools, "node_modules", from.npm))) return;
		execFileSync("npm", ["install", "--prefix", tools, from.npm], quiet);
		return;
	}
	const bin = join(tools, "bin");
	if (existsSync(join(bin, from.go.slice(from.go.lastIndexOf("/") + 1))))
		return;
	execFileSync("go", ["install", `${from.go}@latest`], {
		...quiet,
		env: { ...process.env, GOBIN: bin },
	});
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

/** Asks until it answers: what a test pays before its first request. */
async function untilReady(port: number, started: number): Promise<number> {
	while (performance.now() - started < START_MS_MAX) {
		try {
			await fetch(`http://127.0.0.1:${port}/`);
			return performance.now() - started;
		} catch {
			await wait(2); // not yet
		}
	}
	throw new Error("it does not answer");
}

type Row = readonly [what: string, ...figures: string[]];

async function measure(peer: Peer, tools: string): Promise<Row> {
	const folder = mkdtempSync(join(tmpdir(), "oss-bench-peer-"));
	const port = await freePort();
	const started = performance.now();
	const [file = "", ...args] = peer.command(tools, port, folder);
	const child = spawn(file, args, { stdio: "ignore" });
	const ended = new Promise<void>((resolve) => {
		child.once("exit", () => resolve());
		child.once("error", () => resolve());
	});
	try {
		const readyMs = await untilReady(port, started);
		const idle = memoryOf({ process: child }).now;
		await ask(port, [peer.request("PUT", "/bench")], 1);
		const small: string[] = [];
		for (const method of ["PUT", "GET"]) {
			const body = method === "PUT" ? BODY : undefined;
			const requests = (): Buffer[] =>
				Array.from({ length: REQUESTS }, (_, i) =>
					peer.request(method, `/bench/small-${i}`, body),
				);
			await ask(port, requests(), CONNECTIONS); // to warm up
			const measured = await ask(port, requests(), CONNECTIONS);
			const p99 = measured.latencies[Math.floor(REQUESTS * 0.99)] ?? 0;
			small.push(
				`${measured.perSecond.toFixed(0)}/s`,
				`${median(measured).toFixed(1)} / ${p99.toFixed(1)} ms`,
			);
		}
		const big = (method: string) => ({
			port,
			...peer.big(method, "/bench/big"),
		});
		const up = await upload(big("PUT"), BIG);
		const down = await download(big("GET"), BIG);
		const { peak } = memoryOf({ process: child });
		const speed = (seconds: number): string =>
			`${(256 / seconds).toFixed(0)} MiB/s`;
		return [
			...[peer.name, ...small, speed(up), speed(down)],
			...[
				`${readyMs.toFixed(0)} ms`,
				`${idle.toFixed(0)} MiB`,
				`${peak.toFixed(0)} MiB`,
			],
		] as unknown as Row;
	} finally {
		child.kill("SIGTERM");
		await ended;
		rmSync(folder, { recursive: true, force: true });
	}
}

async function ask(
	port: number,
	requests: readonly Buffer[],
	connections: number,
) {
	const measured = await run({ port, connections, requests });
	const refused = Object.keys(measured.statuses).filter(
		(status) => !status.startsWith("2"),
	);
	if (refused.length > 0)
		throw new Error(`answers ${JSON.stringify(measured.statuses)}`);
	return measured;
}

const HEAD: Row = [
	...(["", "PUT 1 KiB", "p50 / p99", "GET 1 KiB", "p50 / p99"] as const),
	...["PUT 256 MiB", "GET 256 MiB", "start", "idle", "peak"],
];

/** Prints a table in Markdown, as it stands in this folder's README.md. */
export async function measurePeers(emulator: string): Promise<void> {
	const tools = join(tmpdir(), "oss-bench-peers");
	mkdirSync(tools, { recursive: true });
	const print = (row: Row): void => console.log(`| ${row.join(" | ")} |`);
	const [cpu] = cpus();
	console.log(
		`${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores of ${cpu?.model}, Node.js ${process.version}\n`,
	);
	print(HEAD);
	print(HEAD.map(() => "---") as unknown as Row);
	for (const peer of peersOf(emulator)) {
		try {
			install(peer, tools);
			print(await measure(peer, tools));
		} catch (error) {
			console.log(`\n${peer.name}: not measured: ${String(error)}\n`);
		}
	}
}
