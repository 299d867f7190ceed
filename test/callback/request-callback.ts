/** Requests with callbacks, and the callbacks that are read from them. */

import { readUrls } from "../../emulator/callback/configuration.ts";
import type { Callback } from "../../emulator/callback/model.ts";
import type { Lookups } from "../../emulator/callback/read.ts";
import { readTemplate } from "../../emulator/callback/template.ts";
import { OssError } from "../../emulator/oss/errors.ts";

export const base64 = (text: string): string =>
	Buffer.from(text).toString("base64");

export const base64Json = (json: unknown): string =>
	base64(JSON.stringify(json));

/** The callback parameters of a request. */
export function carriers(
	headers: Record<string, string> = {},
	query: Record<string, string> = {},
): { headers: Record<string, string>; query: Map<string, string> } {
	return { headers, query: new Map(Object.entries(query)) };
}

/** A bucket without callback policies. */
export const NO_LOOKUPS: Lookups = { findPolicy: async () => undefined };

/** A callback that has been read. */
export const callbackTo = (
	callbackUrl: string,
	more: Partial<Callback> = {},
): Callback => ({
	urls: readUrls(callbackUrl),
	host: "",
	template: readTemplate("a"),
	bodyType: "application/x-www-form-urlencoded",
	sni: false,
	additionalHeaders: [],
	variables: new Map(),
	json: "",
	findings: [],
	fault: undefined,
	...more,
});

/** The part of an error that the uploader receives. */
export type Seen = {
	readonly code: string;
	readonly status: number;
	readonly message: string;
	readonly ec: string;
	readonly name: string | undefined;
	readonly value: string | undefined;
};

/** @throws the errors of `work`, except an OssError */
export async function errorOf(work: () => unknown): Promise<Seen | undefined> {
	try {
		await work();
		return undefined;
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		const { code, status, message, ec, details } = error;
		const { ArgumentName: name, ArgumentValue: value } = details;
		return { code, status, message, ec, name, value };
	}
}
