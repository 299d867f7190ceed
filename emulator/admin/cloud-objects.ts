/**
 * Buckets and objects behind a gateway, read from the cloud, in the format that the admin API uses for the emulator's
 * own. Properties that a listing does not contain are ''.
 */
import type { Emulator } from "../emulator.ts";
import { requireReal } from "../gateway/guard.ts";
import { findHeader, readError, readWhole } from "../gateway/incoming.ts";
import { formDecode } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import type { UpstreamAnswer } from "../upstream/request.ts";
import type { Upstream } from "../upstream/upstream.ts";
import {
	childrenNamed,
	childText,
	readXml,
	type XmlNode,
} from "../xml/read.ts";

/** The parts of the emulator that are needed for reading. */
export type Cloud = {
	readonly emulator: Emulator;
	readonly upstream: Upstream;
};

/** A request for an object, or for the bucket itself if the key is ''. */
export type CloudRequest = {
	readonly method?: string;
	readonly bucket: string;
	readonly key?: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly headers?: Readonly<Record<string, string>>;
};

/**
 * @param bucket the bucket's local name
 * @throws OssError AccessDenied for a bucket that the gateway must not touch; like `Upstream.send`
 */
export const send = (
	{ upstream }: Cloud,
	{ method = "GET", bucket, key = "", query = {}, headers = {} }: CloudRequest,
): Promise<UpstreamAnswer> =>
	upstream.send({
		method,
		key,
		headers,
		body: null,
		isSigned: true,
		bucket: requireReal(upstream.options, bucket),
		query: new Map(Object.entries(query)),
	});

/** @throws OssError UpstreamRefused with the cloud's message, for an answer other than a document */
async function readDocument(
	cloud: Cloud,
	request: CloudRequest,
	root: string,
): Promise<XmlNode> {
	const answer = await send(cloud, request);
	const document = await readWhole(answer.body);
	if (answer.status === 200) return readXml(document, root);
	throw await toError(cloud, document, answer.status);
}

export async function toError(
	{ upstream }: Cloud,
	document: Buffer,
	status: number,
): Promise<OssError> {
	const error = await readError(document);
	const code = (error && childText(error, "Code")) ?? String(status);
	const message = (error && childText(error, "Message")) ?? "";
	if (status === 404 && code.startsWith("NoSuch"))
		return new OssError(code === "NoSuchBucket" ? code : "NoSuchKey", {
			message,
		});
	return new OssError("UpstreamRefused", {
		message: `The OSS behind the gateway, ${upstream.host}, answered ${code}: ${message}`,
	});
}

const textOf = (node: XmlNode | undefined, name: string): string =>
	(node && childText(node, name)) ?? "";

export async function viewCloudBucket(cloud: Cloud, bucket: string) {
	const query = { bucketInfo: "" };
	const root = await readDocument(cloud, { bucket, query }, "BucketInfo");
	const [info] = childrenNamed(root, "Bucket");
	const [list] = info ? childrenNamed(info, "AccessControlList") : [];
	return {
		name: bucket,
		// The account that the gateway's requests count as.
		owner: cloud.emulator.accounts.default.uid,
		createdAt: textOf(info, "CreationDate"),
		acl: textOf(list, "Grant"),
		storageClass: textOf(info, "StorageClass"),
		redundancy: textOf(info, "DataRedundancyType"),
		location: textOf(info, "Location"),
		versioning: textOf(info, "Versioning"),
	};
}

/**
 * Buckets that `*` adds to the named ones, viewed as the cloud's list has them: a request for each would fail for
 * buckets of other regions.
 *
 * @returns nothing without `*`
 */
export async function viewOtherCloudBuckets(cloud: Cloud) {
	const { buckets } = cloud.upstream.options;
	const found: ReturnType<typeof viewListedBucket>[] = [];
	if (!buckets.passesAll) return found;
	for (let marker: string | undefined = ""; marker !== undefined; ) {
		const query = { "max-keys": "1000", ...(marker && { marker }) };
		const request = { bucket: "", query };
		const root = await readDocument(cloud, request, "ListAllMyBucketsResult");
		const [list] = childrenNamed(root, "Buckets");
		for (const node of list ? childrenNamed(list, "Bucket") : [])
			found.push(viewListedBucket(cloud, node));
		const isTruncated = childText(root, "IsTruncated") === "true";
		marker = isTruncated ? childText(root, "NextMarker") : undefined;
	}
	const { local } = buckets;
	return found.filter(
		({ name }) => buckets.findReal(name) === name && !local.includes(name),
	);
}

const viewListedBucket = ({ emulator }: Cloud, node: XmlNode) => ({
	name: textOf(node, "Name"),
	owner: emulator.accounts.default.uid,
	createdAt: textOf(node, "CreationDate"),
	acl: "",
	storageClass: textOf(node, "StorageClass"),
	redundancy: "",
	location: textOf(node, "Location"),
	versioning: "",
});

