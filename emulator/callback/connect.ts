/**
 * Opens the connection to an application server: to an address that was resolved before the upload was stored, and with
 * SNI only if requested. undici gets the connected socket.
 */
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import {
	ANSWER_HEAD_BYTES_MAX,
	ANSWER_HEAD_LINES_MAX,
	type ResolvedUrl,
} from "./model.ts";

export type ConnectOptions = {
	readonly sni: boolean;
	readonly verifyTls: boolean;
};

/** @param tls loaded by the first callback over https */
export function openConnection(
	{ secure, hostname, port, addresses }: ResolvedUrl,
	{ sni, verifyTls }: ConnectOptions,
	tls: typeof import("node:tls") | undefined,
): Socket {
	const lookup: LookupFunction = (_hostname, { all }, found) => {
		const [first] = addresses;
		if (all) found(null, [...addresses]);
		else found(null, first?.address ?? "", first?.family);
	};
	const target = { host: hostname, port, lookup, noDelay: true };
	const socket =
		secure && tls
			? tls.connect({
					...target,
					// The URL's name, not callbackHost. An address is not a server name: RFC 6066, 3.
					servername: sni && isIP(hostname) === 0 ? hostname : "",
					rejectUnauthorized: verifyTls,
					ALPNProtocols: ["http/1.1"],
				})
			: connect(target);
	ignoreWriteErrors(socket);
	return socket;
}

/**
 * An application server may answer before it has read the whole request, and close the connection. Writing then fails,
 * and Node would destroy the socket before the answer is read. Reading ends by itself: at the end of the answer, or
 * with the same error.
 */
function ignoreWriteErrors(socket: Socket): void {
	const write = socket._write.bind(socket);
	const writeMany = socket._writev?.bind(socket);
	socket._write = (chunk, encoding, done) =>
		write(chunk, encoding, (error) => done(ignoreClosed(error)));
	if (writeMany)
		socket._writev = (chunks, done) =>
			writeMany(chunks, (error) => done(ignoreClosed(error)));
}

const ignoreClosed = (
	error: (Error & { code?: unknown }) | null | undefined,
): Error | null | undefined =>
	error?.code === "EPIPE" || error?.code === "ECONNRESET" ? null : error;

/**
 * The head of an answer while it is received: keeps its beginning, and limits its length.
 *
 * undici's parser counts names and values, but neither headers nor the bytes between them.
 */
export class AnswerHead {
	#isOpen = true;
	#text = "";
	#bytes = 0;
	#lines = 0;

	/**
	 * @param exceed called instead of passing on more than the limits allow
	 */
	watch(socket: Socket, exceed: () => void): void {
		const read = socket.read.bind(socket);
		socket.read = (size) => {
			const chunk: Buffer | null = read(size);
			if (!this.#isOpen || !chunk) return chunk;
			this.#count(chunk);
			if (
				this.#bytes <= ANSWER_HEAD_BYTES_MAX &&
				this.#lines <= ANSWER_HEAD_LINES_MAX
			)
				return chunk;
			exceed();
			return null;
		};
	}

	/** Ends the head: it has been parsed, and the body follows. */
	close(): void {
		this.#isOpen = false;
	}

	/**
	 * Describes wrong length headers, which the parser does not name when it rejects a head: a length that is not a
	 * number, two lengths, or a length together with a Transfer-Encoding. '' when the length is not the reason.
	 */
	get badLength(): string {
		const stated = this.#lengthHeaders();
		const lengths = stated.filter(({ name }) => /^content/i.test(name));
		if (lengths.length === 0) return "";
		if (stated.length === 1 && isNumber(stated[0]?.value)) return "";
		return describeLengths(stated);
	}

	/** Describes a length that the parser rejects because it does not fit into 64 bits; otherwise ''. */
	get hugeLength(): string {
		const stated = this.#lengthHeaders();
		const [{ value = "" } = {}] = stated;
		return isNumber(value) && BigInt(value) >= 2n ** 64n
			? describeLengths(stated)
			: "";
	}

	#lengthHeaders(): LengthHeader[] {
		return [...this.#text.matchAll(LENGTH_HEADERS)].map(
			([line, name = "", value = ""]) => ({ line, name, value: value.trim() }),
		);
	}

	#count(chunk: Buffer): void {
		if (this.#text.length < HEAD_CHARACTERS_MAX)
			this.#text += chunk.toString("latin1", 0, HEAD_CHARACTERS_MAX);
		this.#bytes += chunk.length;
		for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1))
			this.#lines++;
	}
}

type LengthHeader = {
	readonly line: string;
	readonly name: string;
	readonly value: string;
};

const isNumber = (value = ""): boolean => /^\d+$/.test(value);

const describeLengths = (headers: readonly LengthHeader[]): string =>
	headers
		.map(({ line }) => line.trim())
		.join(", ")
		.slice(0, DETAIL_CHARACTERS_MAX);

const LENGTH_HEADERS =
	/^(content-length|transfer-encoding)[ \t]*:([^\r\n]*)/gim;
const DETAIL_CHARACTERS_MAX = 200;

const HEAD_CHARACTERS_MAX = 64 * 1024;
