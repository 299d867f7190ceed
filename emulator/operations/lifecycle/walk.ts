/**
 * The keys to which lifecycle rules may apply, each with all its versions.
 */
import type { Breaks } from "../../oss/breaks.ts";
import type { Store } from "../../storage/store.ts";
import type { StoredObject } from "../../storage/types.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";

/** Few enough that a page does not delay other requests. */
const PAGE_MAX = 500;

/**
 * The caller may change a key before it requests the next one: all its versions have been read by then.
 *
 * @returns the versions of each key, newest first
 */
export async function* keysOf(
	store: Store,
	bucket: string,
	rules: readonly LifecycleRule[],
	breaks: Breaks,
): AsyncGenerator<readonly StoredObject[]> {
	for (const prefix of shortest(rules.map(({ Prefix }) => Prefix)))
		yield* keysUnder(store, bucket, prefix, breaks);
}

/** Drops the prefixes that begin with another one. */
export const shortest = (prefixes: readonly string[]): string[] =>
	[...new Set(prefixes)].filter(
		(prefix) =>
			!prefixes.some((other) => other !== prefix && prefix.startsWith(other)),
	);

async function* keysUnder(
	store: Store,
	bucket: string,
	prefix: string,
	breaks: Breaks,
): AsyncGenerator<readonly StoredObject[]> {
	let versions: StoredObject[] = [];
	let marker: { after: string; afterVersionId?: string } = { after: "" };
	for (;;) {
		await breaks.pause();
		const page = await store.objects.listVersions(bucket, {
			prefix,
			delimiter: "",
			max: PAGE_MAX,
			...marker,
		});
		for (const version of page.entries) {
			const isOther =
				versions[0] !== undefined && versions[0].key !== version.key;
			// A page repeats the key from its beginning when the version that it should continue after no longer exists.
			const isRepeated = version.isLatest && versions[0]?.key === version.key;
			if (isOther) yield versions;
			if (isOther || isRepeated) versions = [];
			versions.push(version);
		}
		const last = page.entries.at(-1);
		if (!page.isTruncated || !last) break;
		marker = { after: last.key, afterVersionId: last.versionId };
	}
	if (versions.length > 0) yield versions;
}
