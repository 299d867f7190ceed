/**
 * Processes an image: bytes in, bytes out. Images are processed one at a time, because pixels take much memory; the
 * work of one request and the number of waiting requests are limited, and work ends when its client disconnects.
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
import { averageHue, imageInfo } from "./info.ts";
import { loadSharp } from "./load-sharp.ts";
import type { LoadWatermark } from "./overlay.ts";
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
	indexcrop,
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
	load: LoadWatermark,
) => Promise<Picture>;

/** An action, and its measured time per pixel in relation to a plain pass over the image. */
const ACTIONS: ReadonlyMap<string, readonly [Action, number]> = new Map([
	["resize", [resize, 1]],
	["crop", [crop, 1]],
	["indexcrop", [indexcrop, 1]],
	["rotate", [rotate, 3]],
	["auto-orient", [autoOrient, 2]],
	["circle", [circle, 2]],
	["rounded-corners", [roundedCorners, 2]],
	["blur", [blur, 5]],
	["bright", [bright, 1]],
	["contrast", [contrast, 1]],
	["sharpen", [sharpen, 15]],
	["format", [format, 0]],
	["quality", [quality, 0]],
	["interlace", [interlace, 0]],
	["watermark", [watermark, 2]],
]);

const SHRINKING = new Set(["resize", "crop", "indexcrop", "circle"]);

/** Actions that return JSON and cannot be combined with others. */
const REPORTS: ReadonlyMap<
	string,
	(sharp: SharpConstructor, content: Buffer) => Promise<string>
> = new Map([
	["info", imageInfo],
	["average-hue", averageHue],
]);

/**
 * Documented actions that the emulator does not implement. Source: docs «IMG», «Blind watermarks», «Intelligent
 * cropping».
 */
const NOT_HERE = new Set(["blindwatermark", "deblindwatermark", "segment"]);

const STEPS_MAX = 20;

/** The maximum work of one request: sixteen plain passes over the largest image, about as many seconds. */
const WORK_PIXELS_MAX = 16 * 64 * 1024 ** 2;

const WAITING_MAX = 100;

export type Processed = {
	readonly content: Buffer;
	readonly contentType: string;
};

/** @throws OssError for a size beyond the limit, before a byte is read */
export function requireProcessable(size: number): void {
	if (size > SOURCE_BYTES_MAX) throw new OssError("ImageTooLarge");
}

/**
 * @throws OssError InvalidArgument for an unknown action, too many actions, or a JSON action among others;
 *   NotImplemented for documented actions that the emulator lacks
 */
export function requireActions(steps: readonly Step[]): void {
	const [first] = steps;
	if (steps.length === 1 && first && REPORTS.has(first.action)) return;
	for (const { action } of steps) {
		if (NOT_HERE.has(action))
			throw new OssError("NotImplemented", {
				message: `The emulator does not implement image/${action}.`,
			});
		if (!ACTIONS.has(action) || steps.length > STEPS_MAX)
			throw invalidArgument(
				"x-oss-process",
				action,
				`Operation: ${action} is not supported.`,
			);
	}
}

export type Source = {
	/** Reads the source when the request's turn comes. */
	readonly read: () => Promise<Buffer>;
	readonly loadWatermark: LoadWatermark;
	/** Whether the client has disconnected. */
	readonly isAbandoned: () => boolean;
};

let last: Promise<unknown> = Promise.resolve();
let waiting = 0;

/** @throws OssError QpsLimitExceeded if too many images are waiting */
export async function processImage(
	source: Source,
	steps: readonly Step[],
): Promise<Processed> {
	if (waiting >= WAITING_MAX) throw new OssError("QpsLimitExceeded");
	waiting += 1;
	const turn = last.then(async () => run(await loadSharp(), source, steps));
	// The caller receives the error; it does not affect the next request.
	last = turn.then(
		() => undefined,
		() => undefined,
	);
	try {
		return await turn;
	} finally {
		waiting -= 1;
	}
}

async function run(
	sharp: SharpConstructor,
	source: Source,
	steps: readonly Step[],
): Promise<Processed> {
	requireClient(source);
	const content = await source.read();
	const report = REPORTS.get(steps[0]?.action ?? "");
	if (report) {
		const text = Buffer.from(await report(sharp, content));
		return { content: text, contentType: "application/json" };
	}
	let picture = await readPicture(sharp, content);
	requireWork(picture, steps);
	let workPixels = 0;
	for (const step of steps) {
		requireClient(source);
		const [action, weight = 1] = ACTIONS.get(step.action) ?? [];
		workPixels += picture.width * picture.height * weight;
		if (workPixels > WORK_PIXELS_MAX) throw new OssError("ImageTooLarge");
		picture =
			(await action?.(sharp, picture, step, source.loadWatermark)) ?? picture;
	}
	return {
		content: await write(sharp, picture),
		contentType: `image/${picture.format}`,
	};
}

/**
 * The work of the steps before the first step that can shrink the image is known in advance: excessive work is
 * refused before it begins.
 *
 * @throws OssError ImageTooLarge
 */
function requireWork({ width, height }: Picture, steps: readonly Step[]): void {
	const end = steps.findIndex(({ action }) => SHRINKING.has(action));
	const passes = (end < 0 ? steps : steps.slice(0, end)).reduce(
		(sum, { action }) => sum + (ACTIONS.get(action)?.[1] ?? 1),
		0,
	);
	if (width * height * passes > WORK_PIXELS_MAX)
		throw new OssError("ImageTooLarge");
}

/** The client has disconnected and does not receive this error, which ends the work. */
function requireClient({ isAbandoned }: Source): void {
	if (isAbandoned()) throw new OssError("RequestTimeout");
}

/** Reads the image of an image watermark, as PNG. @throws OssError as the steps do */
export async function processWatermark(
	content: Buffer,
	steps: readonly Step[],
): Promise<Buffer> {
	const sharp = await loadSharp();
	let picture = await readPicture(sharp, content);
	for (const step of steps) {
		const [action] = OF_WATERMARKS.has(step.action)
			? (ACTIONS.get(step.action) ?? [])
			: [];
		if (!action)
			throw invalidArgument(
				"x-oss-process",
				step.action,
				`Operation: ${step.action} is not supported.`,
			);
		picture = await action(sharp, picture, step, () =>
			Promise.reject(new OssError("InvalidArgument")),
		);
	}
	return write(sharp, { ...picture, format: "png", orientation: 1 });
}

/** Actions that may process an image before it becomes a watermark. Source: docs «Add watermarks». */
const OF_WATERMARKS = new Set([
	"resize",
	"crop",
	"indexcrop",
	"rotate",
	"circle",
	"rounded-corners",
	"bright",
	"contrast",
]);
