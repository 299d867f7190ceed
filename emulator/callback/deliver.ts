/**
 * Sends one POST to one URL with undici, within one time limit for connecting, sending and the whole answer.
 *
 * The emulator opens the connection itself (connect.ts) and uses it once, because OSS sends `Connection: close`. undici
 * writes Host and Connection first and Content-Length last, in lower case, and all other headers as given.
 *
 * Only an answer of 200 is read to its end. Any other status is a failure: the part of the body that arrives soon is
 * read for the record, and the uploader is answered. An interim status is a failure too: the request does not
 * ask for one, and it is not known what OSS does with it.
 *
 * Source: docs «Callback», step 3 and «Limits»; «HTTP 203 status code».
 */
import type { Socket } from "node:net";
import type { Client, Dispatcher } from "undici";
import { codeOf } from "../oss/code-of.ts";
import { AnswerHead, openConnection } from "./connect.ts";
import {
	ANSWER_BYTES_MAX,
	ANSWER_HEAD_BYTES_MAX,
	type Answer,
	type CallbackRequest,
	findHeader,
	type HeaderList,
	NO_TIME,
	type NoAnswer,
	type Outcome,
	type ResolvedUrl,
} from "./model.ts";
import type { CallbackSwitches } from "./switches.ts";

export type DeliverOptions = Pick<
	CallbackSwitches,
	"timeoutMs" | "verifyTls" | "alwaysSni"
>;

/** Limits for the body of an answer whose status is a failure. */
export const REFUSAL_BYTES_MAX = 64 * 1024;
const REFUSAL_MS_MAX = 250;

/**
 * @param ending aborts the exchange when the emulator ends
 * @returns the outcome; never throws and never exceeds `timeoutMs`, regardless of the application server
 */
export async function deliver(
	callback: CallbackRequest,
	options: DeliverOptions,
	ending?: AbortSignal,
): Promise<Outcome> {
	const { url } = callback;
	if (url.addresses.length === 0) return unresolved(url);
	undici ??= import("undici").catch((error) => {
		undici = undefined; // the next callback tries again
		throw error;
	});
	const { Client } = await undici;
	const tls = url.secure ? await import("node:tls") : undefined;
	return new Exchange(callback, options, tls).run(Client, ending);
}

/** Loaded by the first callback: it takes 60 ms and 28 MB. */
let undici: Promise<typeof import("undici")> | undefined;

const unresolved = ({ lookupMs, hostname }: ResolvedUrl): Outcome => ({
	timing: { ...NO_TIME, lookupMs },
	noAnswer: "unresolved",
	detail: `no address is known for ${hostname}`,
});

/** undici requires an origin and parses its name; the connection is opened to the callback's URL instead. */
const ORIGIN = "http://application-server";

/** One request and its answer: the bytes that arrived, how it ended, and when. */
class Exchange {
	readonly #callback: CallbackRequest;
	readonly #options: DeliverOptions;
	readonly #tls: typeof import("node:tls") | undefined;
	readonly #startMs = performance.now();
	readonly #done = Promise.withResolvers<Outcome>();
	readonly #head = new AnswerHead();
	#socket: Socket | undefined;
	#connectedMs: number | undefined;
	#securedMs: number | undefined;
	#sentMs: number | undefined;
	#answeredMs: number | undefined;
	#answer: Pick<Answer, "status" | "headers"> | undefined;
	#declaredBytes = Number.NaN;
	#bytesMax = ANSWER_BYTES_MAX;
	#chunks: Buffer[] = [];
	#received = 0;

	constructor(
		callback: CallbackRequest,
		options: DeliverOptions,
		tls: typeof import("node:tls") | undefined,
	) {
		this.#callback = callback;
		this.#options = options;
		this.#tls = tls;
	}

