/**
 * What an upload asks for: whom to call back, with which text.
 *
 * Pure.
 */
import type { Fault } from "./fault.ts";
import type { Finding } from "./finding.ts";
import { type BodyType, FORM } from "./substitute.ts";
import { readTemplate, type Template } from "./template.ts";

/** An address as DNS gives it. */
export type Address = { readonly address: string; readonly family: number };

/** One of the URLs of `callbackUrl`, taken apart; nothing in it is normalised. */
export type CallbackUrl = {
	/** As the uploader wrote it. */
	readonly text: string;
	readonly secure: boolean;
	readonly hostname: string;
	readonly port: number;
	/** Percent-encoded, begins with `/`. */
	readonly path: string;
	/** Percent-encoded, without the `?`; '' when there is none. */
	readonly query: string;
};

/** A URL whose host has been looked up; no address means that none was found. */
export type ResolvedUrl = CallbackUrl & {
	readonly addresses: readonly Address[];
	readonly lookupMs: number;
};

export type Callback<Url extends CallbackUrl = CallbackUrl> = {
	/** One to five, to be tried in this order; none if nobody is to be called, and `findings` says why. */
	readonly urls: readonly Url[];
	/** The Host header to send; '' for the URL's own. */
	readonly host: string;
	/** Of the body. */
	readonly template: Template;
	readonly bodyType: BodyType;
	readonly sni: boolean;
	readonly additionalHeaders: readonly (readonly [string, string])[];
	/** Custom variables, by their names with `x:`. */
	readonly variables: ReadonlyMap<string, string>;
	/** The callback JSON, decoded, for the record. */
	readonly asked: string;
	/** What was noticed while it was read. */
	readonly findings: readonly Finding[];
	/** What the uploader wants to go wrong. */
	readonly fault: Fault | undefined;
};

/** What an upload asked for in vain. */
export const uncalled = (asked: string, why: Finding): Callback<never> => ({
	urls: [],
	host: "",
	template: readTemplate(""),
	bodyType: FORM,
	sni: false,
	additionalHeaders: [],
	variables: new Map(),
	asked,
	findings: [why],
	fault: undefined,
});
