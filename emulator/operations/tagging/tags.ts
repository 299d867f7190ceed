/**
 * The tags of an object, in a header or in a document.
 *
 * Errors in a single tag have the same messages for documents and headers; only a header can be malformed as a whole,
 * for example by a repeated key.
 *
 * Pure. Source: docs «PutObjectTagging»; EC 0010-00000209, -217, -218, -219; cpp's suite for codes and messages.
 */
import { formDecode } from "../../oss/encoding.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";

export type Tags = Readonly<Record<string, string>>;

const TAGS_MAX = 10;
const KEY_BYTES_MAX = 128;
const VALUE_BYTES_MAX = 256;
const CHARACTERS = /^[\p{L}\p{N} +\-=._:/]*$/u;

type Pair = readonly [key: string, value: string];

/** `k=v&k2=v2`, URL-encoded. @throws OssError InvalidArgument, InvalidTag, BadRequest */
export function readTags(header: string | undefined): Tags {
	if (header === undefined || header === "") return {};
	const malformed = (): OssError =>
		invalidArgument(
			"x-oss-tagging",
			header,
			"The header 'x-oss-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
			"0010-00000219",
		);
	const pairs = header.split("&").map((pair): Pair => {
		const [name = "", value = "", ...more] = pair.split("=");
		const key = formDecode(name);
		const text = formDecode(value);
		if (!key || text === undefined || more.length > 0) throw malformed();
		return [key, text];
	});
	return requireTags(pairs, malformed);
}

/**
 * @param repeated the error for a key that occurs twice
 * @throws OssError InvalidTag, BadRequest for too many, and `repeated`
 */
export function requireTags(
	pairs: readonly Pair[],
	repeated: () => OssError,
): Tags {
	const tags = new Map(pairs);
	if (tags.size < pairs.length) throw repeated();
	for (const pair of pairs) requireTag(pair);
	if (pairs.length > TAGS_MAX)
		throw new OssError("BadRequest", {
			message: "Object tags cannot be greater than 10",
			ec: "0010-00000218",
		});
	return Object.fromEntries(tags);
}

function requireTag([key, value]: Pair): void {
	if (Buffer.byteLength(key) > KEY_BYTES_MAX)
		throw invalidTag(
			"The TagKey you have provided is invalid.",
			"0010-00000209",
		);
	if (key === "" || !CHARACTERS.test(key))
		throw invalidTag("The TagKey you have provided is invalid.");
	if (Buffer.byteLength(value) > VALUE_BYTES_MAX || !CHARACTERS.test(value))
		throw invalidTag("The TagValue you have provided is invalid.");
}

const invalidTag = (message: string, ec = "0010-00000217"): OssError =>
	new OssError("InvalidTag", { message, ec });
