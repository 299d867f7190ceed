/**
 * The buckets of the cloud that a gateway may use, and the names that its clients use for them.
 *
 * Only named buckets pass: a typing error must not reach another bucket of a real account. `*` names all buckets.
 *
 * Pure.
 */
import { isBucketName } from "../oss/names.ts";
import { StartError } from "../oss/start-error.ts";

/** Stands for every bucket, under its own name. */
const ALL = "*";

export class BucketNames {
	readonly #toReal: ReadonlyMap<string, string>;
	readonly #toLocal: ReadonlyMap<string, string>;
	readonly #passesAll: boolean;

	/** @param pairs pairs of a local and a real name; each name at most once on its side */
	constructor(
		pairs: readonly (readonly [local: string, real: string])[],
		passesAll = false,
	) {
		this.#toReal = new Map(pairs);
		this.#toLocal = new Map(pairs.map(([local, real]) => [real, local]));
		this.#passesAll = passesAll;
	}

	/** @returns the bucket's name in the cloud; undefined if the gateway must not use it */
	findReal(local: string): string | undefined {
		const named = this.#toReal.get(local);
		if (named !== undefined) return named;
		// A renamed bucket cannot be reached by its real name.
		const passes = this.#passesAll && !this.#toLocal.has(local);
		return passes ? local : undefined;
	}

	/** @returns the name that clients use for a bucket of the cloud; its real name if they have no other */
	toLocal(real: string): string {
		return this.#toLocal.get(real) ?? real;
	}

	/** The local names in the given order, without names that `*` adds. */
	get local(): readonly string[] {
		return [...this.#toReal.keys()];
	}

	/** Whether buckets that are not named pass too. */
	get passesAll(): boolean {
		return this.#passesAll;
	}
}

/**
 * @param items `NAME`, `LOCAL=REAL` or `*`
 * @throws StartError if there is no item, an item has another form, or a name is given twice
 */
export function readBucketNames(items: readonly string[]): BucketNames {
	if (items.length === 0)
		throw new StartError(
			"--upstream needs --upstream-bucket: name the buckets that the gateway may touch",
		);
	const pairs = items.filter((item) => item !== ALL).map(readPair);
	for (const side of [0, 1] as const) {
		const names = pairs.map((pair) => pair[side]);
		const twice = names.find((name, index) => names.indexOf(name) < index);
		if (twice !== undefined)
			throw new StartError(`--upstream-bucket names ${twice} more than once`);
	}
	return new BucketNames(pairs, items.includes(ALL));
}

function readPair(item: string): readonly [string, string] {
	const [local = "", real = local, ...more] = item.split("=");
	if (more.length === 0 && isBucketName(local) && isBucketName(real))
		return [local, real];
	throw new StartError(
		`--upstream-bucket must be NAME, LOCAL=REAL or *, with names of buckets, not ${item}`,
	);
}
