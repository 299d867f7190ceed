/**
 * The two protocols' names for the same things: storage classes, encryption, ACLs.
 *
 * A storage class of S3 without an equivalent in OSS is passed on unchanged, and refused by OSS; a class of OSS
 * without an equivalent in S3 keeps its name (A-316). Canned ACLs that OSS does not have are refused like an invalid
 * `x-oss-acl` (A-317).
 *
 * Pure. Source: docs «Compatibility with Amazon S3»; rclone's provider Alibaba.
 */

const CLASSES: ReadonlyMap<string, string> = new Map([
	["STANDARD", "Standard"],
	["STANDARD_IA", "IA"],
	["GLACIER", "Archive"],
]);

const ENCRYPTIONS: ReadonlyMap<string, string> = new Map([["aws:kms", "KMS"]]);

const inverse = (
	map: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> => new Map(Array.from(map, ([a, b]) => [b, a]));

const S3_CLASSES = inverse(CLASSES);
const S3_ENCRYPTIONS = inverse(ENCRYPTIONS);

export const toOssClass = (text: string): string => CLASSES.get(text) ?? text;
export const toS3Class = (text: string): string => S3_CLASSES.get(text) ?? text;

export const toOssEncryption = (text: string): string =>
	ENCRYPTIONS.get(text) ?? text;
export const toS3Encryption = (text: string): string =>
	S3_ENCRYPTIONS.get(text) ?? text;

export const S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

export const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";

/** The parts of an S3 grant that OSS uses. */
export type Permission = "FULL_CONTROL" | "READ" | "WRITE";

/** The permissions of all callers under each ACL of OSS. */
export const PUBLIC_PERMISSIONS: ReadonlyMap<string, readonly Permission[]> =
	new Map([
		["private", []],
		["public-read", ["READ"]],
		["public-read-write", ["READ", "WRITE"]],
	]);
