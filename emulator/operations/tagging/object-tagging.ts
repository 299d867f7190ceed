/**
 * PutObjectTagging, GetObjectTagging, DeleteObjectTagging. A link has its own tags.
 *
 * Changing tags does not change Last-Modified.
 *
 * Source: docs of these names; EC 0010-00000101; cpp's suite for a repeated key.
 */
import type { Emulator } from "../../emulator.ts";
import { OssError, underEc } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { childrenNamed, type XmlNode } from "../../xml/read.ts";
import { writeXml } from "../../xml/write.ts";
import { readWithRights, requireAccess } from "../access/access.ts";
import { readXmlBody } from "../body.ts";
import { changeObject, findObject } from "../object/find-object.ts";
import { versionHeader } from "../object/object-headers.ts";
import { requireTags, type Tags } from "./tags.ts";

export async function putObjectTagging(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const action = "oss:PutObjectTagging";
	const tags = await readWithRights(emulator, bucket, request, action, () =>
		readTagging(request),
	);
	await requireAccess(emulator, bucket, { ...request, tags }, action);
	return changeTags(emulator, request, bucket, tags, 200);
}

export async function deleteObjectTagging(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	return changeTags(emulator, request, bucket, {}, 204);
}

export async function getObjectTagging(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const object = await findObject(emulator, request, bucket);
	const tags = Object.entries(object.properties.tags);
	return xml(
		writeXml("Tagging", {
			TagSet: { Tag: tags.map(([Key, Value]) => ({ Key, Value })) },
		}),
		versionHeader(object),
	);
}

async function changeTags(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
	tags: Tags,
	status: number,
): Promise<Reply> {
	const object = await changeObject(
		emulator,
		request,
		bucket,
		({ properties }) => ({ properties: { ...properties, tags } }),
	);
	return empty(status, versionHeader(object));
}

/** @throws OssError MalformedXML, InvalidTag, BadRequest */
async function readTagging(request: OssRequest): Promise<Tags> {
	const root = await readXmlBody(request, "Tagging").catch(
		underEc("MalformedXML", MALFORMED_EC),
	);
	const [set, ...more] = childrenNamed(root, "TagSet");
	if (!set || more.length > 0) throw malformed();
	const pairs = childrenNamed(set, "Tag").map(
		(tag) => [textOf(tag, "Key"), textOf(tag, "Value", "")] as const,
	);
	return requireTags(
		pairs,
		() =>
			new OssError("InvalidTag", {
				message: "Cannot provide multiple Tags with the same key",
				ec: "0010-00000217",
			}),
	);
}

/** Not trimmed, because tags may contain blanks. */
function textOf(tag: XmlNode, name: string, absent?: string): string {
	const [node, ...more] = childrenNamed(tag, name);
	const text = node?.text ?? absent;
	if (text === undefined || more.length > 0) throw malformed();
	return text;
}

const MALFORMED_EC = "0010-00000101";

const malformed = (): OssError =>
	new OssError("MalformedXML", { ec: MALFORMED_EC });
