/** Images: the readers of sizes and densities accept any bytes after a signature. */
import { globSync, readFileSync } from "node:fs";
import { readImageInfo } from "../../emulator/callback/image/image-info.ts";
import { hasDensity, withoutDensity } from "../../emulator/image/resolution.ts";
import { Disagreement, reading, type Target } from "./engine/target.ts";

const READS_MAX = 5000;

export default {
	about: "bytes of images: size, format, density",
	seeds: globSync("fixtures/images/*").map((path) =>
		readFileSync(path).subarray(0, 3000),
	),
	words: [
		"IHDR",
		"pHYs",
		"IDAT",
		"JFIF",
		"ftypheic",
		"meta",
		"pitm",
		"iprp",
		"ipco",
		"ipma",
		"ispe",
		"clap",
		"VP8X",
		"VP8L",
		"II*\0",
	],
	run: async (input) => {
		let reads = 0;
		const info = await reading(input, () =>
			readImageInfo(input.length, async (first, last) => {
				reads += 1;
				if (first < 0 || last < first || last >= input.length)
					throw new Disagreement(
						`reads ${first}-${last} of ${input.length} bytes`,
					);
				return input.subarray(first, last + 1);
			}),
		);
		if (reads > READS_MAX) throw new Disagreement(`reads ${reads} times`);
		if (
			info &&
			!(Number.isSafeInteger(info.width) && Number.isSafeInteger(info.height))
		)
			throw new Disagreement(`${info.width} by ${info.height}`);
		for (const format of ["jpeg", "png", "tiff"] as const) {
			hasDensity(input, format);
			withoutDensity(Buffer.from(input), format);
		}
	},
} satisfies Target;
