/**
 * Wraps the body of a client's request for undici: undici destroys a body when its request fails, but the client's
 * connection is still needed for the response.
 *
 * Bytes pass without a promise for each chunk while both sides keep up; the slower side sets the pace.
 */
import { Readable } from "node:stream";
import { OssError } from "../oss/errors.ts";

const AHEAD_BYTES_MAX = 256 * 1024;

export class BorrowedBody extends Readable {
	readonly #source: Readable;
	#isStarted = false;

	constructor(source: Readable) {
		super({ highWaterMark: AHEAD_BYTES_MAX });
		this.#source = source;
	}

	override _read(): void {
		if (this.#isStarted) {
			this.#source.resume();
			return;
		}
		this.#isStarted = true;
		this.#source.on("data", this.#onData);
		this.#source.on("end", this.#onEnd);
		this.#source.on("error", this.#onBroken);
		this.#source.on("close", this.#onBroken);
	}

	/** The source stays open: the server drains the rest. */
	override _destroy(
		error: Error | null,
		done: (error: Error | null) => void,
	): void {
		this.#source.off("data", this.#onData);
		this.#source.off("end", this.#onEnd);
		this.#source.off("error", this.#onBroken);
		this.#source.off("close", this.#onBroken);
		done(error);
	}

	readonly #onData = (chunk: Buffer): void => {
		if (!this.push(chunk)) this.#source.pause();
	};

	readonly #onEnd = (): void => {
		this.push(null);
	};

	/** A client that disconnects is not an error of the cloud. */
	readonly #onBroken = (): void => {
		if (!this.readableEnded && !this.#source.readableEnded)
			this.destroy(new OssError("IncompleteBody"));
	};
}