export type Page = {
	readonly prefix: string;
	readonly delimiter: string;
	readonly marker: string;
	readonly limit: number;
};

export async function listCloudObjects(
	cloud: Cloud,
	bucket: string,
	{ prefix, delimiter, marker, limit }: Page,
) {
	const query = {
		"encoding-type": "url",
		"max-keys": String(limit),
		...(prefix && { prefix }),
		...(delimiter && { delimiter }),
		...(marker && { marker }),
	};
	const root = await readDocument(cloud, { bucket, query }, "ListBucketResult");
	const isTruncated = childText(root, "IsTruncated") === "true";
	return {
		objects: childrenNamed(root, "Contents").map((node) =>
			viewListed(bucket, node),
		),
		prefixes: childrenNamed(root, "CommonPrefixes").map((node) =>
			decode(textOf(node, "Prefix")),
		),
		isTruncated,
		nextMarker: isTruncated ? decode(textOf(root, "NextMarker")) : "",
	};
}

const decode = (text: string): string => formDecode(text) ?? text;

function viewListed(bucket: string, node: XmlNode) {
	return {
		bucket,
		key: decode(textOf(node, "Key")),
		versionId: textOf(node, "VersionId") || "null",
		isLatest: (childText(node, "IsLatest") ?? "true") === "true",
		type: textOf(node, "Type") || "DeleteMarker",
		size: Number(textOf(node, "Size")),
		etag: textOf(node, "ETag").replaceAll('"', ""),
		crc64: "",
		contentMd5: "",
		acl: "",
		contentType: "",
		modifiedAt: textOf(node, "LastModified"),
		storageClass: textOf(node, "StorageClass"),
		headers: {},
		userMetadata: {},
		tags: {},
		encryption: {},
		symlinkTarget: null as string | null,
	};
}

type Listed = ReturnType<typeof viewListed>;

const VERSIONS_MAX = 1000;

/** Versions, latest first; all properties are requested only for the latest. @throws OssError NoSuchKey */
export async function viewCloudVersions(
	cloud: Cloud,
	bucket: string,
	key: string,
): Promise<Listed[]> {
	const query = {
		versions: "",
		prefix: key,
		"encoding-type": "url",
		"max-keys": String(VERSIONS_MAX),
	};
	const request = { bucket, query };
	const root = await readDocument(cloud, request, "ListVersionsResult");
	const nodes = ["Version", "DeleteMarker"].flatMap((name) =>
		childrenNamed(root, name),
	);
	const versions = nodes
		.map((node) => viewListed(bucket, node))
		.filter((version) => version.key === key)
		.sort((a, b) => Number(b.isLatest) - Number(a.isLatest));
	const [latest, ...older] = versions;
	if (!latest) throw new OssError("NoSuchKey", { details: { Key: key } });
	return latest.type === "DeleteMarker"
		? versions
		: [await describe(cloud, latest), ...older];
}

const STORED_HEADERS =
	/^(?:cache-control|content-disposition|content-encoding|content-language|expires)$/i;
const META = /^x-oss-meta-/i;
const ENCRYPTION = /^x-oss-server-side-/i;

async function describe(cloud: Cloud, listed: Listed): Promise<Listed> {
	const { bucket, key } = listed;
	const head = await send(cloud, { method: "HEAD", bucket, key });
	head.body.resume();
	const { headers } = head;
	const text = (name: string): string => findHeader(headers, name) ?? "";
	const pick = (pattern: RegExp, cut = ""): Record<string, string> =>
		Object.fromEntries(
			Object.entries(headers).flatMap(([name, value]) =>
				pattern.test(name) && value !== undefined
					? [[name.slice(cut.length), value] as const]
					: [],
			),
		);
	const acl = { bucket, key, query: { acl: "" } };
	const policy = await readDocument(cloud, acl, "AccessControlPolicy");
	const [list] = childrenNamed(policy, "AccessControlList");
	return {
		...listed,
		crc64: text("x-oss-hash-crc64ecma"),
		acl: textOf(list, "Grant"),
		contentMd5: text("content-md5"),
		contentType: text("content-type"),
		headers: pick(STORED_HEADERS),
		userMetadata: pick(META, "x-oss-meta-"),
		tags: text("x-oss-tagging-count") ? await tagsOf(cloud, listed) : {},
		encryption: pick(ENCRYPTION),
		symlinkTarget: text("x-oss-symlink-target") || null,
	};
}

async function tagsOf(
	cloud: Cloud,
	{ bucket, key }: Listed,
): Promise<Record<string, string>> {
	const request = { bucket, key, query: { tagging: "" } };
	const root = await readDocument(cloud, request, "Tagging");
	const [set] = childrenNamed(root, "TagSet");
	const tags = set ? childrenNamed(set, "Tag") : [];
	return Object.fromEntries(
		tags.map((tag) => [textOf(tag, "Key"), textOf(tag, "Value")]),
	);
}
