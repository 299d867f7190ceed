/**
 * Sends requests without changing a byte, and signs them according to docs «Signature version 4». It uses no SDK and no
 * code of the emulator.
 */
import {
	createHash,
	createHmac,
	createSecretKey,
	type KeyObject,
} from "node:crypto";
import { Agent, type IncomingMessage, request } from "node:http";
import { request as requestOverTls, Agent as TlsAgent } from "node:https";
import { connect, type Socket } from "node:net";
import { text as readText } from "node:stream/consumers";

export type Key = {
	readonly id: string;
	readonly secret: string;
	/** The security token of an STS session. */
	readonly token?: string;
};

export type Sending = {
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array;
	/** The Host header. Default: the host of the endpoint. */
	readonly host?: string;
	/** The signed resource, `/bucket/key`, decoded. Default: the path. */
	readonly resource?: string;
	/** null sends the request without a signature. */
	readonly as?: Key | null;
	/** The host to connect to. Default: the host of the endpoint. */
	readonly connectTo?: string;
	/** Sends only the head: the emulator must respond without waiting for the declared body. */
	readonly headOnly?: boolean;
	/** Does not wait for the body of the response, which may never arrive. */
	readonly ignoreBody?: boolean;
};

export type Answer = {
	readonly status: number;
	readonly reason: string;
	/** Headers by lower-case name. */
	readonly headers: Readonly<Record<string, string>>;
	/** The names of the headers as received. */
	readonly headerNames: readonly string[];
	readonly body: Buffer;
	/** The body as UTF-8. */
	readonly text: string;
};

export class Client {
	readonly #endpoint: URL;
	readonly #key: Key;
	readonly #region: string;
	/** Keeps the connection open, so that a malformed response also breaks the next request. */
	readonly #agent: Agent;

	constructor(endpoint: string, key: Key, region = "cn-hangzhou") {
		this.#endpoint = new URL(endpoint);
		this.#key = key;
		this.#region = region;
		const isPlain = this.#endpoint.protocol === "http:";
		this.#agent = new (isPlain ? Agent : TlsAgent)({ keepAlive: true });
	}

	get(target: string, sending?: Sending): Promise<Answer> {
		return this.send("GET", target, sending);
	}
	head(target: string, sending?: Sending): Promise<Answer> {
		return this.send("HEAD", target, sending);
	}
	put(
		target: string,
		body?: string | Uint8Array,
		headers: Sending["headers"] = {},
	): Promise<Answer> {
		return this.send("PUT", target, {
			headers,
			...(body === undefined ? {} : { body }),
		});
	}
	post(
		target: string,
		body?: string | Uint8Array,
		headers: Sending["headers"] = {},
	): Promise<Answer> {
		return this.send("POST", target, {
			headers,
			...(body === undefined ? {} : { body }),
		});
	}
	delete(target: string, sending?: Sending): Promise<Answer> {
		return this.send("DELETE", target, sending);
	}

