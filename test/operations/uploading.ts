/** Steps of a multipart upload, for tests. */
import { type Answer, textsOf } from "../client.ts";
import type { TestEmulator } from "../emulator.ts";

/** The minimum size of every part except the last, in bytes. */
export const PART_BYTES = 100 * 1024;

export async function initiate(
	{ oss }: TestEmulator,
	key = "cat",
	headers: Record<string, string> = {},
): Promise<string> {
	const answer = await oss.post(`/photos/${key}?uploads`, "", headers);
	const [uploadId = ""] = textsOf(answer, "UploadId");
	return uploadId;
}

/** @returns the part's ETag, with quotes */
export async function putPart(
	{ oss }: TestEmulator,
	uploadId: string,
	number: number,
	body: string | Buffer,
	key = "cat",
): Promise<string> {
	const { headers } = await oss.put(
		`/photos/${key}?partNumber=${number}&uploadId=${uploadId}`,
		body,
	);
	return headers.etag ?? "";
}

export const completion = (
	parts: readonly (readonly [number: number | string, etag: string])[],
): string => {
	const elements = parts.map(
		([number, etag]) =>
			`<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
	);
	return `<?xml version="1.0" encoding="UTF-8"?><CompleteMultipartUpload>${elements.join("")}</CompleteMultipartUpload>`;
};

export const complete = (
	{ oss }: TestEmulator,
	uploadId: string,
	body: string,
	headers: Record<string, string> = {},
	key = "cat",
): Promise<Answer> =>
	oss.post(`/photos/${key}?uploadId=${uploadId}`, body, headers);

/** Returns the number and size of each part. */
export async function partsOf(
	{ oss }: TestEmulator,
	uploadId: string,
	key = "cat",
): Promise<string[]> {
	const list = await oss.get(`/photos/${key}?uploadId=${uploadId}`);
	const sizes = textsOf(list, "Size");
	return textsOf(list, "PartNumber").map(
		(number, i) => `${number} ${sizes[i]}`,
	);
}
