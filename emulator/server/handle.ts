/** Handles one request: identify, select, authorize, run. The only place where an error becomes a response. */

import type { IncomingMessage } from "node:http";
import type { Names } from "../auth/addressing.ts";
import type { Emulator } from "../emulator.ts";
import { requireReferer } from "../operations/access/referer.ts";
import { withCors } from "../operations/cors/cors-rules.ts";
import { select } from "../operations/match-operation.ts";
import { explainIgnoredCallback } from "../operations/object/upload-callback.ts";
import type { Row } from "../operations/row.ts";
import { visitWebsite } from "../operations/website/website-visit.ts";
import { OssError } from "../oss/errors.ts";
import type { Log } from "../oss/log.ts";
import { requireBucketName, requireKey } from "../oss/names.ts";
import type { Reply } from "../oss/reply.ts";
import type { Arrival, OssRequest } from "../oss/request.ts";
import type { Entry, Owned, Protocol } from "../records/request-log.ts";
import { authorize } from "./authorize.ts";
import {
	identify,
	likeliestBucket,
	namesFor,
	ownerOfRefused,
	ownerOfRequest,
} from "./identify.ts";
import { type FaultObserver, performWithFault } from "./inject-fault.ts";
import {
	notImplemented,
	requireOss,
	requireOwnRegion,
} from "./other-services.ts";
import { S3Edge } from "./s3-edge.ts";

export async function handle(
	emulator: Emulator,
	arrival: Arrival,
	observer: Observer,
): Promise<Reply> {
	const names = await namesFor(emulator, arrival.host);
	const edge = new S3Edge(emulator, arrival, names);
	const { reply, bucket } = await answer(emulator, edge, names, observer);
	observer.setProtocol(edge.protocol);
	const finished = edge.finish(reply);
	const { upstream, cors } = emulator;
	// With `--cors dev` a gateway does not request the cloud's rules.
	if (!upstream || cors === "dev")
		return withCors(emulator, arrival, bucket, finished);
	const { withUpstreamCors } = await import("../gateway/bucket-documents.ts");
	return withUpstreamCors(upstream, arrival, bucket, finished);
}

type Answer = { readonly reply: Reply; readonly bucket: string };

async function answer(
	emulator: Emulator,
	edge: S3Edge,
	names: Names,
	observer: Observer,
): Promise<Answer> {
	const { arrival } = edge;
	let owned: Owned | undefined;
	let isUnderFault = false;
	const perform = async (request: OssRequest): Promise<Reply> => {
		const operation = select(request);
		observer.setOperation(operation);
		const finding = operation.finding?.(request) ?? "";
		if (finding !== "") observer.addFinding(finding);
		const ignored = explainIgnoredCallback(request, operation);
		if (ignored !== "") observer.addWarning(ignored);
		const run = (performed: OssRequest): Promise<Reply> =>
			runOperation(emulator, edge, performed, operation);
		// A request to a website may perform several operations; a fault applies to the first.
		if (isUnderFault || !owned) return run(request);
		isUnderFault = true;
		const { account } = owned;
		const target = { request, account, operation: operation.name, observer };
		return performWithFault(emulator, target, run);
	};
	try {
		requireOss(arrival);
		const request = await identify(emulator, edge, names);
		owned = await ownerOfRequest(emulator, request);
		observer.setOwner(owned);
		const finding = edge.finding(request);
		if (finding !== "") observer.addFinding(finding);
		const read = await edge.read(request);
		// At a gateway, the cloud serves the website.
		const reply = await (!emulator.upstream && isRead(read)
			? visitWebsite(emulator, read, perform)
			: perform(read));
		return { reply, bucket: owned.bucket };
	} catch (error) {
		const failure = asOssError(emulator, error, arrival);
		if (!owned)
			observer.setOwner(await ownerOfRefused(emulator, arrival, names));
		const reply = edge.refuse(failure);
		observer.setError(failure);
		return { reply, bucket: owned?.bucket ?? likeliestBucket(arrival, names) };
	}
}

/** Whether a request can be a visit to a website. */
const isRead = ({ method }: OssRequest): boolean =>
	method === "GET" || method === "HEAD";

async function runOperation(
	emulator: Emulator,
	edge: S3Edge,
	request: OssRequest,
	operation: Row,
): Promise<Reply> {
	if (request.bucket) requireBucketName(request.bucket, operation.makesBucket);
	if (request.key) requireKey(request.key);
	const { upstream } = emulator;
	if (upstream) {
		const { passOn } = await import("../gateway/gateway.ts");
		const reply = await passOn({ emulator, upstream }, request, operation);
		return edge.write(operation.name, request, reply);
	}
	const bucket = await emulator.store.buckets.find(request.bucket);
	requireOwnRegion(emulator, request, bucket);
	// OSS checks the referer of requests without an Authorization header, which any page can cause.
	if (request.headers.authorization === undefined)
		await requireReferer(emulator, request);
	await authorize(emulator, request, operation, bucket);
	if (operation.run) {
		const reply = await operation.run(emulator, request, bucket);
		return edge.write(operation.name, request, reply);
	}
	emulator.log.warn(
		`${operation.name} is an operation of OSS that the emulator does not implement`,
	);
	throw notImplemented(operation.name);
}

/** Any other error is a bug of the emulator: it is logged in full, and the client receives the request's id. */
function asOssError(
	{ log, store }: Emulator,
	error: unknown,
	{ id }: Arrival,
): OssError {
	if (error instanceof OssError) return error;
	// Node.js reports it without a code if it happens while a module is loaded.
	if (/too many open files/i.test(String(error)))
		log.error(
			`${id}: too many files and connections are open: close some, or raise the limit (ulimit -n)`,
		);
	else if (!store.explains(error))
		log.error(`${id}: ${error instanceof Error ? error.stack : String(error)}`);
	return new OssError("InternalError");
}

/** Writes the events of a request into its record and into the log, and can close its connection. */
export class Observer implements FaultObserver {
	readonly #log: Log;
	readonly #raw: IncomingMessage;
	readonly #entry: Entry;

	constructor(log: Log, raw: IncomingMessage, entry: Entry) {
		this.#log = log;
		this.#raw = raw;
		this.#entry = entry;
	}

	/** Must be called as soon as the operation is known. */
	setOperation({ name }: Row): void {
		this.#entry.setOperation(name);
	}

	/** Must be called once the caller is authenticated, or refused. */
	setOwner(owned: Owned): void {
		this.#entry.setOwner(owned);
	}

	/** For a PostObject, must be called after its form has been read, because the form is signed. */
	setProtocol(protocol: Protocol): void {
		this.#entry.setProtocol(protocol);
	}

	/** Must be called if a request works here and would fail at OSS. */
	addFinding(finding: string): void {
		this.#entry.addFinding(finding);
	}

	/** Like `addFinding`; the request is logged even if other requests are not. */
	addWarning(finding: string): void {
		this.#entry.addWarning(finding);
	}

	setFault(fault: string): void {
		this.#entry.setFault(fault);
	}

	/** Must be called with the whole error, of which the client receives only a part. */
	setError(error: OssError): void {
		this.#entry.setError(error);
		if (error.diagnosis !== "")
			this.#log.warn(`${this.#entry.id}: ${error.code}: ${error.diagnosis}`);
	}

	disconnect(): void {
		this.#raw.socket.destroy();
	}
}
