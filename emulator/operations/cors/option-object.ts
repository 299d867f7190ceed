/**
 * OptionObject: the preflight of a browser. It is not authenticated.
 *
 * Source: docs «OptionObject»; «HTTP 400 status code», BadRequest.
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import { empty, type Reply } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { noSuchBucket } from "../store-protocol.ts";
import type { CorsRule } from "./cors.ts";
import {
	type CrossOrigin,
	corsHeaders,
	explainCors,
	findCors,
} from "./cors-rules.ts";

/** @throws OssError BadRequest, AccessForbidden; NoSuchBucket, except under `--cors dev` */
export async function optionObject(
	emulator: Emulator,
	{ bucket, headers }: OssRequest,
): Promise<Reply> {
	const { origin } = headers;
	const method = headers["access-control-request-method"];
	if (!origin) throw insufficient("Origin request header");
	if (!method)
		throw insufficient("Request Access-Control-Request-Method header");
	const rules = await findCors(emulator, bucket);
	if (!rules && !(await emulator.store.buckets.find(bucket)))
		throw noSuchBucket(bucket);
	const wanted: CrossOrigin = {
		origin,
		method,
		headers: headers["access-control-request-headers"] ?? "",
	};
	const allowed = corsHeaders(rules?.CORSRule ?? [], wanted);
	if (!allowed) throw refused(bucket, rules?.CORSRule ?? [], wanted);
	return empty(200, allowed);
}

function refused(
	bucket: string,
	rules: readonly CorsRule[],
	wanted: CrossOrigin,
): OssError {
	const error = new OssError("AccessForbidden");
	error.diagnosis = explainCors(bucket, rules, wanted);
	return error;
}

const insufficient = (what: string): OssError =>
	new OssError("BadRequest", {
		message: `Insufficient information. ${what} needed.`,
	});
