/**
 * An image while it is processed: its pixels, and how it will be written.
 *
 * Source: docs «IMG» (formats, limits). Only the first frame of an animated image is processed. OSS accepts
 * 250 million pixels; the limit here is lower, to save memory.
 */
import type { Metadata, Sharp, SharpConstructor } from "sharp";
import { OssError } from "../oss/errors.ts";
import type { Size } from "./geometry.ts";
import { type Format, withoutDensity } from "./resolution.ts";

export const FORMATS: ReadonlyMap<string, Format> = new Map([
	["jpg", "jpeg"],
	["png", "png"],
	["webp", "webp"],
	["gif", "gif"],
	["tiff", "tiff"],
]);

export type Picture = {
	/** The pixels, RGBA. */
	readonly pixels: Buffer;
	readonly width: number;
	readonly height: number;
	/** Whether any pixel may be transparent. */
	readonly hasAlpha: boolean;
	/** The EXIF orientation, 1 … 8. */
	readonly orientation: number;
	readonly format: Format;
	/** The quality of the written image, 1 … 100. */
	readonly quality: number;
	readonly isProgressive: boolean;
};

export const SOURCE_BYTES_MAX = 20 * 1024 ** 2;
const SIDE_MAX = 30_000;
const PIXELS_MAX = 64 * 1024 ** 2;
/** The default quality is not documented; this value comes nearest to the sizes of results in py1's suite (A-856). */
const QUALITY = 82;

/** @throws OssError BadRequest for content that is not an image, ImageTooLarge */
export async function readMetadata(
	sharp: SharpConstructor,
	content: Buffer,
): Promise<Metadata & { readonly format: Format }> {
	let metadata: Metadata;
	try {
		metadata = await sharp(content, { limitInputPixels: false }).metadata();
	} catch {
		throw noImage(); // any error of a reader on invalid data
	}
	const format = [...FORMATS.values()].find(
		(supported) => supported === metadata.format,
	);
	if (!format) throw noImage();
	requireSmall(metadata);
	return { ...metadata, format };
}

/** @throws OssError ImageTooLarge for an image that would need too much memory */
export function requireSmall({ width, height }: Size): void {
	const side = Math.max(width, height);
	if (side > SIDE_MAX || width * height > PIXELS_MAX)
		throw new OssError("ImageTooLarge");
}

const noImage = (): OssError =>
	new OssError("BadRequest", {
		message: "This image format is not supported.",
		ec: "0040-00000005",
	});

/** @throws OssError BadRequest, ImageTooLarge */
export async function readPicture(
	sharp: SharpConstructor,
	content: Buffer,
): Promise<Picture> {
	const metadata = await readMetadata(sharp, content);
	try {
		return await work(
			{
				pixels: content,
				width: metadata.width,
				height: metadata.height,
				hasAlpha: metadata.hasAlpha,
				orientation: metadata.orientation ?? 1,
				format: metadata.format,
				quality: QUALITY,
				isProgressive: false,
			},
			sharp(content, { limitInputPixels: PIXELS_MAX }),
		);
	} catch {
		throw noImage(); // any error of a reader on invalid data
	}
}

/** Runs sharp on the pixels: it can do each kind of change only once, so each step is a pass of its own. */
export const open = (
	sharp: SharpConstructor,
	{ pixels, width, height }: Picture,
): Sharp => sharp(pixels, { raw: { width, height, channels: 4 } });

/** @param change makes the new pixels from the picture */
export async function work(picture: Picture, change: Sharp): Promise<Picture> {
	const { data, info } = await change
		.toColourspace("srgb")
		.ensureAlpha()
		.raw({ depth: "uchar" })
		.toBuffer({ resolveWithObject: true });
	return { ...picture, pixels: data, width: info.width, height: info.height };
}

/** A JPEG has no transparency: transparent pixels become white. */
export async function write(
	sharp: SharpConstructor,
	picture: Picture,
): Promise<Buffer> {
	const { format, quality, isProgressive, hasAlpha, orientation } = picture;
	let image = open(sharp, picture);
	if (format === "jpeg") image = image.flatten({ background: "#FFFFFF" });
	else if (!hasAlpha) image = image.removeAlpha();
	if (orientation !== 1) image = image.withMetadata({ orientation });
	if (format === "jpeg")
		image = image.jpeg({ quality, progressive: isProgressive });
	else if (format === "webp") image = image.webp({ quality });
	else if (format === "tiff") image = image.tiff({ quality });
	else image = image.toFormat(format);
	return withoutDensity(await image.toBuffer(), format);
}
