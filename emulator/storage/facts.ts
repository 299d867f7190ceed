/**
 * The parts of the upper layer's protocol that the store receives, so that it contains neither codes nor texts of
 * OSS, and the facts that it reports: reasons why a request cannot be performed.
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
	/** An append at another position than the end, which is at `length`. */
	| { readonly is: "not-at-end"; readonly length: number }
	| { readonly is: "no-upload"; readonly id: string }
	/** A part of a sequential upload whose previous part is missing. */
	| { readonly is: "part-missing" }
	| { readonly is: "body-too-large" }
	/** Reading the stream of a body failed. */
	| { readonly is: "body-failed"; readonly error: unknown }
	/** A digest that does not match; `expected` in base64. */
	| { readonly is: "md5-differs"; readonly expected: string }
	| { readonly is: "crc64-differs" }
	| { readonly is: "disk-full" }
	/** A content that cannot be read; the damage has been reported. */
	| { readonly is: "damaged" };

/** Makes the error that the store throws and its callers catch. */
export type Refuse = (fact: Fact) => unknown;

export type Protocol = {
	readonly refuse: Refuse;
	/** The ETag of an object after an append, from its CRC-64. */
	readonly etagOfAppended: (modified: Date, crc64: bigint) => string;
};
