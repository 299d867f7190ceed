/**
 * The values of a callback's variables: OSS's own, and the uploader's `x:` ones.
 *
 * Pure. Source: docs «Callback», step 1, system parameters and callback-var; EC 0007-00000104.
 */
import type { JsonObject } from "../oss/json-object.ts";
import { refuse } from "./callback-errors.ts";
import type { ImageInfo } from "./image/image-info.ts";
import type { UploadFacts } from "./model.ts";

/**
 * Values by name; custom names begin with `x:`. Numbers are written without quotation marks in JSON; an absent name has
 * no value.
 */
export type Values = ReadonlyMap<string, string | number | bigint>;

const PREFIX = "x:";

/**
 * The custom variables of a callback-var. Upper case is accepted, though a page says otherwise.
 *
 * @throws OssError InvalidArgument when a name lacks its `x:`, or a value is not text
 */
export function readVariables(
	json: JsonObject,
	shown: string,
): Map<string, string> {
	const variables = new Map<string, string>();
	for (const [name, value] of Object.entries(json)) {
		if (!isCustom(name) || typeof value !== "string")
			throw refuse("varNotMap", "callback-var", shown);
		variables.set(name, value);
	}
	return variables;
}

/**
 * The custom variables of a form: one field each, with its value unchanged. A field `callback-var` is not read.
 */
export function pickVariables(
	fields: ReadonlyMap<string, string>,
): Map<string, string> {
	return new Map([...fields].filter(([name]) => isCustom(name)));
}

/** In the order of the page; `vpcId` is always absent, because the emulator has no VPC. */
export const SYSTEM_VARIABLES: readonly string[] = [
	...["bucket", "object", "etag", "size", "mimeType"],
	...["imageInfo.height", "imageInfo.width", "imageInfo.format"],
	...["crc64", "contentMd5", "vpcId", "clientIp", "reqId", "operation"],
];

/** Values that are written into JSON without quotation marks. */
export const NUMBERS: ReadonlySet<string> = new Set([
	...["size", "imageInfo.height", "imageInfo.width", "crc64"],
]);

export const isCustom = (name: string): boolean => name.startsWith(PREFIX);

/** A system variable that is '' counts as absent; a custom variable may be ''. */
export function valuesOf(
	uploaded: UploadFacts,
	image: ImageInfo | undefined,
	custom: ReadonlyMap<string, string>,
): Values {
	const system: [string, string | number | bigint | undefined][] = [
		["bucket", uploaded.bucket],
		["object", uploaded.key],
		["etag", uploaded.etag],
		["size", uploaded.size],
		["mimeType", uploaded.contentType],
		["imageInfo.height", image?.height],
		["imageInfo.width", image?.width],
		["imageInfo.format", image?.format],
		["crc64", uploaded.crc64 === "" ? undefined : BigInt(uploaded.crc64)],
		["contentMd5", uploaded.contentMd5],
		["clientIp", uploaded.clientIp],
		["reqId", uploaded.requestId],
		["operation", uploaded.operation],
	];
	const values = new Map<string, string | number | bigint>(custom);
	for (const [name, value] of system)
		if (value !== undefined && value !== "") values.set(name, value);
	return values;
}
