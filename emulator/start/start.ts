/**
 * Starts the parts of an emulator, and stops them in reverse order.
 */
import type { FastifyInstance } from "fastify";
import type { AdminContext } from "../admin/context.ts";
import { createHealthApp, HEALTH_PATH } from "../admin/health-app.ts";
import type { Ram } from "../auth/ram.ts";
import {
	type KeySource,
	openKeyPair,
	readOwnKeyPair,
} from "../config/callback-key.ts";
import { type Config, withoutSecrets } from "../config/config.ts";
import type { Emulator } from "../emulator.ts";
import { Lifecycle } from "../operations/lifecycle/scheduler.ts";
import { type AdjustableLog, type Log, makeLog } from "../oss/log.ts";
import { StartError } from "../oss/start-error.ts";
import { requestLine } from "../records/request-line.ts";
import { RequestLog } from "../records/request-log.ts";
import { recordBroken } from "../server/broken-request.ts";
import { isParserStrict } from "../server/lenient-parser.ts";
import { readVersion } from "../version.ts";
import { readOwnRam } from "./accounts.ts";
import {
	makeEmulator,
	makeUpstream,
	openConfiguredStore,
} from "./make-emulator.ts";
import { type Handlers, openPorts, openTls } from "./ports.ts";
import { requireReadyFile, writeReadyFile } from "./ready.ts";

export type Running = {
	/** `http://127.0.0.1:6770`. */
	readonly endpoint: string;
	readonly adminUrl: string;
	/** The endpoint on STS's own port; undefined without such a port. */
	readonly stsEndpoint: string | undefined;
	/** `https://127.0.0.1:6773`; undefined without a port for https. */
	readonly tlsEndpoint: string | undefined;
	readonly emulator: Emulator;
	/** The application of the admin port, created when it is first needed. */
	readonly adminApp: () => Promise<FastifyInstance>;
	/** Stops accepting, lets answers under way finish (10 s at most), and closes the storage. */
	close(): Promise<void>;
};

/**
 * @param onFailure called when a running emulator cannot continue; by default the error is logged
 * @throws StartError with one line for the user; no data has been changed by then
 */
export async function start(
	config: Config,
	onFailure?: (error: StartError) => void,
): Promise<Running> {
	const log = makeLog(
		config.logLevel,
		(line) => process.stderr.write(line),
		config.logFormat,
	);
	const fail = onFailure ?? (({ message }) => log.error(message));
	// From last to first. Services are added at the beginning: they stop after the ports, whose requests use them.
	const undo: (() => Promise<void>)[] = [];
	const close = async (): Promise<void> => {
		for (const step of undo.splice(0).reverse()) await step();
	};
	try {
		requireReadyFile(config);
		const running = { ...(await assemble(config, log, undo, fail)), close };
		log.info(`the console and the admin API are at ${running.adminUrl}/`);
		undo.push(await writeReadyFile(config, running));
		return running;
	} catch (error) {
		await close();
		throw error;
	}
}

/** Ports and the user's own files come first: if one of them fails, the data folder must be unchanged. */
async function assemble(
	config: Config,
	log: AdjustableLog,
	undo: (() => Promise<void>)[],
	fail: (error: StartError) => void,
): Promise<Omit<Running, "close">> {
	const ports = await openPorts(config);
	undo.push(() => ports.close());
	// Loaded only now, because it is the longest part of a start: Fastify and all operations.
	const { createOssApp } = await import("../server/oss-app.ts");
	await requireKnownOperations(config);
	const ram = await readOwnRam(config);
	const own = await readOwnKeyPair(config.callbackKey);
	const seed = await readOwnSeeds(config, ram, log);
	const store = await openConfiguredStore(config, log, fail);
	undo.unshift(() => store.close());
	const endpoint = urlOf(config, ports.oss);
	const authority = await openTls(config, ports);
	const keyPair: KeySource = own
		? async () => own
		: await openKeyPair(config.data, config.callbackKey);
	const upstream = await makeUpstream(config, log, undo);
	const ending = new AbortController();
	const parts = { config, log, store, endpoint, ram, keyPair, upstream };
	const emulator = await makeEmulator({ ...parts, ending: ending.signal });
	await seed(emulator);
	// Last, so that interrupted deliveries are not recorded as failed.
	undo.unshift(async () => emulator.callbacks.close());
	const lifecycle = new Lifecycle(emulator);
	undo.push(() => lifecycle.close());
	undo.push(() => emulator.fetches.close());
	const requests = new RequestLog();
	if (log.has("warn")) logRequests(requests, log);
	undo.push(async () => ending.abort());
	const known = { emulator, requests, lifecycle, endpoint, authority, log };
	const adminApp = makeAdminApp({
		...known,
		version: readVersion(),
		settings: withoutSecrets(config),
		ending: ending.signal,
	});
	const app = await createOssApp({ emulator, requests, stsPort: ports.sts });
	warnIfLenient(log);
	ports.open({
		oss: app.routing,
		admin: answerWith(adminApp, endpoint, log),
		broken: (request) => recordBroken(request, requests, log),
	});
	return {
		endpoint,
		adminUrl: urlOf(config, ports.admin),
		stsEndpoint: ports.sts === undefined ? undefined : urlOf(config, ports.sts),
		tlsEndpoint:
			ports.tls === undefined ? undefined : urlOf(config, ports.tls, "https"),
		emulator,
		adminApp,
	};
}

