/**
 * Puts a watermark onto an image: once, or repeated over the whole image with `fill_1`.
 *
 * Source: docs «Add watermarks».
 */
import type { OverlayOptions, SharpConstructor } from "sharp";
import { readOrigin, type Size, sharesOf } from "./geometry.ts";
import { drawOverlay, type LoadWatermark, type Overlay } from "./overlay.ts";
import { open, type Picture, work } from "./picture.ts";
import type { Step } from "./steps.ts";
import { integer, requireKnown } from "./values.ts";

// biome-ignore format: a list
const NAMES = [
	"text", "type", "color", "size", "shadow", "rotate", "fill", "padx", "pady", "image", "P", "order", "align", "interval",
	"t", "g", "x", "y", "voffset",
];

export async function watermark(
	sharp: SharpConstructor,
	picture: Picture,
	step: Step,
	load: LoadWatermark,
): Promise<Picture> {
	requireKnown(step, NAMES);
	const overlay = await drawOverlay(sharp, step, picture, load);
	const isFilling = integer(step, "fill", 0, 1) === 1;
	const input = await within(sharp, overlay, picture);
	const layers = isFilling
		? await tiles(sharp, step, input, picture)
		: [{ input: input.data, ...placeOf(step, input, picture) }];
	return work(picture, open(sharp, picture).composite(layers));
}

/** Parts of the watermark beyond the size of the image are cut off. */
async function within(
	sharp: SharpConstructor,
	overlay: Overlay,
	picture: Size,
): Promise<Overlay> {
	const width = Math.min(overlay.width, picture.width);
	const height = Math.min(overlay.height, picture.height);
	if (width === overlay.width && height === overlay.height) return overlay;
	const data = await sharp(overlay.data)
		.extract({ left: 0, top: 0, width, height })
		.toBuffer();
	return { data, width, height };
}

function placeOf(
	step: Step,
	{ width, height }: Size,
	picture: Size,
): { readonly left: number; readonly top: number } {
	const [right, down] = sharesOf(readOrigin(step, "se"));
	const room = { x: picture.width - width, y: picture.height - height };
	const offset = integer(step, "voffset", -1000, 1000) ?? 0;
	const [x, y] = [margin(step, "x"), margin(step, "y")];
	return {
		left: place(room.x, right, x),
		// For the middle row, voffset moves the watermark up.
		top:
			down === 0.5
				? place(room.y, 0, room.y / 2 - offset)
				: place(room.y, down, y),
	};
}

const margin = (step: Step, name: string): number =>
	integer(step, name, 0, 4096) ?? 10;

/** @param margin the distance to the nearest side; ignored in the middle */
function place(room: number, share: number, margin: number): number {
	const at = share === 0 ? margin : share === 1 ? room - margin : room / 2;
	return Math.round(Math.min(Math.max(at, 0), room));
}

/** Makes one layer that sharp repeats; its transparent edges are the distances. */
async function tiles(
	sharp: SharpConstructor,
	step: Step,
	overlay: Overlay,
	picture: Size,
): Promise<OverlayOptions[]> {
	const right = integer(step, "padx", 0, 4096) ?? 0;
	const bottom = integer(step, "pady", 0, 4096) ?? 0;
	const data = await sharp(overlay.data)
		.extend({ right, bottom, background: { r: 0, g: 0, b: 0, alpha: 0 } })
		.png()
		.toBuffer();
	const size = {
		width: overlay.width + right,
		height: overlay.height + bottom,
	};
	const { data: input } = await within(sharp, { data, ...size }, picture);
	return [{ input, tile: true, gravity: "northwest" }];
}
