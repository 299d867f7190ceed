/**
 * Applies injected faults: the faults of the rules, and the fault that a request itself names in `x-emulator-fault`, a
 * header or a query parameter that no signature includes.
 *
 * A fault takes effect when the operation is known and its caller is authenticated, before any change is made.
 */
import { Readable } from "node:stream";
import { FAULT_NAME as CALLBACK_FAULT_NAME } from "../callback/faults/fault.ts";
import type { Emulator } from "../emulator.ts";
import {
	errorOf,
	type FaultAction,
	isOfRequest,
	readAction,
	writeAction,
} from "../faults/action.ts";
import { invalidArgument } from "../oss/errors.ts";
import type { Reply } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";

const FAULT_NAME = "x-emulator-fault";

export type FaultTarget = {
	readonly request: OssRequest;
	/** The uid of the account that the request belongs to. */
	readonly account: string;
	readonly operation: string;
	readonly observer: FaultObserver;
};

export type FaultObserver = {
	/** Called with the fault as text. */
	setFault(fault: string): void;
	/** Closes the connection to the client. */
	disconnect(): void;
};

/** @throws OssError the error of the fault; InvalidArgument for a malformed fault */
export async function performWithFault(
	emulator: Pick<Emulator, "faults">,
	target: FaultTarget,
	perform: (request: OssRequest) => Promise<Reply>,
): Promise<Reply> {
	const action = findFault(emulator, target);
	if (!action) return perform(target.request);
	const { request, observer } = target;
	observer.setFault(writeAction(action));
	if (action.delayMs) await emulator.faults.pause(action.delayMs);
	if (action.status !== undefined) throw errorOf(action);
	const { cutAfterBytes } = action;
	if (cutAfterBytes === undefined)
		return perform(withCallbackFault(request, action));
	if (isOfRequest(action)) return perform(withCutBody(target, cutAfterBytes));
	return cutReply(await perform(request), cutAfterBytes, observer);
}

function findFault(
	{ faults }: Pick<Emulator, "faults">,
	{ request, account, operation }: FaultTarget,
): FaultAction | undefined {
	const { headers, query, bucket, key } = request;
	const own = headers[FAULT_NAME] || query.get(FAULT_NAME);
	if (!own) return faults.takeForRequest({ operation, bucket, key, account });
	const action = readAction(own);
	if (typeof action !== "string") return action;
	throw invalidArgument(FAULT_NAME, own, `${FAULT_NAME}: ${action}.`);
}

/** Adds the fault as the header from which the upload reads it. */
const withCallbackFault = (
	request: OssRequest,
	{ callback }: FaultAction,
): OssRequest =>
	callback === undefined
		? request
		: {
				...request,
				headers: { ...request.headers, [CALLBACK_FAULT_NAME]: callback },
			};

function withCutBody(
	{ request, observer }: FaultTarget,
	bytesMax: number,
): OssRequest {
	const cut = (): void => observer.disconnect();
	const body = Readable.from(firstBytes(request.body, bytesMax, cut));
	return { ...request, body, form: () => request.form(body) };
}

/** Ends a body after `bytesMax` bytes; a shorter body is sent whole. With 0 nothing is sent. */
function cutReply(
	reply: Reply,
	bytesMax: number,
	observer: FaultObserver,
): Reply {
	const { body, headers } = reply;
	if (bytesMax === 0) {
		observer.disconnect();
		return reply;
	}
	if (body === null || (Buffer.isBuffer(body) && body.length <= bytesMax))
		return reply;
	const length = Buffer.isBuffer(body) ? String(body.length) : undefined;
	const whole = Buffer.isBuffer(body) ? [body] : body;
	return {
		...reply,
		headers: { "Content-Length": length, ...headers },
		body: Readable.from(firstBytes(whole, bytesMax, () => {})),
	};
}

/** @param onCut is called before the error that ends the bytes */
async function* firstBytes(
	bytes: AsyncIterable<Buffer> | Iterable<Buffer>,
	bytesMax: number,
	onCut: () => void,
): AsyncGenerator<Buffer> {
	let left = bytesMax;
	for await (const chunk of bytes) {
		if (chunk.length > left) {
			if (left > 0) yield chunk.subarray(0, left);
			onCut();
			throw brokenConnection();
		}
		left -= chunk.length;
		yield chunk;
	}
}

/** The error with which Node reports that a client disconnected. */
const brokenConnection = (): Error =>
	Object.assign(new Error("an injected fault broke the connection"), {
		code: "ECONNRESET",
	});
