/**
 * CopyObject, and the source that UploadPartCopy reads in the same way.
 *
 * Source: docs «CopyObject», «UploadPartCopy», EC 0016-00000304 … -307, 0012-00000203; the SDKs encode the key as a
 * form does: `+` is a space.
 */
import type { Emulator } from "../../emulator.ts";
import { requireConditions } from "../../oss/conditions.ts";
import { formDecode } from "../../oss/encoding.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { type Reply, type ReplyHeaders, xml } from "../../oss/reply.ts";
import {
	expiryTimeOf,
	type Headers,
	type OssRequest,
} from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import type { ObjectProperties, StoredObject } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { requireAccess } from "../access/access.ts";
import { recordAccess } from "../lifecycle/access-monitor.ts";
import { readTrafficLimit, requireCapacity } from "./body-limits.ts";
import { findObject, requireRestored } from "./find-object.ts";
import { prepareObject } from "./new-object.ts";
import { readObjectAcl, writtenHeaders } from "./object-headers.ts";

/** An appendable object may be copied, although older pages forbid it. The copy has the same ETag. */
export async function copyObject(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { store } = emulator;
	const source = await findSource(emulator, request, COPY_ECS);
	requireCopyable(source, request);
	readTrafficLimit(request); // only for its errors: the request has no body
	const given = await prepareObject(emulator, request, request.headers);
	await requireCapacity(emulator, request.bucket, source.size);
	const isSelf =
		source.bucket === request.bucket &&
		source.key === request.key &&
		source.isLatest;
	const properties = chooseProperties(
		request,
		source,
		given.properties,
		isSelf,
	);
	// ossutil's TestSetObjectMetaBasic: new metadata do not reset the ACL.
	const acl =
		readObjectAcl(request.headers) ?? (isSelf ? source.acl : given.acl);
	const object =
		isSelf && !source.isVersioned && source.type === "Appendable"
			? await store.objects.change(
					request.bucket,
					request.key,
					undefined,
					(present) => {
						given.protect?.(present);
						return { properties, acl, modified: given.modified };
					},
				)
			: await store.objects.copy(source, { ...given, acl, properties });
	return xml(
		writeXml("CopyObjectResult", {
			ETag: `"${object.etag}"`,
			LastModified: isoTime(object.modified),
		}),
		{
			...writtenHeaders(object),
			"Content-MD5": undefined,
			...sourceVersion(source),
		},
	);
}

const GIB = 1024 ** 3;

/**
 * Larger objects require UploadPartCopy. The newest page is followed; older pages say 1 GB for all objects.
 *
 * @throws OssError EntityTooLarge
 */
export function requireCopyable(
	source: Pick<StoredObject, "bucket" | "size" | "storageClass">,
	{ bucket, headers }: Pick<OssRequest, "bucket" | "headers">,
): void {
	const storageClass = headers["x-oss-storage-class"] ?? source.storageClass;
	const isChanged = storageClass !== source.storageClass;
	const isSameBucket = bucket === source.bucket;
	const sizeMax = isChanged ? GIB : isSameBucket ? Infinity : 5 * GIB;
	if (source.size > sizeMax)
		throw new OssError("EntityTooLarge", {
			message: "Source object Length exceeds the maximum allowed size.",
		});
}

/** A copy of an object to itself replaces the metadata under any directive. */
function chooseProperties(
	{ headers }: OssRequest,
	source: StoredObject,
	given: ObjectProperties,
	isSelf: boolean,
): ObjectProperties {
	const replaces = readDirective(headers, "x-oss-metadata-directive") || isSelf;
	const retags = readDirective(headers, "x-oss-tagging-directive");
	// The copy does not inherit the source's encryption.
	const { symlinkTarget, encryption: _, ...own } = source.properties;
	return {
		...(replaces ? replaceProperties(headers, source, given) : own),
		tags: retags ? given.tags : own.tags,
		...(symlinkTarget === undefined ? {} : { symlinkTarget }),
		...(given.encryption ? { encryption: given.encryption } : {}),
	};
}

/** Prefix of the metadata that is needed to decrypt client-encrypted content. */
const CLIENT_ENCRYPTION = "client-side-encryption-";

