/**
 * Access control lists: their names, and what each allows to whom it does not belong.
 *
 * Pure. Source: docs «Bucket ACL», «Object ACL».
 */

const BUCKET_ACLS = ["private", "public-read", "public-read-write"] as const;
const OBJECT_ACLS = ["default", ...BUCKET_ACLS] as const;

export type BucketAcl = (typeof BUCKET_ACLS)[number];
export type ObjectAcl = (typeof OBJECT_ACLS)[number];

export const isBucketAcl = (text: string): text is BucketAcl =>
	(BUCKET_ACLS as readonly string[]).includes(text);
export const isObjectAcl = (text: string): text is ObjectAcl =>
	(OBJECT_ACLS as readonly string[]).includes(text);

export const STORAGE_CLASSES = [
	"Standard",
	"IA",
	"Archive",
	"ColdArchive",
	"DeepColdArchive",
] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];
export const isStorageClass = (text: string): text is StorageClass =>
	(STORAGE_CLASSES as readonly string[]).includes(text);
