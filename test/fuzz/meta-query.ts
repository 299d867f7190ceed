/** Conditions of DoMetaQuery, tested with an object. */
import { readQuery } from "../../emulator/operations/meta-query/query.ts";
import type { StoredObject } from "../../emulator/storage/types.ts";
import { reading, type Target } from "./engine/target.ts";

const OBJECT = {
	bucket: "photos",
	key: "a/b.jpg",
	versionId: "null",
	size: 7,
	etag: "E",
	crc64: "1",
	type: "Normal",
	storageClass: "Standard",
	acl: "default",
	modified: new Date(1e12),
	isLatest: true,
	deleted: false,
	properties: {
		contentType: "image/jpeg",
		userMetadata: { a: "b" },
		tags: { c: "d" },
	},
} as unknown as StoredObject;

export default {
	about: "conditions of DoMetaQuery, evaluated for an object",
	seeds: [
		'{"Field":"Size","Value":"1048576","Operation":"gt"}',
		'{"Operation":"and","SubQueries":[{"Field":"Filename","Value":"a","Operation":"prefix"},{"Operation":"not","SubQueries":[{"Field":"FileModifiedTime","Value":"2021-06-29T14:50:13.011643661+08:00","Operation":"lte"}]}]}',
		'{"Operation":"or","SubQueries":[{"Field":"OSSTagging.c","Value":"d","Operation":"eq"},{"Field":"OSSUserMeta.a","Value":"b","Operation":"match"}]}',
	],
	run: async (input) => {
		const predicate = await reading(input, () => readQuery(input.toString()));
		predicate?.(OBJECT);
	},
} satisfies Target;
