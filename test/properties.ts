/**
 * Checks a property with random inputs from fast-check: a few dozen inputs for each test, with a new seed in each run.
 *
 * `FUZZ_RUNS=20000 npx node --test test/oss/properties.test.ts` checks more inputs. A failure prints its seed and path;
 * `FUZZ_SEED=… FUZZ_PATH=…` repeats it.
 */
import fc from "fast-check";

const { FUZZ_RUNS, FUZZ_SEED, FUZZ_PATH } = process.env;

/** The number of inputs for each test, which hardly slows `npm test` down. */
const RUNS = 20;

type Arbitraries<T extends readonly unknown[]> = {
	readonly [N in keyof T]: fc.Arbitrary<T[N]>;
};

/**
 * @param arbitraries inputs, one for each parameter of `holds`
 * @param holds throws if the property does not hold for the input
 * @param share the fraction of the usual number of runs, for properties that take milliseconds
 */
export async function forAll<T extends [unknown, ...unknown[]]>(
	arbitraries: Arbitraries<T>,
	holds: (...inputs: T) => void | Promise<void>,
	share = 1,
): Promise<void> {
	const property = fc.asyncProperty<T>(...arbitraries, async (...inputs: T) => {
		await holds(...inputs);
	});
	await fc.assert(property, {
		numRuns: Math.ceil(Number(FUZZ_RUNS ?? RUNS) * share),
		...(FUZZ_SEED ? { seed: Number(FUZZ_SEED) } : {}),
		...(FUZZ_PATH ? { path: FUZZ_PATH } : {}),
	});
}

/** Any Unicode text without lone surrogates. */
export const text = (maxLength = 20): fc.Arbitrary<string> =>
	fc.string({ unit: "binary", maxLength });

/** Any bytes. */
export const bytes = (maxLength = 200): fc.Arbitrary<Buffer> =>
	fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

/** Texts made of a few words, so that they resemble valid input. */
export const textOf = (
	words: readonly string[],
	maxLength = 12,
): fc.Arbitrary<string> =>
	fc
		.array(fc.constantFrom(...words), { maxLength })
		.map((some) => some.join(""));

/** A valid object key. */
export const key: fc.Arbitrary<string> = fc
	.oneof(
		text(12),
		textOf([
			"a",
			"/",
			"//",
			".",
			"..",
			"+",
			"%",
			"%2F",
			" ",
			"?",
			"&",
			"#",
			"é",
			"😀",
			"\n",
			"\\",
			"~",
			"'",
		]),
	)
	.filter((one) => one !== "" && !/^[/\\]/.test(one));

/** The content, split at random positions. */
export const cut = (content: Buffer, places: readonly number[]): Buffer[] => {
	const cuts = [
		...places.map((place) => place % (content.length + 1)),
		0,
		content.length,
	];
	const sorted = cuts.toSorted((a, b) => a - b);
	return sorted
		.slice(1)
		.map((end, i) => content.subarray(sorted[i], end))
		.filter((piece) => piece.length > 0);
};

export const places: fc.Arbitrary<number[]> = fc.array(fc.nat(500), {
	maxLength: 8,
});

export { fc };

type ErrorClass = abstract new (...parameters: never[]) => Error;

/** Returns the result of a reader, or undefined for an error of these classes. @throws any other error */
export async function orRefused<T>(
	read: () => T | Promise<T>,
	...classes: readonly ErrorClass[]
): Promise<T | undefined> {
	try {
		return await read();
	} catch (error) {
		if (classes.some((one) => error instanceof one)) return undefined;
		throw error;
	}
}
