/**
 * An image and what is to be done with it: bytes in, bytes out. One at a time: pixels take much memory.
 */
import type { SharpConstructor } from "sharp";
import { invalidArgument, OssError } from "../oss/errors.ts";
import {
	blur,
	bright,
	contrast,
	format,
	interlace,
	quality,
	sharpen,
} from "./effects.ts";
import { imageInfo } from "./info.ts";
import { loadSharp } from "./load-sharp.ts";
import {
	type Picture,
	readPicture,
	SOURCE_BYTES_MAX,
	write,
} from "./picture.ts";
import {
	autoOrient,
	circle,
	crop,
	resize,
	rotate,
	roundedCorners,
} from "./shape.ts";
import type { Step } from "./steps.ts";
import { watermark } from "./watermark.ts";

type Action = (
	sharp: SharpConstructor,
	picture: Picture,
	step: Step,
) => Promise<Picture>;

const ACTIONS: ReadonlyMap<string, Action> = new Map([
	["resize", resize],
	["crop", crop],
	["rotate", rotate],
	["auto-orient", autoOrient],
	["circle", circle],
	["rounded-corners", roundedCorners],
	["blur", blur],
	["bright", bright],
	["contrast", contrast],
	["sharpen", sharpen],
	["format", format],
	["quality", quality],
	["interlace", interlace],
	["watermark", watermark],
]);

const STEPS_MAX = 20;

export type Processed = {
	readonly content: Buffer;
	readonly contentType: string;
};

/** @throws OssError for a size beyond the limit, before a byte is read */
export function requireProcessable(size: number): void {
	if (size > SOURCE_BYTES_MAX) throw new OssError("ImageTooLarge");
}

/** @throws OssError InvalidArgument for an action nobody knows, and for `info` beside others */
export function requireActions(steps: readonly Step[]): void {
	const [first] = steps;
	if (steps.length === 1 && first?.action === "info") return;
	for (const { action } of steps)
		if (!ACTIONS.has(action) || steps.length > STEPS_MAX)
			throw invalidArgument(
				"x-oss-process",
				action,
				`Operation: ${action} is not supported.`,
			);
}

let last: Promise<unknown> = Promise.resolve();

/** @param read gives the bytes when it is their turn */
export function processImage(
	read: () => Promise<Buffer>,
	steps: readonly Step[],
): Promise<Processed> {
	const turn = last.then(async () =>
		run(await loadSharp(), await read(), steps),
	);
	last = turn.catch(() => undefined); // who asked is told; the next one does not care
	return turn;
}

async function run(
	sharp: SharpConstructor,
	content: Buffer,
	steps: readonly Step[],
): Promise<Processed> {
	if (steps[0]?.action === "info") {
		const info = Buffer.from(await imageInfo(sharp, content));
		return { content: info, contentType: "application/json" };
	}
	let picture = await readPicture(sharp, content);
	for (const step of steps)
		picture =
			(await ACTIONS.get(step.action)?.(sharp, picture, step)) ?? picture;
	return {
		content: await write(sharp, picture),
		contentType: `image/${picture.format}`,
	};
}
