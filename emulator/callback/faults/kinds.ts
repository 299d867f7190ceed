/**
 * The kinds of faults of a callback.
 *
 * The types of the package include this file, so it imports nothing.
 */

/** The kinds that have a name; `fault.ts` has their effects. */
export type CallbackFaultKind =
	| "never-sent"
	| "refused"
	| "too-many"
	| "image-info"
	| "time-out"
	| "reply-lost"
	| "no-content-length"
	| "bad-content-length"
	| "too-long"
	| "not-json"
	| "old-time-out"
	| "old-failure"
	| "sent-twice"
	| "bad-signature"
	| "wrong-key-url";
