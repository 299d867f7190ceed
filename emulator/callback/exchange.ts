/**
 * One request on its way and its answer: what came, how it ended, and when.
 *
 * Only an answer of 200 is read to its end. Any other has failed by its status: of its body so much is read for the
 * record as comes soon, and the uploader is told.
 */
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { codeOf } from "../oss/code-of.ts";
import type { ResolvedUrl } from "./callback.ts";
import {
	ANSWER_BYTES_MAX,
	type Answer,
	type HeaderList,
	type NoAnswer,
	type Outcome,
} from "./delivery.ts";
import { keepReading } from "./keep-reading.ts";

/** Of an answer that has failed by its status. */
export const REFUSAL_BYTES_MAX = 64 * 1024;
const REFUSAL_MS_MAX = 250;

export class Exchange {
	readonly #outgoing: ClientRequest;
	readonly #url: ResolvedUrl;
	readonly #begun: number;
	readonly #done = Promise.withResolvers<Outcome>();
	#bytesMax = ANSWER_BYTES_MAX;
	#connectedMs: number | undefined;
	#securedMs: number | undefined;
	#answeredMs: number | undefined;
	#response: IncomingMessage | undefined;
	#chunks: Buffer[] = [];
	#received = 0;

	constructor(outgoing: ClientRequest, url: ResolvedUrl, begun: number) {
		this.#outgoing = outgoing;
		this.#url = url;
		this.#begun = begun;
	}

	async run(body: Buffer, timeoutMs: number): Promise<Outcome> {
		const left = Math.max(0, timeoutMs - this.#passed());
		const timer = setTimeout(() => this.#timeOut(timeoutMs), left);
		this.#outgoing
			.on("socket", (socket) => this.#watch(socket))
			.on("response", (response) => this.#receive(response))
			.on("upgrade", (response, socket) => {
				this.#receive(response);
				socket.destroy(); // it belongs to nobody now
			})
			.on("error", (error) => this.#fail(error))
			.end(body);
		const outcome = await this.#done.promise;
		clearTimeout(timer);
		this.#outgoing.destroy();
		return outcome;
	}

	#watch(socket: Socket): void {
		keepReading(socket);
		socket.once("connect", () => {
			this.#connectedMs = this.#passed();
		});
		socket.once("secureConnect", () => {
			this.#securedMs = this.#passed();
		});
	}

	#receive(response: IncomingMessage): void {
		this.#answeredMs = this.#passed();
		this.#response = response;
		response
			.on("data", (chunk: Buffer) => this.#collect(chunk))
			.on("end", () => this.#answer(response, "complete"))
			.on("error", () => this.#answer(response, "cut"));
		if (response.statusCode === 101) this.#answer(response, "complete");
		else if (response.statusCode !== 200) this.#endSoon(response);
		else if (declaredBytes(response) > ANSWER_BYTES_MAX)
			this.#answer(response, "size");
	}

	#endSoon(response: IncomingMessage): void {
		this.#bytesMax = REFUSAL_BYTES_MAX;
		const left = setTimeout(
			() => this.#answer(response, "time"),
			REFUSAL_MS_MAX,
		);
		this.#done.promise.finally(() => clearTimeout(left));
	}

	#collect(chunk: Buffer): void {
		const room = this.#bytesMax - this.#received;
		this.#received += chunk.length;
		if (room > 0) this.#chunks.push(chunk.subarray(0, room));
		if (this.#response && chunk.length > room)
			this.#answer(this.#response, "size");
	}

	/** Once there is a connection, a TLS handshake without end is an answer that does not come. */
	#timeOut(timeoutMs: number): void {
		const reason = this.#connectedMs === undefined ? "unreachable" : "time";
		if (this.#response) this.#answer(this.#response, "time");
		else this.#giveUp(reason, `nothing within ${timeoutMs} ms`);
	}

	/** An answer that arrived counts, whatever became of the connection after it. */
	#fail(error: Error): void {
		const response = this.#response;
		response?.read(); // what was parsed before the error
		if (!response) this.#giveUp(this.#reasonOf(error), say(error));
		else if (this.#received === declaredBytes(response))
			this.#answer(response, "complete");
		else this.#answer(response, "cut");
	}

	#reasonOf(error: Error): NoAnswer {
		const code = codeOf(error);
		const [known] = REASONS.find(([, codes]) => codes.test(code)) ?? [];
		if (known) return known;
		// A reset may be there before the connection is announced.
		if (this.#connectedMs === undefined && code !== "ECONNRESET")
			return "unreachable";
		if (!this.#url.secure || this.#securedMs !== undefined) return "lost";
		return say(error) === NO_TLS ? "notTls" : "tls";
	}

	#answer(response: IncomingMessage, ended: Answer["ended"]): void {
		const { statusCode: status = 0, rawHeaders } = response;
		const body = Buffer.concat(this.#chunks);
		const answer = { status, headers: pairs(rawHeaders), body, ended };
		this.#done.resolve({ timing: this.#timing(), answer });
	}

	#giveUp(noAnswer: NoAnswer, detail: string): void {
		this.#done.resolve({ timing: this.#timing(), noAnswer, detail });
	}

	#timing(): Outcome["timing"] {
		return {
			lookupMs: this.#url.lookupMs,
			connectedMs: this.#connectedMs,
			securedMs: this.#securedMs,
			answeredMs: this.#answeredMs,
			totalMs: this.#passed(),
		};
	}

	readonly #passed = (): number => performance.now() - this.#begun;
}

/**
 * By the codes of errors. Of a Content-Length that is no number, is empty, is there twice, or beside chunks: the parser
 * has a name for each order of the last two. Of the rest of its names, an answer is not HTTP.
 */
const REASONS: readonly (readonly [NoAnswer, RegExp])[] = [
	["contentLength", /^HPE_(INVALID|UNEXPECTED)_CONTENT_LENGTH$/],
	["contentLength", /^HPE_INVALID_TRANSFER_ENCODING$/],
	["headTooLong", /^HPE_HEADER_OVERFLOW$/],
	["malformed", /^HPE_/],
	["refused", /^ECONNREFUSED$/],
	["certificate", /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/],
];

/** What OpenSSL says of an answer that is not TLS at all. */
const NO_TLS = "wrong version number";

/** Without what is of no use to a user: OpenSSL's numbers and names of functions, Node's advice on its own flags. */
function say(error: Error): string {
	const [, openSsl] =
		/:error:[^:]*:[^:]*:[^:]*:([^:]+):/.exec(error.message) ?? [];
	const message = openSsl ?? error.message.replace(/^Parse Error: /, "");
	return message.split("; ", 1)[0] || codeOf(error);
}

/** NaN when there is no Content-Length. */
const declaredBytes = ({ headers }: IncomingMessage): number =>
	Number(headers["content-length"] ?? Number.NaN);

function pairs(rawHeaders: readonly string[]): HeaderList {
	const list: [string, string][] = [];
	for (let i = 0; i + 1 < rawHeaders.length; i += 2)
		list.push([rawHeaders[i] ?? "", rawHeaders[i + 1] ?? ""]);
	return list;
}
