/**
 * Steps that change the shape of an image: resize, crop, indexcrop, rotate, auto-orient, circle, rounded-corners.
 *
 * Source: docs «Resize images», «Custom crop», «Indexed slice», «Rotate», «Auto-orient», «Inscribed circle», «Rounded
 * rectangle».
 */
import type { SharpConstructor } from "sharp";
import { readCrop, readResize, rotated, type Size } from "./geometry.ts";
import { open, type Picture, requireSmall, work } from "./picture.ts";
import type { Step } from "./steps.ts";
import { integer, refuse, requireInteger, requireKnown } from "./values.ts";

export async function resize(
	sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> {
	const { scaled, area, color } = readResize(step, picture);
	const scaledPicture = await work(
		picture,
		open(sharp, picture).resize({ ...scaled, fit: "fill" }),
	);
	if (scaled === area) return scaledPicture;
	const cut = open(sharp, scaledPicture).resize({
		...area,
		fit:
			area.width <= scaled.width && area.height <= scaled.height
				? "cover"
				: "contain",
		background: color,
	});
	return work(scaledPicture, cut);
}

export const crop = (
	sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> =>
	work(picture, open(sharp, picture).extract(readCrop(step, picture)));

/**
 * Selects one of the slices that an image is cut into, `x` wide or `y` high. A slice that does not exist leaves the
 * image unchanged; if both sides are given, `x` applies.
 */
export async function indexcrop(
	sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> {
	requireKnown(step, ["x", "y", "i"]);
	const x = integer(step, "x", 1, picture.width);
	const y = integer(step, "y", 1, picture.height);
	if (x === undefined && y === undefined) throw refuse(step, "x", "");
	const i = integer(step, "i", 0, 100_000) ?? 0;
	const left = x === undefined ? 0 : x * i;
	const top = x === undefined && y !== undefined ? y * i : 0;
	if (left >= picture.width || top >= picture.height) return picture;
	const slice = {
		left,
		top,
		width: Math.min(x ?? picture.width, picture.width - left),
		height:
			x === undefined && y !== undefined
				? Math.min(y, picture.height - top)
				: picture.height,
	};
	return work(picture, open(sharp, picture).extract(slice));
}

/** Corners outside of the image become white, or transparent if the format supports it. */
export async function rotate(
	sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> {
	requireKnown(step, [""]);
	const angle = requireInteger(step, "", 0, 360);
	requireSmall(rotated(picture, angle));
	const background = { r: 255, g: 255, b: 255, alpha: 0 };
	const turned = await work(
		picture,
		open(sharp, picture).rotate(angle, { background }),
	);
	return { ...turned, hasAlpha: picture.hasAlpha || angle % 90 !== 0 };
}

/** The table of EXIF orientations: a turn to the right, then a mirror. */
const TURNS = [
	{ angle: 0, flop: false },
	{ angle: 0, flop: true },
	{ angle: 180, flop: false },
	{ angle: 180, flop: true },
	{ angle: 90, flop: true },
	{ angle: 90, flop: false },
	{ angle: 270, flop: true },
	{ angle: 270, flop: false },
] as const;

export async function autoOrient(
	sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> {
	requireKnown(step, [""]);
	const turn = TURNS[picture.orientation - 1];
	if (requireInteger(step, "", 0, 1) === 0 || !turn) return picture;
	const turned = await work(picture, open(sharp, picture).rotate(turn.angle));
	const image = open(sharp, turned).flop(turn.flop);
	return { ...(await work(turned, image)), orientation: 1 };
}

/** The largest centred square, which contains the circle. */
export function circle(
	sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> {
	requireKnown(step, ["r"]);
	const { width, height } = picture;
	const side = Math.min(2 * requireInteger(step, "r", 1, 4096), width, height);
	const image = open(sharp, picture).extract({
		left: Math.trunc((width - side) / 2),
		top: Math.trunc((height - side) / 2),
		width: side,
		height: side,
	});
	return masked(sharp, work(picture, image), side / 2);
}

export function roundedCorners(
	sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> {
	requireKnown(step, ["r"]);
	const radius = requireInteger(step, "r", 1, 4096);
	return masked(sharp, Promise.resolve(picture), radius);
}

async function masked(
	sharp: SharpConstructor,
	pending: Promise<Picture>,
	radius: number,
): Promise<Picture> {
	const picture = await pending;
	const input = roundedRectangle(picture, radius);
	const image = open(sharp, picture).composite([{ input, blend: "dest-in" }]);
	return { ...(await work(picture, image)), hasAlpha: true };
}

const roundedRectangle = ({ width, height }: Size, radius: number): Buffer =>
	Buffer.from(
		`<svg width="${width}" height="${height}"><rect width="100%" height="100%" rx="${radius}" ry="${radius}"/></svg>`,
	);
