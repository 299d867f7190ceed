/**
 * The OSS port: Node's request → OssRequest, `handle`, Reply → the wire.
 *
 * No framework: path, query and body are OSS's to read, so that one would have a single route and nothing to parse, at
 * 30 ms of every start.
 */
import type {
	IncomingMessage,
	RequestListener,
	ServerResponse,
} from "node:http";
import type { Emulator } from "../emulator.ts";
import { formDecode } from "../oss/encoding.ts";
import type { Reply } from "../oss/reply.ts";
import type { Arrival, Headers, Query } from "../oss/request.ts";
import { decodeWireText } from "../oss/wire-text.ts";
import type { Entry, RequestLog } from "../records/request-log.ts";
import { endOfTurn } from "./batch-replies.ts";
import { formParts } from "./form-parts.ts";
import { handle } from "./handle.ts";
import { makeRequestId } from "./request-id.ts";
import { answerSts, isForSts } from "./sts.ts";
import { writeReply } from "./write-reply.ts";

/** A callback and its variables alone may take 10 KB, user metadata 8 KB more. */
export const HEADER_BYTES_MAX = 64 * 1024;

export type OssAppOptions = {
	readonly emulator: Emulator;
	readonly requests: RequestLog;
	/** Whether every request is STS's; otherwise each is looked at. */
	readonly onlySts?: boolean;
};

export function createOssApp(options: OssAppOptions): RequestListener {
	return (incoming, outgoing) => {
		respond(options, incoming, outgoing).catch((error: unknown) => {
			// A reply that cannot be written is a bug of ours; nobody is to wait for it.
			options.emulator.log.error(`no answer: ${String(error)}`);
			outgoing.destroy();
		});
	};
}

async function respond(
	options: OssAppOptions,
	incoming: IncomingMessage,
	outgoing: ServerResponse,
): Promise<void> {
	const { emulator, requests } = options;
	const started = performance.now();
	const arrival = toArrival(emulator, incoming);
	const entry = requests.begin(arrival);
	const reply =
		(await answerBeside(options, arrival, entry)) ??
		(await handle(emulator, arrival, {
			is: ({ name }) => entry.is(name),
			belongsTo: (owned) => entry.belongsTo(owned),
			speaks: entry.speaks,
			found: entry.found,
			faulty: (fault) => entry.faulty(fault),
			disconnect: () => incoming.socket.destroy(),
			failed: (error) => {
				entry.failed(error);
				if (error.diagnosis !== "")
					emulator.log.warn(`${arrival.id}: ${error.code}: ${error.diagnosis}`);
			},
		}));
	await endOfTurn();
	if (announcesInVain(incoming)) outgoing.shouldKeepAlive = false;
	await writeReply(outgoing, reply, {
		...{ id: arrival.id, method: arrival.method },
		now: emulator.clock.now(),
		tookMs: performance.now() - started,
	});
	entry.end(reply);
	readOff(incoming);
}

/**
 * Whether a body that nobody asks for is announced and does not come: py1's suite signs a Content-Length and sends it
 * with GET too, and what comes next on the connection would be taken for that body.
 */
const announcesInVain = ({ method, complete }: IncomingMessage): boolean =>
	(method === "GET" || method === "HEAD") && !complete;

/** What is no request to OSS, though it comes to the same port. */
async function answerBeside(
	{ emulator, onlySts = false }: OssAppOptions,
	arrival: Arrival,
	entry: Entry,
): Promise<Reply | undefined> {
	const { rawPath, method } = arrival;
	const isSts = onlySts ? "yes" : isForSts(arrival);
	if (isSts !== "no") {
		const answered = await answerSts(emulator, arrival, isSts === "yes");
		if (!answered) return undefined;
		const { operation, account, diagnosis, reply } = answered;
		entry.is(operation);
		entry.belongsTo({ account, bucket: "", key: "" });
		entry.failed(answered);
		if (diagnosis !== "")
			emulator.log.warn(`${arrival.id}: ${operation}: ${diagnosis}`);
		return reply;
	}
	return rawPath === PUBLIC_KEY_PATH && method === "GET"
		? pem(emulator.callbacks.publicPem)
		: undefined;
}

/** What a refused upload goes on sending would be taken for the next request, or keep the sender from reading on. */
function readOff(body: IncomingMessage): void {
	if (body.readableEnded || body.destroyed) return;
	body.unpipe();
	body.removeAllListeners("readable"); // of an iteration that was left in the middle
	body.resume();
}

/** No bucket can be called that. */
const PUBLIC_KEY_PATH = "/callback_pub_key_v1.pem";

const pem = (text: string): Reply => ({
	status: 200,
	headers: { "Content-Type": "application/x-pem-file" },
	body: Buffer.from(text),
});

function toArrival({ clock }: Emulator, raw: IncomingMessage): Arrival {
	const receivedAt = clock.now();
	const [rawPath, rawQuery] = splitUrl(raw.url ?? "/");
	const headers = readHeaders(raw.headers);
	return {
		id: makeRequestId(receivedAt),
		method: raw.method ?? "GET",
		rawPath,
		rawQuery,
		query: readQuery(rawQuery),
		headers,
		host: raw.headers.host ?? "",
		scheme: "encrypted" in raw.socket ? "https" : "http",
		clientIp: (raw.socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
		receivedAt,
		hasGone: () => !raw.socket.writable,
		body: raw,
		form: (body = raw) => formParts(body, headers),
	};
}

/** A proxy's client sends the whole URL in the request line. */
function splitUrl(url: string): [path: string, query: string] {
	const target = url.startsWith("/")
		? url
		: url.replace(/^[a-z]+:\/\/[^/?]*/i, "");
	const mark = target.indexOf("?");
	return mark < 0
		? [target, ""]
		: [target.slice(0, mark), target.slice(mark + 1)];
}

/** @throws nothing: what cannot be decoded is kept as it came, and no signature will fit it */
function readQuery(raw: string): Query {
	const query = new Map<string, string>();
	if (raw === "") return query;
	for (const pair of raw.split("&")) {
		if (pair === "") continue;
		const equals = pair.indexOf("=");
		const [name, value] =
			equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
		const decoded = formDecode(name) ?? name;
		if (!query.has(decoded)) query.set(decoded, formDecode(value) ?? value);
	}
	return query;
}

function readHeaders(headers: IncomingMessage["headers"]): Headers {
	const read: Record<string, string | undefined> = Object.create(null);
	for (const name in headers) {
		const value = headers[name];
		read[name] = decodeWireText(
			Array.isArray(value) ? value.join(",") : (value ?? ""),
		);
	}
	return read;
}
