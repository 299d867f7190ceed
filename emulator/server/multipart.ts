/**
 * `multipart/form-data` as it streams by: parts with their headers and their content, nothing interpreted.
 *
 * Not a library, because OSS judges a form itself: libraries drop the parameters of a file's type, invent a type where
 * there is none, parse fields that call themselves JSON, and refuse a field called `constructor`.
 *
 * Pure. Source: RFC 2046, 5.1; RFC 7578.
 */
import { OssError } from "../oss/errors.ts";
import { brokenOff } from "../oss/incoming.ts";
import { decodeWireBytes } from "../oss/wire-text.ts";

export type Part = {
	/** By lower-case name. */
	readonly headers: ReadonlyMap<string, string>;
	/** Content that is not read is skipped when the next part is requested. */
	readonly content: AsyncIterable<Buffer>;
};

const HEADERS_BYTES_MAX = 32 * 1024;
const HEADERS_END = Buffer.from("\r\n\r\n");

/**
 * @throws OssError MalformedPOSTRequest, also when the last boundary is missing; IncompleteBody (the sender
 *   disconnected)
 */
export async function* readParts(
	body: AsyncIterable<Buffer>,
	boundary: string,
): AsyncGenerator<Part> {
	const reader = new Reader(body);
	const delimiter = Buffer.from(`\r\n--${boundary}`);
	await skip(reader.until(delimiter));
	while ((await reader.peek(2)) !== "--") {
		const headers = readHeaders(
			await collect(
				reader.until(HEADERS_END),
				HEADERS_BYTES_MAX,
				() => new OssError("MalformedPOSTRequest"),
			),
		);
		const content = reader.until(delimiter);
		yield { headers, content };
		await skip(content);
	}
}

async function skip(pieces: AsyncIterable<Buffer>): Promise<void> {
	for await (const _ of pieces);
}

/** @throws OssError `tooLong` as soon as there is more than `bytesMax` */
export async function collect(
	pieces: AsyncIterable<Buffer>,
	bytesMax: number,
	tooLong: () => OssError,
): Promise<string> {
	const collected: Buffer[] = [];
	let size = 0;
	for await (const piece of pieces) {
		size += piece.length;
		if (size > bytesMax) throw tooLong();
		collected.push(piece);
	}
	return decodeWireBytes(Buffer.concat(collected, size));
}

/** @param block begins with the end of the boundary's own line */
function readHeaders(block: string): Part["headers"] {
	const [first, ...lines] = block.split("\r\n");
	if (first !== "") throw new OssError("MalformedPOSTRequest");
	const headers = new Map<string, string>();
	for (const line of lines) {
		const colon = line.indexOf(":");
		if (colon < 1) throw new OssError("MalformedPOSTRequest");
		const name = line.slice(0, colon).trim().toLowerCase();
		if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
	}
	return headers;
}

class Reader {
	readonly #chunks: AsyncIterator<Buffer>;
	/** The first boundary may stand at the very beginning. */
	#rest: Buffer = Buffer.from("\r\n");

	constructor(body: AsyncIterable<Buffer>) {
		this.#chunks = body[Symbol.asyncIterator]();
	}

	async peek(length: number): Promise<string> {
		while (this.#rest.length < length) await this.#more();
		return this.#rest.toString("latin1", 0, length);
	}

	/** Everything before `delimiter`, piece by piece; skips the delimiter itself. */
	async *until(delimiter: Buffer): AsyncGenerator<Buffer> {
		for (;;) {
			const at = this.#rest.indexOf(delimiter);
			if (at >= 0) {
				const piece = this.#take(at);
				this.#take(delimiter.length);
				if (at > 0) yield piece;
				return;
			}
			// The delimiter may have begun.
			const sure = this.#rest.length - delimiter.length + 1;
			if (sure > 0) yield this.#take(sure);
			await this.#more();
		}
	}

	#take(length: number): Buffer {
		const taken = this.#rest.subarray(0, length);
		this.#rest = this.#rest.subarray(length);
		return taken;
	}

	async #more(): Promise<void> {
		const { done, value } = await this.#chunks.next().catch(brokenOff);
		if (done) throw new OssError("MalformedPOSTRequest");
		this.#rest = Buffer.concat([this.#rest, value]);
	}
}
