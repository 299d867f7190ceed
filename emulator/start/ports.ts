/** Binds all ports first; requests are held until `open`. */
import type { RequestListener, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Config } from "../config/config.ts";
import {
	corruptSecretFile,
	loadOrCreateSecret,
} from "../config/secret-file.ts";
import { answerBroken, type BrokenRequest } from "../server/broken-request.ts";
import type { Certificates } from "../server/certificates.ts";
import { type HeldRequests, holdRequests } from "../server/http-server.ts";
import { closeServer, listen, secure } from "../server/listen.ts";

export type Handlers = {
	/** Also applies to STS's own port, if it exists. */
	readonly oss: RequestListener;
	readonly admin: RequestListener;
	/** Called for requests that are refused before they can be parsed. */
	readonly broken: (request: BrokenRequest) => void;
};

export type Ports = {
	readonly oss: number;
	readonly admin: number;
	/** undefined without such a port. */
	readonly sts: number | undefined;
	/** undefined without a port for https. */
	readonly tls: number | undefined;
	/** Starts to answer requests, including those that arrived before. */
	open(handlers: Handlers): void;
	/** Must be called before `open` if there is an https port. */
	secure(certificates: Certificates): Promise<void>;
	/** Stops accepting, lets pending responses finish, and interrupts those that take too long. */
	close(): Promise<void>;
};

const GRACE_MS = 10_000;

/** @throws StartError if one cannot be bound; the others are then released */
export async function openPorts(config: Config): Promise<Ports> {
	const oss = holdRequests();
	const admin = holdRequests();
	const certificates = Promise.withResolvers<Certificates>();
	const servers: Server[] = [];
	let report: Handlers["broken"] = () => {};
	const onBroken = (error: Error, socket: Duplex): void =>
		answerBroken(error, socket, (request) => report(request));
	const close = async (): Promise<void> => {
		await Promise.all(servers.map((server) => closeServer(server, GRACE_MS)));
	};
	const open = async (
		{ handler }: HeldRequests,
		port: number,
		flag: string,
		more: { certificates?: Promise<Certificates> } = {},
	): Promise<number> => {
		const { hosts } = config;
		const common = { handler, hosts, port, flag, onBroken };
		const opened = await listen({ ...common, ...more });
		servers.push(...opened.servers);
		return opened.port;
	};
	try {
		const [first = 0, ...others] = config.ports;
		const ossPort = await open(oss, first, "--port");
		for (const port of others) await open(oss, port, "--port");
		const { promise } = certificates;
		const tlsPort =
			config.tlsPort === undefined
				? undefined
				: await open(oss, config.tlsPort, "--tls-port", {
						certificates: promise,
					});
		const adminPort = await open(admin, config.adminPort, "--admin-port");
		const stsPort =
			config.stsPort === undefined
				? undefined
				: await open(oss, config.stsPort, "--sts-port");
		return {
			oss: ossPort,
			admin: adminPort,
			sts: stsPort,
			tls: tlsPort,
			close,
			open: (handlers) => {
				oss.release(handlers.oss);
				admin.release(handlers.admin);
				report = handlers.broken;
			},
			secure: async (all) => {
				await secure(servers, all);
				certificates.resolve(all);
			},
		};
	} catch (error) {
		await close();
		throw error;
	}
}

/** @returns the authority of the https port's certificates, PEM; undefined without such a port */
export async function openTls(
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
