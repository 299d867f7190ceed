/**
 * The actions of policies: which actions a request needs, and all facts about an action that access depends on.
 * Operations share actions: the table of operations states the action of each operation.
 *
 * Pure. Source: docs «Authorization syntax and elements»: the table of actions; «Bucket ACL», «Object ACL».
 */
import type { OssRequest } from "../../oss/request.ts";

type ActionFacts = {
	/** The action that a request with `versionId` needs instead. */
	readonly ofVersion?: string;
	/**
	 * The least permissive ACL that allows the action to everyone. A public ACL allows reading objects, but not listing
	 * them.
	 */
	readonly allowedBy?: "public-read" | "public-read-write";
	/** The additional action that a request with tags needs. */
	readonly withTags?: string;
	/** Whether the request creates or replaces the object that it names. */
	readonly makesObject?: boolean;
	/** The header that sets an ACL in the same request. */
	readonly aclHeader?: "x-oss-acl" | "x-oss-object-acl";
	/** The wording of a refusal; texts and ECs are matched by their order in the docs. */
	readonly refusal?: { readonly what: string; readonly ec: string };
	/** Whether the bucket's owner may always perform it, even if the bucket's policy denies it. */
	readonly ownerMayAlways?: boolean;
	/** Whether conditions may refer to the request's prefix and delimiter. */
	readonly isListing?: boolean;
};

// biome-ignore format: a table
const actions: Readonly<Record<string, ActionFacts>> = {
  "oss:GetObject":            { ofVersion: "oss:GetObjectVersion", allowedBy: "public-read" },
  "oss:PutObject":            { allowedBy: "public-read-write", aclHeader: "x-oss-object-acl", withTags: "oss:PutObjectTagging", makesObject: true },
  "oss:DeleteObject":         { ofVersion: "oss:DeleteObjectVersion", allowedBy: "public-read-write" },
  "oss:AbortMultipartUpload": { allowedBy: "public-read-write" },
  "oss:ListParts":            { allowedBy: "public-read-write" },
  "oss:RestoreObject":        { ofVersion: "oss:RestoreObjectVersion" },
  "oss:GetObjectAcl":         { ofVersion: "oss:GetObjectVersionAcl", refusal: { what: "read", ec: "0003-00000007" } },
  "oss:PutObjectAcl":         { ofVersion: "oss:PutObjectVersionAcl", refusal: { what: "write", ec: "0003-00000008" }, aclHeader: "x-oss-object-acl" },
  "oss:GetObjectTagging":     { ofVersion: "oss:GetObjectVersionTagging" },
  "oss:PutObjectTagging":     { ofVersion: "oss:PutObjectVersionTagging" },
  "oss:DeleteObjectTagging":  { ofVersion: "oss:DeleteObjectVersionTagging" },
  "oss:ListObjects":          { isListing: true },
  "oss:ListObjectVersions":   { isListing: true },
  "oss:PutBucket":            { aclHeader: "x-oss-acl" },
  "oss:PutBucketAcl":         { aclHeader: "x-oss-acl" },
  "oss:PutBucketPolicy":      { ownerMayAlways: true },
  "oss:GetBucketPolicy":      { ownerMayAlways: true },
  "oss:DeleteBucketPolicy":   { ownerMayAlways: true },
};

export const factsOf = (action: string): ActionFacts =>
	Object.hasOwn(actions, action) ? (actions[action] ?? {}) : {};

/**
 * The action of the row, or its variant for old versions, and the additional actions that the request's headers need.
 */
export function actionsOf(
	action: string,
	{ query, headers }: Pick<OssRequest, "query" | "headers">,
): readonly string[] {
	const { ofVersion = action, withTags } = factsOf(action);
	const own = query.has("versionId") ? ofVersion : action;
	return withTags !== undefined && headers["x-oss-tagging"]
		? [own, withTags]
		: [own];
}
