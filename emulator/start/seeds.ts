/**
 * The seeds of `--seed`: read and tried before the data folder is changed, applied before the first request is
 * answered.
 */
import { applySeed, checkSeed } from "../admin/seed/apply-seed.ts";
import type { Seed } from "../admin/seed/read-seed.ts";
import { readSeedPath } from "../admin/seed/seed-files.ts";
import type { Emulator } from "../emulator.ts";
import { JsonError } from "../oss/json-place.ts";
import { StartError } from "../oss/start-error.ts";

export { openScratchStore } from "../admin/seed/scratch-store.ts";

export type FoundSeed = { readonly path: string; readonly seed: Seed };

/**
 * @param scratch an empty emulator
 * @param account uid of the default owner
 * @throws StartError with the file and the place
 */
export async function findSeeds(
	paths: readonly string[],
	scratch: Emulator,
	account: string,
): Promise<readonly FoundSeed[]> {
	const found: FoundSeed[] = [];
	for (const path of paths)
		await naming(path, async () => {
			const seed = await readSeedPath(path, account);
			await checkSeed(scratch, seed);
			found.push({ path, seed });
		});
	return found;
}

/** @throws StartError for conflicts with the data folder, such as a bucket of another account */
export async function applySeeds(
	seeds: readonly FoundSeed[],
	emulator: Emulator,
): Promise<void> {
	for (const { path, seed } of seeds)
		await naming(path, () => applySeed(emulator, seed));
}

async function naming(
	path: string,
	work: () => Promise<unknown>,
): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (!(error instanceof JsonError)) throw error;
		throw new StartError(`--seed ${path}: ${error.message}`);
	}
}
