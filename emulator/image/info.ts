/**
 * The response to `image/info`, and to `image/average-hue`. Of the EXIF data it includes only the orientation.
 *
 * Source: docs «Query the EXIF data of an image», «Query the average hue»; cpp's suite for the spaces, for FrameCount
 * and for the end of the text.
 */
import type { SharpConstructor } from "sharp";
import { FORMATS, readMetadata } from "./picture.ts";
import { hasDensity } from "./resolution.ts";

/** @throws OssError BadRequest */
export async function imageInfo(
	sharp: SharpConstructor,
	content: Buffer,
): Promise<string> {
	const metadata = await readMetadata(sharp, content);
	const { width, height, pages = 1, orientation } = metadata;
	// sharp reports 72 dpi for an image without a density.
	const isDense =
		metadata.exif !== undefined || hasDensity(content, metadata.format);
	const density = isDense ? metadata.density : undefined;
	const format = [...FORMATS].find(([, own]) => own === metadata.format)?.[0];
	const unit = { inch: 2, cm: 3 }[metadata.resolutionUnit ?? "inch"];
	const values: Readonly<Record<string, string | number | undefined>> = {
		FileSize: content.length,
		Format: format,
		FrameCount: pages,
		ImageHeight: metadata.pageHeight ?? height,
		ImageWidth: width,
		Orientation: orientation,
		ResolutionUnit: density === undefined ? 1 : unit,
		XResolution: `${density ?? 1}/1`,
		YResolution: `${density ?? 1}/1`,
	};
	const lines = Object.entries(values)
		.filter(([, value]) => value !== undefined)
		.map(([name, value]) => `    "${name}": {"value": "${value}"}`);
	return `{\n${lines.join(",\n")}}`;
}

/** `{"RGB": "0x5c783b"}`. @throws OssError BadRequest */
export async function averageHue(
	sharp: SharpConstructor,
	content: Buffer,
): Promise<string> {
	await readMetadata(sharp, content);
	const { channels } = await sharp(content)
		.flatten({ background: "#FFFFFF" })
		.toColourspace("srgb")
		.stats();
	const [red, green, blue] = [0, 1, 2].map((i) =>
		Math.round(channels[Math.min(i, channels.length - 1)]?.mean ?? 0),
	);
	const rgb = [red, green, blue].map((color) =>
		(color ?? 0).toString(16).padStart(2, "0"),
	);
	return `{"RGB": "0x${rgb.join("")}"}`;
}