function logRequests(requests: RequestLog, log: Log): void {
	requests.watch((request) => {
		const level = request.isWarning ? "warn" : "info";
		if (!log.has(level)) return;
		const { message, fields } = requestLine(request);
		log[level](message, fields);
	});
}

/**
 * Reads and tries the seeds of the configuration.
 *
 * @returns a function that applies them
 * @throws StartError
 */
async function readOwnSeeds(
	config: Config,
	ram: Ram,
	log: Log,
): Promise<(emulator: Emulator) => Promise<void>> {
	if (config.seeds.length === 0) return async () => {};
	const { applySeeds, findSeeds, openScratchStore } = await import(
		"./seeds.ts"
	);
	const store = await openScratchStore();
	const scratch = await makeEmulator({
		config: { ...config, data: null },
		log,
		ram,
		store,
		endpoint: "http://localhost",
		upstream: undefined,
		keyPair: () =>
			Promise.reject(new TypeError("a seed does not sign anything")),
		ending: new AbortController().signal,
	});
	try {
		const [{ uid }] = config.accounts;
		const seeds = await findSeeds(config.seeds, scratch, uid);
		return (emulator) => applySeeds(seeds, emulator);
	} finally {
		await store.close();
	}
}

/**
 * Checks the names of `--upstream-allow` here and not in config/, because the table loads all operations, which
 * commands that only read settings do not need.
 *
 * @throws StartError
 */
async function requireKnownOperations({ upstream }: Config): Promise<void> {
	if (!upstream) return;
	const { table } = await import("../operations/table.ts");
	const unknown = [...upstream.allowed].find(
		(name) => !table.some((row) => row.name === name),
	);
	if (unknown !== undefined)
		throw new StartError(
			`--upstream-allow must name operations as the API reference does, like ListBuckets, not ${unknown}`,
		);
}

/** The application is created by the first request that needs it: tests that only use OSS do not. */
const makeAdminApp = (context: AdminContext): Running["adminApp"] =>
	once(async () => {
		const { createAdminApp } = await import("../admin/app.ts");
		const app = await createAdminApp(context);
		await app.ready();
		return app;
	});

/** @returns a function that calls `make` until it succeeds, and then always returns its result */
function once<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return () => {
		made ??= make().catch((error) => {
			made = undefined;
			throw error;
		});
		return made;
	};
}

function answerWith(
	adminApp: Running["adminApp"],
	endpoint: string,
	log: Log,
): Handlers["admin"] {
	const healthApp = once(() => createHealthApp(endpoint));
	return async (incoming, outgoing) => {
		const { method, url } = incoming;
		const isHealth = method === "GET" && url === HEALTH_PATH;
		try {
			const { routing } = await (isHealth ? healthApp() : adminApp());
			routing(incoming, outgoing);
		} catch (error) {
			log.error(`the admin port failed: ${String(error)}`);
			outgoing.destroy();
		}
	};
}

/** An address that clients can connect to: never `0.0.0.0`. */
function urlOf(
	{ hosts }: Config,
	port: number,
	scheme: "http" | "https" = "http",
): string {
	const [host = "127.0.0.1"] = hosts;
	const reachableHost =
		host === "0.0.0.0" || host === "::"
			? "127.0.0.1"
			: host.includes(":")
				? `[${host}]`
				: host;
	return `${scheme}://${reachableHost}:${port}`;
}

function warnIfLenient(log: Log): void {
	if (!isParserStrict())
		log.warn(
			"this version of Node.js cannot refuse folded headers and lines that end in a bare LF: OSS refuses them",
		);
}
