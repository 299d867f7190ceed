/** The text of x-oss-process: steps, their parameters, and the resulting sizes. */
import {
	readCrop,
	readResize,
	rotated,
} from "../../emulator/image/geometry.ts";
import { requireActions } from "../../emulator/image/run-steps.ts";
import { readSaveAs, readSteps } from "../../emulator/image/steps.ts";
import { Disagreement, reading, type Target } from "./engine/target.ts";

const SOURCES = [
	{ width: 1, height: 1 },
	{ width: 640, height: 480 },
	{ width: 3, height: 16_000 },
];

/** The maximum number of steps. */
const STEPS_MAX = 20;

export default {
	about: "image process strings: steps, sizes and crops within bounds",
	seeds: [
		"resize,m_fill,h_100,w_100,limit_0/crop,x_10,y_10,w_5,h_5,g_center",
		"resize,p_50/rotate,90/quality,q_80/format,webp",
		"watermark,text_SGVsbG8,size_30,x_10,color_FF0000,t_50",
		"info",
		"resize,l_100,s_50,m_pad,color_00FF00",
		"image/resize,w_1|sys/saveas,o_Y2F0LnBuZw,b_cGhvdG9z",
	],
	words: [
		"lfit",
		"mfit",
		"fill",
		"pad",
		"fixed",
		"nw",
		"north",
		"se",
		"m_",
		"g_",
		"w_",
		"h_",
		"p_",
	],
	run: async (input) => {
		const text = input.toString();
		await reading(input, () => readSaveAs(text));
		const steps = await reading(input, () => readSteps(text));
		if (!steps) return;
		await reading(input, () => requireActions(steps));
		for (const source of SOURCES)
			for (const step of steps.slice(0, STEPS_MAX)) {
				const crop = await reading(input, () => readCrop(step, source));
				const resized = await reading(input, () => readResize(step, source));
				const areas = [crop, resized?.area, resized?.scaled].filter(
					(one) => one !== undefined,
				);
				for (const { width, height } of areas)
					if (!(width >= 1 && height >= 1 && Number.isInteger(width + height)))
						throw new Disagreement(`${text}: ${width} by ${height}`);
				if (crop && crop.left + crop.width > source.width)
					throw new Disagreement(`${text}: outside of the image`);
				rotated(source, Number(step.values.get("") ?? 0));
			}
	},
} satisfies Target;
