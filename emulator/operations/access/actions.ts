/**
 * What policies must allow for an operation: the row's action, its twin for an old version, and what the request asks
 * for besides.
 *
 * Pure. Source: docs «Authorization syntax and elements»: the table of actions.
 */
import type { OssRequest } from "../../oss/request.ts";

/** Where a `versionId` makes another action of it. */
const OF_A_VERSION: ReadonlyMap<string, string> = new Map([
	["oss:DeleteObject", "oss:DeleteObjectVersion"],
	["oss:DeleteObjectTagging", "oss:DeleteObjectVersionTagging"],
	["oss:GetObject", "oss:GetObjectVersion"],
	["oss:GetObjectAcl", "oss:GetObjectVersionAcl"],
	["oss:GetObjectTagging", "oss:GetObjectVersionTagging"],
	["oss:PutObjectAcl", "oss:PutObjectVersionAcl"],
	["oss:PutObjectTagging", "oss:PutObjectVersionTagging"],
	["oss:RestoreObject", "oss:RestoreObjectVersion"],
]);

/** All of them must be allowed. */
export function actionsOf(
	action: string,
	{ query, headers }: Pick<OssRequest, "query" | "headers">,
): readonly string[] {
	const own = query.has("versionId")
		? (OF_A_VERSION.get(action) ?? action)
		: action;
	const tags = action === "oss:PutObject" && headers["x-oss-tagging"];
	return tags ? [own, "oss:PutObjectTagging"] : [own];
}
