/**
 * The latest request on each connection: what is wrong with a connection is said after the answer to it, and a client
 * that sends its body too slowly is cut off.
 *
 * Source: docs «HTTP 400 status code», RequestTimeout. How slow is too slow for OSS no page says.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

type Exchange = {
	readonly incoming: IncomingMessage;
	readonly outgoing: ServerResponse;
	/** What its connection had received when it was last looked at. */
	bytes: number | undefined;
	/** Something waits for the end of the answer. */
	isLast: boolean;
};

const NEW = { bytes: undefined, isLast: false };

export class Exchanges {
	readonly #latest = new Map<Duplex, Exchange>();

	begin(incoming: IncomingMessage, outgoing: ServerResponse): void {
		const { socket } = incoming;
		if (!this.#latest.has(socket))
			socket.once("close", () => this.#latest.delete(socket));
		this.#latest.set(socket, { incoming, outgoing, ...NEW });
	}

	/** Calls `then` after the answer to a request that came whole; at once if there is none to wait for. */
	afterAnswer(socket: Duplex, then: () => void): void {
		const latest = this.#latest.get(socket);
		if (!latest?.incoming.complete || latest.outgoing.writableFinished) {
			then();
			return;
		}
		if (latest.isLast) return;
		latest.isLast = true;
		latest.outgoing.once("finish", then);
	}

	/**
	 * To be called at regular intervals. What the emulator has not read yet is not the client's delay.
	 *
	 * @param bytesMin of a body must arrive between two calls
	 */
	cutSlow(bytesMin: number, refuse: (socket: Duplex) => void): void {
		for (const [socket, exchange] of this.#latest) {
			const { incoming, outgoing, bytes } = exchange;
			if (incoming.complete || incoming.readableLength > 0) continue;
			exchange.bytes = incoming.socket.bytesRead;
			if (bytes === undefined || exchange.bytes - bytes >= bytesMin) continue;
			// An answer has begun, or is complete and its request still comes.
			if (outgoing.headersSent) socket.destroy();
			else {
				// What waits for the rest of the body must learn that it does not come.
				socket.once("finish", () => socket.destroy());
				refuse(socket);
			}
		}
	}
}
