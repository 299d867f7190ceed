/**
 * Probes of image processing: sizes, formats and single pixels of a picture that is red on the left and blue on the
 * right.
 */
import type { Answer } from "../../client.ts";
import type { Cloud } from "../cloud.ts";
import { code, each, type Need, outcomeOf, type Probe } from "../probe.ts";

const needs: readonly Need[] = ["sharp"];

/** sharp is loaded when a probe needs it, because it is optional. */
const load = async () => (await import("sharp")).default;

/** A picture of 40 × 30 pixels, as PNG. */
async function picture(): Promise<Buffer> {
	const sharp = await load();
	const half = (width: number, background: string) => ({
		create: { width, height: 30, channels: 3 as const, background },
	});
	return sharp(half(40, "#0000FF"))
		.composite([{ input: half(20, "#FF0000"), left: 0, top: 0 }])
		.png()
		.toBuffer();
}

async function process(
	cloud: Cloud,
	...steps: readonly string[]
): Promise<Answer> {
	const key = `${cloud.name()}.png`;
	await cloud.must(cloud.put(`/${key}`, await picture()));
	return cloud.get(
		`/${key}?x-oss-process=${encodeURIComponent(`image/${steps.join("/")}`)}`,
	);
}

/** `10x8 png`. */
async function look(answer: Answer): Promise<string> {
	if (answer.status >= 300) return outcomeOf(answer);
	const { width, height, format } = await (await load())(
		answer.body,
	).metadata();
	return `${width}x${height} ${format}`;
}

/** The name of a pixel's color: the nearest of a few. */
async function colorAt(answer: Answer, x: number, y: number): Promise<string> {
	if (answer.status >= 300) return outcomeOf(answer);
	const { data, info } = await (await load())(answer.body)
		.ensureAlpha()
		.raw()
		.toBuffer({ resolveWithObject: true });
	const [r = 0, g = 0, b = 0, alpha = 0] = data.subarray(
		(y * info.width + x) * 4,
	);
	if (alpha < 128) return "transparent";
	if (Math.max(...[r, g, b].map((one) => Math.abs(one - 128))) < 40)
		return "gray";
	const bits = [r, g, b].map((one) => (one > 127 ? "1" : "0")).join("");
	const names: Readonly<Record<string, string>> = {
		"000": "black",
		"111": "white",
		"100": "red",
		"001": "blue",
	};
	return names[bits] ?? bits;
}

