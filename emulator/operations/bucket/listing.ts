/**
 * The parts common to all listings: their parameters, `encoding-type`, and the elements of an object.
 *
 * Pure. Source: docs «GetBucket (ListObjects)»; limits of prefix and marker from the same page; go2 for TransitionTime.
 */
import { readDecimal } from "../../oss/decimal.ts";
import { percentEncode } from "../../oss/encoding.ts";
import { invalidArgument } from "../../oss/errors.ts";
import type { Query } from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import type { StoredObject } from "../../storage/types.ts";
import type { XmlElement } from "../../xml/write.ts";
import { restoreInfo } from "../restore/restoration.ts";

const TEXT_BYTES_MAX = 1023;

/** How names are written: unchanged, or percent-encoded if the client requests it. */
export type Encoding = {
	/** The element `EncodingType`; undefined unless the request has the parameter. */
	readonly type: "url" | undefined;
	encode(text: string): string;
};

/** @throws OssError InvalidArgument for any value except `url` */
export function readEncodingType(query: Query): Encoding {
	const type = query.get("encoding-type");
	if (type === undefined || type === "")
		return { type: undefined, encode: (text) => text };
	if (type.toLowerCase() !== "url")
		throw invalidArgument(
			"encoding-type",
			type,
			"Invalid Encoding Method specified in Request.",
		);
	return { type: "url", encode: percentEncode };
}

/**
 * @param ec the EC of the error, from the operation's page
 * @throws OssError InvalidArgument when it is not a whole number in the range
 */
export function readCount(
	query: Query,
	name: string,
	byDefault: number,
	max: number,
	{ min = 1, ec = "" } = {},
): number {
	const text = query.get(name);
	if (text === undefined || text === "") return byDefault;
	const count = readDecimal(text, min, max);
	if (count === undefined) {
		throw invalidArgument(
			name,
			text,
			`Argument ${name} must be an integer between ${min} and ${max}.`,
			ec,
		);
	}
	return count;
}

/** Like `readCount`. @throws OssError InvalidArgument when it is longer than a key may be */
export function readText(query: Query, name: string, ec = ""): string {
	const text = query.get(name) ?? "";
	if (Buffer.byteLength(text) > TEXT_BYTES_MAX)
		throw invalidArgument(name, text, undefined, ec);
	return text;
}

/** An object's element in the lists V1 and V2 and in the list of versions. @param now the emulator's time */
export function listedObject(
	object: StoredObject,
	{ encode }: Encoding,
	now: Date,
): XmlElement {
	const { transitioned } = object.state;
	return {
		Key: encode(object.key),
		LastModified: isoTime(object.modified),
		ETag: `"${object.etag}"`,
		Type: object.type,
		Size: object.size,
		StorageClass: object.storageClass,
		RestoreInfo: restoreInfo(object, now),
		TransitionTime:
			transitioned === undefined ? undefined : isoTime(new Date(transitioned)),
	};
}

/** `DisplayName` is the id, as at OSS. */
export const ownerElement = (uid: string): XmlElement => ({
	ID: uid,
	DisplayName: uid,
});
