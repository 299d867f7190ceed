/**
 * Steps that change how an image looks, and its format: blur, bright, contrast, sharpen, format, quality, interlace.
 *
 * The pixels are similar to OSS's, not the same, because its formulas are not known.
 * Source: docs «Blur», «Brightness», «Contrast», «Sharpen», «Format conversion», «Quality transformation».
 */
import type { Sharp, SharpConstructor } from "sharp";
import { OssError } from "../oss/errors.ts";
import { FORMATS, open, type Picture, work } from "./picture.ts";
import type { Step } from "./steps.ts";
import { integer, refuse, requireInteger, requireKnown } from "./values.ts";

type Effect = (image: Sharp, step: Step) => Sharp;

const effect =
	(names: readonly string[], change: Effect) =>
	(sharp: SharpConstructor, picture: Picture, step: Step): Promise<Picture> => {
		requireKnown(step, names);
		return work(picture, change(open(sharp, picture), step));
	};

export const blur = effect(["r", "s"], (image, step) => {
	requireInteger(step, "r", 1, 50);
	return image.blur(requireInteger(step, "s", 1, 50));
});

const RGB_ONLY = [0, 0, 0, 0] as const;

/** The fourth channel, transparency, stays unchanged. */
const linear = (image: Sharp, factor: number, more: number): Sharp =>
	image.linear(
		RGB_ONLY.map((_, channel) => (channel < 3 ? factor : 1)),
		RGB_ONLY.map((_, channel) => (channel < 3 ? more : 0)),
	);

export const bright = effect([""], (image, step) =>
	linear(image, 1, (255 * requireInteger(step, "", -100, 100)) / 100),
);

export const contrast = effect([""], (image, step) => {
	const factor = 1 + requireInteger(step, "", -100, 100) / 100;
	return linear(image, factor, 128 * (1 - factor));
});

export const sharpen = effect([""], (image, step) =>
	image.sharpen({ sigma: requireInteger(step, "", 50, 399) / 100 }),
);

/** Formats that OSS writes but sharp does not. */
const UNSUPPORTED_BY_SHARP = new Set(["bmp", "heic", "avif"]);

export async function format(
	_sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> {
	requireKnown(step, [""]);
	const name = step.values.get("") ?? "";
	if (UNSUPPORTED_BY_SHARP.has(name)) {
		const message = `The emulator cannot write ${name}.`;
		throw new OssError("NotImplemented", { message });
	}
	const found = FORMATS.get(name === "jpeg" ? "jpg" : name);
	if (!found) throw refuse(step, "", name);
	return { ...picture, format: found };
}

/** Relative quality counts as absolute, because the quality of the source is not recorded. */
export async function quality(
	_sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> {
	requireKnown(step, ["q", "Q"]);
	const value = integer(step, "Q", 1, 100) ?? integer(step, "q", 1, 100);
	if (value === undefined) throw refuse(step, "q", "");
	return { ...picture, quality: value };
}

export async function interlace(
	_sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> {
	requireKnown(step, [""]);
	return { ...picture, isProgressive: requireInteger(step, "", 0, 1) === 1 };
}
