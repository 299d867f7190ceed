/**
 * What `image/info` answers. Of EXIF it has the orientation only.
 *
 * Source: docs «Query the EXIF data of an image»; cpp's suite for the spaces.
 */
import type { SharpConstructor } from "sharp";
import { FORMATS, readMetadata } from "./picture.ts";

/** @throws OssError BadRequest */
export async function imageInfo(
	sharp: SharpConstructor,
	content: Buffer,
): Promise<string> {
	const metadata = await readMetadata(sharp, content);
	const { width, height, pages = 1, density, orientation } = metadata;
	const format = [...FORMATS].find(([, own]) => own === metadata.format)?.[0];
	const unit = { inch: 2, cm: 3 }[metadata.resolutionUnit ?? "inch"];
	const values: Readonly<Record<string, string | number | undefined>> = {
		FileSize: content.length,
		Format: format,
		FrameCount: pages > 1 ? pages : undefined,
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
	return `{\n${lines.join(",\n")}\n}`;
}
