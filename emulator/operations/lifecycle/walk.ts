/**
 * The keys that lifecycle rules may be about, each with all its versions.
 */
import type { Store } from "../../storage/store.ts";
import type { StoredObject } from "../../storage/types.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";

const PAGE_MAX = 1000;

/**
 * What is done with a key while the next is awaited does not disturb: all its versions have been read by then.
 *
 * @returns for each key its versions, the newest first
 */
export async function* keysOf(
	store: Store,
	bucket: string,
	rules: readonly LifecycleRule[],
): AsyncGenerator<readonly StoredObject[]> {
	for (const prefix of shortest(rules.map(({ Prefix }) => Prefix)))
		yield* keysUnder(store, bucket, prefix);
}

/** None of them begins with another. */
export const shortest = (prefixes: readonly string[]): string[] =>
	[...new Set(prefixes)].filter(
		(one) => !prefixes.some((other) => other !== one && one.startsWith(other)),
	);

async function* keysUnder(
	store: Store,
	bucket: string,
	prefix: string,
): AsyncGenerator<readonly StoredObject[]> {
	let versions: StoredObject[] = [];
	let marker: { after: string; afterVersionId?: string } = { after: "" };
	for (;;) {
		const page = await store.objects.listVersions(bucket, {
			...{ prefix, delimiter: "", max: PAGE_MAX },
			...marker,
		});
		for (const version of page.entries) {
			const isOther =
				versions[0] !== undefined && versions[0].key !== version.key;
			// A page begins the key anew when the version it was to begin after has gone.
			const isAgain = version.isLatest && versions[0]?.key === version.key;
			if (isOther) yield versions;
			versions = isOther || isAgain ? [version] : [...versions, version];
		}
		const last = page.entries.at(-1);
		if (!page.isTruncated || !last) break;
		marker = { after: last.key, afterVersionId: last.versionId };
	}
	if (versions.length > 0) yield versions;
}
