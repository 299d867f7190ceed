/**
 * The documents that PutBucket's headers set: the resource group and the default encryption.
 *
 * Source: docs «PutBucket»; go1's suite for the encryption.
 */
import { invalidArgument } from "../../oss/errors.ts";
import type { OssRequest } from "../../oss/request.ts";
import { ENCRYPTION, requireRule } from "../configurations/encryption.ts";
import { writeDocument } from "../configurations/kind.ts";
import {
	isResourceGroup,
	RESOURCE_GROUP_CONFIGURATION,
	RESOURCE_GROUP_HEADER,
} from "../configurations/switches.ts";

/** Documents by the name they are stored under. */
export type BucketDocuments = ReadonlyMap<string, string>;

/** @throws OssError InvalidArgument for an invalid group (java1's suite), and as PutBucketEncryption does */
export function readBucketHeaders({
	headers,
}: Pick<OssRequest, "headers">): BucketDocuments {
	const documents = new Map<string, string>();
	const group = headers[RESOURCE_GROUP_HEADER];
	if (group && !isResourceGroup(group))
		throw invalidArgument(RESOURCE_GROUP_HEADER, group);
	if (group)
		documents.set(
			RESOURCE_GROUP_CONFIGURATION.name,
			writeDocument({ ResourceGroupId: group }),
		);
	const algorithm = headers["x-oss-server-side-encryption"];
	if (algorithm) {
		const rule = requireRule({
			SSEAlgorithm: algorithm,
			KMSMasterKeyID: headers["x-oss-server-side-encryption-key-id"],
			KMSDataEncryption: headers["x-oss-server-side-data-encryption"],
		});
		documents.set(
			ENCRYPTION.name,
			writeDocument({ ApplyServerSideEncryptionByDefault: rule }),
		);
	}
	return documents;
}
