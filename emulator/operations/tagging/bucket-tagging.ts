/**
 * A bucket's tags. PUT replaces all of them; DELETE removes all, or those it names.
 *
 * Source: docs «PutBucketTags», «DeleteBucketTags»; «HTTP 400 status code», InvalidTag, RepeatedTags, TooManyTags;
 * EC 0010-00000002.
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import { empty, type Reply } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import {
	findDocument,
	kind,
	parseDocument,
	writeDocument,
} from "../configurations/kind.ts";
import { element, many, one, or, text } from "../configurations/shape.ts";
import type { Tags } from "./tags.ts";

const TAGS_MAX = 20;
const KEY_BYTES_MAX = 64;
const VALUE_BYTES_MAX = 128;

export const TAGGING = kind(
	element({
		TagSet: one(
			element({ Tag: many(element({ Key: one(text), Value: or(text, "") })) }),
		),
	}),
	{
		name: "tagging",
		root: "Tagging",
		absent: () => ({ TagSet: {} }),
		accept: (document) => {
			requireTags(document.TagSet.Tag);
			return document;
		},
	},
);

type Tag = { readonly Key: string; readonly Value: string };

function requireTags(tags: readonly Tag[]): void {
	if (tags.length > TAGS_MAX) throw new OssError("TooManyTags");
	for (const { Key, Value } of tags) {
		if (/^acs/i.test(Key))
			throw new OssError("InvalidTag", { ec: "0010-00000002" });
		if (
			Key === "" ||
			Buffer.byteLength(Key) > KEY_BYTES_MAX ||
			/^(https?:\/\/|aliyun)/i.test(Key)
		)
			throw new OssError("InvalidTag");
		if (Buffer.byteLength(Value) > VALUE_BYTES_MAX)
			throw new OssError("InvalidTag", {
				message: "The TagValue you have provided is invalid.",
			});
	}
	const keys = new Set(tags.map(({ Key }) => Key));
	if (keys.size < tags.length) throw new OssError("RepeatedTags");
}

/** `?tagging=k1,k2` removes these two. */
export async function deleteBucketTags(
	{ store }: Emulator,
	{ bucket, query }: OssRequest,
): Promise<Reply> {
	const keys = query.get("tagging") ?? "";
	const named = new Set(keys.split(","));
	await store.configurations.change(bucket, TAGGING.name, "", (present) => {
		if (keys === "" || present === undefined) return undefined;
		const { Tag } = parseDocument(TAGGING, present).TagSet;
		const left = Tag.filter(({ Key }) => !named.has(Key));
		return left.length > 0
			? writeDocument({ TagSet: { Tag: left } })
			: undefined;
	});
	return empty(204);
}

export async function bucketTags(
	emulator: Pick<Emulator, "store">,
	bucket: string,
): Promise<Tags> {
	const found = await findDocument(emulator, TAGGING, bucket);
	const tags = found?.TagSet.Tag ?? [];
	return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}
