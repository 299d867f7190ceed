/**
 * Puts an emulator together, and takes it apart in reverse.
 */
import type { FastifyInstance } from "fastify";
import type { AdminContext } from "../admin/context.ts";
import type { Ram } from "../auth/ram.ts";
import { type CallbackParts, Callbacks } from "../callback/callbacks.ts";
import {
	type KeySource,
	openKeyPair,
	readOwnKeyPair,
} from "../config/callback-key.ts";
import { type Config, withoutSecrets } from "../config/config.ts";
import {
	corruptSecretFile,
	loadOrCreateSecret,
} from "../config/secret-file.ts";
import type { Emulator } from "../emulator.ts";
import { callbackFaultOf } from "../faults/action.ts";
import { Faults } from "../faults/faults.ts";
import { findCallbackPolicy } from "../operations/configurations/callback-policy.ts";
import { Lifecycle } from "../operations/lifecycle/scheduler.ts";
import { storeProtocol } from "../operations/store-protocol.ts";
import { MovableClock } from "../oss/clock.ts";
import { FetchTasks } from "../oss/fetch-tasks.ts";
import { type AdjustableLog, type Log, makeLog } from "../oss/log.ts";
import { StartError } from "../oss/start-error.ts";
import { recordIn } from "../records/delivery-record.ts";
import { requestLine } from "../records/request-line.ts";
import { RequestLog } from "../records/request-log.ts";
import { recordBroken } from "../server/broken-request.ts";
import type { Certificates } from "../server/certificates.ts";
import { Store } from "../storage/store.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { readVersion } from "../version.ts";
import { loadKeys, readOwnRam } from "./accounts.ts";
import { type Handlers, openPorts, type Ports } from "./ports.ts";
import { requireReadyFile, writeReadyFile } from "./ready.ts";

export type Running = {
	/** `http://127.0.0.1:6770`. */
	readonly endpoint: string;
	readonly adminUrl: string;
	/** The endpoint on STS's own port; undefined without such a port. */
	readonly stsEndpoint: string | undefined;
	readonly emulator: Emulator;
	/** The application of the admin port, made when it is first needed. */
	readonly adminApp: () => Promise<FastifyInstance>;
	/** Stops accepting, lets answers under way finish (10 s at most), and closes the storage. */
	close(): Promise<void>;
};

/**
 * @param onFailure called when a running emulator cannot continue; by default that is logged
 * @throws StartError with one line for the user; nothing has been touched then
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

/** Ports and the user's own files come first: if one of them fails, the data folder must be untouched. */
async function assemble(
	config: Config,
	log: AdjustableLog,
	undo: (() => Promise<void>)[],
	fail: (error: StartError) => void,
): Promise<Omit<Running, "close">> {
	const ports = await openPorts(config);
	undo.push(() => ports.close());
	// Loaded here, because it is the longest part of a start: Fastify and all operations.
	const { createOssApp } = await import("../server/oss-app.ts");
	await requireKnownOperations(config);
	const ram = await readOwnRam(config);
	const own = await readOwnKeyPair(config.callbackKey);
	const seed = await readOwnSeeds(config, ram, log);
	const store = await openStore(config, log, fail);
	undo.unshift(() => store.close());
	const endpoint = urlOf(config, ports.oss);
	const authority = await secure(config, ports);
	const keyPair: KeySource = own
		? async () => own
		: await openKeyPair(config.data, config.callbackKey);
	const upstream = await makeUpstream(config, log, undo);
	const ending = new AbortController();
	const emulator = await makeEmulator({
		...{ config, log, store, endpoint, ram, keyPair, upstream },
		ending: ending.signal,
	});
	await seed(emulator);
	// Last, so that interrupted deliveries are not recorded as failed.
	undo.unshift(async () => emulator.callbacks.close());
	const lifecycle = new Lifecycle(emulator);
	undo.push(() => lifecycle.close());
	undo.push(() => emulator.fetches.close());
	const requests = new RequestLog();
	if (log.has("info"))
		requests.watch((request) => {
			const { message, fields } = requestLine(request);
			log.info(message, fields);
		});
	undo.push(async () => ending.abort());
	const adminApp = makeAdminApp({
		...{ emulator, requests, lifecycle, endpoint, authority, log },
		version: readVersion(),
		settings: withoutSecrets(config),
		ending: ending.signal,
	});
	const app = await createOssApp({ emulator, requests, stsPort: ports.sts });
	ports.open({
		oss: app.routing,
		admin: answerWith(adminApp, log),
		broken: (request) => recordBroken(request, requests, log),
	});
	return {
		endpoint,
		adminUrl: urlOf(config, ports.admin),
		stsEndpoint: ports.sts === undefined ? undefined : urlOf(config, ports.sts),
		...{ emulator, adminApp },
	};
}

function openStore(
	{ data, durable, files, deliveries }: Config,
	log: Log,
	fail: (error: StartError) => void,
): Promise<Store> {
	return Store.open({
		...{ folder: data, durable, files, deliveries },
		protocol: storeProtocol,
		report: (error) => {
			if (error instanceof StartError) fail(error);
			else log.error(`storage: ${String(error)}`);
		},
	});
}

