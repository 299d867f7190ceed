/** Writes what happens to a request into its record and into the log, and can break its connection. */
import type { IncomingMessage } from "node:http";
import type { Row } from "../operations/row.ts";
import type { OssError } from "../oss/errors.ts";
import type { Log } from "../oss/log.ts";
import type { Entry, Owned, Protocol } from "../records/request-log.ts";
import type { Observer } from "./handle.ts";

export class RequestObserver implements Observer {
	readonly #log: Log;
	readonly #raw: IncomingMessage;
	readonly #entry: Entry;

	constructor(log: Log, raw: IncomingMessage, entry: Entry) {
		this.#log = log;
		this.#raw = raw;
		this.#entry = entry;
	}

	is({ name }: Row): void {
		this.#entry.is(name);
	}

	belongsTo(owned: Owned): void {
		this.#entry.belongsTo(owned);
	}

	speaks(protocol: Protocol): void {
		this.#entry.speaks(protocol);
	}

	found(finding: string): void {
		this.#entry.found(finding);
	}

	faulty(fault: string): void {
		this.#entry.faulty(fault);
	}

	failed(error: OssError): void {
		this.#entry.failed(error);
		if (error.diagnosis !== "")
			this.#log.warn(`${this.#entry.id}: ${error.code}: ${error.diagnosis}`);
	}

	disconnect(): void {
		this.#raw.socket.destroy();
	}
}
