/**
 * The parts of OSS that the store depends on: the errors for requests that cannot be carried out, and the ETag of
 * appended objects.
 *
 * Pure. Source: docs «Error responses» and the pages of the operations.
 */
import { invalidDigest } from "../oss/content-md5.ts";
import { OssError } from "../oss/errors.ts";
import { streamError } from "../oss/incoming.ts";
import { wholeSeconds } from "../oss/times.ts";
import type { Fact, Protocol } from "../storage/facts.ts";

export const storeProtocol: Protocol = { refuse, etagOfAppended };

function refuse(fact: Fact): unknown {
	switch (fact.is) {
		case "no-bucket":
			return noSuchBucket(fact.bucket);
		case "bucket-exists":
			return bucketAlreadyExists(fact.bucket);
		case "bucket-not-empty":
			return bucketNotEmpty(fact);
		case "no-object":
			return noSuchKey(fact.key);
		case "object-exists":
			return new OssError("FileAlreadyExists", { details: { Key: fact.key } });
		case "not-appendable":
			return new OssError("ObjectNotAppendable");
		case "sealed":
			return new OssError("AppendSealedObjectNotAllowed");
		case "not-at-end":
			return new OssError("PositionNotEqualToLength", {
				headers: { "x-oss-next-append-position": String(fact.length) },
			});
		case "no-upload":
			return new OssError("NoSuchUpload", { details: { UploadId: fact.id } });
		case "part-missing":
			return new OssError("PartNotSequential");
		case "body-too-large":
			return new OssError("EntityTooLarge");
		case "body-failed":
			return streamError(fact.error);
		case "md5-differs":
			return invalidDigest(fact.expected);
		case "crc64-differs":
			return new OssError("InvalidCRC64");
		case "disk-full":
			return new OssError("InternalError", { message: DISK_FULL });
		case "damaged":
			return new OssError("InternalError");
	}
}

const DISK_FULL =
	"The emulator's disk is full: delete objects, or free disk space.";

export const noSuchBucket = (bucket: string): OssError =>
	new OssError("NoSuchBucket", { details: { BucketName: bucket } });

export const bucketAlreadyExists = (bucket: string): OssError =>
	new OssError("BucketAlreadyExists", { details: { BucketName: bucket } });

export const noSuchKey = (key: string): OssError =>
	new OssError("NoSuchKey", { details: { Key: key } });

/** The beginning of the text about uploads is from java1's suite; the rest and the EC are guesses (A-659). */
const bucketNotEmpty = ({
	bucket,
	holds,
}: Extract<Fact, { is: "bucket-not-empty" }>): OssError => {
	const content = holds === "objects" ? "objects" : "Multipart Uploads";
	return new OssError("BucketNotEmpty", {
		message: `The bucket has ${content}. Please delete them first.`,
		details: { BucketName: bucket },
	});
};

/** Captures show 24 digits and eight zeros: not an MD5, and different after each append. */
function etagOfAppended(modified: Date, crc64: bigint): string {
	return `${hex(wholeSeconds(modified), 8)}${hex(crc64, 16)}00000000`;
}

const hex = (number: number | bigint, digits: number): string =>
	number.toString(16).toUpperCase().padStart(digits, "0");
