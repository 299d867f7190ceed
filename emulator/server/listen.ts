/** Ports: one application on several addresses and ports, closed without interrupting responses under way. */
import type { Server } from "node:http";
import { isIPv6, type ListenOptions as NetListenOptions } from "node:net";
import { codeOf } from "../oss/code-of.ts";
import { StartError } from "../oss/start-error.ts";
import type { Certificates } from "./certificates.ts";
import {
	closeIdle,
	isTls,
	makeServer,
	type ServerOptions,
} from "./http-server.ts";

export type ListenOptions = ServerOptions & {
	/**
	 * The addresses to listen on, at least one. Addresses that this machine does not have are skipped, unless
	 * none of them exists.
	 */
	readonly hosts: readonly string[];
	/** The port, the same on all addresses; 0 for any free port. */
	readonly port: number;
	/** The flag that the message names if the port is taken: `--port`. */
	readonly flag: string;
};

const PORT_TRIES = 20;

/** @throws StartError if the port cannot be bound */
export async function listen(
	options: ListenOptions,
): Promise<{ port: number; servers: Server[] }> {
	for (let attempt = 1; ; attempt++) {
		const servers: Server[] = [];
		try {
			const port = await listenOnAll(options, servers);
			return { port, servers };
		} catch (error) {
			await Promise.all(servers.map((server) => closeServer(server, 0)));
			// A port that is free on one address may be taken on the next.
			if (options.port === 0 && attempt < PORT_TRIES) continue;
			throw toStartError(error, options);
		}
	}
}

async function listenOnAll(
	options: ListenOptions,
	servers: Server[],
): Promise<number> {
	let port = options.port;
	let missing: unknown;
	// `::` alone accepts IPv4 as well; together with 0.0.0.0 it must not.
	const several = options.hosts.length > 1;
	for (const host of options.hosts) {
		const server = makeServer(options);
		try {
			await listenOn(server, { host, port, ipv6Only: isIPv6(host) && several });
		} catch (error) {
			if (!isMissingAddress(error)) throw error;
			missing = error;
			continue;
		}
		servers.push(server);
		const address = server.address();
		if (address !== null && typeof address !== "string") port = address.port;
	}
	if (servers.length === 0) throw missing;
	return port;
}

/** Gives https servers the certificate of the machine's own names. */
export async function secure(
	servers: readonly Server[],
	certificates: Certificates,
): Promise<void> {
	const own = await certificates.forThisMachine();
	for (const server of servers) if (isTls(server)) server.setSecureContext(own);
}

function listenOn(server: Server, where: NetListenOptions): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	server.once("error", reject);
	server.listen(where, () => {
		server.off("error", reject);
		resolve();
	});
	return promise;
}

const isMissingAddress = (error: unknown): boolean =>
	["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(codeOf(error));

function toStartError(
	error: unknown,
	{ port, hosts, flag }: ListenOptions,
): unknown {
	switch (codeOf(error)) {
		case "EADDRINUSE":
			return new StartError(
				`port ${port} is in use: stop the program that uses it, or choose another with ${flag} (0 for any)`,
			);
		case "EACCES":
			return new StartError(
				`port ${port} needs privileges that this process does not have: choose another with ${flag}`,
			);
		case "EADDRNOTAVAIL":
		case "ENOTFOUND":
			return new StartError(
				`${hosts.join(", ")} is not an address of this machine: choose another with --host`,
			);
		case "":
			return error;
		default:
			return new StartError(
				`port ${port} of ${hosts.join(", ")} cannot be opened (${codeOf(error)}): choose others with ${flag} and --host`,
			);
	}
}

/** Stops accepting, lets responses under way finish, and interrupts responses that take longer than `graceMs`. */
export async function closeServer(
	server: Server,
	graceMs: number,
): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	server.close(() => resolve());
	closeIdle(server);
	// A connection that becomes idle after its response would keep the server open.
	const sweep = setInterval(() => closeIdle(server), 20);
	const cut = setTimeout(() => server.closeAllConnections(), graceMs);
	await promise;
	clearInterval(sweep);
	clearTimeout(cut);
}