type Parts = {
	readonly config: Config;
	readonly ram: Ram;
	readonly keyPair: KeySource;
	readonly upstream: Upstream | undefined;
	readonly log: Log;
	readonly store: Store;
	readonly endpoint: string;
	readonly ending: AbortSignal;
};

async function makeEmulator({
	config,
	ram,
	keyPair,
	upstream,
	log,
	store,
	endpoint,
	ending,
}: Parts): Promise<Emulator> {
	const clock = new MovableClock(Date.now);
	const faults = new Faults(ending);
	return {
		faults,
		store,
		clock,
		log,
		fetches: new FetchTasks(),
		callbacks: new Callbacks({
			...{ keyPair, endpoint },
			now: clock.now,
			warn: log.warn,
			findPolicy: await makeFindPolicy(store, upstream),
			record: recordIn(store.deliveries),
			takeFault: ({ requester, owner, ...uploaded }) => {
				const account = requester || owner;
				const action = faults.takeForCallback({ ...uploaded, account });
				return action && callbackFaultOf(action);
			},
			switches: config.callbacks,
		}),
		...(await loadKeys(config, ram, log)),
		region: config.region,
		domains: config.domains,
		checkSignatures: config.checkSignatures,
		cors: config.cors,
		otherRegions: config.otherRegions,
		blockPublicAccess: config.blockPublicAccess,
		s3: config.s3,
		upstream,
	};
}

/**
 * Reads and tries the seeds of the configuration.
 *
 * @returns applies them
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
		...{ config: { ...config, data: null }, log, ram, store },
		...{ endpoint: "http://localhost", upstream: undefined },
		keyPair: () => Promise.reject(new TypeError("a seed signs nothing")),
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
 * The names of `--upstream-allow` are checked here, because the table loads all operations, and commands that
 * only read settings do without.
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

/** Loaded only for a gateway. */
async function makeUpstream(
	{ upstream: options }: Config,
	log: Log,
	undo: (() => Promise<void>)[],
): Promise<Upstream | undefined> {
	if (!options) return undefined;
	const { Upstream } = await import("../upstream/upstream.ts");
	const { Recorder } = await import("../upstream/recorder.ts");
	const { record, endpoint } = options;
	const recorder =
		record === "" ? undefined : new Recorder(record, endpoint.region, log);
	const upstream = new Upstream(options, recorder);
	undo.unshift(() => upstream.close());
	return upstream;
}

/** Callback policies are stored where the bucket is. */
async function makeFindPolicy(
	store: Store,
	upstream: Upstream | undefined,
): Promise<CallbackParts["findPolicy"]> {
	if (!upstream)
		return (bucket, name) => findCallbackPolicy({ store }, bucket, name);
	const { findUpstreamPolicy } = await import("../gateway/bucket-documents.ts");
	return (bucket, name) => findUpstreamPolicy(upstream, bucket, name);
}

/** A client that only uses OSS does without it. */
function makeAdminApp(context: AdminContext): Running["adminApp"] {
	const make = async (): Promise<FastifyInstance> => {
		const { createAdminApp } = await import("../admin/app.ts");
		const app = await createAdminApp(context);
		await app.ready();
		return app;
	};
	let made: Promise<FastifyInstance> | undefined;
	return () => {
		made ??= make();
		return made;
	};
}

const answerWith =
	(adminApp: Running["adminApp"], log: Log): Handlers["admin"] =>
	async (incoming, outgoing) => {
		try {
			const { routing } = await adminApp();
			routing(incoming, outgoing);
		} catch (error) {
			log.error(`the admin port: ${String(error)}`);
			outgoing.destroy();
		}
	};

/** @returns the authority of the https port's certificates, PEM; undefined without such a port */
async function secure(
	{ data, tlsPort }: Config,
	ports: Ports,
): Promise<string | undefined> {
	if (tlsPort === undefined) return undefined;
	const certificates = await loadCertificates(data);
	await ports.secure(certificates);
	return certificates.authority;
}

/** The authority of the https port's certificates. Clients compare their validity with their own clocks. */
async function loadCertificates(folder: string | null): Promise<Certificates> {
	const now = (): Date => new Date();
	const { Certificates, makeAuthority, readAuthority, writeAuthority } =
		await import("../server/certificates.ts");
	const file = "tls-authority.pem";
	const pem = await loadOrCreateSecret(folder, file, async () =>
		writeAuthority(await makeAuthority(now())),
	);
	const authority = readAuthority(pem);
	if (!authority) throw corruptSecretFile(folder, file, "authority");
	return new Certificates(authority, now);
}

/** An address a client can dial: never `0.0.0.0`. */
function urlOf({ hosts }: Config, port: number): string {
	const [host = "127.0.0.1"] = hosts;
	const dialled =
		host === "0.0.0.0" || host === "::"
			? "127.0.0.1"
			: host.includes(":")
				? `[${host}]`
				: host;
	return `http://${dialled}:${port}`;
}
