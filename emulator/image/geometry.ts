/**
 * The size of a result, and which part of the image it shows.
 *
 * Pure. Source: docs «Resize images», «Custom crop», «Add watermarks» (table of origins).
 */
import { OssError } from "../oss/errors.ts";
import type { Step } from "./steps.ts";
import { choice, color, integer, refuse, requireKnown } from "./values.ts";

export type Size = { readonly width: number; readonly height: number };
export type Area = Size & { readonly left: number; readonly top: number };

/** An image scaled to `scaled` and cut to `area`; a larger area is filled with `color`. */
export type Resizing = {
	readonly scaled: Size;
	readonly area: Size;
	readonly color: string;
};

const SIDE_MAX = 16_384;
const PIXELS_MAX = 16_777_216;
const MODES = ["lfit", "mfit", "fill", "pad", "fixed"] as const;
type Mode = (typeof MODES)[number];

const scale = ({ width, height }: Size, factor: number): Size => ({
	width: Math.max(1, Math.round(width * factor)),
	height: Math.max(1, Math.round(height * factor)),
});

/** @throws OssError InvalidArgument; ImageTooLarge for a result beyond the limits */
export function readResize(step: Step, source: Size): Resizing {
	requireKnown(step, ["m", "w", "h", "l", "s", "p", "limit", "color"]);
	const mode = choice(step, "m", MODES);
	const isLimited = choice(step, "limit", ["1", "0"]) === "1";
	const background = color(step, "FFFFFF");
	const percent = integer(step, "p", 1, 1000);
	const box = readBox(step, source, mode);
	if (!box && percent === undefined) throw refuse(step, "w", "");
	// A percentage itself determines whether the image is enlarged.
	const { scaled, area } = box
		? fit(source, box, mode)
		: same(scale(source, (percent ?? 100) / 100));
	const isLarger = area.width > source.width || area.height > source.height;
	const result = box && isLimited && isLarger ? same(source) : { scaled, area };
	for (const size of [result.scaled, result.area]) requireSmall(size);
	return { ...result, color: background };
}

const same = (size: Size): { scaled: Size; area: Size } => ({
	scaled: size,
	area: size,
});

/** If one side is missing, lfit, mfit and fixed keep the proportions, and fill and pad make a square. */
function readBox(step: Step, source: Size, mode: Mode): Size | undefined {
	const w = integer(step, "w", 1, SIDE_MAX);
	const h = integer(step, "h", 1, SIDE_MAX);
	const long = integer(step, "l", 1, SIDE_MAX);
	const short = integer(step, "s", 1, SIDE_MAX);
	const isWide = source.width >= source.height;
	const bySides = w === undefined && h === undefined;
	const width = bySides ? (isWide ? long : short) : w;
	const height = bySides ? (isWide ? short : long) : h;
	const side = width ?? height;
	if (side === undefined) return undefined;
	if (width !== undefined && height !== undefined) return { width, height };
	if (mode === "fill" || mode === "pad") return { width: side, height: side };
	return scale(
		source,
		width === undefined ? side / source.height : side / source.width,
	);
}

function fit(
	source: Size,
	box: Size,
	mode: Mode,
): { scaled: Size; area: Size } {
	const [x, y] = [box.width / source.width, box.height / source.height];
	const inside = scale(source, Math.min(x, y));
	const outside = scale(source, Math.max(x, y));
	if (mode === "fixed") return same(box);
	if (mode === "lfit") return same(inside);
	if (mode === "mfit") return same(outside);
	return { scaled: mode === "pad" ? inside : outside, area: box };
}

function requireSmall({ width, height }: Size): void {
	if (Math.max(width, height) > SIDE_MAX || width * height > PIXELS_MAX)
		throw new OssError("ImageTooLarge");
}

export type Origin =
	| "nw"
	| "north"
	| "ne"
	| "west"
	| "center"
	| "east"
	| "sw"
	| "south"
	| "se";

const ORIGINS: readonly (readonly Origin[])[] = [
	["nw", "north", "ne"],
	["west", "center", "east"],
	["sw", "south", "se"],
];

/** @returns 0, 0.5 or 1: the position from left to right and from top to bottom */
export function sharesOf(origin: Origin): readonly [number, number] {
	const row = ORIGINS.findIndex((origins) => origins.includes(origin));
	const column = ORIGINS[row]?.indexOf(origin) ?? 0;
	return [column / 2, row / 2];
}

export const readOrigin = (step: Step, absent: Origin): Origin =>
	choice(step, "g", [absent, ...ORIGINS.flat()]);

/** Removes the part outside of the image. @throws OssError BadRequest for an area that begins outside of it */
export function readCrop(step: Step, source: Size): Area {
	requireKnown(step, ["w", "h", "x", "y", "g", "r"]);
	const width = integer(step, "w", 0, 30_000) ?? source.width;
	const height = integer(step, "h", 0, 30_000) ?? source.height;
	const [right, down] = sharesOf(readOrigin(step, "nw"));
	const at = (whole: number, part: number, share: number, more: number) =>
		Math.max(0, Math.trunc((whole - part) * share)) + more;
	const x = integer(step, "x", 0, 30_000) ?? 0;
	const y = integer(step, "y", 0, 30_000) ?? 0;
	const left = at(source.width, width, right, x);
	const top = at(source.height, height, down, y);
	if (left >= source.width || top >= source.height) {
		const message = "Advance cut's position is out of image.";
		throw new OssError("BadRequest", { message });
	}
	return {
		left,
		top,
		width: Math.min(width || source.width, source.width - left),
		height: Math.min(height || source.height, source.height - top),
	};
}

/** The rectangle around an image that is turned by `angle` degrees. */
export function rotated({ width, height }: Size, angle: number): Size {
	const radians = (angle / 180) * Math.PI;
	const sine = Math.abs(Math.sin(radians));
	const cosine = Math.abs(Math.cos(radians));
	return {
		width: Math.ceil(width * cosine + height * sine),
		height: Math.ceil(width * sine + height * cosine),
	};
}
