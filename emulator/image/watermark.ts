/**
 * A text on an image. The font is the machine's own, not OSS's; an image as a watermark is not there.
 *
 * Source: docs «Add watermarks».
 */
import type { SharpConstructor } from "sharp";
import { OssError } from "../oss/errors.ts";
import { readOrigin, sharesOf } from "./geometry.ts";
import { open, type Picture, work } from "./picture.ts";
import { decodeText, type Step } from "./steps.ts";
import { color, integer, requireKnown } from "./values.ts";

const TEXT_BYTES_MAX = 64;
// biome-ignore format: a list
const NAMES = ["text", "type", "color", "size", "t", "g", "x", "y", "voffset", "image"];

export async function watermark(
	sharp: SharpConstructor,
	picture: Picture,
	step: Step,
): Promise<Picture> {
	requireKnown(step, NAMES);
	const drawn = await draw(sharp, step);
	const width = Math.min(drawn.width, picture.width);
	const height = Math.min(drawn.height, picture.height);
	const input = await sharp(drawn.data)
		.extract({ left: 0, top: 0, width, height })
		.toBuffer();
	const [right, down] = sharesOf(readOrigin(step, "se"));
	const left = place(picture.width - width, right, margin(step, "x"));
	const middle = integer(step, "voffset", -1000, 1000) ?? 0;
	const top =
		down === 0.5
			? place(
					picture.height - height,
					0,
					(picture.height - height) / 2 - middle,
				)
			: place(picture.height - height, down, margin(step, "y"));
	return work(picture, open(sharp, picture).composite([{ input, left, top }]));
}

const margin = (step: Step, name: string): number =>
	integer(step, name, 0, 4096) ?? 10;

/** @param margin to the side that is nearest; in the middle there is none */
function place(room: number, share: number, margin: number): number {
	const at = share === 0 ? margin : share === 1 ? room - margin : room / 2;
	return Math.round(Math.min(Math.max(at, 0), room));
}

type Drawn = {
	readonly data: Buffer;
	readonly width: number;
	readonly height: number;
};

/** @throws OssError MissingArgument, InvalidArgument, WatermarkError for what cannot be drawn */
async function draw(sharp: SharpConstructor, step: Step): Promise<Drawn> {
	const text = readText(step);
	const size = integer(step, "size", 1, 1000) ?? 40;
	const opacity = integer(step, "t", 0, 100) ?? 100;
	const ink = color(step, "000000");
	const alpha = Math.max(1, Math.round((opacity / 100) * 65_535));
	const markup = `<span foreground="${ink}" alpha="${alpha}">${asMarkup(text)}</span>`;
	try {
		const { data, info } = await sharp({
			text: { text: markup, font: `sans ${size}`, dpi: 72, rgba: true },
		})
			.png()
			.toBuffer({ resolveWithObject: true });
		return { data, width: info.width, height: info.height };
	} catch (error) {
		throw new OssError("WatermarkError", {
			details: { Cause: String(error) },
		});
	}
}

function readText(step: Step): string {
	if (step.values.has("image")) {
		const message = "The emulator has no image as a watermark.";
		throw new OssError("NotImplemented", { message });
	}
	const text = decodeText("text", step.values.get("text") ?? "");
	if (text === "") throw new OssError("MissingArgument");
	if (Buffer.byteLength(text) > TEXT_BYTES_MAX)
		throw new OssError("WatermarkError");
	return text;
}

const asMarkup = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
