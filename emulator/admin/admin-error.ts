/**
 * Errors of the admin port: one line of JSON that names the error.
 *
 * Pure.
 */
import { OssError } from "../oss/errors.ts";
import { printable } from "../oss/log.ts";

export class AdminError extends Error {
	readonly status: number;
	/** A word that identifies the error: `NoSuchCallback`. */
	readonly code: string;

	constructor(status: number, code: string, message: string) {
		super(message);
		this.name = code;
		this.status = status;
		this.code = code;
	}
}

export type ErrorAnswer = {
	readonly status: number;
	readonly body: { readonly error: string; readonly message: string };
};

/** @returns undefined for an error that is a bug in the emulator rather than the client's fault */
export function toErrorAnswer(error: unknown): ErrorAnswer | undefined {
	if (error instanceof AdminError || error instanceof OssError)
		return answer(error.status, error.code, error.message);
	if (!(error instanceof Error) || !("statusCode" in error)) return undefined;
	const status = Number(error.statusCode); // Fastify's own
	if (status >= 500) return undefined;
	if (status === 415)
		return answer(status, "NotJson", "send JSON, as application/json");
	return answer(status, "BadRequest", error.message);
}

/** Escapes line breaks, which a name quoted in the message may contain. */
const answer = (
	status: number,
	error: string,
	message: string,
): ErrorAnswer => ({ status, body: { error, message: printable(message) } });
