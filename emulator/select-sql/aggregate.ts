/**
 * count, sum, avg, max, min: one value of many records. Null is ignored, and so are texts that are not numbers if the
 * aggregation requires numbers.
 *
 * Pure.
 */
import type { AggregateName } from "./query.ts";
import { compare, toNumber, type Value } from "./values.ts";

export class Aggregate {
	readonly #name: AggregateName;
	#count = 0;
	#sum = 0;
	#extreme: Value = null;

	constructor(name: AggregateName) {
		this.#name = name;
	}

	add(value: Value): void {
		if (value === null || value === undefined) return;
		const number = toNumber(value);
		if (this.#name === "sum" || this.#name === "avg") {
			if (number === undefined) return;
			this.#sum += number;
		}
		this.#count += 1;
		this.#compare(number ?? value);
	}

	#compare(value: Value): void {
		const order = compare(value, this.#extreme) ?? 0;
		const isMoreExtreme = this.#name === "min" ? order < 0 : order > 0;
		if (this.#extreme === null || isMoreExtreme) this.#extreme = value;
	}

	get value(): Value {
		if (this.#name === "count") return this.#count;
		if (this.#count === 0) return null;
		if (this.#name === "sum") return this.#sum;
		return this.#name === "avg" ? this.#sum / this.#count : this.#extreme;
	}
}
