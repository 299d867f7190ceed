/**
 * The body of a callback for one upload: its template with the values of the upload.
 *
 * What is no image has no image info; an image that cannot be read any more fails the callback. So does a body that
 * would be too long: how OSS puts that is not known.
 *
 * Source: docs «Callback», step 1; EC 0007-00000301.
 */
import { OssError } from "../oss/errors.ts";
import type { Callback } from "./callback.ts";
import { type ImageInfo, readImageInfo } from "./image-info.ts";
import { FAILURES, type Failure } from "./relay.ts";
import { BODY_CHARACTERS_MAX, substitute } from "./substitute.ts";
import type { CallbackSwitches } from "./switches.ts";
import type { Template } from "./template.ts";
import type { Uploaded } from "./uploaded.ts";
import { valuesOf } from "./variables.ts";

export async function fillIn(
	{ template, bodyType, variables }: Callback,
	uploaded: Uploaded,
	{ absentValues }: Pick<CallbackSwitches, "absentValues">,
): Promise<Buffer | Failure> {
	const image = await findImage(template, uploaded);
	if (image && "why" in image) return image;
	const values = valuesOf(uploaded, image, variables);
	const filled = substitute(template, values, bodyType, absentValues);
	return filled === undefined ? TOO_LONG : Buffer.from(filled);
}

const TOO_LONG: Failure = {
	...FAILURES.general,
	why: `was not sent, because its body would have more than ${BODY_CHARACTERS_MAX} characters`,
};

/** Reads the content only if the template asks for what is in it. */
async function findImage(
	{ names }: Template,
	{ size, read }: Uploaded,
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
