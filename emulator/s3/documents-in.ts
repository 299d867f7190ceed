/**
 * Translates S3's documents into OSS's: the location of a bucket, permissions, lifecycle rules, encryption, restores.
 * Other documents are the same in both protocols.
 *
 * An empty LocationConstraint and `us-east-1`, which is not a region of OSS, are ignored (A-324). Grants are reduced to
 * OSS's three ACLs; other grants are refused (A-325). The days of a restore are ignored. Lifecycle rules that keep a
 * number of noncurrent versions are refused (A-326).
 *
 * Source: docs «Compatibility with Amazon S3».
 */
import { invalidArgument, OssError } from "../oss/errors.ts";
import {
	childrenNamed,
	childText,
	readXml,
	type XmlNode,
} from "../xml/read.ts";
import { writeXml, type XmlElement } from "../xml/write.ts";
import { ALL_USERS, toOssClass, toOssEncryption } from "./words.ts";

/** @returns a CreateBucketConfiguration of OSS; '' if there was no document */
export async function toOssLocation(document: Buffer): Promise<string> {
	if (document.length === 0) return "";
	const root = await readXml(document, "CreateBucketConfiguration");
	const location = childText(root, "LocationConstraint") ?? "";
	const isIgnored = location === "" || location === "us-east-1";
	const own = location.startsWith("oss-") ? location : `oss-${location}`;
	return writeXml("CreateBucketConfiguration", {
		LocationConstraint: isIgnored ? undefined : own,
		StorageClass: childText(root, "StorageClass"),
		DataRedundancyType: childText(root, "DataRedundancyType"),
	});
}

/**
 * The ACL that corresponds to the grants of an AccessControlPolicy.
 *
 * @throws OssError InvalidArgument, MalformedXML
 */
export async function toOssAcl(document: Buffer): Promise<string> {
	const root = await readXml(document, "AccessControlPolicy");
	const owner = childText(childNamed(root, "Owner") ?? root, "ID");
	const list = childNamed(root, "AccessControlList");
	if (!list) throw new OssError("MalformedXML");
	const permissions = childrenNamed(list, "Grant").flatMap((grant) =>
		publicPermission(grant, owner),
	);
	const isFull = permissions.includes("FULL_CONTROL");
	const reads = isFull || permissions.includes("READ");
	const writes = isFull || permissions.includes("WRITE");
	const other = permissions.find((item) => item.endsWith("_ACP"));
	if (other !== undefined) throw invalidArgument("Permission", other);
	if (writes && !reads) throw invalidArgument("Permission", "WRITE");
	return writes ? "public-read-write" : reads ? "public-read" : "private";
}

const PERMISSIONS = new Set([
	"FULL_CONTROL",
	"READ",
	"WRITE",
	"READ_ACP",
	"WRITE_ACP",
]);

/**
 * @returns the permissions that a grant gives to all callers; empty for a grant to the owner, who has all
 *   permissions
 */
function publicPermission(
	grant: XmlNode,
	owner: string | undefined,
): readonly string[] {
	const grantee = childNamed(grant, "Grantee");
	const permission = childText(grant, "Permission") ?? "";
	if (!grantee || !PERMISSIONS.has(permission))
		throw new OssError("MalformedXML");
	const uri = childText(grantee, "URI");
	if (uri === ALL_USERS) return [permission];
	const id = childText(grantee, "ID");
	if (uri === undefined && id !== undefined && id === owner) return [];
	throw invalidArgument("Grantee", uri ?? id ?? "");
}

const childNamed = (node: XmlNode, name: string): XmlNode | undefined =>
	childrenNamed(node, name)[0];

/** @throws OssError MalformedXML */
export async function toOssEncryptionRule(document: Buffer): Promise<string> {
	const root = await readXml(
		document,
		"ServerSideEncryptionConfiguration",
		"ServerSideEncryptionRule",
	);
	const rule = childNamed(root, "Rule") ?? root;
	const own = childNamed(rule, "ApplyServerSideEncryptionByDefault");
	return writeXml("ServerSideEncryptionRule", {
		ApplyServerSideEncryptionByDefault: own && {
			SSEAlgorithm: toOssEncryption(childText(own, "SSEAlgorithm") ?? ""),
			KMSMasterKeyID: childText(own, "KMSMasterKeyID"),
		},
	});
}

/** @throws OssError MalformedXML, InvalidArgument */
export async function toOssLifecycle(document: Buffer): Promise<string> {
	const root = await readXml(document, "LifecycleConfiguration");
	return writeXml("LifecycleConfiguration", {
		Rule: childrenNamed(root, "Rule").map(toOssRule),
	});
}

function toOssRule(rule: XmlNode): XmlElement {
	const filter = childNamed(rule, "Filter");
	const scope = (filter && childNamed(filter, "And")) ?? filter;
	const tags = scope ? childrenNamed(scope, "Tag") : [];
	const sizes = scope && {
		ObjectSizeGreaterThan: childText(scope, "ObjectSizeGreaterThan"),
		ObjectSizeLessThan: childText(scope, "ObjectSizeLessThan"),
	};
	const hasSizes = Object.values(sizes ?? {}).some(
		(item) => item !== undefined,
	);
	const expiration = childNamed(rule, "Expiration");
	const abort = childNamed(rule, "AbortIncompleteMultipartUpload");
	return {
		ID: childText(rule, "ID"),
		Prefix: prefixOf(rule, scope),
		Status: childText(rule, "Status"),
		Tag: [...tags, ...childrenNamed(rule, "Tag")].map(copyOf),
		Filter: hasSizes ? sizes : undefined,
		Expiration: expiration && copyOf(expiration),
		Transition: childrenNamed(rule, "Transition").map(toOssTransition),
		AbortMultipartUpload: abort && {
			Days: childText(abort, "DaysAfterInitiation"),
		},
		NoncurrentVersionExpiration: toOssNoncurrent(rule),
		NoncurrentVersionTransition: childrenNamed(
			rule,
			"NoncurrentVersionTransition",
		).map(toOssTransition),
	};
}

/** Leading and trailing blanks are part of a prefix. */
const prefixOf = (rule: XmlNode, scope: XmlNode | undefined): string =>
	((scope && childNamed(scope, "Prefix")) ?? childNamed(rule, "Prefix"))
		?.text ?? "";

function toOssTransition(node: XmlNode): XmlElement {
	const { Date: date, StorageClass: name, ...rest } = copyOf(node);
	refuseVersionCount(node);
	return {
		...rest,
		...(date === undefined ? {} : { CreatedBeforeDate: date }),
		StorageClass: toOssClass(String(name ?? "")),
	};
}

function toOssNoncurrent(rule: XmlNode): XmlElement | undefined {
	const node = childNamed(rule, "NoncurrentVersionExpiration");
	if (node) refuseVersionCount(node);
	return node && copyOf(node);
}

function refuseVersionCount(node: XmlNode): void {
	const count = childText(node, "NewerNoncurrentVersions");
	if (count !== undefined)
		throw invalidArgument("NewerNoncurrentVersions", count);
}

const copyOf = (node: XmlNode): Record<string, string> =>
	Object.fromEntries(
		node.children.map(({ name, text }) => [name, text.trim()]),
	);
