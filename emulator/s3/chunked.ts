/**
 * A body in `aws-chunked` framing, `HEX;chunk-signature=…\r\n` before each chunk, unwrapped as a stream.
 *
 * Each chunk continues the signature of the previous one, the first chunk that of the request. Content is passed on
 * before its chunk's signature is known: a stream that ends with an error stores nothing.
 *
 * OSS's errors for such bodies are not documented: a wrong signature of a chunk is refused like a wrong signature of a
 * request, and malformed framing with InvalidRequest; a length other than `x-amz-decoded-content-length` is
 * IncompleteBody.
 *
 * Pure. Source: AWS «Signature calculations: transferring payload in multiple chunks», with its example.
 */
import { createHash, type Hash } from "node:crypto";
import type { Readable } from "node:stream";
import { sameText } from "../auth/claim.ts";
import { OssError } from "../oss/errors.ts";
import { rethrowStreamError } from "../oss/incoming.ts";
import { EMPTY_SHA256 } from "./payload.ts";

/** Makes and checks the signatures of chunks. */
export type ChunkSigner = {
	/** The signature of the request, which the first chunk continues. */
	readonly seed: string;
	/** The time of the request, `yyyyMMddTHHmmssZ`. */
	readonly date: string;
	readonly scope: string;
	readonly sign: (stringToSign: string) => string;
};

const ALGORITHM = "AWS4-HMAC-SHA256-PAYLOAD";

/** The maximum length of a chunk's line: `10000;chunk-signature=` and 64 digits; some clients pad the size. */
const HEAD_BYTES_MAX = 1024;

/**
 * @param size the value of `x-amz-decoded-content-length`
 * @param signer undefined accepts any signature, as with `--auth off`
 * @throws OssError SignatureDoesNotMatch, InvalidRequest, IncompleteBody
 */
export async function* unwrapChunks(
	body: Readable,
	size: number,
	signer: ChunkSigner | undefined,
): AsyncGenerator<Buffer> {
	const source = new Source(body);
	let left = size;
	let previous = signer?.seed ?? "";
	for (;;) {
		const { length, signature } = readHead(await source.line());
		if (length > left) throw wrongLength();
		left -= length;
		const digest = createHash("sha256");
		yield* hashed(source, length, digest);
		await source.lineEnd();
		if (signer) requireSignature(signer, previous, signature, digest);
		previous = signature;
		if (length === 0) break;
	}
	if (left > 0) throw wrongLength();
	if (await source.hasMore()) throw malformed();
}

async function* hashed(
	source: Source,
	length: number,
	digest: Hash,
): AsyncGenerator<Buffer> {
	let left = length;
	while (left > 0) {
		const piece = await source.upTo(left);
		left -= piece.length;
		digest.update(piece);
		yield piece;
	}
}

function requireSignature(
	{ date, scope, sign }: ChunkSigner,
	previous: string,
	signature: string,
	digest: Hash,
): void {
	const stringToSign = [
		ALGORITHM,
		date,
		scope,
		previous,
		EMPTY_SHA256,
		digest.digest("hex"),
	].join("\n");
	if (sameText(sign(stringToSign), signature)) return;
	throw new OssError("SignatureDoesNotMatch", {
		ec: "0002-00000429",
		details: { SignatureProvided: signature, StringToSign: stringToSign },
	});
}

/** @throws OssError InvalidRequest */
function readHead(line: string): { length: number; signature: string } {
	const parts = /^([0-9a-f]{1,9});chunk-signature=([0-9a-f]{64})$/i.exec(line);
	if (!parts) throw malformed();
	const [, length = "", signature = ""] = parts;
	return { length: Number.parseInt(length, 16), signature };
}

const malformed = (): OssError =>
	new OssError("InvalidRequest", {
		message: "The aws-chunked body is malformed.",
	});

const wrongLength = (): OssError =>
	new OssError("IncompleteBody", {
		message:
			"The length of the aws-chunked body does not match x-amz-decoded-content-length.",
	});

/** Reads lines and pieces of a body. */
class Source {
	readonly #chunks: AsyncIterator<Buffer>;
	#rest: Buffer = Buffer.alloc(0);

	constructor(body: Readable) {
		this.#chunks = body.iterator({ destroyOnReturn: false });
	}

	/** Reads a line, without its CR and LF. @throws OssError InvalidRequest, IncompleteBody */
	async line(): Promise<string> {
		for (;;) {
			const end = this.#rest.indexOf("\r\n");
			if (end >= 0) {
				const line = this.#rest.toString("latin1", 0, end);
				this.#rest = this.#rest.subarray(end + 2);
				return line;
			}
			if (this.#rest.length > HEAD_BYTES_MAX) throw malformed();
			await this.#more();
		}
	}

	/** Reads the empty line after a chunk. */
	async lineEnd(): Promise<void> {
		while (this.#rest.length < 2) await this.#more();
		if (this.#rest.toString("latin1", 0, 2) !== "\r\n") throw malformed();
		this.#rest = this.#rest.subarray(2);
	}

	/** Reads at least one byte. */
	async upTo(bytes: number): Promise<Buffer> {
		if (this.#rest.length === 0) await this.#more();
		const piece = this.#rest.subarray(0, bytes);
		this.#rest = this.#rest.subarray(piece.length);
		return piece;
	}

	async hasMore(): Promise<boolean> {
		return this.#rest.length > 0 || (await this.#next()) !== undefined;
	}

	async #more(): Promise<void> {
		const chunk = await this.#next();
		if (!chunk) throw new OssError("IncompleteBody");
		this.#rest =
			this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
	}

	async #next(): Promise<Buffer | undefined> {
		const { done, value } = await this.#chunks.next().catch(rethrowStreamError);
		return done ? undefined : value;
	}
}

/** Yields the chunks of `body`; throws at the end if its hash is not `sha256`. @param mismatch makes that error */
export async function* checkHash(
	body: Readable,
	sha256: string,
	mismatch: () => OssError,
): AsyncGenerator<Buffer> {
	const digest = createHash("sha256");
	for await (const chunk of body.iterator({ destroyOnReturn: false })) {
		digest.update(chunk);
		yield chunk;
	}
	if (digest.digest("hex") !== sha256) throw mismatch();
}
