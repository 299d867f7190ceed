/**
 * ListObjects and ListObjectsV2: one page of the current objects, in the byte order of their keys.
 *
 * The docs describe the delimiter as a character; here it may be longer. The response to `max-keys=0` is not
 * documented: it is refused like all other values out of range.
 *
 * Source: docs «GetBucket (ListObjects)», «ListObjectsV2 (GetBucketV2)»; EC 0015-00000402, -403, -405.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument } from "../../oss/errors.ts";
import { lastOf, type Page } from "../../oss/page.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import {
	expiryTimeOf,
	type OssRequest,
	type Query,
} from "../../oss/request.ts";
import type { StoredBucket, StoredObject } from "../../storage/types.ts";
import { writeXml, type XmlElement } from "../../xml/write.ts";
import {
	type Encoding,
	listedObject,
	ownerElement,
	readCount,
	readEncodingType,
	readText,
} from "./listing.ts";

const KEYS_DEFAULT = 100;
const KEYS_MAX = 1000;

/** The parameters of both versions. */
type ListParameters = {
	readonly prefix: string;
	readonly delimiter: string;
	readonly max: number;
	readonly encoding: Encoding;
};

export async function listObjects(
	{ store }: Emulator,
	request: OssRequest,
	{ owner }: StoredBucket,
): Promise<Reply> {
	const { bucket, query } = request;
	const parameters = readParameters(query);
	const marker = readText(query, "marker", "0015-00000405");
	const { encode } = parameters.encoding;
	const page = await store.objects.list(bucket, {
		...parameters,
		after: marker,
	});
	return xml(
		writeXml("ListBucketResult", {
			Name: bucket,
			Prefix: encode(parameters.prefix),
			Marker: encode(marker),
			MaxKeys: parameters.max,
			Delimiter: encode(parameters.delimiter),
			EncodingType: parameters.encoding.type,
			IsTruncated: page.isTruncated,
			NextMarker: page.isTruncated ? encode(lastOf(page)) : undefined,
			...listed(page, parameters.encoding, expiryTimeOf(request), owner),
		}),
	);
}

export async function listObjectsV2(
	{ store }: Emulator,
	request: OssRequest,
	{ owner }: StoredBucket,
): Promise<Reply> {
	const { bucket, query } = request;
	const parameters = readParameters(query);
	const startAfter = readText(query, "start-after");
	const token = query.get("continuation-token");
	const { encode } = parameters.encoding;
	const page = await store.objects.list(bucket, {
		...parameters,
		after: token ? readToken(token) : startAfter,
	});
	return xml(
		writeXml("ListBucketResult", {
			Name: bucket,
			Prefix: encode(parameters.prefix),
			StartAfter: startAfter === "" ? undefined : encode(startAfter),
			ContinuationToken: token,
			MaxKeys: parameters.max,
			Delimiter: encode(parameters.delimiter),
			EncodingType: parameters.encoding.type,
			IsTruncated: page.isTruncated,
			NextContinuationToken: page.isTruncated
				? writeToken(lastOf(page))
				: undefined,
			KeyCount: page.entries.length + page.prefixes.length,
			...listed(
				page,
				parameters.encoding,
				expiryTimeOf(request),
				query.get("fetch-owner") === "true" ? owner : undefined,
			),
		}),
	);
}

function readParameters(query: Query): ListParameters {
	return {
		prefix: readText(query, "prefix", "0015-00000403"),
		delimiter: readText(query, "delimiter"),
		max: readCount(query, "max-keys", KEYS_DEFAULT, KEYS_MAX, {
			ec: "0015-00000402",
		}),
		encoding: readEncodingType(query),
	};
}

function listed(
	page: Page<StoredObject>,
	encoding: Encoding,
	now: Date,
	owner: string | undefined,
): XmlElement {
	return {
		Contents: page.entries.map((object) => ({
			...listedObject(object, encoding, now),
			Owner: owner === undefined ? undefined : ownerElement(owner),
		})),
		CommonPrefixes: page.prefixes.map((prefix) => ({
			Prefix: encoding.encode(prefix),
		})),
	};
}

const TOKEN = "CgJvcw--";

const writeToken = (after: string): string =>
	TOKEN + Buffer.from(after).toString("base64url");

/** @throws OssError InvalidArgument for a token that no listing returned */
function readToken(token: string): string {
	const after = Buffer.from(token.slice(TOKEN.length), "base64url").toString(
		"utf8",
	);
	if (!token.startsWith(TOKEN) || writeToken(after) !== token)
		throw invalidArgument("continuation-token", token);
	return after;
}
