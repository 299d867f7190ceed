/**
 * Translates the documents of OSS's responses into S3's: a namespace, S3's words, only S3's elements.
 *
 * That OSS sends the namespace is a guess from one capture (A-327), and so are the grants of an ACL (A-328). The
 * location keeps OSS's form, `oss-cn-hangzhou` (A-329). Documents are edited as text: `xml/write.ts` writes each leaf
 * on a line of its own, and escapes `<` in a key.
 *
 * Source: docs «Compatibility with Amazon S3»; AWS «API reference».
 */
import {
	childrenNamed,
	childText,
	readXml,
	type XmlNode,
} from "../xml/read.ts";
import { writeXml, type XmlElement } from "../xml/write.ts";
import {
	ALL_USERS,
	PUBLIC_PERMISSIONS,
	S3_NAMESPACE,
	toS3Class,
	toS3Encryption,
} from "./words.ts";

/** @param bucketAcl the ACL of the bucket, which applies to objects without an ACL of their own */
export type Translate = (
	document: string,
	bucketAcl: () => Promise<string>,
) => string | Promise<string>;

/** @returns undefined for an operation that returns content, or a document that S3 does not have */
export const documentOf = (operation: string): Translate | undefined =>
	TRANSLATIONS.get(operation);

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** @returns `document` unchanged if it has another root: an application server's response to a callback */
const edited =
	(root: string, edit: (document: string) => string): Translate =>
	(document) => {
		const start = `${DECLARATION}<${root}>`;
		return document.startsWith(start)
			? `${DECLARATION}<${root} xmlns="${S3_NAMESPACE}">${edit(document.slice(start.length))}`
			: document;
	};

const named = (root: string): Translate => edited(root, (document) => document);

const dropped = (...names: readonly string[]): RegExp =>
	new RegExp(`^ *<(${names.join("|")})>[^<]*</\\1>\\n`, "gm");

const withS3Classes = (document: string): string =>
	document.replaceAll(/(?<=<StorageClass>)[A-Za-z]+(?=<)/g, (name) =>
		toS3Class(name),
	);

const NOT_LISTED = dropped("Type", "RestoreInfo", "TransitionTime");
const NO_DELIMITER = /^ {2}<Delimiter><\/Delimiter>\n/m;

const listing = (root: string): Translate =>
	edited(root, (document) =>
		withS3Classes(
			document.replaceAll(NOT_LISTED, "").replace(NO_DELIMITER, ""),
		),
	);

const NOT_IN_BUCKET_LISTS = dropped(
	"Comment",
	"ExtranetEndpoint",
	"IntranetEndpoint",
	"Location",
	"Region",
	"StorageClass",
	"ResourceGroupId",
	"Prefix",
	"Marker",
	"MaxKeys",
	"IsTruncated",
	"NextMarker",
);

async function accessControlPolicy(
	document: string,
	bucketAcl: () => Promise<string>,
): Promise<string> {
	const root = await readXml(Buffer.from(document), "AccessControlPolicy");
	const [owner] = childrenNamed(root, "Owner");
	const [list] = childrenNamed(root, "AccessControlList");
	const id = (owner && childText(owner, "ID")) ?? "";
	const own = (list && childText(list, "Grant")) ?? "";
	const acl = own === "default" ? await bucketAcl() : own;
	const publicGrants = (PUBLIC_PERMISSIONS.get(acl) ?? []).map((permission) =>
		grant({ GroupGrantee: { URI: ALL_USERS } }, permission),
	);
	const written = writeXml("AccessControlPolicy", {
		Owner: { ID: id, DisplayName: id },
		AccessControlList: {
			Grant: [
				grant({ UserGrantee: { ID: id, DisplayName: id } }, "FULL_CONTROL"),
				...publicGrants,
			],
		},
	});
	return written
		.replace(
			"<AccessControlPolicy>",
			`<AccessControlPolicy xmlns="${S3_NAMESPACE}">`,
		)
		.replaceAll("<UserGrantee>", granteeOf("CanonicalUser"))
		.replaceAll("<GroupGrantee>", granteeOf("Group"))
		.replaceAll(/<\/(?:User|Group)Grantee>/g, "</Grantee>");
}

const grant = (grantee: XmlElement, Permission: string): XmlElement => ({
	...grantee,
	Permission,
});

const granteeOf = (type: string): string =>
	`<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}">`;

async function lifecycle(document: string): Promise<string> {
	const root = await readXml(Buffer.from(document), "LifecycleConfiguration");
	return withNamespace(
		writeXml("LifecycleConfiguration", {
			Rule: childrenNamed(root, "Rule").map(toS3Rule),
		}),
	);
}

