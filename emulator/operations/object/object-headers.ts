/**
 * The headers of an object, in the requests that write it and the replies that return it.
 *
 * Pure. Source: docs «PutObject», «HeadObject»; EC 0006-00000117, 0013-00000101, 0017-00000104, 131, 132, 279.
 */
import { isObjectAcl, type ObjectAcl } from "../../oss/acl.ts";
import { encodeKey, encodeWireText } from "../../oss/encoding.ts";
import { invalidArgument } from "../../oss/errors.ts";
import type { ReplyHeaders } from "../../oss/reply.ts";
import type { Headers, OssRequest } from "../../oss/request.ts";
import { isStorageClass, type StorageClass } from "../../oss/storage-class.ts";
import { httpTime } from "../../oss/times.ts";
import type {
	NewObject,
	ObjectProperties,
	StoredObject,
} from "../../storage/types.ts";
import { readTags } from "../tagging/tags.ts";

/** Headers that are stored with the object and returned unchanged. */
const PRESERVED = [
	["cache-control", "Cache-Control"],
	["content-disposition", "Content-Disposition"],
	["content-encoding", "Content-Encoding"],
	["content-language", "Content-Language"],
	["expires", "Expires"],
] as const;

const META = "x-oss-meta-";
/** A form field may have any name; this one must be valid as a header name. RFC 9110, 5.6.2. */
const HEADER_NAME = /^[\w!#$%&'*+\-.^`|~]+$/;
const META_BYTES_MAX = 8 * 1024;

/**
 * @param headers the request's headers, or the form's fields
 * @throws OssError InvalidArgument for a value that OSS does not accept
 */
export function readNewObject(
	{
		bucket,
		key,
		receivedAt,
	}: Pick<OssRequest, "bucket" | "key" | "receivedAt">,
	headers: Headers,
): NewObject {
	const storageClass = readStorageClass(headers);
	return {
		bucket,
		key,
		modified: receivedAt,
		acl: readObjectAcl(headers) ?? "default",
		forbidOverwrite: forbidsOverwrite(headers),
		properties: readProperties(headers),
		...(storageClass ? { storageClass } : {}),
	};
}

/**
 * No page has the message for another value. That upper case is accepted, and that an empty value counts as absent, are
 * guesses.
 *
 * @param isForm whether the value is a field of a form
 * @throws OssError InvalidArgument
 */
export function forbidsOverwrite(headers: Headers, isForm = false): boolean {
	const value = headers["x-oss-forbid-overwrite"] || "false";
	const isTrue = value.toLowerCase() === "true";
	if (!isTrue && value.toLowerCase() !== "false")
		throw invalidArgument(
			"x-oss-forbid-overwrite",
			value,
			undefined,
			isForm ? "0006-00000117" : "0017-00000279",
		);
	return isTrue;
}

function readProperties(headers: Headers): ObjectProperties {
	const preserved: Record<string, string> = {};
	for (const [header, name] of PRESERVED) {
		const value = headers[header];
		if (value !== undefined) preserved[name] = requireHeaderValue(name, value);
	}
	return {
		// According to a FAQ, OSS derives it from the key's extension; no page lists the extensions.
		contentType: requireHeaderValue(
			"Content-Type",
			headers["content-type"] || "application/octet-stream",
		),
		headers: preserved,
		userMetadata: readUserMetadata(headers),
		tags: readTags(headers["x-oss-tagging"]),
	};
}

function readUserMetadata(headers: Headers): Record<string, string> {
	const metadata = new Map<string, string>();
	let bytes = 0;
	for (const name in headers) {
		const value = headers[name];
		if (!name.startsWith(META) || value === undefined) continue;
		metadata.set(name.slice(META.length), requireHeader(name, value));
		bytes +=
			Buffer.byteLength(name) - META.length + encodeWireText(value).length;
	}
	// no page states the error for more than 8 KB.
	if (bytes > META_BYTES_MAX)
		throw invalidArgument(
			"x-oss-meta",
			String(bytes),
			"The user metadata exceeds 8 KB.",
		);
	return Object.fromEntries(metadata);
}

/** Like `requireHeaderValue`, and checks the name too, which in a form may be anything. */
export function requireHeader(name: string, value: string): string {
	if (!HEADER_NAME.test(name)) throw invalidArgument(name, value);
	return requireHeaderValue(name, value);
}

/** Form fields and parameters may contain characters that are not allowed in a reply's header. */
export function requireHeaderValue(name: string, value: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression searches for them
	if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))
		throw invalidArgument(name, value);
	return value;
}

export function readObjectAcl(headers: Headers): ObjectAcl | undefined {
	// An empty value counts as absent: java1's suite sends it.
	const acl = headers["x-oss-object-acl"] || undefined;
	if (acl === undefined || isObjectAcl(acl)) return acl;
	throw invalidArgument(
		"x-oss-object-acl",
		acl,
		"no such object access control exists",
		"0017-00000104",
	);
}

export function readStorageClass(headers: Headers): StorageClass | undefined {
	const storageClass = headers["x-oss-storage-class"];
	if (storageClass === undefined || isStorageClass(storageClass))
		return storageClass;
	throw invalidArgument(
		"x-oss-storage-class",
		storageClass,
		"No such bucket storage class exists.",
		storageClass === ""
			? "0017-00000131"
			: headers["x-oss-copy-source"]
				? "0013-00000101"
				: "0017-00000132",
	);
}

/**
 * The headers that GET and HEAD return for an object, except those of ranges and overrides.
 *
 * @returns a new object, which the caller may change
 */
export function objectHeaders(
	object: StoredObject,
): Record<string, string | undefined> {
	const { properties, type } = object;
	const headers: Record<string, string | undefined> = {
		"Content-Type": properties.contentType,
		"Accept-Ranges": "bytes",
		ETag: `"${object.etag}"`,
		"Last-Modified": httpTime(object.modified),
		"x-oss-object-type": type,
		"x-oss-hash-crc64ecma": object.crc64,
		"x-oss-storage-class": object.storageClass,
		"Content-MD5": object.contentMd5 || undefined,
	};
	Object.assign(headers, properties.headers, properties.encryption);
	if (type === "Appendable")
		headers["x-oss-next-append-position"] = String(object.size);
	const tags = Object.keys(properties.tags).length;
	if (tags > 0) headers["x-oss-tagging-count"] = String(tags);
	if (properties.symlinkTarget !== undefined)
		headers["x-oss-symlink-target"] = encodeKey(properties.symlinkTarget);
	if (object.isVersioned) headers[VERSION_ID] = object.versionId;
	for (const name in properties.userMetadata)
		headers[META + name] = properties.userMetadata[name];
	return headers;
}

export const metadataHeaders = ({
	userMetadata,
}: ObjectProperties): ReplyHeaders =>
	Object.fromEntries(
		Object.entries(userMetadata).map(([name, value]) => [META + name, value]),
	);

/** Headers of the reply to a write. */
export function writtenHeaders(object: StoredObject): ReplyHeaders {
	return {
		ETag: `"${object.etag}"`,
		"x-oss-hash-crc64ecma": object.crc64,
		"Content-MD5": object.contentMd5 || undefined,
		...object.properties.encryption,
		...versionHeader(object),
	};
}

/** The version id of an object that was read or written. */
export const versionHeader = ({
	isVersioned,
	versionId,
}: Pick<StoredObject, "isVersioned" | "versionId">): ReplyHeaders =>
	isVersioned ? { [VERSION_ID]: versionId } : {};

const VERSION_ID = "x-oss-version-id";
