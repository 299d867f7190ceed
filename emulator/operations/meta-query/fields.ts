/**
 * The fields of an object that queries compare, sort and aggregate by, and the representation of an object in the
 * answer.
 *
 * Pure. Source: docs «DoMetaQuery», «Appendix: Supported fields and operators» for the basic mode. How tags and user
 * metadata are addressed, `OSSTagging.KEY` and `OSSUserMeta.NAME`, is a guess.
 */
import type { StoredObject } from "../../storage/types.ts";
import type { XmlElement } from "../../xml/write.ts";

/** undefined when the object lacks the field. */
export type FieldValue = string | number | undefined;

type Field = {
	readonly kind: "number" | "text" | "time";
	readonly read: (object: StoredObject) => FieldValue;
};

const text = (read: (object: StoredObject) => string | undefined): Field => ({
	kind: "text",
	read: (object) => read(object) || undefined,
});

const number = (read: (object: StoredObject) => number): Field => ({
	kind: "number",
	read,
});

const ENCRYPTION = "x-oss-server-side-encryption";

const encryptionOf = (
	{ properties: { encryption } }: StoredObject,
	header: string,
): string | undefined => encryption?.[header];

const FIELDS: ReadonlyMap<string, Field> = new Map([
	["Filename", text(({ key }) => key)],
	["Size", number(({ size }) => size)],
	[
		"FileModifiedTime",
		{ kind: "time", read: ({ modified }) => modified.getTime() },
	],
	["OSSObjectType", text(({ type }) => type)],
	["OSSStorageClass", text(({ storageClass }) => storageClass)],
	["ObjectACL", text(({ acl }) => acl)],
	["ETag", text(({ etag }) => quoted(etag))],
	["OSSCRC64", text(({ crc64 }) => crc64)],
	["ServerSideEncryption", text((object) => encryptionOf(object, ENCRYPTION))],
	[
		"ServerSideEncryptionCustomerAlgorithm",
		text((object) => encryptionOf(object, "x-oss-server-side-data-encryption")),
	],
	[
		"OSSTaggingCount",
		number(({ properties: { tags } }) => Object.keys(tags).length),
	],
]);

const quoted = (etag: string): string => `"${etag}"`;

/** @returns undefined for a name that is not a field */
export function findField(name: string): Field | undefined {
	const [, group, member = ""] =
		/^(OSSTagging|OSSUserMeta)\.(.+)$/s.exec(name) ?? [];
	if (group === "OSSTagging")
		return text(({ properties: { tags } }) => ownValue(tags, member));
	if (group === "OSSUserMeta") {
		const key = member.toLowerCase().replace(/^x-oss-meta-/, "");
		return text(({ properties: { userMetadata } }) =>
			ownValue(userMetadata, key),
		);
	}
	return FIELDS.get(name);
}

const ownValue = (
	values: Readonly<Record<string, string>>,
	name: string,
): string | undefined =>
	Object.hasOwn(values, name) ? values[name] : undefined;

/** A `File` of the answer. Elements without a value are left out. */
export function describeFile(object: StoredObject): XmlElement {
	const { properties, etag, crc64 } = object;
	const { tags, userMetadata } = properties;
	const tagCount = Object.keys(tags).length;
	return {
		Filename: object.key,
		Size: object.size,
		FileModifiedTime: fileTime(object.modified),
		OSSObjectType: object.type,
		OSSStorageClass: object.storageClass,
		ObjectACL: object.acl,
		ETag: quoted(etag),
		OSSCRC64: crc64 || undefined,
		ServerSideEncryption: encryptionOf(object, ENCRYPTION),
		ServerSideEncryptionCustomerAlgorithm: encryptionOf(
			object,
			"x-oss-server-side-data-encryption",
		),
		OSSTaggingCount: tagCount || undefined,
		OSSTagging: pairs("Tagging", tags),
		OSSUserMeta: pairs("UserMeta", userMetadata),
	};
}

function pairs(
	element: string,
	values: Readonly<Record<string, string>>,
): XmlElement | undefined {
	const entries = Object.entries(values);
	if (entries.length === 0) return undefined;
	return { [element]: entries.map(([Key, Value]) => ({ Key, Value })) };
}

const HOURS_8_MS = 8 * 3600 * 1000;

/** `2021-06-29T14:50:13.011000000+08:00`, as in the examples of the documentation. */
export const fileTime = (moment: Date): string =>
	`${new Date(moment.getTime() + HOURS_8_MS).toISOString().slice(0, -1)}000000+08:00`;