	async run(Agent: typeof Client, ending?: AbortSignal): Promise<Outcome> {
		const { timeoutMs } = this.#options;
		const { target, headers, body } = this.#callback;
		const timer = setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
		const abort = (): void => this.#giveUp("lost", "the emulator ended");
		ending?.addEventListener("abort", abort);
		const client = new Agent(ORIGIN, {
			connect: (_, connected) => this.#connect(connected),
			maxHeaderSize: ANSWER_HEAD_BYTES_MAX,
			// The timer is the only time limit.
			headersTimeout: 0,
			bodyTimeout: 0,
		});
		client.dispatch(
			{ method: "POST", path: target, headers: headers.flat(), body },
			this.#handler(),
		);
		try {
			return await this.#done.promise;
		} finally {
			clearTimeout(timer);
			ending?.removeEventListener("abort", abort);
			// Ends the client too: it has no other connection and nothing left to send.
			this.#socket?.destroy();
		}
	}

	#connect(
		connected: (
			...args: [error: null, socket: Socket] | [error: Error, socket: null]
		) => void,
	): Socket {
		const { url, sni } = this.#callback;
		const { alwaysSni, verifyTls } = this.#options;
		const connectOptions = { sni: sni || alwaysSni, verifyTls };
		const socket = openConnection(url, connectOptions, this.#tls);
		this.#socket = socket;
		this.#head.watch(socket, () => this.#giveUp("headTooLong", "cut off"));
		socket.once("connect", () => {
			this.#connectedMs = this.#passed();
			if (!url.secure) connected(null, socket);
		});
		socket.once("secureConnect", () => {
			this.#securedMs = this.#passed();
			connected(null, socket);
		});
		// Once connected, undici listens for errors itself and reports them.
		return socket.on("error", (error) => connected(error, null));
	}

	#handler(): Dispatcher.DispatchHandler {
		return {
			onRequestStart: () => {},
			onRequestSent: () => {
				this.#sentMs = this.#passed();
			},
			onResponseStart: ({ rawHeaders }, status) =>
				this.#receive(status, pairs(rawHeaders)),
			onResponseData: (_, chunk) => this.#collect(chunk),
			onResponseEnd: () => this.#end("complete"),
			onResponseError: (_, error) => this.#fail(error),
		};
	}

	#receive(status: number, headers: HeaderList): void {
		this.#answeredMs = this.#passed();
		if (status < 200) {
			const reason = status < 100 ? "malformed" : "interim";
			this.#giveUp(reason, `status ${status}`);
			return;
		}
		this.#head.close();
		this.#answer = { status, headers };
		this.#declaredBytes = declaredBytes(headers);
		if (status !== 200) this.#endSoon();
		else if (this.#declaredBytes > ANSWER_BYTES_MAX) this.#end("size");
	}

	#endSoon(): void {
		this.#bytesMax = REFUSAL_BYTES_MAX;
		const timer = setTimeout(() => this.#end("time"), REFUSAL_MS_MAX);
		this.#done.promise.finally(() => clearTimeout(timer));
	}

	/** Undici counts blanks after a Content-Length as digits, and would report that bytes are missing at the end. */
	#collect(chunk: Buffer): void {
		const remaining = this.#bytesMax - this.#received;
		this.#received += chunk.length;
		if (remaining > 0) this.#chunks.push(chunk.subarray(0, remaining));
		if (chunk.length > remaining) this.#end("size");
		else if (this.#received === this.#declaredBytes) this.#end("complete");
	}

	/** Once connected, a TLS handshake that never ends counts as a missing answer. */
	#timeOut(timeoutMs: number): void {
		const reason = this.#connectedMs === undefined ? "unreachable" : "time";
		if (this.#answer) this.#end("time");
		else this.#giveUp(reason, `nothing within ${timeoutMs} ms`);
	}

	#fail(error: Error): void {
		// A request that undici refuses to write is a bug in the emulator.
		if (codeOf(error) === "UND_ERR_INVALID_ARG") this.#done.reject(error);
		else if (this.#answer) this.#end("cut");
		else if (MALFORMED.has(error.name)) this.#refuseHead(error);
		else this.#giveUp(this.#reasonOf(error), describe(error));
	}

	#refuseHead(error: Error): void {
		const { badLength, hugeLength } = this.#head;
		if (badLength !== "") this.#giveUp("contentLength", badLength);
		else if (hugeLength !== "") this.#giveUp("lengthTooLarge", hugeLength);
		else this.#giveUp("malformed", describe(error));
	}

	#reasonOf(error: Error): NoAnswer {
		const code = codeOf(error);
		const [known] = REASONS.find(([, codes]) => codes.test(code)) ?? [];
		if (known) return known;
		if (INTERIM.test(error.message)) return "interim";
		// A reset may arrive before the connection is announced.
		if (this.#connectedMs === undefined && code !== "ECONNRESET")
			return "unreachable";
		const { secure } = this.#callback.url;
		if (!secure || this.#securedMs !== undefined) return "lost";
		return describe(error) === NO_TLS ? "notTls" : "tls";
	}

	#end(ended: Answer["ended"]): void {
		const { status = 0, headers = [] } = this.#answer ?? {};
		const body = Buffer.concat(this.#chunks);
		const answer = { status, headers, body, ended };
		this.#done.resolve({ timing: this.#timing(), answer });
	}

	#giveUp(noAnswer: NoAnswer, detail: string): void {
		this.#done.resolve({ timing: this.#timing(), noAnswer, detail });
	}

	#timing(): Outcome["timing"] {
		return {
			lookupMs: this.#callback.url.lookupMs,
			connectedMs: this.#connectedMs,
			securedMs: this.#securedMs,
			sentMs: this.#sentMs,
			answeredMs: this.#answeredMs,
			totalMs: this.#passed(),
		};
	}

	readonly #passed = (): number => performance.now() - this.#startMs;
}