	/** @param target the path and query as sent */
	async send(
		method: string,
		target: string,
		sending: Sending = {},
	): Promise<Answer> {
		const { as = this.#key, body, host = this.#endpoint.host } = sending;
		const signed = as
			? sign(as, this.#region, method, target, sending, new Date())
			: sending.headers;
		const headers = Object.entries({ ...signed, host }).map(
			([name, value]) => [name, Buffer.from(value).toString("latin1")] as const,
		);
		const { promise, resolve, reject } =
			Promise.withResolvers<IncomingMessage>();
		const connectTo = sending.connectTo ?? this.#endpoint.hostname;
		const isPlain = this.#endpoint.protocol === "http:";
		const outgoing = (isPlain ? request : requestOverTls)(
			{
				method,
				path: target,
				host: connectTo.replace(/^\[|\]$/g, ""),
				port: this.#endpoint.port,
				agent: this.#agent,
				headers: Object.fromEntries(headers),
			},
			resolve,
		);
		outgoing.on("error", reject);
		if (sending.headOnly) outgoing.flushHeaders();
		// As a buffer, because Node would write the head in the encoding of a text.
		else outgoing.end(body === undefined ? body : Buffer.from(body));
		const incoming = await promise;
		const answer = sending.ignoreBody
			? answerOf(incoming, Buffer.alloc(0))
			: await readAnswer(incoming);
		if (sending.headOnly || sending.ignoreBody) outgoing.destroy();
		return answer;
	}

	close(): void {
		this.#agent.destroy();
	}
}

async function readAnswer(incoming: IncomingMessage): Promise<Answer> {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming) chunks.push(chunk);
	return answerOf(incoming, Buffer.concat(chunks));
}

function answerOf(incoming: IncomingMessage, body: Buffer): Answer {
	const headers = Object.entries(incoming.headers).map(([name, value]) => [
		name,
		Buffer.from(String(value), "latin1").toString(),
	]);
	return {
		status: incoming.statusCode ?? 0,
		reason: incoming.statusMessage ?? "",
		headers: Object.fromEntries(headers),
		headerNames: incoming.rawHeaders.filter((_, index) => index % 2 === 0),
		body,
		text: body.toString(),
	};
}

const encode = (text: string): string =>
	encodeURIComponent(text).replaceAll(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);

const hmac = (key: string | Buffer | KeyObject, text: string): Buffer =>
	createHmac("sha256", key).update(text).digest();

function sign(
	{ id, secret, token }: Key,
	region: string,
	method: string,
	target: string,
	{ headers = {}, resource }: Sending,
	now: Date,
): Record<string, string> {
	const [path = "", ...rest] = target.split("?");
	const time = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
	const scope = `${time.slice(0, 8)}/${region}/oss/aliyun_v4_request`;
	const sent: Record<string, string> = {
		"x-oss-date": time,
		"x-oss-content-sha256": "UNSIGNED-PAYLOAD",
		...(token ? { "x-oss-security-token": token } : {}),
		...headers,
	};
	const canonicalRequest = [
		method,
		encode(resource ?? resourceOf(path)).replaceAll("%2F", "/"),
		canonicalQuery(rest.join("?")),
		...canonicalHeaders(sent),
		"",
		"",
		"UNSIGNED-PAYLOAD",
	].join("\n");
	const digest = createHash("sha256").update(canonicalRequest).digest("hex");
	const signature = hmac(
		signingKey(secret, scope),
		`OSS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`,
	).toString("hex");
	return {
		...sent,
		authorization: `OSS4-HMAC-SHA256 Credential=${id}/${scope},Signature=${signature}`,
	};
}

/** A test sends many requests with one key on one day. */
const signingKeys = new Map<string, KeyObject>();

function signingKey(secret: string, scope: string): KeyObject {
	const name = `${secret}/${scope}`;
	const known = signingKeys.get(name);
	if (known) return known;
	const key = scope
		.split("/")
		.reduce<string | Buffer>(hmac, `aliyun_v4${secret}`);
	const made = createSecretKey(Buffer.from(key));
	signingKeys.set(name, made);
	return made;
}

const canonicalHeaders = (headers: Record<string, string>): string[] =>
	Object.entries(headers)
		.map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
		.filter(([name]) => /^(x-oss-.*|content-type|content-md5)$/.test(name))
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, value]) => `${name}:${value}`);

const canonicalQuery = (query: string): string =>
	query
		.split("&")
		.filter((pair) => pair !== "")
		.map((pair) => pair.split(/=(.*)/s, 2).map(decode).map(encode))
		.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1))
		.map(([name, value]) => (value ? `${name}=${value}` : `${name}`))
		.join("&");

/** `/bucket` is signed as `/bucket/`. */
const resourceOf = (path: string): string =>
	/^\/[^/]+$/.test(path) ? `${decode(path)}/` : decode(path);

function decode(text: string): string {
	try {
		return decodeURIComponent(text.replaceAll("+", " "));
	} catch {
		return text; // tests also send texts that cannot be decoded
	}
}

/** @returns the texts of all elements with this name, in order */
export const textsOf = ({ text }: Answer, name: string): string[] =>
	Array.from(
		text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g")),
		([, content = ""]) =>
			content
				.replaceAll("&lt;", "<")
				.replaceAll("&gt;", ">")
				.replaceAll("&amp;", "&"),
	);

/** @returns the XML of an error: the body, or for HEAD the header that replaces it */
export const errorDocument = ({ headers, text }: Answer): string =>
	text || Buffer.from(headers["x-oss-err"] ?? "", "base64").toString();

/**
Returns the parts by which a client distinguishes errors: `404 NoSuchKey 0026-00000001: The specified key does not exist.`
 */
export function refusal(answer: Answer): string {
	const text = errorDocument(answer);
	const [code, message, ec] = ["Code", "Message", "EC"].map(
		(name) => textsOf({ ...answer, text }, name)[0] ?? "",
	);
	return `${answer.status} ${code} ${ec}: ${message}`;
}

/** Sends any bytes, HTTP or not, and returns the received bytes once the emulator closes the connection. */
export async function sendRaw(
	endpoint: string,
	...bytes: readonly (string | Uint8Array)[]
): Promise<string> {
	const socket = await openSocket(endpoint);
	for (const piece of bytes) socket.write(piece);
	return readText(socket);
}

export function openSocket(endpoint: string): Promise<Socket> {
	const { hostname, port } = new URL(endpoint);
	const { promise, resolve, reject } = Promise.withResolvers<Socket>();
	const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ""), () =>
		resolve(socket),
	);
	socket.once("error", reject);
	return promise;
}
