/**
 * The record of requests that have no request line: they were refused before one could be read.
 */
import { Socket } from "node:net";
import type { Log } from "../oss/log.ts";
import type { RequestLog } from "../records/request-log.ts";
import type { BrokenRequest } from "./broken-request.ts";

export function recordBroken(
	{ id, receivedAt, error, socket }: BrokenRequest,
	requests: RequestLog,
	log: Log,
): void {
	const remote = socket instanceof Socket ? socket.remoteAddress : undefined;
	const entry = requests.begin({
		...{ id, receivedAt, method: "", host: "", rawPath: "", rawQuery: "" },
		...{ headers: {}, clientIp: (remote ?? "").replace(/^::ffff:/, "") },
	});
	entry.failed(error);
	entry.end({ status: error.status, headers: { "x-oss-ec": error.ec } });
	if (error.diagnosis !== "") log.warn(`${id}: ${error.diagnosis}`);
}
