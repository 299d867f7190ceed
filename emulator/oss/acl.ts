/**
 * The names of the access control lists of buckets and objects.
 *
 * Pure. Source: docs «Bucket ACL», «Object ACL».
 */

const BUCKET_ACLS = ["private", "public-read", "public-read-write"] as const;
const OBJECT_ACLS = ["default", ...BUCKET_ACLS] as const;

/** A canned ACL of a bucket. */
export type BucketAcl = (typeof BUCKET_ACLS)[number];
/** The ACL of an object; `default` means the ACL of its bucket. */
export type ObjectAcl = (typeof OBJECT_ACLS)[number];

export const isBucketAcl = (text: string): text is BucketAcl =>
	(BUCKET_ACLS as readonly string[]).includes(text);
export const isObjectAcl = (text: string): text is ObjectAcl =>
	(OBJECT_ACLS as readonly string[]).includes(text);
