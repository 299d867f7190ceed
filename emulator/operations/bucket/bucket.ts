/**
 * PutBucket, PutBucketAcl, DeleteBucket, GetBucketLocation.
 *
 * Source: docs of these names.
 */
import type { Emulator } from "../../emulator.ts";
import type { BucketAcl } from "../../oss/acl.ts";
import { invalidArgument, OssError, underEc } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { isStorageClass } from "../../oss/storage-class.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { childText, readXml } from "../../xml/read.ts";
import { writeXml } from "../../xml/write.ts";
import { requirePrivateAcl } from "../access/access.ts";
import { publicAclDenied } from "../access/access-lists.ts";
import { readBucketAcl } from "../access/acl.ts";
import { PUBLIC_ACCESS_BLOCK } from "../access/public-access-block.ts";
import { readDocument } from "../body.ts";
import { writeDocument } from "../configurations/kind.ts";
import { bucketAlreadyExists } from "../store-protocol.ts";
import {
	type BucketDocuments,
	readBucketHeaders,
} from "./new-bucket-defaults.ts";

const BUCKETS_MAX = 1000;

/** The owner may create an existing bucket again if the request does not change it. */
export async function putBucket(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const acl = readBucketAcl(request.headers["x-oss-acl"]);
	const newBucket = await readConfiguration(emulator, request);
	const documents = readBucketHeaders(request);
	// Look up the bucket again: another request may have created it while the body was read.
	const existing = await emulator.store.buckets.find(request.bucket);
	if (!existing) {
		await create(emulator, request, newBucket, acl, documents);
	} else {
		requireSame(existing, request.caller.uid, newBucket);
		await requirePrivateAcl(emulator, existing, request, "oss:PutBucket");
		if (acl) await emulator.store.buckets.change(request.bucket, { acl });
	}
	return empty(200, { Location: `/${request.bucket}` });
}

/** Creates the bucket if it does not exist; without an ACL nothing changes. Source: ali-oss's and java1's suites. */
export async function putBucketAcl(
	emulator: Emulator,
	request: OssRequest,
	existing: StoredBucket | undefined,
): Promise<Reply> {
	const { bucket, headers } = request;
	const acl = readBucketAcl(headers["x-oss-acl"]);
	if (!existing) await create(emulator, request, {}, acl);
	else if (acl) await emulator.store.buckets.change(bucket, { acl });
	return empty(200, { Location: `/${bucket}` });
}

type NewBucket = Partial<
	Pick<StoredBucket, "storageClass" | "redundancy" | "location">
>;

/** @throws OssError TooManyBuckets, AccessDenied for a public ACL where new buckets block public access */
async function create(
	{ store, region, blockPublicAccess }: Emulator,
	request: OssRequest,
	newBucket: NewBucket,
	acl: BucketAcl = "private",
	documents: BucketDocuments = new Map(),
): Promise<void> {
	const owner = request.caller.uid;
	if (blockPublicAccess && acl !== "private") throw publicAclDenied("bucket");
	if ((await store.buckets.list(owner, "", "")).length >= BUCKETS_MAX)
		throw new OssError("TooManyBuckets");
	await store.buckets.create({
		name: request.bucket,
		owner,
		created: request.receivedAt,
		storageClass: "Standard",
		redundancy: "LRS",
		location: `oss-${region}`,
		...newBucket,
		acl,
	});
	const blocked = writeDocument({ BlockPublicAccess: true });
	for (const [name, document] of [
		...documents,
		...(blockPublicAccess
			? [[PUBLIC_ACCESS_BLOCK.name, blocked] as const]
			: []),
	])
		await store.configurations.put(request.bucket, name, "", document);
}

async function readConfiguration(
	{ region }: Emulator,
	request: OssRequest,
): Promise<NewBucket> {
	const document = await readDocument(request);
	if (document.length === 0) return {};
	const { storageClass, redundancy, location } = await readXml(
		document,
		"CreateBucketConfiguration",
	)
		.then((root) => ({
			storageClass: childText(root, "StorageClass"),
			redundancy: childText(root, "DataRedundancyType"),
			location: childText(root, "LocationConstraint"),
		}))
		.catch(underEc("MalformedXML", "0015-00000231"));
	if (storageClass && !isStorageClass(storageClass)) {
		throw invalidArgument(
			"StorageClass",
			storageClass,
			"No such bucket storage class exists.",
			"0013-00000101",
		);
	}
	if (redundancy && !["LRS", "ZRS"].includes(redundancy))
		throw invalidArgument("DataRedundancyType", redundancy);
	if (location && location !== `oss-${region}`)
		throw new OssError("InvalidLocationConstraint");
	return {
		...(storageClass && isStorageClass(storageClass) ? { storageClass } : {}),
		...(redundancy ? { redundancy } : {}),
	};
}

/** @throws OssError BucketAlreadyExists */
function requireSame(
	existing: StoredBucket,
	uid: string,
	newBucket: NewBucket,
): void {
	const details = { BucketName: existing.name };
	if (existing.owner !== uid) throw bucketAlreadyExists(existing.name);
	if (
		newBucket.storageClass &&
		newBucket.storageClass !== existing.storageClass
	) {
		throw new OssError("BucketAlreadyExists", {
			message: "Cannot modify existing bucket's storage class.",
			details,
		});
	}
	if (newBucket.redundancy && newBucket.redundancy !== existing.redundancy) {
		throw new OssError("BucketAlreadyExists", {
			message: "Bucket already exists CAN'T modify data redundancy type.",
			details,
		});
	}
}

/** A bucket with live channels is not empty; its documents are deleted with it. */
export async function deleteBucket(
	{ store }: Emulator,
	{ bucket }: OssRequest,
): Promise<Reply> {
	const channels = await store.configurations.list(bucket, "live");
	if (channels.length > 0)
		throw new OssError("BucketNotEmpty", { details: { BucketName: bucket } });
	await store.buckets.delete(bucket);
	return empty(204);
}

export async function getBucketLocation(
	_emulator: Emulator,
	_request: OssRequest,
	{ location }: StoredBucket,
): Promise<Reply> {
	return xml(writeXml("LocationConstraint", location));
}
