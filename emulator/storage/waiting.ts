/**
 * The parts of the store as other code uses them: a method that is called while many rows are being changed waits
 * until the change is complete.
 *
 * The types offer asynchronous methods only, so that no method can read without waiting, unless it is named here as one
 * that reads nothing.
 */
import type { Transactions } from "./transactions.ts";

type AsyncMethod = (
	...values: never[]
) => Promise<unknown> | AsyncGenerator<unknown>;

/** The asynchronous methods of a part, and those methods that are called at once. */
export type Waiting<Part, AtOnce extends keyof Part = never> = {
	readonly [Name in keyof Part as Name extends AtOnce
		? Name
		: Part[Name] extends AsyncMethod
			? Name
			: never]: Part[Name];
};

type Method = (...values: unknown[]) => unknown;

const AsyncGeneratorFunction = async function* () {}.constructor;

type Changes = Pick<Transactions, "changing" | "callOr">;

/**
 * @param atOnce the methods that read nothing from the store
 */
export function waiting<
	Part extends object,
	const AtOnce extends keyof Part = never,
>(
	part: Part,
	changes: Changes,
	atOnce: readonly AtOnce[] = [],
): Waiting<Part, AtOnce> {
	const view = {};
	const prototype: object = Object.getPrototypeOf(part);
	for (const name of Object.getOwnPropertyNames(prototype)) {
		const method: unknown = Reflect.get(prototype, name);
		if (name === "constructor" || typeof method !== "function") continue;
		const call = method.bind(part) as Method;
		const isAtOnce = atOnce.some((other) => other === name);
		const value = isAtOnce ? call : afterChanges(method, call, changes);
		Object.defineProperty(view, name, { value });
	}
	return view as Waiting<Part, AtOnce>;
}

function afterChanges(method: object, call: Method, changes: Changes): Method {
	// The call is in the same turn as the last check, because the next change may begin after it.
	const wait = async (...values: unknown[]): Promise<unknown> => {
		while (changes.changing) await changes.changing;
		return call(...values);
	};
	const iterate = async function* (...values: unknown[]) {
		while (changes.changing) await changes.changing;
		yield* call(...values) as AsyncGenerator<unknown>;
	};
	const isGenerator = method instanceof AsyncGeneratorFunction;
	return changes.callOr(call, isGenerator ? iterate : wait);
}
