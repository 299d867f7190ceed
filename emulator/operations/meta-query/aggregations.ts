/**
 * Aggregations over the objects that a query matches: min, max, average, sum, count, distinct, group.
 *
 * Pure. Source: docs «DoMetaQuery», elements of Aggregation.
 */
import { invalidArgument } from "../../oss/errors.ts";
import type { StoredObject } from "../../storage/types.ts";
import type { XmlElement } from "../../xml/write.ts";
import { type FieldValue, findField } from "./fields.ts";

export type Aggregation = {
	readonly add: (object: StoredObject) => void;
	readonly result: () => XmlElement;
};

type Collector = {
	readonly add: (value: string | number) => void;
	readonly result: () => XmlElement;
};

/** Maximum number of distinct values, a limit of the emulator; further values are not counted. */
const VALUES_MAX = 10_000;

const number = (
	next: (sum: number | undefined, value: number) => number,
): (() => Collector) => {
	return () => {
		let total: number | undefined;
		return {
			add: (value) => {
				total = next(total, Number(value));
			},
			result: () => ({ Value: total ?? 0 }),
		};
	};
};

function average(): Collector {
	let [sum, count] = [0, 0];
	return {
		add: (value) => {
			sum += Number(value);
			count += 1;
		},
		result: () => ({ Value: count === 0 ? 0 : sum / count }),
	};
}

function count(): Collector {
	let total = 0;
	return {
		add: () => {
			total += 1;
		},
		result: () => ({ Value: total }),
	};
}

function counts(): {
	readonly add: Collector["add"];
	readonly all: ReadonlyMap<string, number>;
} {
	const all = new Map<string, number>();
	const add = (value: string | number): void => {
		const text = String(value);
		const known = all.get(text);
		if (known === undefined && all.size >= VALUES_MAX) return;
		all.set(text, (known ?? 0) + 1);
	};
	return { add, all };
}

function distinct(): Collector {
	const { add, all } = counts();
	return { add, result: () => ({ Value: all.size }) };
}

function group(): Collector {
	const { add, all } = counts();
	return {
		add,
		result: () => ({
			Groups: {
				Group: [...all].map(([Value, Count]) => ({ Value, Count })),
			},
		}),
	};
}

const COLLECTORS: ReadonlyMap<string, () => Collector> = new Map([
	["min", number((least, value) => Math.min(least ?? value, value))],
	["max", number((most, value) => Math.max(most ?? value, value))],
	["sum", number((sum, value) => (sum ?? 0) + value)],
	["average", average],
	["count", count],
	["distinct", distinct],
	["group", group],
]);

const OF_NUMBERS = new Set(["min", "max", "sum", "average"]);

/** @throws OssError InvalidArgument for an unknown field or operation, and for arithmetic on strings */
export function makeAggregation(aggregation: {
	readonly Field: string;
	readonly Operation: string;
}): Aggregation {
	const { Field, Operation } = aggregation;
	const field = findField(Field);
	if (!field) throw invalidArgument("Field", Field);
	const make = COLLECTORS.get(Operation.toLowerCase());
	if (
		!make ||
		(OF_NUMBERS.has(Operation.toLowerCase()) && field.kind === "text")
	)
		throw invalidArgument("Operation", Operation);
	const collector = make();
	return {
		add: (object) => {
			const value: FieldValue = field.read(object);
			if (value !== undefined) collector.add(value);
		},
		result: () => ({ Field, Operation, ...collector.result() }),
	};
}