/** Reasons by error code. */
const REASONS: readonly (readonly [NoAnswer, RegExp])[] = [
	["headTooLong", /^UND_ERR_HEADERS_OVERFLOW$/],
	["refused", /^ECONNREFUSED$/],
	["certificate", /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/],
];

/** Names of undici's errors for an answer that is not HTTP; their codes differ, or are missing. */
const MALFORMED: ReadonlySet<string> = new Set([
	"HTTPParserError",
	"ResponseContentLengthMismatchError",
]);

/** undici's messages for 100 and 101; it passes other interim statuses to the handler. */
const INTERIM = /^bad (response|upgrade)$/;

/** OpenSSL's message for an answer that is not TLS. */
const NO_TLS = "wrong version number";

/** The message without OpenSSL's numbers and function names, and without Node's advice on its own flags. */
function describe(error: Error): string {
	const [, openSsl] =
		/:error:[^:]*:[^:]*:[^:]*:([^:]+):/.exec(error.message) ?? [];
	const [, parser] =
		/^Response does not match .* \((.*)\)$/.exec(error.message) ?? [];
	const message = openSsl ?? parser ?? error.message;
	return message.split("; ", 1)[0] || codeOf(error);
}

/** NaN when there is no Content-Length. */
const declaredBytes = (headers: HeaderList): number =>
	Number(findHeader(headers, "content-length") ?? Number.NaN);

/** undici passes names and values alternately, as they came on the wire, with the blanks after a value. */
function pairs(raw: Dispatcher.DispatchController["rawHeaders"]): HeaderList {
	const list: [string, string][] = [];
	if (!Array.isArray(raw)) return list;
	const text = raw.map((item: Buffer | string) =>
		typeof item === "string" ? item : item.toString("latin1"),
	);
	for (let i = 0; i + 1 < text.length; i += 2)
		list.push([text[i] ?? "", withoutBlanksAfter(text[i + 1] ?? "")]);
	return list;
}

/** `trim` would also remove the byte A0, which may be the end of a character in UTF-8. */
function withoutBlanksAfter(value: string): string {
	let end = value.length;
	while (value[end - 1] === " " || value[end - 1] === "\t") end--;
	return value.slice(0, end);
}
