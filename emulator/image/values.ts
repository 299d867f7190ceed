/**
 * The values of a step, each within its bounds.
 *
 * Pure. Source: docs «Resize images»; EC 0040-00000311 and following. The message is a guess.
 */
import { invalidArgument, type OssError } from "../oss/errors.ts";
import type { Step } from "./steps.ts";

const ECS: ReadonlyMap<string, string> = new Map([
	["resize m", "0040-00000311"],
	["resize w", "0040-00000312"],
	["resize l", "0040-00000314"],
	["resize p", "0040-00000317"],
	["resize limit", "0040-00000319"],
]);

export const refuse = (
	{ action }: Step,
	name: string,
	value: string,
): OssError =>
	invalidArgument(
		name || action,
		value,
		`The value: ${value} of parameter: ${name || action} is invalid.`,
		ECS.get(`${action} ${name}`) ?? "",
	);

/** @throws OssError InvalidArgument for a value that is not an integer or out of bounds */
export function integer(
	step: Step,
	name: string,
	min: number,
	max: number,
): number | undefined {
	const text = step.values.get(name);
	if (text === undefined) return undefined;
	const value = Number(text);
	if (!/^-?\d{1,6}$/.test(text) || value < min || value > max)
		throw refuse(step, name, text);
	return value;
}

/** Reads a required integer, as `integer` does. */
export function requireInteger(
	step: Step,
	name: string,
	min: number,
	max: number,
): number {
	const value = integer(step, name, min, max);
	if (value === undefined) throw refuse(step, name, "");
	return value;
}

/** Reads one of some words; the default is the first. */
export function choice<T extends string>(
	step: Step,
	name: string,
	words: readonly [T, ...T[]],
): T {
	const text = step.values.get(name);
	if (text === undefined) return words[0];
	const word = words.find((allowed) => allowed === text);
	if (word === undefined) throw refuse(step, name, text);
	return word;
}

/** @returns `#RRGGBB` */
export function color(step: Step, absent: string): string {
	const text = step.values.get("color") ?? absent;
	if (!/^[0-9A-Fa-f]{6}$/.test(text)) throw refuse(step, "color", text);
	return `#${text}`;
}

/** @throws OssError InvalidArgument for a parameter that the action does not have */
export function requireKnown(step: Step, names: readonly string[]): void {
	for (const [name, value] of step.values)
		if (!names.includes(name)) throw refuse(step, name, value);
}
