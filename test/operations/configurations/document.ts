/** Puts and gets configuration documents as a client. */
import assert from "node:assert/strict";
import type { Answer, Client } from "../../client.ts";

/** Asserts that the document is accepted: 200 with an empty body. */
export async function putDocument(
	oss: Client,
	target: string,
	document: string,
	headers: Record<string, string> = {},
): Promise<void> {
	const { status, text } = await oss.put(target, document, headers);
	assert.equal(`${status} ${text}`, "200 ");
}

/** @returns the document without its declaration and the white space between elements */
export const documentOf = ({ text }: Answer): string =>
	text
		.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>/, "")
		.replaceAll(/>\s+</g, "><")
		.trim();

export async function getDocument(
	oss: Client,
	target: string,
): Promise<string> {
	const answer = await oss.get(target);
	assert.equal(answer.status, 200, answer.text);
	assert.equal(answer.headers["content-type"], "application/xml");
	return documentOf(answer);
}
