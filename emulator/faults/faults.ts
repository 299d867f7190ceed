/**
 * Rules that make requests and callbacks fail on purpose: which of them, after how many, and how often.
 *
 * Rules are tried in the order in which they were added; the first rule that applies is used. The same requests in the
 * same order have the same faults, because probability is drawn from a seed.
 */

import { randomUUID } from "node:crypto";
import type { Fault, UploadFacts } from "../callback/model.ts";
import { pause } from "../oss/waiting.ts";
import { callbackFaultOf, type FaultAction } from "./action.ts";
import { makeGlob } from "./glob.ts";
import type { Progress, RuleOf } from "./rule.ts";

/** Matches every operation of OSS. */
export const ANY_OPERATION = "*";
/** Matches the callback of every upload. */
export const CALLBACK = "callback";

export type FaultRule = RuleOf<FaultAction>;

export type AddedFault = FaultRule & Progress & { readonly id: string };

export const FAULTS_MAX = 1000;

/** A request or callback to which a fault can apply. */
export type Target = {
	readonly operation: string;
	readonly bucket: string;
	readonly key: string;
	readonly account: string;
};

type UploadTarget = Pick<
	UploadFacts,
	"operation" | "bucket" | "key" | "requester" | "owner"
>;

type StoredFault = {
	readonly id: string;
	readonly rule: FaultRule;
	readonly isKey: (key: string) => boolean;
	seen: number;
	struck: number;
	/** The state of the random number generator. */
	chance: number;
};

export class Faults {
	readonly #faults = new Map<string, StoredFault>();
	readonly #ending: AbortSignal;

	/** @param ending a signal that ends all delays */
	constructor(ending: AbortSignal = new AbortController().signal) {
		this.#ending = ending;
	}

	/**
	 * If there are too many rules, the rules that cannot apply any more are removed.
	 *
	 * @returns undefined if there are `FAULTS_MAX` rules that can still apply
	 */
	add(rule: FaultRule): AddedFault | undefined {
		if (this.#faults.size >= FAULTS_MAX) this.#dropExhausted();
		if (this.#faults.size >= FAULTS_MAX) return undefined;
		return this.#keep({ ...rule, id: randomUUID(), seen: 0, struck: 0 });
	}

	#keep({ id, seen, struck, ...rule }: AddedFault): AddedFault {
		const fault: StoredFault = {
			id,
			rule,
			isKey: makeGlob(rule.key ?? "*"),
			seen,
			struck,
			chance: rule.seed ?? 1,
		};
		this.#faults.set(id, fault);
		return view(fault);
	}

	#dropExhausted(): void {
		for (const fault of this.#faults.values())
			if (isExhausted(fault)) this.#faults.delete(fault.id);
	}

	/** Lists the rules in the order in which they were added. */
	list(): AddedFault[] {
		return Array.from(this.#faults.values(), view);
	}

	find(id: string): AddedFault | undefined {
		const fault = this.#faults.get(id);
		return fault && view(fault);
	}

	/** @returns whether there was a rule with that id */
	remove(id: string): boolean {
		return this.#faults.delete(id);
	}

	/**
	 * @param account the account whose rules are removed; undefined for all rules
	 * @returns the number of removed rules
	 */
	clear(account?: string): number {
		const before = this.#faults.size;
		for (const { id, rule } of this.#faults.values())
			if (account === undefined || rule.account === account)
				this.#faults.delete(id);
		return before - this.#faults.size;
	}

	/** Restores rules that `list` returned; their random sequences start again. */
	restore(faults: readonly AddedFault[]): void {
		this.#faults.clear();
		for (const fault of faults) this.#keep(fault);
	}

	/** Finds the fault of a request, and counts it as applied. */
	takeForRequest(target: Target): FaultAction | undefined {
		return this.#take(target, false);
	}

	/** Finds the fault of the callback of an upload, and counts it as applied. */
	readonly takeForCallback = ({
		operation,
		bucket,
		key,
		requester,
		owner,
	}: UploadTarget): Fault | undefined => {
		const account = requester || owner;
		const action = this.#take({ operation, bucket, key, account }, true);
		return action && callbackFaultOf(action);
	};

	/** Waits that long, or until the emulator closes. */
	pause(ms: number): Promise<void> {
		return pause(ms, this.#ending);
	}

	#take(target: Target, isCallback: boolean): FaultAction | undefined {
		for (const fault of this.#faults.values()) {
			const { rule } = fault;
			if ((rule.do.callback !== undefined) !== isCallback) continue;
			if (isExhausted(fault) || !fits(fault, target)) continue;
			if (applies(fault)) return rule.do;
		}
		return undefined;
	}
}

function fits({ rule, isKey }: StoredFault, target: Target): boolean {
	const { operation, bucket, account } = rule;
	return (
		(operation === ANY_OPERATION ||
			operation === CALLBACK ||
			operation === target.operation) &&
		(bucket === undefined || bucket === target.bucket) &&
		(account === undefined || account === target.account) &&
		isKey(target.key)
	);
}

const isExhausted = ({ rule: { times }, struck }: StoredFault): boolean =>
	times !== undefined && struck >= times;

/** Counts a matching request; returns whether the rule applies. */
function applies(fault: StoredFault): boolean {
	const { after = 0, every = 1, probability = 1 } = fault.rule;
	fault.seen++;
	const turn = fault.seen - after;
	if (turn <= 0 || turn % every !== 0) return false;
	if (probability < 1 && draw(fault) >= probability) return false;
	fault.struck++;
	return true;
}

/** Mulberry32: a number from 0 to 1, the same for the same seed. Source: Tommy Ettinger, public domain. */
function draw(fault: StoredFault): number {
	fault.chance = (fault.chance + 0x6d2b79f5) | 0;
	let mixed = Math.imul(fault.chance ^ (fault.chance >>> 15), 1 | fault.chance);
	mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
	return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

const view = ({ id, rule, seen, struck }: StoredFault): AddedFault => ({
	id,
	...rule,
	seen,
	struck,
});
