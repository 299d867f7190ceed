/**
 * A view of a part of the store whose asynchronous methods wait before they begin; other methods are called at once.
 */

type Method<Result> = (...values: unknown[]) => Result;

const AsyncFunction = (async () => {}).constructor;
const AsyncGeneratorFunction = async function* () {}.constructor;

const isAsync = (value: unknown): value is Method<Promise<unknown>> =>
	value instanceof AsyncFunction;

const isAsyncGenerator = (
	value: unknown,
): value is Method<AsyncGenerator<unknown>> =>
	value instanceof AsyncGeneratorFunction;

/** @param wait awaited before each call */
export function waiting<Part extends object>(
	part: Part,
	wait: () => Promise<void>,
): Part {
	return new Proxy(part, {
		get: (_, name) => {
			const method: unknown = Reflect.get(part, name, part);
			if (isAsync(method))
				return async (...values: unknown[]) => {
					await wait();
					return method.apply(part, values);
				};
			if (isAsyncGenerator(method))
				return async function* (...values: unknown[]) {
					await wait();
					yield* method.apply(part, values);
				};
			return typeof method === "function" ? method.bind(part) : method;
		},
	});
}
