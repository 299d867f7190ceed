/**
 * DeleteMultipleObjects: up to a thousand keys in one request; missing keys are reported as deleted. The docs require a
 * Content-MD5, and do not say what happens without one; it is accepted.
 *
 * Source: docs «DeleteMultipleObjects», EC 0016-00000607 … -615; «HTTP status code 400» for the code of a missing key,
 * whose page states none.
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import { inGroups } from "../../oss/in-groups.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { Protect, StoredBucket } from "../../storage/types.ts";
import {
	childrenNamed,
	childText,
	onlyChild,
	wrongRoot,
	type XmlNode,
} from "../../xml/read.ts";
import { writeXml, type XmlElement } from "../../xml/write.ts";
import { readWithRights, requireAccessToEach } from "../access/access.ts";
import { readXmlBody } from "../body.ts";
import { readEncodingType } from "../bucket/listing.ts";
import { requireVersionId } from "./find-object.ts";
import { findProtect, readBypass } from "./new-object.ts";

const KEYS_MAX = 1000;

/** A header according to the docs and java1; the other SDKs send a parameter. */
const ENCODING = "encoding-type";

type Deletion = {
	readonly keys: readonly DeletedKey[];
	readonly isQuiet: boolean;
};

export type DeletedKey = {
	readonly key: string;
	readonly versionId: string | undefined;
};

export async function deleteMultipleObjects(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const { store } = emulator;
	const encoding = readEncodingType(
		new Map([[ENCODING, request.headers[ENCODING] ?? ""], ...request.query]),
	);
	const { keys, isQuiet } = await readWithRights(
		emulator,
		bucket,
		{ ...request, key: "*" },
		"oss:DeleteObject",
		() => readDelete(request),
	);
	await requireDeletable(emulator, bucket, request, keys);
	const bypass = await readBypass(emulator, request, bucket);
	const protect = await findProtect(emulator, request, bypass);
	const stopping = stopAtRefusal(protect);
	const remove = async ({
		key,
		versionId,
	}: DeletedKey): Promise<XmlElement> => {
		const result = await store.objects.delete(
			request.bucket,
			key,
			versionId,
			request.receivedAt,
			stopping.protect,
			stopping.before,
		);
		return {
			Key: encoding.encode(key),
			VersionId: versionId,
			DeleteMarker: result.deleteMarker || undefined,
			DeleteMarkerVersionId: result.deleteMarker ? result.versionId : undefined,
		};
	};
	const deleted: XmlElement[] = [];
	for await (const result of inGroups(keys, remove)) deleted.push(result);
	if (isQuiet) return empty(200);
	return xml(
		writeXml("DeleteResult", { EncodingType: encoding.type, Deleted: deleted }),
	);
}

/**
 * A refusal ends the call; the keys before it are deleted. The deletions of a group share a commit, in which
 * they run in the order of the keys.
 */
function stopAtRefusal(protect: Protect): {
	readonly protect: Protect;
	readonly before: () => void;
} {
	let refusal: unknown;
	return {
		protect: (version) => {
			try {
				protect(version);
			} catch (error) {
				refusal = error;
				throw error;
			}
		},
		before: () => {
			if (refusal) throw refusal;
		},
	};
}

/** If one key is refused, the whole call is refused. */
async function requireDeletable(
	emulator: Emulator,
	bucket: StoredBucket,
	request: OssRequest,
	keys: readonly DeletedKey[],
): Promise<void> {
	const all = keys.map(({ key, versionId }) => ({
		...request,
		key,
		query: versionId
			? new Map(request.query).set("versionId", versionId)
			: request.query,
	}));
	await requireAccessToEach(emulator, bucket, all, "oss:DeleteObject");
}

async function readDelete(request: OssRequest): Promise<Deletion> {
	try {
		const root = await readXmlBody(request, "Delete");
		const isQuiet = childText(root, "Quiet")?.toLowerCase() === "true";
		return { keys: readKeys(root), isQuiet };
	} catch (error) {
		const isMalformed =
			error instanceof OssError && error.code === "MalformedXML";
		if (!isMalformed || error.ec.startsWith("0016-")) throw error;
		const isOther = error.details.ErrorDetail === wrongRoot("Delete");
		throw malformed(isOther ? "608" : "607", error.details);
	}
}

export function readKeys(root: XmlNode): DeletedKey[] {
	const objects = childrenNamed(root, "Object");
	if (objects.length === 0) throw malformed("615");
	if (objects.length > KEYS_MAX) throw malformed("609");
	return objects.map((object) => {
		// Not trimmed, because a key can begin or end with a blank.
		const key = onlyChild(object, "Key")?.text;
		if (!key) throw invalidKey(key === undefined ? "613" : "611");
		const versionId = childText(object, "VersionId") || undefined;
		return { key, versionId: versionId && requireVersionId(versionId) };
	});
}

const malformed = (ec: string, details: OssError["details"] = {}): OssError =>
	new OssError("MalformedXML", { ec: `0016-00000${ec}`, details });

const invalidKey = (ec: string): OssError =>
	new OssError("UserKeyMustBeSpecified", { ec: `0016-00000${ec}` });
