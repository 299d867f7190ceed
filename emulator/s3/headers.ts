/**
 * Translates headers between the two protocols: `x-amz-` becomes `x-oss-` in requests, if OSS has the same header,
 * and the reverse in responses.
 *
 * `x-oss-` headers of a request keep their meaning, so that `x-oss-forbid-overwrite` and a callback work. A
 * response's `x-oss-hash-crc64ecma` and `x-oss-object-type` keep their names, and every object has its storage
 * class, even STANDARD.
 *
 * Pure. Source: docs «Compatibility with Amazon S3»; captures of goofys, Vector, LobeChat.
 */
import type { ReplyHeaders } from "../oss/reply.ts";
import type { Headers } from "../oss/request.ts";
import {
	toOssClass,
	toOssEncryption,
	toS3Class,
	toS3Encryption,
} from "./words.ts";

const same = (value: string): string => value;

const META = "x-amz-meta-";
const OSS_META = "x-oss-meta-";
const OSS_ID = "x-oss-request-id";

type Renamed = readonly [
	s3: string,
	oss: string,
	read: Rewrite,
	write: Rewrite,
];
type Rewrite = (value: string) => string;

// biome-ignore format: a table
const RENAMED: readonly Renamed[] = [
  ["x-amz-storage-class",                                  "x-oss-storage-class",                       toOssClass,      toS3Class],
  ["x-amz-server-side-encryption",                         "x-oss-server-side-encryption",              toOssEncryption, toS3Encryption],
  ["x-amz-server-side-encryption-aws-kms-key-id",          "x-oss-server-side-encryption-key-id",       same,            same],
  ["x-amz-copy-source",                                    "x-oss-copy-source",                         withSlashes,     same],
  ["x-amz-copy-source-range",                              "x-oss-copy-source-range",                   same,            same],
  ["x-amz-copy-source-if-match",                           "x-oss-copy-source-if-match",                same,            same],
  ["x-amz-copy-source-if-none-match",                      "x-oss-copy-source-if-none-match",           same,            same],
  ["x-amz-copy-source-if-modified-since",                  "x-oss-copy-source-if-modified-since",       same,            same],
  ["x-amz-copy-source-if-unmodified-since",                "x-oss-copy-source-if-unmodified-since",     same,            same],
  ["x-amz-copy-source-version-id",                         "x-oss-copy-source-version-id",              same,            same],
  ["x-amz-metadata-directive",                             "x-oss-metadata-directive",                  same,            same],
  ["x-amz-tagging-directive",                              "x-oss-tagging-directive",                   same,            same],
  ["x-amz-tagging",                                        "x-oss-tagging",                             same,            same],
  ["x-amz-tagging-count",                                  "x-oss-tagging-count",                       same,            same],
  ["x-amz-version-id",                                     "x-oss-version-id",                          same,            same],
  ["x-amz-delete-marker",                                  "x-oss-delete-marker",                       same,            same],
  ["x-amz-restore",                                        "x-oss-restore",                             same,            same],
  ["x-amz-expiration",                                     "x-oss-expiration",                          same,            same],
  ["x-amz-bucket-region",                                  "x-oss-bucket-region",                       same,            withoutOss],
  ["x-amz-request-payer",                                  "x-oss-request-payer",                       same,            same],
  ["x-amz-bypass-governance-retention",                    "x-oss-bypass-governance-retention",         same,            same],
];

const TO_OSS = new Map(RENAMED.map((row) => [row[0], row]));
const TO_S3 = new Map(RENAMED.map((row) => [row[1], row]));

/** Whether OSS names a bucket's region to S3's clients, and in which form, is not known (A-336). */
function withoutOss(location: string): string {
	return location.replace(/^oss-/, "");
}

/** S3 requires no leading slash, and the slashes may be escaped; OSS requires the slashes before bucket and key. */
function withSlashes(source: string): string {
	return source === ""
		? source
		: source.replace(/^(?:\/|%2f)?/i, "/").replace(/^\/([^/?%]+)%2f/i, "/$1/");
}

/**
 * @param aclName OSS's name for the ACL header: `x-oss-acl` for a bucket, `x-oss-object-acl` for an object
 * @returns the request's headers under OSS's names, without `x-amz-` headers that OSS does not have
 */
export function toOssHeaders(
	headers: Headers,
	aclName: "x-oss-acl" | "x-oss-object-acl",
): Headers {
	const renamed: Record<string, string | undefined> = Object.create(null);
	for (const name in headers) {
		const value = headers[name];
		if (value === undefined || name === "authorization") continue;
		if (!name.startsWith("x-amz-")) {
			renamed[name] ??= value;
			continue;
		}
		const [own, text] = toOssHeader(name, value, aclName);
		if (own !== "") renamed[own] = text;
	}
	return renamed;
}

function toOssHeader(
	name: string,
	value: string,
	aclName: string,
): readonly [name: string, value: string] {
	if (name.startsWith(META)) return [OSS_META + name.slice(META.length), value];
	if (name === "x-amz-acl") return [aclName, value];
	const row = TO_OSS.get(name);
	return row ? [row[1], row[2](value)] : ["", ""];
}

/** @param id the request's id: S3's name for it replaces OSS's. The response of a cloud has an id of its own */
export function toS3Headers(headers: ReplyHeaders, id: string): ReplyHeaders {
	const renamed: Record<string, string | undefined> = {
		"x-amz-request-id": headers[OSS_ID] ?? id,
	};
	for (const name in headers) {
		if (name === OSS_ID) continue;
		const value = headers[name];
		// An undefined Content-Length means that the response must not have one.
		if (!name.startsWith("x-oss-")) renamed[name] = value;
		else if (value === undefined) continue;
		else if (name.startsWith(OSS_META))
			renamed[META + name.slice(OSS_META.length)] = value;
		else {
			const row = TO_S3.get(name);
			renamed[row?.[0] ?? name] = row ? row[3](value) : value;
		}
	}
	return renamed;
}
