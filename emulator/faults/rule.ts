/**
 * The shape of a fault: a rule that selects requests and callbacks, and the action that is applied to them.
 *
 * The types of the package include this file, so it imports only other such types.
 */
import type { CallbackFaultKind } from "../callback/faults/kinds.ts";

/** Answers an error without carrying out the operation. */
export type ErrorAction = {
	/** 400 to 599. */
	readonly status: number;
	/** An error code like `SlowDown`; default: a code that fits the status. */
	readonly code?: string;
	readonly message?: string;
	readonly ec?: string;
};

/** Closes the connection. */
export type CutAction = {
	/**
	 * Number of bytes of the body after which it is closed. 0 for a response: the operation is carried out, but the
	 * client gets no answer, not even a head.
	 */
	readonly cutAfterBytes: number;
	/**
	 * The message whose body is cut, from the client's view: its upload is the body of the request, its download the
	 * body of the response. Default: response.
	 */
	readonly direction?: "request" | "response" | "upload" | "download";
};

/** Delay before the request is handled; can be combined with the others. */
export type DelayAction = { readonly delayMs: number };

/** Any status except 200. */
export type CallbackFault = CallbackFaultKind | `status-${number}`;

/** Makes the callback of an upload fail. */
export type CallbackAction = { readonly callback: CallbackFault };

/** A rule for actions of one type; absent values match every request. */
export type RuleOf<Action> = {
	/**
	 * An operation of OSS, `PutObject`; `*` for all of them; `callback` for callbacks. If the action is for callbacks,
	 * the rule matches the callbacks of uploads by that operation.
	 */
	readonly operation: string;
	readonly bucket?: string;
	/** A pattern: `*` matches any text, including `/`; `?` matches one character. */
	readonly key?: string;
	/** uid of the account that the request belongs to. */
	readonly account?: string;
	/** Number of matching requests that succeed first. Default: 0. */
	readonly after?: number;
	/** Maximum number of times. Default: no limit. */
	readonly times?: number;
	/** Applies to every Nth matching request. Default: 1. */
	readonly every?: number;
	/** Probability from 0 to 1, drawn from `seed`: the same requests get the same faults. Default: 1. */
	readonly probability?: number;
	/** The seed of the random number generator. Default: 1. */
	readonly seed?: number;
	readonly do: Action;
};

/** How often a rule has matched and has been applied. */
export type Progress = {
	/** Number of requests that matched. */
	readonly seen: number;
	/** Number of times the fault was applied. */
	readonly struck: number;
};
