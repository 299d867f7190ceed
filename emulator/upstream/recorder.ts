/**
 * `--record FOLDER`: writes each exchange with the cloud into a file of its own, so that a user's traffic can be
 * compared with the emulator later.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { codeOf } from "../oss/code-of.ts";
import type { Log } from "../oss/log.ts";
import { StartError } from "../oss/start-error.ts";
import { compactTime } from "../oss/times.ts";
import {
	type Exchange,
	RECORDED_BYTES_MAX,
	type Redaction,
	recordBody,
	redactHeaders,
	redactText,
} from "./exchange.ts";
import type { UpstreamAnswer, UpstreamRequest } from "./request.ts";

/** The maximum number of recorded exchanges in one folder. */
const EXCHANGES_MAX = 10_000;

/** The replacements of account ids; the first are the emulator's own. */
const FIRST_ALIAS = 1_000_000_000_000_001n;
const ALIASES_MAX = 10_000;

/** An exchange that is being recorded. */
export type Recording = {
	/** Must be sent instead of the original request. */
	readonly request: UpstreamRequest;
	/** @returns the same response, of which a copy is recorded */
	answer(answer: UpstreamAnswer): UpstreamAnswer;
	/**
	 * Must be called when the response is sent to the client; the file is written when it has passed. An error about
	 * the gateway itself is not sent to the client and not recorded.
	 */
	confirm(): void;
};

export class Recorder {
	readonly #folder: string;
	readonly #region: string;
	readonly #log: Log;
	readonly #start = compactTime(new Date());
	readonly #aliases = new Map<string, string>();
	readonly #writing = new Set<Promise<void>>();
	#count = 0;

	/**
	 * @param region the cloud's region
	 * @throws StartError if the folder is not writable
	 */
	constructor(folder: string, region: string, log: Log) {
		this.#folder = folder;
		this.#region = region;
		this.#log = log;
		try {
			mkdirSync(folder, { recursive: true });
			const probe = join(folder, `.${this.#start}`);
			writeFileSync(probe, "");
			rmSync(probe);
		} catch (error) {
			throw new StartError(
				`--record ${folder} cannot be written to (${codeOf(error)}): name a writable folder`,
			);
		}
	}

	/** @returns undefined if there are too many already */
	begin(
		operation: string,
		localBucket: string,
		request: UpstreamRequest,
		secrets: readonly string[],
	): Recording | undefined {
		this.#count += 1;
		if (this.#count === EXCHANGES_MAX)
			this.#log.warn(
				`--record has written ${EXCHANGES_MAX} exchanges: no more are recorded`,
			);
		if (this.#count > EXCHANGES_MAX) return undefined;
		const number = String(this.#count).padStart(5, "0");
		const file = `${this.#start}-${number}-${operation}.json`;
		const redaction: Redaction = {
			secrets,
			localBucket,
			realBucket: request.bucket,
			aliasOf: (id) => this.#aliasOf(id),
		};
		const recordedAt = new Date().toISOString();
		return record(request, redaction, (rest) => {
			const region = this.#region;
			this.#write(file, { operation, recordedAt, region, ...rest });
		});
	}

	/** Resolves when all recordings that were begun are on the disk. */
	async close(): Promise<void> {
		await Promise.all(this.#writing);
	}

	/** A replacement with as many digits as the id, so that lengths remain correct. */
	#aliasOf(id: string): string {
		const known = this.#aliases.get(id);
		if (known !== undefined) return known;
		if (this.#aliases.size >= ALIASES_MAX) return "0".repeat(id.length);
		const number = FIRST_ALIAS + BigInt(this.#aliases.size);
		const alias = String(number).slice(-id.length).padStart(id.length, "1");
		this.#aliases.set(id, alias);
		return alias;
	}

	#write(file: string, exchange: Exchange): void {
		const text = `${JSON.stringify(exchange, null, "\t")}\n`;
		const writing = writeFile(join(this.#folder, file), text).catch(
			(error: unknown) =>
				this.#log.error(
					`--record: ${file} cannot be written: ${codeOf(error)}`,
				),
		);
		this.#writing.add(writing);
		void writing.finally(() => this.#writing.delete(writing));
	}
}

type Rest = Pick<Exchange, "request" | "answer">;

function record(
	request: UpstreamRequest,
	redaction: Redaction,
	write: (rest: Rest) => void,
): Recording {
	const sent = copyOf(request.body);
	let isConfirmed = false;
	let finish: (() => void) | undefined;
	return {
		request: { ...request, body: sent.body },
		confirm: () => {
			isConfirmed = true;
			finish?.();
		},
		answer: (answer) => {
			const received = copyOf(answer.body, () => {
				finish = () =>
					write(toRest(request, sent, answer, received, redaction));
				if (isConfirmed) finish();
			});
			const body = Readable.from(received.body ?? [], { objectMode: false });
			return { ...answer, body };
		},
	};
}

const toRest = (
	request: UpstreamRequest,
	sent: Passed,
	answer: UpstreamAnswer,
	received: Passed,
	redaction: Redaction,
): Rest => ({
	request: {
		method: request.method,
		bucket: redaction.localBucket,
		key: redactText(request.key, redaction),
		query: redactHeaders(Object.fromEntries(request.query), redaction),
		headers: redactHeaders(request.headers, redaction),
		isSigned: request.isSigned,
		body: recordBody(sent.bytes(), sent.size(), redaction),
	},
	answer: {
		status: answer.status,
		headers: redactHeaders(answer.headers, redaction),
		body: recordBody(received.bytes(), received.size(), redaction),
	},
});

type Body = UpstreamRequest["body"];

type Passed = {
	/** The first bytes that have passed. */
	readonly bytes: () => Buffer;
	/** The number of bytes that have passed. */
	readonly size: () => number;
};

/** @param atEnd called when the whole body has passed; never for an interrupted body */
function copyOf<B extends Body>(
	body: B,
	atEnd = () => {},
): Passed & { readonly body: B | AsyncGenerator<Buffer> } {
	const recorded: Buffer[] = [];
	let size = 0;
	const keep = (chunk: Buffer): void => {
		const remaining = RECORDED_BYTES_MAX - size;
		// The bytes are copied, because bytes that have been sent are detached.
		if (remaining > 0) recorded.push(Buffer.from(chunk.subarray(0, remaining)));
		size += chunk.length;
	};
	async function* pass(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
		for await (const chunk of chunks) {
			keep(chunk);
			yield chunk;
		}
		atEnd();
	}
	if (Buffer.isBuffer(body)) keep(body);
	const isWhole = body === null || Buffer.isBuffer(body);
	return {
		body: isWhole ? body : pass(body),
		bytes: () => Buffer.concat(recorded),
		size: () => size,
	};
}
