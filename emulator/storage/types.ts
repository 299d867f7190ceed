/**
 * The store's types: buckets, objects and their versions, uploads and their parts.
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
	/** With its prefix, `oss-cn-hangzhou`. */
	readonly location: string;
	readonly versioning: Versioning;
};

/** The metadata that a writer sets on an object. */
export type ObjectProperties = {
	readonly contentType: string;
	/** Cache-Control, Content-Disposition, Content-Encoding, Content-Language, Expires: as spelled here. */
	readonly headers: Readonly<Record<string, string>>;
	/** Names without `x-oss-meta-`, lower-case. */
	readonly userMetadata: Readonly<Record<string, string>>;
	readonly tags: Readonly<Record<string, string>>;
	/** Of a symlink: the key it points to. */
	readonly symlinkTarget?: string;
	/** `x-oss-server-side-…` headers, as they are given back. */
	readonly encryption?: Readonly<Record<string, string>>;
};

/** Until when a version cannot be deleted or overwritten; in governance mode, privileged users can. */
export type Retention = {
	readonly mode: "GOVERNANCE" | "COMPLIANCE";
	/** Milliseconds of the epoch. */
	readonly until: number;
};

/** An archived object that was asked back; moments in milliseconds of the epoch. */
export type Restoration = {
	/** '' for Archive, which has no tiers. */
	readonly tier: "" | "Expedited" | "Standard" | "Bulk";
	/** From then on it can be read … */
	readonly ready: number;
	/** … until then. */
	readonly until: number;
};

/** The state of an object that changed after it was written; a copy begins anew. Moments as in `Restoration`. */
export type ObjectState = {
	readonly restoration?: Restoration;
	/** When nothing could be appended any more. */
	readonly sealed?: number;
	/** When a lifecycle rule last changed the storage class. */
	readonly transitioned?: number;
	/** When it was last read, while the bucket's access monitor was enabled. */
	readonly accessed?: number;
	readonly retention?: Retention;
	readonly legalHold?: "ON" | "OFF";
	/** The result of CreateSelectObjectMeta. */
	readonly selectMeta?: SelectMeta;
};

/** How many records an object of `size` bytes holds; an append makes it obsolete. */
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
	/** The word `null` for objects written outside versioning. */
	readonly versionId: string;
	readonly isLatest: boolean;
	readonly type: ObjectType;
	/** Bytes. */
	readonly size: number;
	/** Upper-case hex, no quotes. */
	readonly etag: string;
	/** Unsigned decimal. */
	readonly crc64: string;
	/** Base64; '' for objects without one: multipart (unless sequential), appendable, symlink. */
	readonly contentMd5: string;
	readonly modified: Date;
	readonly storageClass: StorageClass;
	readonly acl: ObjectAcl;
	readonly properties: ObjectProperties;
	readonly state: ObjectState;
};

/** Refuses, by throwing, that a version be deleted, overwritten or appended to. */
export type Protect = (version: StoredObject) => void;

/** Checks that the sender requests; content that does not match is not stored. */
export type Expected = {
	/** Base64 of 16 bytes. */
	readonly md5?: string;
	/** Unsigned decimal. */
	readonly crc64?: string;
	/** Bytes; a longer body is refused while it is read. */
	readonly sizeMax?: number;
};

export type NewObject = {
	readonly bucket: string;
	readonly key: string;
	readonly properties: ObjectProperties;
	readonly acl: ObjectAcl;
	/** Default: the bucket's. */
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
	/** Parts must come in order; the object then has a Content-MD5. */
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
