/**
 * One request from arrival to answer: authenticate, select, authorize, run. The only place where an error becomes an
 * answer.
 */
import type { Emulator } from "../emulator.ts";
import { makeSelector, type Row } from "../operations/select.ts";
import { SELECTING_SUB_RESOURCES } from "../operations/sub-resources.ts";
import { table } from "../operations/table.ts";
import { OssError } from "../oss/errors.ts";
import { requireBucketName, requireKey } from "../oss/names.ts";
import type { Reply } from "../oss/reply.ts";
import { ANONYMOUS, type OssRequest, type Target } from "../oss/request.ts";
import { writeXml } from "../xml/write.ts";
import { readTargets, requireThirdLevel } from "./addressing.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";

const select = makeSelector(table, SELECTING_SUB_RESOURCES);

/** A request as the port knows it: who asks, and for what, is found out here. */
export type Arrival = Omit<OssRequest, keyof Target | "caller">;

/** @param observe is told which operation it is, as soon as that is known */
export async function handle(
	emulator: Emulator,
	arrival: Arrival,
	observe: (operation: Row) => void,
): Promise<Reply> {
	try {
		const request = identify(emulator, arrival);
		const operation = select(request);
		observe(operation);
		if (request.bucket) requireBucketName(request.bucket);
		if (request.key) requireKey(request.key);
		await authorize(emulator, request, operation);
		if (!operation.run) throw notImplemented(emulator, operation);
		return await operation.run(emulator, request);
	} catch (error) {
		return errorReply(emulator, asOssError(emulator, error, arrival), arrival);
	}
}

function identify(emulator: Emulator, arrival: Arrival): OssRequest {
	const readings = readTargets(arrival.host, arrival.rawPath, emulator.domains);
	const asked = { ...arrival, bucket: "", key: "", caller: ANONYMOUS };
	const { target, caller } = authenticate(asked, readings, emulator);
	requireThirdLevel(arrival.host, target);
	return { ...arrival, ...target, caller };
}

function notImplemented({ log }: Emulator, { name }: Row): OssError {
	log.warn(`${name} is part of the OSS API but not of this emulator`);
	return new OssError("NotImplemented", {
		message: `The emulator does not implement ${name}.`,
		details: { Operation: name },
	});
}

/** What is not an `OssError` is a bug of ours: it is logged whole, and the client learns the request's id. */
function asOssError(
	{ log }: Emulator,
	error: unknown,
	{ id }: Arrival,
): OssError {
	if (error instanceof OssError) return error;
	log.error(`${id}: ${error instanceof Error ? error.stack : String(error)}`);
	return new OssError("InternalError");
}

/**
 * The error document; of a HEAD it goes, in base64, into a header. 304 has neither.
 *
 * Source: docs «Error responses»; the SDKs' error parsers read `x-oss-err`, swift's `x-oss-error`.
 */
export function errorReply(
	{ region }: Pick<Emulator, "region">,
	error: OssError,
	{ id, host, method }: Pick<Arrival, "id" | "host" | "method">,
): Reply {
	const headers = { ...error.headers, "x-oss-ec": error.ec || undefined };
	if (error.status === 304)
		return { status: 304, headers: error.headers, body: null };
	const site = region.startsWith("cn-") ? "aliyun" : "alibabacloud";
	const document = Buffer.from(
		writeXml("Error", {
			Code: error.code,
			Message: error.message,
			RequestId: id,
			HostId: host,
			...error.details,
			EC: error.ec || undefined,
			RecommendDoc: error.ec
				? `https://api.${site}.com/troubleshoot?q=${error.ec}`
				: undefined,
		}),
	);
	if (method === "HEAD") {
		const encoded = document.toString("base64");
		return {
			status: error.status,
			headers: { ...headers, "x-oss-err": encoded, "x-oss-error": encoded },
			body: null,
		};
	}
	return {
		status: error.status,
		headers: { ...headers, "Content-Type": "application/xml" },
		body: document,
	};
}
