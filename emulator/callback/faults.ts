/**
 * Rules that spoil callbacks on purpose: which uploads, which fault, after how many, how often.
 *
 * The first rule that fits an upload decides, in the order they were added; uploads it lets pass first go on to the
 * next rule. A rule that has done its work is gone. Nothing is left to chance, and nothing is kept on disk.
 */
import { randomUUID } from "node:crypto";
import { type Fault, readFault } from "./fault.ts";
import type { Uploaded } from "./uploaded.ts";

/** Which uploads; what is not given is not looked at. */
export type FaultMatch = {
	readonly bucket?: string;
	/** What keys begin with. */
	readonly prefix?: string;
	readonly operation?: Uploaded["operation"];
};

export type FaultRule = FaultMatch & {
	readonly id: string;
	/** As `readFault` reads it. */
	readonly fault: string;
	/** So many fitting uploads are still let pass first. */
	readonly skip: number;
	/** So many are still spoilt then. */
	readonly times: number;
};

export const FAULT_RULES_MAX = 1000;

type Kept = { rule: FaultRule; readonly fault: Fault };

export class Faults {
	/** In the order they were added. */
	readonly #kept = new Map<string, Kept>();

	/**
	 * @returns undefined when there are too many already
	 * @throws OssError InvalidArgument for what is no fault
	 */
	add({ fault, ...given }: Omit<FaultRule, "id">): FaultRule | undefined {
		const read = readFault(fault);
		if (this.#kept.size >= FAULT_RULES_MAX) return undefined;
		const rule = { id: randomUUID(), fault: read.text, ...given };
		this.#kept.set(rule.id, { rule, fault: read });
		return rule;
	}

	list(): FaultRule[] {
		return Array.from(this.#kept.values(), ({ rule }) => rule);
	}

	/** @returns false when there is none of that id */
	remove(id: string): boolean {
		return this.#kept.delete(id);
	}

	/** @returns how many there were */
	clear(): number {
		const count = this.#kept.size;
		this.#kept.clear();
		return count;
	}

	/** The fault that the next callback of such an upload is to have: it counts as used. */
	take(
		uploaded: Pick<Uploaded, "bucket" | "key" | "operation">,
	): Fault | undefined {
		for (const kept of this.#kept.values()) {
			const { rule, fault } = kept;
			if (!fits(rule, uploaded)) continue;
			if (rule.skip === 0) {
				this.#use(kept);
				return fault;
			}
			kept.rule = { ...rule, skip: rule.skip - 1 };
		}
		return undefined;
	}

	#use(kept: Kept): void {
		const { rule } = kept;
		if (rule.times > 1) kept.rule = { ...rule, times: rule.times - 1 };
		else this.#kept.delete(rule.id);
	}
}

const fits = (
	{ bucket, prefix = "", operation }: FaultMatch,
	uploaded: Pick<Uploaded, "bucket" | "key" | "operation">,
): boolean =>
	(bucket === undefined || bucket === uploaded.bucket) &&
	(operation === undefined || operation === uploaded.operation) &&
	uploaded.key.startsWith(prefix);
