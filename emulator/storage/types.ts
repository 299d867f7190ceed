/**
 * The store's types: buckets, objects and their versions, uploads and their parts; the status of a delivery.
 *
 * The types of the package include this file, so it imports only other such types.
 */
import type { BucketAcl, ObjectAcl } from "../oss/acl.ts";
import type { StorageClass } from "../oss/storage-class.ts";

export type Versioning = "" | "Enabled" | "Suspended";

export type StoredBucket = {
	readonly id: number;
	readonly name: string;
	/** The account's numeric id. */
	readonly owner: string;
	readonly created: Date;
	readonly acl: BucketAcl;
	readonly storageClass: StorageClass;
	readonly redundancy: string;
	/** The region with its prefix, `oss-cn-hangzhou`. */
	readonly location: string;
	readonly versioning: Versioning;
};

/** The metadata that a writer sets on an object. */
export type ObjectProperties = {
	readonly contentType: string;
	/** Cache-Control, Content-Disposition, Content-Encoding, Content-Language and Expires, in this spelling. */
	readonly headers: Readonly<Record<string, string>>;
	/** Lower-case names without `x-oss-meta-`. */
	readonly userMetadata: Readonly<Record<string, string>>;
	readonly tags: Readonly<Record<string, string>>;
	/** The key that a symlink points to. */
	readonly symlinkTarget?: string;
	/** `x-oss-server-side-…` headers, as responses contain them. */
	readonly encryption?: Readonly<Record<string, string>>;
};

/** The time until which a version cannot be deleted or overwritten; in governance mode, privileged users can. */
export type Retention = {
	readonly mode: "GOVERNANCE" | "COMPLIANCE";
	/** Milliseconds since the epoch. */
	readonly until: number;
};

/** The restoration of an archived object; times in milliseconds since the epoch. */
export type Restoration = {
	/** Empty for Archive, which has no tiers. */
	readonly tier: "" | "Expedited" | "Standard" | "Bulk";
	/** The time from which the object can be read. */
	readonly ready: number;
	/** The time at which the object is archived again. */
	readonly until: number;
};

/** The state of an object that changed after it was written; a copy begins without it. Times as in `Restoration`. */
export type ObjectState = {
	readonly restoration?: Restoration;
	/** The time at which the object was sealed, after which nothing can be appended. */
	readonly sealed?: number;
	/** The time at which a lifecycle rule last changed the storage class. */
	readonly transitioned?: number;
	/** The time of the last read while the bucket's access monitor was enabled. */
	readonly accessed?: number;
	readonly retention?: Retention;
	readonly legalHold?: "ON" | "OFF";
	/** The result of CreateSelectObjectMeta. */
	readonly selectMeta?: SelectMeta;
};

/** The number of records in an object of `size` bytes; an append makes it obsolete. */
export type SelectMeta = {
	readonly size: number;
	readonly csv?: { readonly rows: number; readonly columns: number };
	readonly json?: { readonly rows: number };
};

export type ObjectType =
	| "Normal"
	| "Multipart"
	| "Appendable"
	| "Symlink"
	| "DeleteMarker";

export type StoredObject = {
	readonly bucket: string;
	readonly key: string;
	/** The word `null` for objects written without versioning. */
	readonly versionId: string;
	readonly isLatest: boolean;
	/** Whether its bucket has or had versioning; only then replies contain the version id. */
	readonly isVersioned: boolean;
	readonly type: ObjectType;
	/** The size in bytes. */
	readonly size: number;
	/** The ETag in upper-case hex, without quotes. */
	readonly etag: string;
	/** The CRC-64 in unsigned decimal. */
	readonly crc64: string;
	/** The MD5 in base64; '' for objects without one: multipart (unless sequential), appendable, symlink. */
	readonly contentMd5: string;
	readonly modified: Date;
	readonly storageClass: StorageClass;
	readonly acl: ObjectAcl;
	readonly properties: ObjectProperties;
	readonly state: ObjectState;
};

/** Throws if a version must not be deleted, overwritten or appended to. */
export type Protect = (version: StoredObject) => void;

/** Checks that the client requests; content that does not match is not stored. */
export type Expected = {
	/** 16 bytes in base64. */
	readonly md5?: string;
	/** Unsigned decimal. */
	readonly crc64?: string;
	/** The maximum size in bytes; a longer body is refused while it is read. */
	readonly sizeMax?: number;
};

export type NewObject = {
	readonly bucket: string;
	readonly key: string;
	readonly properties: ObjectProperties;
	readonly acl: ObjectAcl;
	/** Default: the bucket's storage class. */
	readonly storageClass?: StorageClass;
	readonly modified: Date;
	readonly forbidOverwrite: boolean;
	/** Default: {}. */
	readonly state?: ObjectState;
	/** Called before this version replaces another one; by default no version is protected. */
	readonly protect?: Protect;
};

export type StoredUpload = {
	readonly id: string;
	readonly bucket: string;
	readonly key: string;
	readonly initiated: Date;
	readonly storageClass: StorageClass;
	readonly acl: ObjectAcl;
	/** Whether parts must arrive in order; then the object has a Content-MD5. */
	readonly sequential: boolean;
	readonly properties: ObjectProperties;
	/** The first bytes of the object. */
	readonly state: ObjectState;
};

export type StoredPart = {
	readonly number: number;
	readonly size: number;
	readonly etag: string;
	readonly crc64: string;
	readonly modified: Date;
};

/** `skipped`: no server was called; `interrupted`: the emulator ended before the outcome was known. */
export const DELIVERY_STATUSES = [
	"sending",
	"succeeded",
	"failed",
	"skipped",
	"interrupted",
] as const;

export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];