export const images: readonly Probe[] = [
	{
		id: "A-850",
		assumes:
			"An invalid value of a parameter is InvalidArgument with a message that names both.",
		sends: "GET with image/resize and an invalid mode, width and percentage.",
		needs,
		expects: [
			"mode: 400 InvalidArgument 0040-00000311: The value: big of parameter: m is invalid.",
			"width: 400 InvalidArgument 0040-00000312: The value: 0 of parameter: w is invalid.",
			"percentage: 400 InvalidArgument 0040-00000317: The value: 1001 of parameter: p is invalid.",
		],
		run: ({ cloud }) =>
			each(
				{
					mode: "resize,m_big,w_1",
					width: "resize,w_0",
					percentage: "resize,p_1001",
				},
				(step) => process(cloud, step),
			),
	},
	{
		id: "A-851",
		assumes: "A parameter that an action does not have is InvalidArgument.",
		sends: "GET with image/resize,w_1,q_2.",
		needs,
		expects: ["400 InvalidArgument : The value: 2 of parameter: q is invalid."],
		run: async ({ cloud }) => [
			outcomeOf(await process(cloud, "resize,w_1,q_2")),
		],
	},
	{
		id: "A-852",
		assumes: "A percentage above 100 enlarges without limit_0.",
		sends: "GET with image/resize,p_200 of a picture of 40 × 30; the size.",
		needs,
		expects: ["80x60 png"],
		run: async ({ cloud }) => [
			await look(await process(cloud, "resize,p_200")),
		],
	},
	{
		id: "A-853",
		assumes:
			"If only one side is given, mfit and fixed keep the proportions, and fill and pad produce a square.",
		sends:
			"GET with image/resize,w_20 in four modes of a picture of 40 × 30; the sizes.",
		needs,
		expects: [
			"mfit: 20x15 png",
			"fixed: 20x15 png",
			"fill: 20x20 png",
			"pad: 20x20 png",
		],
		run: ({ cloud }) =>
			each(
				{ mfit: "mfit", fixed: "fixed", fill: "fill", pad: "pad" },
				async (mode) => look(await process(cloud, `resize,m_${mode},w_20`)),
			),
	},
	{
		id: "A-854",
		assumes: "Only the first frame of an animated GIF is processed.",
		sends:
			"GET with image/resize,w_10 of a GIF of two frames; the number of frames.",
		needs,
		expects: ["1 frame"],
		run: async ({ cloud }) => {
			const sharp = await load();
			const still = await picture();
			const moving = await sharp(
				[still, await sharp(still).negate().toBuffer()],
				{
					join: { animated: true },
				},
			)
				.gif()
				.toBuffer();
			const key = `${cloud.name()}.gif`;
			await cloud.must(cloud.put(`/${key}`, moving));
			const answer = await cloud.get(
				`/${key}?x-oss-process=image%2Fresize%2Cw_10`,
			);
			if (answer.status >= 300) return [outcomeOf(answer)];
			const { pages = 1 } = await sharp(answer.body, {
				animated: true,
			}).metadata();
			return [`${pages} frame`];
		},
	},
	{
		id: "A-856",
		assumes: "The default quality of a JPEG is 82.",
		sends:
			"GET with image/format,jpg, and with image/format,jpg/quality,Q_82; whether the bytes are equal.",
		needs,
		expects: ["200, equal: true"],
		run: async ({ cloud }) => {
			const [plain, same] = [
				await process(cloud, "format,jpg"),
				await process(cloud, "format,jpg", "quality,Q_82"),
			];
			return [`${outcomeOf(plain)}, equal: ${plain.body.equals(same.body)}`];
		},
	},
	{
		id: "A-857",
		assumes: "Transparent pixels become white in a JPEG.",
		sends: "GET with image/rotate,45/format,jpg; the color of a corner.",
		needs,
		expects: ["white"],
		run: async ({ cloud }) => [
			await colorAt(await process(cloud, "rotate,45", "format,jpg"), 0, 0),
		],
	},
	{
		id: "A-858",
		assumes: "Uncovered corners are transparent if the format supports it.",
		sends:
			"GET with image/rotate,45 and with image/circle,r_10 of a PNG; the color of a corner.",
		needs,
		expects: ["rotate: transparent", "circle: transparent"],
		run: ({ cloud }) =>
			each({ rotate: "rotate,45", circle: "circle,r_10" }, async (step) =>
				colorAt(await process(cloud, step), 0, 0),
			),
	},
	{
		id: "A-859",
		assumes:
			"Brightness of 100 makes red white, and of -100 black; no contrast makes it gray.",
		sends:
			"GET with image/bright,100 and -100 and image/contrast,-100; the color of a red pixel.",
		needs,
		expects: ["bright,100: white", "bright,-100: black", "contrast,-100: gray"],
		run: ({ cloud }) =>
			each(
				{
					"bright,100": "bright,100",
					"bright,-100": "bright,-100",
					"contrast,-100": "contrast,-100",
				},
				async (step) => colorAt(await process(cloud, step), 5, 5),
			),
	},
	{
		id: "A-860",
		assumes: "The relative quality q_… is treated as an absolute quality.",
		sends:
			"GET with image/format,jpg/quality,q_50 and Q_50; whether the bytes are equal.",
		needs,
		expects: ["200, equal: true"],
		run: async ({ cloud }) => {
			const [relative, absolute] = [
				await process(cloud, "format,jpg", "quality,q_50"),
				await process(cloud, "format,jpg", "quality,Q_50"),
			];
			return [
				`${outcomeOf(relative)}, equal: ${relative.body.equals(absolute.body)}`,
			];
		},
	},
	{
		id: "A-862",
		assumes:
			"A processed image has neither ETag, Content-MD5 nor x-oss-hash-crc64ecma, and a Range is ignored.",
		sends:
			"GET with image/resize,w_10 and Range: bytes=0-3; status, and which of the three headers are present.",
		needs,
		expects: ["200 none"],
		run: async ({ cloud }) => {
			const key = `${cloud.name()}.png`;
			await cloud.must(cloud.put(`/${key}`, await picture()));
			const answer = await cloud.get(
				`/${key}?x-oss-process=image%2Fresize%2Cw_10`,
				{ headers: { range: "bytes=0-3" } },
			);
			const there = ["etag", "content-md5", "x-oss-hash-crc64ecma"].filter(
				(name) => name in answer.headers,
			);
			return [`${outcomeOf(answer)} ${there.join(", ") || "none"}`];
		},
	},
	{
		id: "A-897",
		assumes:
			"ProcessObject with an empty body is InvalidRequest, as with an empty process.",
		sends: "POST /KEY?x-oss-process without a body; code.",
		expects: ["400 InvalidRequest"],
		run: async ({ cloud }) => {
			const key = cloud.name();
			await cloud.must(cloud.put(`/${key}`, "meow"));
			return [code(await cloud.post(`/${key}?x-oss-process`))];
		},
	},
	{
		id: "A-944",
		assumes:
			"A slice that does not exist leaves the image unchanged, and if both x and y are given, x is used.",
		sends:
			"GET with image/indexcrop of the third of two slices, and of both sides; the sizes.",
		needs,
		expects: ["no such slice: 40x30 png", "both: 20x30 png"],
		run: ({ cloud }) =>
			each(
				{ "no such slice": "x_20,i_2", both: "x_20,y_10,i_1" },
				async (slice) => look(await process(cloud, `indexcrop,${slice}`)),
			),
	},
];
