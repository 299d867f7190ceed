/**
 * Refuses misspelt options, which JavaScript would ignore: `faults({ acount: uid })` must not list all faults.
 *
 * Pure.
 */

/** @throws TypeError for an option that is not `known`; returns `options` otherwise */
export function onlyKnown<Options extends object>(
	name: string,
	options: Options,
	known: readonly (keyof Options & string)[],
): Options {
	const other = Object.keys(Object(options)).find(
		(option) => !known.some((one) => one === option),
	);
	if (other === undefined) return options;
	throw new TypeError(
		`${name} has no option ${other}: use ${known.join(", ")}`,
	);
}
