/** The three kinds of uploads that send a callback, each as one function. */
import { type Answer, type Client, refusal } from "../../client.ts";
import type { TestEmulator } from "../../emulator.ts";
import {
	ANY,
	field,
	file,
	type Part,
	postForm,
	signedV1,
} from "../../operations/object/form.ts";
import {
	complete,
	completion,
	initiate,
	putPart,
} from "../../operations/uploading.ts";
import { base64Json } from "../request-callback.ts";

export const OPERATIONS = [
	"PutObject",
	"PostObject",
	"CompleteMultipartUpload",
] as const;
export type Operation = (typeof OPERATIONS)[number];

export type Upload = {
	/** The key, percent-encoded. */
	readonly key?: string;
	readonly content?: string | Buffer;
	readonly type?: string;
	/** The callback's JSON, or the text that replaces it. */
	readonly callback?: object | string;
	readonly variables?: Readonly<Record<string, string>>;
	/** Additional headers; for a form, fields. */
	readonly more?: Readonly<Record<string, string>>;
};

export function upload(
	emulator: TestEmulator,
	operation: Operation,
	given: Upload,
): Promise<Answer> {
	if (operation === "PostObject") return postObject(emulator, given);
	if (operation === "PutObject") return putObject(emulator, given);
	return completeUpload(emulator, given);
}

const encode = (callback: object | string): string =>
	typeof callback === "string" ? callback : base64Json(callback);

function headersOf({ callback, variables, more }: Upload) {
	const headers: Record<string, string> = { ...more };
	if (callback !== undefined) headers["x-oss-callback"] = encode(callback);
	if (variables) headers["x-oss-callback-var"] = base64Json(variables);
	return headers;
}

const putObject = ({ oss }: TestEmulator, given: Upload): Promise<Answer> => {
	const { key = "cat", content = "meow", type = "text/plain" } = given;
	const headers = { "content-type": type, ...headersOf(given) };
	return oss.put(`/photos/${key}`, content, headers);
};

function postObject({ oss }: TestEmulator, given: Upload): Promise<Answer> {
	const { key = "cat", content = "meow", callback, variables, more } = given;
	const fields: Part[] = [
		...Object.entries({ ...variables, ...more }),
		...(callback === undefined
			? []
			: [["callback", encode(callback)] as const]),
	].map(([name, value]) => field(name, value));
	return postForm(oss, [
		field("key", decodeURIComponent(key)),
		...signedV1(ANY),
		...fields,
		file(content, "cat.txt", given.type),
	]);
}

async function completeUpload(
	emulator: TestEmulator,
	given: Upload,
): Promise<Answer> {
	const { key = "cat", content = "meow", type = "text/plain" } = given;
	const uploadId = await initiate(emulator, key, { "content-type": type });
	const etag = await putPart(emulator, uploadId, 1, content, key);
	const body = completion([[1, etag]]);
	return complete(emulator, uploadId, body, headersOf(given), key);
}

/** Returns the content of an object, or the error code. */
export async function stored(oss: Client, key = "cat"): Promise<string> {
	const answer = await oss.get(`/photos/${key}`);
	return answer.status === 200 ? answer.text : refusal(answer);
}
