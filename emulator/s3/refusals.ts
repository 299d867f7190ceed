/**
 * Refuses features of S3 that OSS does not ignore: if a sub-resource were ignored, an object would be returned
 * instead of a configuration.
 *
 * The text and EC are taken from a capture of a conditional PutObject; that the other headers and sub-resources are
 * refused in the same way is a guess. OSS requires a Content-MD5 with DeleteObjects.
 *
 * Pure. Source: docs «Compatibility with Amazon S3», «PutObject»; captures of Moodiary, Druid, LobeChat.
 */
import { invalidArgument, OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";

const SUB_RESOURCES = [
	"abac",
	"accelerate",
	"analytics",
	"attributes",
	"intelligent-tiering",
	"legal-hold",
	"metadataConfiguration",
	"metadataInventoryTable",
	"metadataJournalTable",
	"metadataTable",
	"metrics",
	"notification",
	"object-lock",
	"ownershipControls",
	"renameObject",
	"select",
	"session",
	"torrent",
];

const HEADERS = [
	/^x-amz-grant-/,
	/^x-amz-server-side-encryption-customer-/,
	/^x-amz-copy-source-server-side-encryption-customer-/,
	/^x-amz-object-lock-/,
	/^x-amz-rename-source/,
	/^x-amz-write-offset-bytes$/,
];

/** rclone sends it with `false`, which has no effect. */
const BUCKET_LOCK = "x-amz-bucket-object-lock-enabled";

const CONDITIONS = [
	"If-Modified-Since",
	"If-Unmodified-Since",
	"If-Match",
	"If-None-Match",
];

/** The EC for a header or a sub-resource that OSS does not implement. */
export const NOT_IMPLEMENTED_EC = "0017-00000245";

const notImplemented = (header: string): OssError =>
	new OssError("NotImplemented", {
		message:
			"A header you provided implies functionality that is not implemented.",
		ec: NOT_IMPLEMENTED_EC,
		details: { Header: header },
	});

/** @throws OssError NotImplemented, MissingArgument, InvalidArgument */
export function refuseUnsupported(request: OssRequest): void {
	const { query, headers } = request;
	const parameter = SUB_RESOURCES.find((name) => query.has(name));
	if (parameter !== undefined) throw notImplemented(parameter);
	for (const name in headers)
		if (
			name.startsWith("x-amz-") &&
			HEADERS.some((pattern) => pattern.test(name))
		)
			throw notImplemented(name);
	if (headers[BUCKET_LOCK]?.toLowerCase() === "true")
		throw notImplemented(BUCKET_LOCK);
	refuseConditions(request);
	if (request.method === "POST" && query.has("delete")) requireMd5(request);
	refuseProcess(request);
}

/** Refuses conditional writes, including CompleteMultipartUpload. */
function refuseConditions({ method, key, headers, query }: OssRequest): void {
	const isWrite =
		method === "PUT"
			? !("x-amz-copy-source" in headers)
			: method === "POST" && query.has("uploadId");
	if (!isWrite || key === "") return;
	const name = CONDITIONS.find(
		(condition) => condition.toLowerCase() in headers,
	);
	if (name !== undefined) throw notImplemented(name);
}

function requireMd5({ headers, key }: OssRequest): void {
	if (key !== "" || headers["content-md5"] !== undefined) return;
	throw new OssError("MissingArgument", {
		message: "Missing Some Required Arguments.",
		ec: "0016-00000606",
		details: { ArgumentName: "Content-MD5" },
	});
}

/** Only `image/` and `style/` are processed; the error for other actions is a guess. */
function refuseProcess({ query }: OssRequest): void {
	const process = query.get("x-oss-process");
	if (process === undefined || /^(?:image|style)\//.test(process)) return;
	throw invalidArgument("x-oss-process", process);
}
