/**
 * Finds the word that was probably intended.
 *
 * Pure.
 */

/** The comparison takes the product of both lengths, and no name that is searched for is longer. */
const LENGTH_MAX = 128;

/** @returns undefined if no name is similar, or the word is longer than 128 characters */
export function findNearest(
	word: string,
	words: Iterable<string>,
): string | undefined {
	if (word.length > LENGTH_MAX) return undefined;
	const given = word.toLowerCase();
	let nearest: string | undefined;
	let least = Math.max(1, Math.floor(word.length / 3)) + 1;
	for (const word of words) {
		const distance = distanceOf(given, word.toLowerCase());
		if (distance >= least) continue;
		least = distance;
		nearest = word;
	}
	return nearest;
}

/** The edit distance: Levenshtein's, with swapped neighbours as one edit. */
function distanceOf(a: string, b: string): number {
	let before: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const isSame = a[i - 1] === b[j - 1];
			const options = [
				(last[j] ?? 0) + 1,
				(row[j - 1] ?? 0) + 1,
				(last[j - 1] ?? 0) + (isSame ? 0 : 1),
			];
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				options.push((before[j - 2] ?? 0) + 1);
			row.push(Math.min(...options));
		}
		before = last;
		last = row;
	}
	return last.at(-1) ?? 0;
}
