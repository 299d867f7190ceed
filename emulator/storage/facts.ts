/**
 * The parts of the protocol above that the store receives, so that it knows neither codes nor texts of OSS, and that it
 * reports: facts that stand in the way of a request.
 */

export type Fact =
	| { readonly is: "no-bucket"; readonly bucket: string }
	| { readonly is: "bucket-exists"; readonly bucket: string }
	| {
			readonly is: "bucket-not-empty";
			readonly bucket: string;
			readonly holds: "objects" | "uploads";
	  }
	| { readonly is: "no-object"; readonly key: string }
	| { readonly is: "object-exists"; readonly key: string }
	| { readonly is: "not-appendable" }
	| { readonly is: "sealed" }
	/** An append elsewhere than at the end, which is at `length`. */
	| { readonly is: "not-at-end"; readonly length: number }
	| { readonly is: "no-upload"; readonly id: string }
	/** A part of a sequential upload that lacks the one before it. */
	| { readonly is: "part-missing" }
	| { readonly is: "body-too-large" }
	/** The stream of a body failed. */
	| { readonly is: "body-failed"; readonly error: unknown }
	/** `expected` in base64. */
	| { readonly is: "md5-differs"; readonly expected: string }
	| { readonly is: "crc64-differs" }
	| { readonly is: "disk-full" }
	/** A content that cannot be read, which has been reported. */
	| { readonly is: "damaged" };

/** Makes the error that the store throws and its callers catch. */
export type Refuse = (fact: Fact) => unknown;

export type Protocol = {
	readonly refuse: Refuse;
	/** The ETag of a whole object after an append, by its CRC-64. */
	readonly etagOfAppended: (modified: Date, crc64: bigint) => string;
};
