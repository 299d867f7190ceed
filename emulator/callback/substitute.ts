/**
 * Makes the body of a callback: its template filled with the values of the upload.
 *
 * How a value is written depends on the body type only, not on the template, and the result is not validated: OSS has
 * been seen to sign and send bodies that are declared as JSON but are not. The callback fails if the image cannot be
 * read any more, or if the body would be too long; OSS's error for a body that is too long is not known.
 *
 * Source: docs «Callback», step 1; EC 0007-00000301; bodies that OSS sent and signed (test/callback/vectors.ts).
 */
import { percentEncode } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import { findInJsonBody } from "./advice/find-in-body.ts";
import type { Finding } from "./advice/finding.ts";
import { type ImageInfo, readImageInfo } from "./image/image-info.ts";
import {
	type BodyType,
	type Callback,
	type Failure,
	JSON_TYPE,
	type Template,
	type UploadFacts,
} from "./model.ts";
import { FAILURES } from "./relay.ts";
import type { AbsentValues, CallbackSwitches } from "./switches.ts";
import { fill, type Values, valuesOf } from "./template.ts";

/** Longer bodies are not sent: a form may repeat a value of 2 MB ten thousand times. */
export const BODY_CHARACTERS_MAX = 2 * 1024 * 1024;

/** The filled-in text, and findings about it. */
export type Body = {
	readonly body: Buffer;
	readonly findings: readonly Finding[];
};

export async function makeBody(
	{ template, bodyType, variables }: Callback,
	uploaded: UploadFacts,
	{ absentValues }: Pick<CallbackSwitches, "absentValues">,
): Promise<Body | Failure> {
	const image = await findImage(template, uploaded);
	if (image && "why" in image) return image;
	const values = valuesOf(uploaded, image, variables);
	const write = writerOf(values, bodyType, absentValues);
	const filled = fill(template, write, BODY_CHARACTERS_MAX);
	if (filled === undefined) return TOO_LONG;
	const body = Buffer.from(filled);
	const findings =
		bodyType === JSON_TYPE ? findInJsonBody(body, template, write) : [];
	return { body, findings };
}

const TOO_LONG: Failure = {
	...FAILURES.general,
	why: `was not sent, because its body would have more than ${BODY_CHARACTERS_MAX} characters`,
};

/** Reads the content only if the template has a variable that needs it. */
async function findImage(
	{ names }: Template,
	{ size, read }: UploadFacts,
): Promise<ImageInfo | Failure | undefined> {
	if (!names.some((name) => name.startsWith("imageInfo."))) return undefined;
	try {
		return await readImageInfo(size, read);
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		const why = `was not sent, because the image cannot be read: ${error.message}`;
		return { ...FAILURES.imageInfo, why };
	}
}

/**
 * @returns the body to send; undefined when it would be longer than `BODY_CHARACTERS_MAX`. In a form, a name without a
 *   value becomes empty, known to OSS or not; space is `%20`, `*` is `%2A`, `~` stays. In JSON, other
 *   scripts are written as they are.
 */
export function substitute(
	template: Template,
	values: Values,
	bodyType: BodyType,
	absent: AbsentValues = "mixed",
): string | undefined {
	const write = writerOf(values, bodyType, absent);
	return fill(template, write, BODY_CHARACTERS_MAX);
}

const writerOf = (
	values: Values,
	bodyType: BodyType,
	absent: AbsentValues,
): ((name: string) => string) =>
	bodyType === JSON_TYPE
		? (name) => json(values.get(name), name, absent)
		: (name) => percentEncode(String(values.get(name) ?? ""));

function json(
	value: string | number | bigint | undefined,
	name: string,
	absent: AbsentValues,
): string {
	if (value === undefined) return absentJson(name, absent);
	return typeof value === "string" ? JSON.stringify(value) : String(value);
}

const SIZES = new Set(["imageInfo.height", "imageInfo.width"]);

function absentJson(name: string, absent: AbsentValues): string {
	if (absent === "quotes") return '""';
	if (absent === "nothing") return "";
	return absent === "mixed" && SIZES.has(name) ? "" : "null";
}
