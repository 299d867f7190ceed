/**
 * PutBucketVersioning, GetBucketVersioning.
 *
 * Source: docs of these names. An unknown Status is MalformedXML in java1's and py1's suites, which ran against OSS,
 * and InvalidArgument in the docs.
 */
import type { Emulator } from "../../emulator.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { readXmlBody } from "../body.ts";
import { element, one, oneOf } from "../configurations/shape.ts";

const CONFIGURATION = element({ Status: one(oneOf("Enabled", "Suspended")) });

export async function putBucketVersioning(
	{ store }: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const body = await readXmlBody(request, "VersioningConfiguration");
	const { Status: versioning } = CONFIGURATION(body);
	await store.buckets.change(request.bucket, { versioning });
	return empty(200);
}

/** The answer has no Status for a bucket that never had versioning. */
export async function getBucketVersioning(
	_emulator: Emulator,
	_request: OssRequest,
	{ versioning }: StoredBucket,
): Promise<Reply> {
	return xml(
		writeXml("VersioningConfiguration", { Status: versioning || undefined }),
	);
}
