/**
 * What an application server is told of: an upload that has been stored.
 *
 * Pure.
 */

export type Uploaded = {
	readonly bucket: string;
	readonly key: string;
	/** Without quotes. */
	readonly etag: string;
	/** Of the whole object, in bytes. */
	readonly size: number;
	readonly contentType: string;
	/** Decimal, unsigned: `x-oss-hash-crc64ecma`. */
	readonly crc64: string;
	/** Base64; '' for CompleteMultipartUpload. */
	readonly contentMd5: string;
	readonly operation: "PutObject" | "PostObject" | "CompleteMultipartUpload";
	readonly requestId: string;
	readonly clientIp: string;
	/** The uploader's uid; '' for an anonymous one. */
	readonly requester: string;
	/** The uid of the bucket's owner. */
	readonly owner: string;
	/** Who waits for what the application server says. */
	readonly waits: () => Waiting;
	/** Reads the object's content, both ends included. */
	readonly read: ReadContent;
};

/** An uploader who has closed the connection is gone; of a callback without an upload nobody waits. */
export type Waiting = "uploader" | "gone" | "nobody";

export type ReadContent = (first: number, last: number) => Promise<Buffer>;
