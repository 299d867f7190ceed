/**
 * Draws a watermark: a text, an image, or both next to each other, as one picture that `watermark.ts` puts into
 * place. The font is the machine's own, not OSS's.
 *
 * Source: docs «Add watermarks», tables of the parameters.
 */
import type { SharpConstructor } from "sharp";
import { OssError } from "../oss/errors.ts";
import type { Size } from "./geometry.ts";
import { decodeText, readSteps, type Step } from "./steps.ts";
import { color, integer, refuse } from "./values.ts";

/** A picture as PNG with transparency. */
export type Overlay = Size & { readonly data: Buffer };

/** Returns the image of that key, processed by the steps, as PNG. @throws OssError NoSuchKey, AccessDenied … */
export type LoadWatermark = (
	key: string,
	steps: readonly Step[],
) => Promise<Buffer>;

const TEXT_BYTES_MAX = 64;
const TRANSPARENT = { r: 0, g: 0, b: 0, alpha: 0 };

/**
 * @param picture the image that receives the watermark: `P` of an image watermark is a percentage of its size
 * @throws OssError MissingArgument without text and image, InvalidArgument, WatermarkError when drawing fails
 */
export async function drawOverlay(
	sharp: SharpConstructor,
	step: Step,
	picture: Size,
	load: LoadWatermark,
): Promise<Overlay> {
	const hasText = step.values.has("text");
	const hasImage = step.values.has("image");
	if (!hasText && !hasImage) throw new OssError("MissingArgument");
	try {
		const image = hasImage
			? await drawImage(sharp, step, picture, load)
			: undefined;
		const text = hasText ? await drawText(sharp, step) : undefined;
		const both =
			image && text
				? await placeSideBySide(sharp, step, image, text)
				: undefined;
		const drawn = both ?? image ?? text;
		if (!drawn) throw new OssError("MissingArgument");
		return await withOpacity(sharp, step, drawn);
	} catch (error) {
		if (error instanceof OssError) throw error;
		throw new OssError("WatermarkError", { details: { Cause: String(error) } });
	}
}

async function drawText(sharp: SharpConstructor, step: Step): Promise<Overlay> {
	const text = decodeText("text", step.values.get("text") ?? "");
	if (text === "") throw new OssError("MissingArgument");
	if (Buffer.byteLength(text) > TEXT_BYTES_MAX)
		throw new OssError("WatermarkError");
	decodeText("type", step.values.get("type") ?? "");
	const size = integer(step, "size", 1, 1000) ?? 40;
	const ink = color(step, "000000");
	const shadow = integer(step, "shadow", 0, 100) ?? 0;
	const drawn = await render(sharp, text, size, ink, 100);
	const shaded =
		shadow === 0
			? drawn
			: await stacked(
					sharp,
					await render(sharp, text, size, "#000000", shadow),
					drawn,
					size,
				);
	const angle = integer(step, "rotate", 0, 360) ?? 0;
	return angle % 360 === 0
		? shaded
		: png(sharp(shaded.data).rotate(angle, { background: TRANSPARENT }));
}

/** @param opacity in percent */
function render(
	sharp: SharpConstructor,
	text: string,
	size: number,
	ink: string,
	opacity: number,
): Promise<Overlay> {
	const alpha = Math.max(1, Math.round((opacity / 100) * 65_535));
	const markup = `<span foreground="${ink}" alpha="${alpha}">${asMarkup(text)}</span>`;
	return png(
		sharp({
			text: { text: markup, font: `sans ${size}`, dpi: 72, rgba: true },
		}),
	);
}

const asMarkup = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The shadow lies a twentieth of the size below and to the right; the distance is not documented. */
function stacked(
	sharp: SharpConstructor,
	shadow: Overlay,
	text: Overlay,
	size: number,
): Promise<Overlay> {
	const distance = Math.max(1, Math.round(size / 20));
	const canvas = {
		width: text.width + distance,
		height: text.height + distance,
	};
	return compose(sharp, canvas, [
		{ input: shadow.data, left: distance, top: distance },
		{ input: text.data, left: 0, top: 0 },
	]);
}

/**
 * `image_<base64 of KEY?x-oss-process=image/…>`; `P_30` is 30 % of the picture, in the step or among the image's own.
 */
async function drawImage(
	sharp: SharpConstructor,
	step: Step,
	picture: Size,
	load: LoadWatermark,
): Promise<Overlay> {
	const text = decodeText("image", step.values.get("image") ?? "");
	const [key = "", process] = text.split("?x-oss-process=", 2);
	if (key === "") throw refuse(step, "image", text);
	const steps =
		process === undefined ? [] : readSteps(process.replace(/^image\//, ""));
	const own = steps
		.filter(({ action, values }) => action === "resize" && values.has("P"))
		.map((part) => integer(part, "P", 1, 100))[0];
	const rest = steps.filter(({ values }) => !values.has("P"));
	const percent = integer(step, "P", 1, 100) ?? own;
	const data = await load(key, rest);
	const image = sharp(data);
	if (percent === undefined) return png(image);
	const width = Math.max(1, Math.round((picture.width * percent) / 100));
	const height = Math.max(1, Math.round((picture.height * percent) / 100));
	return png(image.resize({ width, height, fit: "inside" }));
}

/** Places image and text in a row: `order` 0 puts the image first, `align` 0 … 2 is top, middle, bottom. */
function placeSideBySide(
	sharp: SharpConstructor,
	step: Step,
	image: Overlay,
	text: Overlay,
): Promise<Overlay> {
	const order = integer(step, "order", 0, 1) ?? 0;
	const align = integer(step, "align", 0, 2) ?? 2;
	const interval = integer(step, "interval", 0, 1000) ?? 0;
	const [first, second] = order === 0 ? [image, text] : [text, image];
	const height = Math.max(first.height, second.height);
	const top = (part: Overlay): number =>
		Math.round(((height - part.height) * align) / 2);
	const width = first.width + interval + second.width;
	return compose(sharp, { width, height }, [
		{ input: first.data, left: 0, top: top(first) },
		{ input: second.data, left: first.width + interval, top: top(second) },
	]);
}

/** Applies `t`, the opacity of the whole watermark. */
async function withOpacity(
	sharp: SharpConstructor,
	step: Step,
	overlay: Overlay,
): Promise<Overlay> {
	const opacity = integer(step, "t", 0, 100) ?? 100;
	if (opacity === 100) return overlay;
	const input = Buffer.from([0, 0, 0, Math.round((opacity / 100) * 255)]);
	const raw = { width: 1, height: 1, channels: 4 } as const;
	return png(
		sharp(overlay.data)
			.ensureAlpha()
			.composite([{ input, raw, tile: true, blend: "dest-in" }]),
	);
}

const compose = (
	sharp: SharpConstructor,
	{ width, height }: Size,
	layers: readonly {
		readonly input: Buffer;
		readonly left: number;
		readonly top: number;
	}[],
): Promise<Overlay> =>
	png(
		sharp({
			create: { width, height, channels: 4, background: TRANSPARENT },
		}).composite([...layers]),
	);

async function png(image: {
	png(): {
		toBuffer(options: { resolveWithObject: true }): Promise<{
			data: Buffer;
			info: { width: number; height: number };
		}>;
	};
}): Promise<Overlay> {
	const { data, info } = await image
		.png()
		.toBuffer({ resolveWithObject: true });
	return { data, width: info.width, height: info.height };
}
