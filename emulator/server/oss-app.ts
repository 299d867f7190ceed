/**
 * The OSS port: a Fastify application with one route, because path, query and body are interpreted by OSS's rules.
 * Forms are passed to a second application with @fastify/multipart, which is loaded for the first form: other
 * requests do not run its hooks, and startup is 8 ms shorter.
 *
 * Fastify's lifecycle carries the request: `onRequest` translates it and opens its record, the handler answers it,
 * `onResponse` drains the rest of the client's body. Authentication is not a hook: OSS reads a website's request twice,
 * and a form's signature is in its body; see `handle.ts`. Fastify's logger is off: it would load pino, which takes 7 ms
 * of every start, and the emulator records requests itself.
 */
import type { IncomingMessage, RequestListener } from "node:http";
import {
	type FastifyInstance,
	type FastifyReply,
	type FastifyRequest,
	fastify,
	type RouteHandlerMethod,
} from "fastify";
import { PUBLIC_KEY_PATH } from "../callback/key-pair.ts";
import type { Emulator } from "../emulator.ts";
import { ByteBudget } from "../oss/byte-budget.ts";
import { OssError } from "../oss/errors.ts";
import { http } from "../oss/node-http.ts";
import type { Reply } from "../oss/reply.ts";
import { type Arrival, type FormPart, isFormType } from "../oss/request.ts";
import type { Entry, RequestLog } from "../records/request-log.ts";
import { makeRequestId, toArrival } from "./arrival.ts";
import { errorReply } from "./error-reply.ts";
import type { formParts } from "./form-parts.ts";
import { handle, Observer } from "./handle.ts";
import { isForSts } from "./other-services.ts";
import { NO_SCHEMA_COMPILERS } from "./schema-compilers.ts";
import { answerSts } from "./sts.ts";
import { endOfTurn, writeReply } from "./write-reply.ts";

declare module "fastify" {
	interface FastifyRequest {
		/** The request in OSS's terms; set only on the OSS port. */
		arrival: Arrival;
		/** The record of the request; set only on the OSS port. */
		entry: Entry;
	}
}

export type OssAppOptions = {
	readonly emulator: Emulator;
	readonly requests: RequestLog;
	/** Whether all requests to the port are for STS; on other ports the request decides. */
	readonly stsPort: number | undefined;
};

/** The limit for the fields of all unfinished forms together; one form may have fields of 4 MB. */
const FORMS_BYTES_MAX = 64 * 1024 * 1024;

/** Makes the application. `listen.ts` makes the servers, and passes their requests to `routing` once it is set. */
export async function createOssApp(
	options: OssAppOptions,
): Promise<{ readonly routing: RequestListener }> {
	const formMemory = new ByteBudget(FORMS_BYTES_MAX);
	const { routing } = await makeApp(options, formMemory);
	const makeForms = async (): Promise<FastifyInstance> => {
		const { acceptForms } = await import("./form-parts.ts");
		return makeApp(options, formMemory, acceptForms);
	};
	let forms: Promise<FastifyInstance> | undefined;
	return {
		routing: (incoming, outgoing) => {
			if (!isFormType(incoming.headers["content-type"]))
				return routing(incoming, outgoing);
			forms ??= makeForms();
			forms.then(
				(app) => app.routing(incoming, outgoing),
				(error: unknown) => {
					forms = undefined; // the next form tries again
					options.emulator.log.error(`forms cannot be read: ${String(error)}`);
					outgoing.destroy();
				},
			);
		},
	};
}

/** @param prepare adds plugins to the application */
async function makeApp(
	options: OssAppOptions,
	formMemory: ByteBudget,
	prepare?: (app: FastifyInstance) => Promise<void>,
): Promise<FastifyInstance> {
	const { emulator, requests } = options;
	const app = fastify({
		// Fastify would decode and normalise the path; a key may contain `//`, `..` and `%2F`.
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
		request.arrival = toArrival(
			raw,
			id,
			originalUrl,
			emulator.clock,
			(body, headers) => readForm(request, body, headers, formMemory),
		);
		request.entry = requests.begin(request.arrival);
		// Fastify would refuse a media type that it cannot read. OSS stores whatever is sent; `arrival` has the headers.
		raw.headers = NO_HEADERS;
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
	await prepare?.(app);
	app.all(ONLY_ROUTE, serve);
	app.setNotFoundHandler(serve); // for methods that Fastify does not route, such as `PROPFIND`
	await app.ready();
	return app;
}

const ONLY_ROUTE = "/";

const NO_HEADERS: IncomingMessage["headers"] = {};

/** Like `formParts`, which is loaded for the first form. */
async function* readForm(
	...form: Parameters<typeof formParts>
): AsyncGenerator<FormPart> {
	const parts = await import("./form-parts.ts");
	yield* parts.formParts(...form);
}

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
	const other = answerOtherThanOss(emulator, onlySts, arrival, entry);
	return (
		(other && (await other)) ??
		handle(emulator, arrival, new Observer(emulator.log, raw, entry))
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
			id: arrival.id,
			method: arrival.method,
			now: emulator.clock.now(),
			tookMs: outgoing.elapsedTime,
		});
	} catch (error) {
		// A bug of the emulator. Close the socket so that the client does not hang.
		emulator.log.error(
			`${arrival.id}: the response could not be sent: ${String(error)}`,
		);
		outgoing.raw.destroy();
	}
	entry.end(reply);
}

/**
 * Whether the request declares a body that is not sent: py1's suite signs a Content-Length and sends it with GET too,
 * and the next request on the connection would be interpreted as that body.
 */
const declaresUnsentBody = ({ method, complete }: IncomingMessage): boolean =>
	(method === "GET" || method === "HEAD") && !complete;

/**
 * Requests for STS or for the callback's public key, which arrive on the same port.
 *
 * @returns undefined for nearly all requests, without delay
 */
function answerOtherThanOss(
	emulator: Emulator,
	onlySts: boolean,
	arrival: Arrival,
	entry: Entry,
): Promise<Reply | undefined> | undefined {
	const { rawPath, method } = arrival;
	const isSts = onlySts ? "yes" : isForSts(arrival);
	if (isSts !== "no")
		return answerAsSts(emulator, arrival, isSts === "yes", entry);
	return rawPath === PUBLIC_KEY_PATH && method === "GET"
		? emulator.callbacks.publicPem().then(pem)
		: undefined;
}

/** @returns undefined if it turns out not to be for STS */
async function answerAsSts(
	emulator: Emulator,
	arrival: Arrival,
	isSure: boolean,
	entry: Entry,
): Promise<Reply | undefined> {
	const answered = await answerSts(emulator, arrival, isSure);
	if (!answered) return undefined;
	const { operation, account, diagnosis, reply } = answered;
	entry.setOperation(operation);
	entry.setOwner({ account, bucket: "", key: "" });
	entry.setError(answered);
	if (diagnosis !== "")
		emulator.log.warn(`${arrival.id}: ${operation}: ${diagnosis}`);
	return reply;
}

/**
 * Drains a refused upload: its bytes would otherwise be parsed as the next request, or prevent the client from reading
 * the response.
 */
function drain(body: IncomingMessage): void {
	if (body.readableEnded || body.destroyed) return;
	body.unpipe();
	body.removeAllListeners("readable"); // listeners of an iteration that ended early
	// Without a listener, the end of such an iteration would pause the stream.
	body.on("data", () => {});
	body.resume();
}

const pem = (text: string): Reply => ({
	status: 200,
	headers: { "Content-Type": "application/x-pem-file" },
	body: Buffer.from(text),
});
