/**
 * Puts an emulator together, and takes it apart in reverse.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createAdminApp } from "./admin/app.ts";
import { Accounts } from "./auth/accounts.ts";
import { Callbacks } from "./callback/callbacks.ts";
import { loadKeyPair } from "./callback-key.ts";
import type { Config } from "./config.ts";
import type { Emulator } from "./emulator.ts";
import { type Log, makeLog } from "./oss/log.ts";
import { answerBroken } from "./server/broken-request.ts";
import { closeServer, listen } from "./server/listen.ts";
import { createOssApp, HEADER_BYTES_MAX } from "./server/oss-app.ts";
import { RequestLog } from "./server/request-log.ts";
import { Store } from "./storage/store.ts";

export type Running = {
	/** `http://127.0.0.1:6770`. */
	readonly endpoint: string;
	readonly adminUrl: string;
	readonly emulator: Emulator;
	/** Stops accepting, lets answers under way finish (10 s at most), and closes what is kept. */
	close(): Promise<void>;
};

const GRACE_MS = 10_000;

/** What takes requests before there is anybody to answer them. */
type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** @throws StartError with one line for the user; nothing has been touched then */
export async function start(config: Config): Promise<Running> {
	const log = makeLog(config.logLevel, (line) => process.stderr.write(line));
	const undo: (() => Promise<void>)[] = [];
	const close = async (): Promise<void> => {
		for (const step of undo.splice(0).reverse()) await step();
	};
	try {
		return { ...(await assemble(config, log, undo)), close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Ports first: one that is taken must leave the data folder untouched. */
async function assemble(
	config: Config,
	log: Log,
	undo: (() => Promise<void>)[],
): Promise<Omit<Running, "close">> {
	const oss = gate();
	const admin = gate();
	const ports = await openPorts(config, oss.handler, admin.handler, undo);

	const store = await Store.open({
		folder: config.data,
		durable: config.durable,
		files: config.files,
		report: (error) => log.error(`in the background: ${String(error)}`),
	});
	undo.unshift(() => store.close());
	const endpoint = urlOf(config, ports.oss);
	const clock = { now: () => new Date() };
	const emulator: Emulator = {
		store,
		clock,
		log,
		callbacks: new Callbacks({
			keyPair: await loadKeyPair(config.data),
			now: clock.now,
			warn: log.warn,
			findPolicy: async () => undefined,
			switches: { publicKeyUrl: `${endpoint}/callback_pub_key_v1.pem` },
		}),
		accounts: new Accounts(config.accounts),
		region: config.region,
		domains: config.domains,
		checkSignatures: config.checkSignatures,
	};
	const requests = new RequestLog();
	const ossApp = await createOssApp({ emulator, requests });
	await ossApp.ready();
	const adminApp = await createAdminApp({ emulator, requests, endpoint });
	await adminApp.ready();
	oss.open(ossApp.routing);
	admin.open(adminApp.routing);
	return { endpoint, adminUrl: urlOf(config, ports.admin), emulator };
}

async function openPorts(
	config: Config,
	oss: Handler,
	admin: Handler,
	undo: (() => Promise<void>)[],
): Promise<{ oss: number; admin: number }> {
	const open = async (
		handler: Handler,
		port: number,
		flag: string,
	): Promise<number> => {
		const { hosts } = config;
		const opened = await listen({
			handler,
			onBroken: answerBroken,
			headerBytesMax: HEADER_BYTES_MAX,
			hosts,
			port,
			flag,
		});
		undo.push(() => closeAll(opened.servers));
		return opened.port;
	};
	const [first = 0, ...others] = config.ports;
	const ossPort = await open(oss, first, "--port");
	for (const port of others) await open(oss, port, "--port");
	return {
		oss: ossPort,
		admin: await open(admin, config.adminPort, "--admin-port"),
	};
}

const closeAll = async (servers: readonly Server[]): Promise<void> => {
	await Promise.all(servers.map((server) => closeServer(server, GRACE_MS)));
};

/** Requests that come before the emulator is ready wait for it. */
function gate(): { handler: Handler; open(handler: Handler): void } {
	let behind: Handler | undefined;
	const waiting: Parameters<Handler>[] = [];
	return {
		handler: (incoming, outgoing) => {
			if (behind) behind(incoming, outgoing);
			else waiting.push([incoming, outgoing]);
		},
		open: (handler) => {
			behind = handler;
			for (const request of waiting.splice(0)) handler(...request);
		},
	};
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
