/**
 * Sends prepared requests over a number of connections, as fast as the responses arrive, with as little work as
 * possible: raw sockets, and no parsing except for the end of a response.
 */
import { connect, type Socket } from "node:net";

export type Load = {
	readonly port: number;
	readonly connections: number;
	/** Complete HTTP requests, including Content-Length. */
	readonly requests: readonly Buffer[];
	/** After this many milliseconds no further request is sent. */
	readonly msMax?: number;
};

export type Measured = {
	readonly perSecond: number;
	/** The duration of each request in milliseconds, the fastest first. */
	readonly latencies: readonly number[];
	/** The number of responses by status. */
	readonly statuses: Readonly<Record<string, number>>;
};

export async function run({
	port,
	connections,
	requests,
	msMax,
}: Load): Promise<Measured> {
	const pool = await Pool.open(port, connections);
	const measured = await pool.run(requests, msMax);
	pool.close();
	return measured;
}

/** Connections that are used for several loads. */
export class Pool {
	readonly #connections: readonly Connection[];

	private constructor(connections: readonly Connection[]) {
		this.#connections = connections;
	}

	static async open(port: number, connections: number): Promise<Pool> {
		const open = (): Promise<Connection> => Connection.open(port);
		return new Pool(
			await Promise.all(Array.from({ length: connections }, open)),
		);
	}

	/** @param msMax as in `Load` */
	async run(
		requests: readonly Buffer[],
		msMax = Number.POSITIVE_INFINITY,
	): Promise<Measured> {
		const latencies: number[] = [];
		const statuses: Record<string, number> = {};
		let next = 0;
		const work = async (connection: Connection): Promise<void> => {
			for (
				let request = requests[next++];
				request;
				request = requests[next++]
			) {
				const started = performance.now();
				const status = await connection.ask(request);
				latencies.push(performance.now() - started);
				statuses[status] = (statuses[status] ?? 0) + 1;
				if (performance.now() - begun > msMax) break;
			}
		};
		const begun = performance.now();
		await Promise.all(this.#connections.map(work));
		const seconds = (performance.now() - begun) / 1000;
		return {
			perSecond: latencies.length / seconds,
			latencies: latencies.sort((a, b) => a - b),
			statuses,
		};
	}

	close(): void {
		for (const connection of this.#connections) connection.close();
	}
}

export const median = ({ latencies }: Measured): number =>
	latencies[Math.floor(latencies.length / 2)] ?? Number.NaN;

class Connection {
	readonly #socket: Socket;
	#done: ((status: string) => void) | undefined;
	#fail: ((error: Error) => void) | undefined;
	#head = "";
	#status = "";
	/** The remaining bytes of the body; -1 while the headers are read. */
	#left = -1;

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.setNoDelay(true);
		socket.on("data", (chunk) => this.#take(chunk));
		socket.on("error", (error) => this.#fail?.(error));
		socket.on("close", () =>
			this.#fail?.(new Error("the server closed the connection")),
		);
	}

	static open(port: number): Promise<Connection> {
		const { promise, resolve, reject } = Promise.withResolvers<Connection>();
		const socket = connect(port, "127.0.0.1", () =>
			resolve(new Connection(socket)),
		);
		socket.once("error", reject);
		return promise;
	}

	ask(request: Buffer): Promise<string> {
		const { promise, resolve, reject } = Promise.withResolvers<string>();
		this.#done = resolve;
		this.#fail = reject;
		this.#socket.write(request);
		return promise;
	}

	close(): void {
		this.#fail = undefined;
		this.#socket.destroy();
	}

	#take(chunk: Buffer): void {
		if (this.#left >= 0) this.#left -= chunk.length;
		else {
			this.#head += chunk.toString("latin1");
			const end = this.#head.indexOf("\r\n\r\n");
			if (end < 0) return;
			this.#status = this.#head.slice(9, 12);
			const length = Number(
				/\r\ncontent-length: (\d+)/i.exec(this.#head)?.[1] ?? 0,
			);
			this.#left = length - (this.#head.length - end - 4);
			this.#head = "";
		}
		if (this.#left > 0) return;
		this.#left = -1;
		this.#done?.(this.#status);
	}
}
