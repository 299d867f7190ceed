/**
 * The policy of a bucket or an access point: JSON, returned as it was written. Its evaluation is in
 * access.ts.
 *
 * Source: docs «PutBucketPolicy», «GetBucketPolicyStatus»; java1's suite for InvalidPolicyDocument.
 */
import { readPolicy } from "../../auth/policy/document.ts";
import { isPublic } from "../../auth/policy/principal.ts";
import type { Emulator } from "../../emulator.ts";
import { type ErrorCode, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { writeXml } from "../../xml/write.ts";
import { readDocument } from "../body.ts";
import type { Operation } from "../row.ts";

/** The bucket or access point that has the policy, and OSS's error when there is no policy. */
type Place = {
	readonly name: string;
	readonly absent: ErrorCode;
	/** '' for the bucket itself. @throws OssError for an access point that does not exist */
	readonly idOf: (emulator: Emulator, request: OssRequest) => Promise<string>;
};

export const OF_BUCKET: Place = {
	name: "policy",
	absent: "NoSuchBucketPolicy",
	idOf: async () => "",
};

/** 16 KB, like RAM policies; a longer policy is InvalidPolicyDocument. */
const BYTES_MAX = 16 * 1024;

export const putPolicy =
	({ name, idOf }: Place): Operation =>
	async (emulator, request) => {
		const id = await idOf(emulator, request);
		const json = (await readDocument(request)).toString("utf8");
		if (Buffer.byteLength(json) > BYTES_MAX)
			throw new OssError("InvalidPolicyDocument", {
				message: "Invalid Policy: it is longer than 16 KB.",
			});
		readPolicy(json, "bucket");
		await emulator.store.configurations.put(request.bucket, name, id, json);
		return empty(200);
	};

export const getPolicy =
	({ name, idOf, absent }: Place): Operation =>
	async (emulator, request) => {
		const { bucket } = request;
		const id = await idOf(emulator, request);
		const json = await emulator.store.configurations.find(bucket, name, id);
		if (json === undefined)
			throw new OssError(absent, { details: { BucketName: bucket } });
		return {
			status: 200,
			headers: { "Content-Type": "application/json" },
			body: Buffer.from(json),
		};
	};

export const deletePolicy =
	({ name, idOf }: Place): Operation =>
	async (emulator, request) => {
		const id = await idOf(emulator, request);
		await emulator.store.configurations.remove(request.bucket, name, id);
		return empty(204);
	};

/** A bucket without a policy is not public. */
export async function getBucketPolicyStatus(
	{ store }: Emulator,
	{ bucket }: OssRequest,
): Promise<Reply> {
	const json = await store.configurations.find(bucket, OF_BUCKET.name);
	const IsPublic = json !== undefined && isPublic(readPolicy(json, "bucket"));
	return xml(writeXml("PolicyStatus", { IsPublic }));
}
