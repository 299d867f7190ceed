/**
 * Rules that make requests and callbacks fail on purpose: which ones, after how many, how often.
 *
 * The first rule that strikes decides, in the order in which the rules were added; a request that a rule lets pass goes
 * on to the next one. The same requests in the same order have the same faults: probability is drawn from a seed.
 */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Fault, UploadFacts } from "../callback/model.ts";
import { callbackFaultOf, type FaultAction } from "./action.ts";
import { makeGlob } from "./glob.ts";

/** Matches every operation of OSS. */
export const ANY_OPERATION = "*";
/** Matches the callback of every upload. */
export const CALLBACK = "callback";

export type FaultRule = {
	/** An operation, `callback` or `*`. With an action for callbacks: those of such uploads. */
	readonly operation: string;
	readonly bucket?: string;
	/** A pattern, as `glob.ts` reads it. */
	readonly key?: string;
	/** uid. */
	readonly account?: string;
	/** This many that match pass first. Default: 0. */
	readonly after?: number;
	/** Strikes this often at most. Default: without limit. */
	readonly times?: number;
	/** Strikes every Nth matching request. Default: 1. */
	readonly every?: number;
	/** 0 to 1, drawn from `seed`. Default: 1. */
	readonly probability?: number;
	/** Default: 1. */
	readonly seed?: number;
	readonly do: FaultAction;
};

/** How far a rule has come. */
export type Progress = {
	/** How many have matched. */
	readonly seen: number;
	/** How often it struck. */
	readonly struck: number;
};

export type AddedFault = FaultRule & Progress & { readonly id: string };

export const FAULTS_MAX = 1000;

/** A request or callback that a fault can strike. */
export type Target = {
	readonly operation: string;
	readonly bucket: string;
	readonly key: string;
	readonly account: string;
};

type StruckUpload = Pick<
	UploadFacts,
	"operation" | "bucket" | "key" | "requester" | "owner"
>;

type StoredFault = {
	readonly id: string;
	readonly rule: FaultRule;
	readonly isKey: (key: string) => boolean;
	seen: number;
	struck: number;
	/** State of the generator of chance. */
	chance: number;
};

export class Faults {
	readonly #faults = new Map<string, StoredFault>();
	readonly #ending: AbortSignal;

	/** @param ending ends all pauses */
	constructor(ending: AbortSignal = new AbortController().signal) {
		this.#ending = ending;
	}

	/**
	 * When there are too many, rules that cannot strike any more make room.
	 *
	 * @returns undefined when there are `FAULTS_MAX` that still can
	 */
	add(rule: FaultRule): AddedFault | undefined {
		if (this.#faults.size >= FAULTS_MAX) this.#dropSpent();
		if (this.#faults.size >= FAULTS_MAX) return undefined;
		return this.#keep({ ...rule, id: randomUUID(), seen: 0, struck: 0 });
	}

	#keep({ id, seen, struck, ...rule }: AddedFault): AddedFault {
		const fault: StoredFault = {
			...{ id, rule, isKey: makeGlob(rule.key ?? "*") },
			...{ seen, struck, chance: rule.seed ?? 1 },
		};
		this.#faults.set(id, fault);
		return view(fault);
	}

	#dropSpent(): void {
		for (const fault of this.#faults.values())
			if (isSpent(fault)) this.#faults.delete(fault.id);
	}

	/** In the order in which they were added. */
	list(): AddedFault[] {
		return Array.from(this.#faults.values(), view);
	}

	find(id: string): AddedFault | undefined {
		const fault = this.#faults.get(id);
		return fault && view(fault);
	}

	/** @returns whether there was one of that id */
	remove(id: string): boolean {
		return this.#faults.delete(id);
	}

	/**
	 * @param account whose rules; undefined for all rules
	 * @returns how many there were
	 */
	clear(account?: string): number {
		const before = this.#faults.size;
		for (const { id, rule } of this.#faults.values())
			if (account === undefined || rule.account === account)
				this.#faults.delete(id);
		return before - this.#faults.size;
	}

	/** Puts back rules as `list` gave them; chance begins anew. */
	restore(faults: readonly AddedFault[]): void {
		this.#faults.clear();
		for (const fault of faults) this.#keep(fault);
	}

	/** The fault that a request has; it counts as struck. */
	takeForRequest(target: Target): FaultAction | undefined {
		return this.#take(target, false);
	}

	/** The fault that the callback of an upload has; it counts as struck. */
	readonly takeForCallback = ({
		operation,
		bucket,
		key,
		requester,
		owner,
	}: StruckUpload): Fault | undefined => {
		const account = requester || owner;
		const action = this.#take({ operation, bucket, key, account }, true);
		return action && callbackFaultOf(action);
	};

	/** Waits that long, or until the emulator ends. */
	async pause(ms: number): Promise<void> {
		const signal = this.#ending;
		await setTimeout(ms, undefined, { signal }).catch(() => {}); // it ends
	}

	#take(target: Target, isCallback: boolean): FaultAction | undefined {
		for (const fault of this.#faults.values()) {
			const { rule } = fault;
			if ((rule.do.callback !== undefined) !== isCallback) continue;
			if (isSpent(fault) || !fits(fault, target)) continue;
			if (strikes(fault)) return rule.do;
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

const isSpent = ({ rule: { times }, struck }: StoredFault): boolean =>
	times !== undefined && struck >= times;

/** Counts one that matches. */
function strikes(fault: StoredFault): boolean {
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
	...{ id, ...rule },
	...{ seen, struck },
});
