/**
 * The OSS port: a Fastify application with one route, because path, query and body are OSS's to read.
 *
 * Fastify's lifecycle carries the request: `onRequest` translates it and opens its record, the handler answers it,
 * `onResponse` drains what the client still sends. Authentication is not a hook: OSS reads a website's request twice,
 * and a form's signature stands in its body. `handle.ts` tells that story. Fastify's logger is off: it would load pino,
 * 7 ms of every start, and requests have a record of their own.
 */
import type { IncomingMessage } from "node:http";
import {
	type FastifyInstance,
	type FastifyReply,
	type FastifyRequest,
	fastify,
	type RouteHandlerMethod,
} from "fastify";
import type { Emulator } from "../emulator.ts";
import { OssError } from "../oss/errors.ts";
import { http } from "../oss/node-http.ts";
import type { Reply } from "../oss/reply.ts";
import type { Arrival } from "../oss/request.ts";
import type { Entry, RequestLog } from "../records/request-log.ts";
import { toArrival } from "./arrival.ts";
import { errorReply } from "./error-reply.ts";
import { handle } from "./handle.ts";
import { makeRequestId } from "./request-id.ts";
import { NO_SCHEMA_COMPILERS } from "./schema-compilers.ts";
import { answerSts, isForSts } from "./sts.ts";
import { endOfTurn, writeReply } from "./write-reply.ts";

declare module "fastify" {
	interface FastifyRequest {
		/** The request in OSS's words. On the OSS port only. */
		arrival: Arrival;
		/** Its record. On the OSS port only. */
		entry: Entry;
	}
}

export type OssAppOptions = {
	readonly emulator: Emulator;
	readonly requests: RequestLog;
	/** A port whose requests are all for STS; on the others the request decides. */
	readonly stsPort: number | undefined;
};

/** The servers are ours (`listen.ts`), and pass requests to `routing` of the application when it is ready. */
export async function createOssApp(
	options: OssAppOptions,
): Promise<FastifyInstance> {
	const { emulator, requests } = options;
	const app = fastify({
		// Fastify would decode and normalise the path; a key may hold `//`, `..` and `%2F`.
		rewriteUrl: () => ONLY_ROUTE,
		genReqId: () => makeRequestId(emulator.clock.now()),
		exposeHeadRoutes: false,
		return503OnClosing: false, // requests under way are finished
		schemaController: NO_SCHEMA_COMPILERS,
		serverFactory: (handler) => http.createServer(handler), // it never listens
	});
	passBodiesOn(app);
	app.decorateRequest("arrival");
	app.decorateRequest("entry");
	app.addHook("onRequest", (request, _, done) => {
		const { raw, id, originalUrl } = request;
		request.arrival = toArrival(raw, id, originalUrl, emulator.clock);
		request.entry = requests.begin(request.arrival);
		// Fastify would refuse a media type that it cannot read. OSS stores whatever is sent; `arrival` has it.
		delete raw.headers["content-type"];
		done();
	});
	app.addHook("onResponse", ({ raw }, _, done) => {
		drain(raw);
		done();
	});
	app.setErrorHandler((error, request, reply) => {
		emulator.log.error(
			`${request.id}: ${error instanceof Error ? error.stack : error}`,
		);
		const failure = new OssError("InternalError");
		return send(
			options,
			request,
			reply,
			errorReply(emulator.region, failure, request.arrival),
		);
	});
	const serve: RouteHandlerMethod = async (request, reply) =>
		send(options, request, reply, await answer(options, request));
	app.all(ONLY_ROUTE, serve);
	app.setNotFoundHandler(serve); // for methods that Fastify does not route, `PROPFIND`
	await app.ready();
	return app;
}

const ONLY_ROUTE = "/";

/** Bodies are passed on as streams: an upload may be larger than memory. */
function passBodiesOn(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser("*", (_, body, done) => done(null, body));
	// Fastify would refuse a QUERY without a media type before OSS refuses the method.
	app.addHttpMethod("QUERY", { overrideExisting: true });
}

async function answer(
	{ emulator, stsPort }: OssAppOptions,
	{ arrival, entry, raw }: FastifyRequest,
): Promise<Reply> {
	const onlySts = stsPort !== undefined && raw.socket.localPort === stsPort;
	return (
		(await answerOtherThanOss(emulator, onlySts, arrival, entry)) ??
		handle(emulator, arrival, {
			is: ({ name }) => entry.is(name),
			belongsTo: (owned) => entry.belongsTo(owned),
			speaks: entry.speaks,
			found: entry.found,
			faulty: (fault) => entry.faulty(fault),
			disconnect: () => raw.socket.destroy(),
			failed: (error) => {
				entry.failed(error);
				if (error.diagnosis !== "")
					emulator.log.warn(`${arrival.id}: ${error.code}: ${error.diagnosis}`);
			},
		})
	);
}

/** Hijacks the reply, because Fastify writes the names of headers in lower case, and some clients compare them. */
async function send(
	{ emulator }: OssAppOptions,
	{ arrival, entry, raw }: FastifyRequest,
	outgoing: FastifyReply,
	reply: Reply,
): Promise<void> {
	await endOfTurn();
	if (declaresUnsentBody(raw)) outgoing.raw.shouldKeepAlive = false;
	outgoing.hijack();
	try {
		await writeReply(outgoing.raw, reply, {
			...{ id: arrival.id, method: arrival.method },
			now: emulator.clock.now(),
			tookMs: outgoing.elapsedTime,
		});
	} catch (error) {
		// A bug of ours. Close the socket so that the client does not hang.
		emulator.log.error(`${arrival.id}: no answer: ${String(error)}`);
		outgoing.raw.destroy();
	}
	entry.end(reply);
}

/**
 * Whether the request declares a body that is not sent: py1's suite signs a Content-Length and sends it with GET too,
 * and the next request on the connection would be taken for that body.
 */
const declaresUnsentBody = ({ method, complete }: IncomingMessage): boolean =>
	(method === "GET" || method === "HEAD") && !complete;

/** Requests for STS or for the callback's public key, which arrive on the same port. */
async function answerOtherThanOss(
	emulator: Emulator,
	onlySts: boolean,
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

/** Drain a refused upload, or its bytes would be parsed as the next request, or keep the client from the answer. */
function drain(body: IncomingMessage): void {
	if (body.readableEnded || body.destroyed) return;
	body.unpipe();
	body.removeAllListeners("readable"); // of an iteration that was left in the middle
	body.resume();
}

/** No bucket can have this name. */
const PUBLIC_KEY_PATH = "/callback_pub_key_v1.pem";

const pem = (text: string): Reply => ({
	status: 200,
	headers: { "Content-Type": "application/x-pem-file" },
	body: Buffer.from(text),
});