/**
 * If the request has no Content-Type, the source's is preserved, and so is the metadata needed for decryption. Source:
 * py2's suite («content-type no change», four of the encryption's metadata); preserving the others is a guess (A-670).
 */
function replaceProperties(
	headers: Headers,
	{ properties }: StoredObject,
	given: ObjectProperties,
): ObjectProperties {
	const preserved = Object.entries(properties.userMetadata).filter(([name]) =>
		name.startsWith(CLIENT_ENCRYPTION),
	);
	return {
		...given,
		contentType: headers["content-type"]
			? given.contentType
			: properties.contentType,
		userMetadata: { ...Object.fromEntries(preserved), ...given.userMetadata },
	};
}

/** @returns whether the directive is REPLACE */
function readDirective(headers: Headers, name: string): boolean {
	const text = headers[name] ?? "COPY";
	const directive = text.toUpperCase();
	if (directive !== "COPY" && directive !== "REPLACE")
		throw invalidArgument(name, text);
	return directive === "REPLACE";
}

export const sourceVersion = ({
	isVersioned,
	versionId,
}: StoredObject): ReplyHeaders =>
	isVersioned ? { "x-oss-copy-source-version-id": versionId } : {};

/** The ECs of an operation for errors in the source; '' where no page states one. */
export type SourceEcs = {
	readonly malformed: string;
	readonly empty: string;
	readonly emptyVersionId: string;
	readonly deleteMarker: string;
};

/** The page of -304 shows an unknown parameter; using it for all other malformed sources is a guess. */
export const COPY_ECS: SourceEcs = {
	malformed: "0016-00000304",
	empty: "0016-00000304",
	emptyVersionId: "0016-00000305",
	deleteMarker: "0016-00000307",
};

/**
 * @throws OssError InvalidArgument for a malformed source, or a delete marker named by its id; NoSuchBucket, NoSuchKey,
 *   NoSuchVersion, AccessDenied; PreconditionFailed and NotModified of the `x-oss-copy-source-if-…` headers
 */
export async function findSource(
	emulator: Emulator,
	request: OssRequest,
	ecs: SourceEcs,
): Promise<StoredObject> {
	const header = request.headers[SOURCE] ?? "";
	const sourceName = readSource(header, ecs);
	const bucket = await emulator.store.buckets.get(sourceName.bucket);
	const reading = { ...request, ...sourceName };
	await requireAccess(emulator, bucket, reading, "oss:GetObject");
	const source = await findObject(emulator, sourceName, bucket).catch(
		(error: unknown) => {
			throw ofSource(error, header, ecs);
		},
	);
	await requireRestored(emulator, source, expiryTimeOf(request));
	requireConditions(request.headers, source, "x-oss-copy-source-");
	await recordAccess(emulator, source, request.receivedAt);
	return source;
}

export const SOURCE = "x-oss-copy-source";

export function readSource(
	header: string,
	ecs: SourceEcs,
): Pick<OssRequest, "bucket" | "key" | "query"> {
	const parts = /^\/([^/?]+)\/([^?]+)(?:\?versionId=(.*))?$/s.exec(header);
	const bucket = formDecode(parts?.[1] ?? "");
	const key = formDecode(parts?.[2] ?? "");
	if (!parts || !bucket || !key?.isWellFormed()) {
		const message =
			"Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.";
		const ec = header === "" ? ecs.empty : ecs.malformed;
		throw invalidArgument(SOURCE, header, message, ec);
	}
	return {
		bucket,
		key,
		query: new Map(parts[3] === undefined ? [] : [["versionId", parts[3]]]),
	};
}

/** For a delete marker the docs state the status, 400, and the EC; the code is a guess. */
function ofSource(error: unknown, header: string, ecs: SourceEcs): unknown {
	if (!(error instanceof OssError)) return error;
	const { code, message, details } = error;
	switch (code) {
		case "MethodNotAllowed":
			return invalidArgument(SOURCE, header, undefined, ecs.deleteMarker);
		case "NoSuchVersion":
			return new OssError(code, { message, details, ec: "0012-00000203" });
		case "InvalidArgument":
			return details.ArgumentValue === ""
				? new OssError(code, { message, details, ec: ecs.emptyVersionId })
				: error;
		default:
			return error;
	}
}
