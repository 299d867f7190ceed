/**
 * Image styles: named ways to process an image.
 *
 * Source: docs «PutStyle», «GetStyle», «ListStyle»; py1's suite for the errors, and for content that is not parsed;
 * go1's for the order of the list.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest, Query } from "../../oss/request.ts";
import { httpTime } from "../../oss/times.ts";
import { writeXml } from "../../xml/write.ts";
import { requireDocumentCapacity } from "../configurations/documents-max.ts";
import {
	kind,
	parseDocument,
	receiveDocument,
	refused,
	writeDocument,
} from "../configurations/kind.ts";
import { requireParameter } from "../configurations/parameters.ts";
import { element, one, or, word } from "../configurations/shape.ts";

/** A request contains only the content; OSS adds the rest. */
export const STYLE = kind(
	element({
		Name: or(word, ""),
		Content: one(word),
		Category: or(word, ""),
		CreateTime: or(word, ""),
		LastModifyTime: or(word, ""),
	}),
	{
		name: "style",
		root: "Style",
		absent: refused("NoSuchStyle"),
		idOf: ({ query }) => requireName(query),
		accept: (document, { request }) => {
			if (document.Content === "")
				throw invalidArgument("Content", "", "Style content is invalid.");
			const now = httpTime(request.receivedAt);
			return {
				Name: requireName(request.query),
				Content: document.Content,
				Category: request.query.get("category") || "image",
				CreateTime: now,
				LastModifyTime: now,
			};
		},
	},
);

function requireName(query: Query): string {
	const name = requireParameter(query, "styleName");
	if (!/^[\w.-]{1,63}$/.test(name)) throw invalidArgument("styleName", name);
	return name;
}

/** A style that is put again keeps its creation time. */
export async function putStyle(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const name = requireName(request.query);
	const document = await receiveDocument(STYLE, { emulator, request });
	await requireDocumentCapacity(emulator, request.bucket, "style", name);
	await emulator.store.configurations.change(
		request.bucket,
		STYLE.name,
		name,
		(stored) => {
			const present = stored && parseDocument(STYLE, stored);
			const { CreateTime } = present || document;
			return writeDocument({ ...document, CreateTime });
		},
	);
	return empty(200);
}

/** Oldest first, then by name. */
export async function listStyle(
	{ store }: Emulator,
	{ bucket }: OssRequest,
): Promise<Reply> {
	const styles = await store.configurations.list(bucket, STYLE.name);
	return xml(
		writeXml("StyleList", {
			Style: styles
				.map(({ document }) => parseDocument(STYLE, document))
				.toSorted(
					(a, b) => Date.parse(a.CreateTime) - Date.parse(b.CreateTime),
				),
		}),
	);
}
