/**
 * Runs the steps of `x-oss-process` on an image: bytes in, bytes out. The work of one request is limited, and ends
 * when its client disconnects. Runs in the worker of `image-worker.ts`.
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
import { type Picture, readPicture, write } from "./picture.ts";
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
const NOT_IMPLEMENTED = new Set([
	"blindwatermark",
	"deblindwatermark",
	"segment",
]);

const STEPS_MAX = 20;

/** The maximum work of one request: sixteen plain passes over the largest image, about as many seconds. */
const WORK_PIXELS_MAX = 16 * 64 * 1024 ** 2;

export type Processed = {
	readonly content: Buffer;
	readonly contentType: string;
};

/**
 * @throws OssError InvalidArgument for an unknown action, too many actions, or a JSON action among others;
 *   NotImplemented for documented actions that the emulator lacks
 */
export function requireActions(steps: readonly Step[]): void {
	const [first] = steps;
	if (steps.length === 1 && first && REPORTS.has(first.action)) return;
	for (const { action } of steps) {
		if (NOT_IMPLEMENTED.has(action))
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

/** The functions for which the main thread, which serves the request, is needed. */
export type Requester = {
	/** Whether the client has disconnected. */
	readonly isAbandoned: () => Promise<boolean>;
	/** Reads the object that is an image watermark. @throws OssError NoSuchKey, AccessDenied … */
	readonly readWatermark: (key: string) => Promise<Buffer>;
};

/** @throws OssError for content that cannot be processed, or takes too much work; errors of `requester` */
export async function runSteps(
	content: Buffer,
	steps: readonly Step[],
	requester: Requester,
): Promise<Processed> {
	const sharp = await loadSharp();
	const loadWatermark: LoadWatermark = async (key, own) =>
		processWatermark(sharp, await requester.readWatermark(key), own);
	const report = REPORTS.get(steps[0]?.action ?? "");
	if (report) {
		const text = Buffer.from(await report(sharp, content));
		return { content: text, contentType: "application/json" };
	}
	let picture = await readPicture(sharp, content);
	requireWork(picture, steps);
	let workPixels = 0;
	for (const step of steps) {
		await requireClient(requester);
		const [action, weight = 1] = ACTIONS.get(step.action) ?? [];
		workPixels += picture.width * picture.height * weight;
		if (workPixels > WORK_PIXELS_MAX) throw new OssError("ImageTooLarge");
		picture = (await action?.(sharp, picture, step, loadWatermark)) ?? picture;
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
async function requireClient({ isAbandoned }: Requester): Promise<void> {
	if (await isAbandoned()) throw new OssError("RequestTimeout");
}

/** Reads the image of an image watermark, as PNG. @throws OssError as the steps do */
async function processWatermark(
	sharp: SharpConstructor,
	content: Buffer,
	steps: readonly Step[],
): Promise<Buffer> {
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
