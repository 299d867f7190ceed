/**
 * Requests of an SDK whose endpoint is the admin port: they get an error that the SDK can parse, and the log and the
 * record of requests explain the mistake.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { OssError } from "../oss/errors.ts";
import { makeRequestId, toArrival } from "../server/arrival.ts";
import { errorReply } from "../server/error-reply.ts";
import type { AdminContext } from "./context.ts";

/** Must be called before other hooks: a bucket's host is not a name that the admin port accepts. */
export function refuseOssRequests(
	app: FastifyInstance,
	context: AdminContext,
): void {
	app.addHook("onRequest", async (request, outgoing) => {
		if (isForOss(request)) return refuse(context, request, outgoing);
	});
}

const AUTHORIZATION = /^(OSS |OSS4-HMAC-SHA256|AWS |AWS4-HMAC-SHA256)/;
const SIGNED_QUERY =
	/[?&](OSSAccessKeyId|x-oss-credential|x-oss-access-key-id|AWSAccessKeyId|X-Amz-Credential)=/;

/** Whether a request has a signature of OSS or S3, which requests to the admin port do not have. */
const isForOss = ({ headers, url }: FastifyRequest): boolean =>
	AUTHORIZATION.test(headers.authorization ?? "") || SIGNED_QUERY.test(url);

function refuse(
	{ emulator, requests, endpoint }: AdminContext,
	{ raw, url }: FastifyRequest,
	outgoing: FastifyReply,
): FastifyReply {
	const { clock } = emulator;
	const arrival = toArrival(raw, makeRequestId(clock.now()), url, clock);
	const error = new OssError("InvalidRequest", {
		message: `This is the admin port of the emulator; the endpoint of OSS is ${endpoint}.`,
	});
	error.diagnosis = `the client is pointed at the admin port: set its endpoint to ${endpoint}`;
	const reply = errorReply(emulator.region, error, arrival);
	const entry = requests.begin(arrival);
	entry.setError(error);
	entry.end(reply);
	emulator.log.warn(`${arrival.id}: ${error.diagnosis}`);
	const headers = { ...reply.headers, "x-oss-request-id": arrival.id };
	return outgoing.code(reply.status).headers(headers).send(reply.body);
}
