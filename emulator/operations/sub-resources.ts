/**
 * The sub-resources that select an operation: all that OSS signs, except those that only modify an operation.
 *
 * A GET with `acl` is a different operation; a GET with `response-content-type` or `versionId` is not.
 *
 * Pure.
 */
import { SUB_RESOURCES } from "../auth/sub-resources.ts";

// biome-ignore format: a list
const MODIFIERS = new Set([
  "callback", "callback-var", "continuation-token", "endTime", "inventoryId", "position", "security-token", "sequential",
  "startTime", "status", "styleName", "udfId", "udfImageDesc", "udfName", "versionId", "withHashContext",
]);
const MODIFYING_PREFIXES = [
	"response-",
	"x-oss-ac-",
	"x-oss-access-point-name",
	"x-oss-enable-",
	"x-oss-hash-ctx",
	"x-oss-md5-ctx",
	"x-oss-redundancy-",
	"x-oss-request-payer",
	"x-oss-security-token",
	"x-oss-target-",
	"x-oss-traffic-limit",
];

export const SELECTING_SUB_RESOURCES: readonly string[] = [
	...SUB_RESOURCES,
].filter(
	(name) =>
		!MODIFIERS.has(name) &&
		!MODIFYING_PREFIXES.some((prefix) => name.startsWith(prefix)),
);
