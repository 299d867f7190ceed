/**
 * A request in one line of the log.
 *
 * Pure.
 */
import type { LogFields } from "../oss/log.ts";
import type { LoggedRequest } from "./request-log.ts";

const URL_CHARACTERS_MAX = 300;

/**
 * `PUT /photos/cat.jpg 200 PutObject 3 ms`, and for an error its code and EC. If a request was accepted that OSS may
 * refuse, the reason is at the end; the diagnosis of a refused request is a line of its own.
 */
export function requestLine(request: LoggedRequest): {
	message: string;
	fields: LogFields;
} {
	const { id, method, operation, status, code, ec, clientIp } = request;
	const finding = code === "" ? request.diagnosis : "";
	const url = request.url.slice(0, URL_CHARACTERS_MAX);
	const durationMs = Math.round(request.durationMs * 10) / 10;
	const what = [method, url, status, operation, code, ec]
		.filter((part) => part !== "")
		.join(" ");
	return {
		message: `${id}: ${what} ${durationMs} ms${finding && `; ${finding}`}`,
		fields: {
			requestId: id,
			method,
			url,
			status,
			operation,
			code,
			ec,
			clientIp,
			durationMs,
			...(finding && { finding }),
		},
	};
}