/**
 * The prefix of a rule with tags or sizes goes into its filter; other rules keep the prefix where OSS has it.
 */
function toS3Rule(rule: XmlNode): XmlElement {
	const renamed: Record<string, XmlElement | string> = {};
	const tags = childrenNamed(rule, "Tag").map(copyOf);
	const [filter] = childrenNamed(rule, "Filter");
	const [greater, less] = filter
		? [
				childText(filter, "ObjectSizeGreaterThan"),
				childText(filter, "ObjectSizeLessThan"),
			]
		: [];
	const prefix = childrenNamed(rule, "Prefix")[0]?.text ?? "";
	const isPlain =
		tags.length === 0 && greater === undefined && less === undefined;
	const [abort] = childrenNamed(rule, "AbortMultipartUpload");
	if (abort)
		renamed.AbortIncompleteMultipartUpload = {
			DaysAfterInitiation: childText(abort, "Days"),
		};
	return {
		ID: childText(rule, "ID"),
		Prefix: isPlain ? prefix : undefined,
		Filter: isPlain
			? undefined
			: {
					And: {
						Prefix: prefix,
						Tag: tags,
						ObjectSizeGreaterThan: greater,
						ObjectSizeLessThan: less,
					},
				},
		Status: childText(rule, "Status"),
		Expiration: childrenNamed(rule, "Expiration").map(toS3Moment),
		Transition: childrenNamed(rule, "Transition").map(toS3Moment),
		NoncurrentVersionExpiration: childrenNamed(
			rule,
			"NoncurrentVersionExpiration",
		).map(toS3Moment),
		NoncurrentVersionTransition: childrenNamed(
			rule,
			"NoncurrentVersionTransition",
		).map(toS3Moment),
		...renamed,
	};
}

function toS3Moment(node: XmlNode): XmlElement {
	const { CreatedBeforeDate, StorageClass, ...rest } = copyOf(node);
	return {
		...rest,
		...(CreatedBeforeDate === undefined ? {} : { Date: CreatedBeforeDate }),
		...(StorageClass === undefined
			? {}
			: { StorageClass: toS3Class(StorageClass) }),
	};
}

const copyOf = (node: XmlNode): Record<string, string> =>
	Object.fromEntries(
		node.children.map(({ name, text }) => [name, text.trim()]),
	);

async function encryption(document: string): Promise<string> {
	const root = await readXml(Buffer.from(document), "ServerSideEncryptionRule");
	const [rule] = childrenNamed(root, "ApplyServerSideEncryptionByDefault");
	const { SSEAlgorithm = "", KMSMasterKeyID } = rule ? copyOf(rule) : {};
	return withNamespace(
		writeXml("ServerSideEncryptionConfiguration", {
			Rule: {
				ApplyServerSideEncryptionByDefault: {
					SSEAlgorithm: toS3Encryption(SSEAlgorithm),
					KMSMasterKeyID,
				},
			},
		}),
	);
}

const withNamespace = (document: string): string =>
	document.replace(/^(<\?.*\?>\n<\w+)>/, `$1 xmlns="${S3_NAMESPACE}">`);

const TRANSLATIONS: ReadonlyMap<string, Translate> = new Map([
	[
		"ListBuckets",
		edited("ListAllMyBucketsResult", (document) =>
			document.replaceAll(NOT_IN_BUCKET_LISTS, ""),
		),
	],
	["ListObjects", listing("ListBucketResult")],
	["ListObjectsV2", listing("ListBucketResult")],
	["ListObjectVersions", listing("ListVersionsResult")],
	["ListMultipartUploads", listing("ListMultipartUploadsResult")],
	["ListParts", listing("ListPartsResult")],
	["GetBucketLocation", named("LocationConstraint")],
	["GetBucketAcl", accessControlPolicy],
	["GetObjectACL", accessControlPolicy],
	["GetBucketLifecycle", lifecycle],
	["GetBucketEncryption", encryption],
	["GetBucketLogging", named("BucketLoggingStatus")],
	["GetBucketVersioning", named("VersioningConfiguration")],
	["GetBucketTags", named("Tagging")],
	["GetObjectTagging", named("Tagging")],
	["GetBucketCors", named("CORSConfiguration")],
	["GetBucketWebsite", named("WebsiteConfiguration")],
	["GetBucketRequestPayment", named("RequestPaymentConfiguration")],
	["InitiateMultipartUpload", named("InitiateMultipartUploadResult")],
	["CompleteMultipartUpload", named("CompleteMultipartUploadResult")],
	["CopyObject", named("CopyObjectResult")],
	["UploadPartCopy", named("CopyPartResult")],
	["DeleteMultipleObjects", named("DeleteResult")],
]);
