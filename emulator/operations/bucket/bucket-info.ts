/**
 * GetBucketInfo, GetBucketStat, HeadBucket: the properties of a bucket, and its size.
 *
 * Source: docs of these names; go2 requires every element; java1's suite for HeadBucket's header.
 */
import type { Emulator } from "../../emulator.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { STORAGE_CLASSES, type StorageClass } from "../../oss/storage-class.ts";
import { isoTime, wholeSeconds } from "../../oss/times.ts";
import type { BucketStat } from "../../storage/rows/bucket-stat.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { writeXml, type XmlElement } from "../../xml/write.ts";
import { PUBLIC_ACCESS_BLOCK } from "../access/public-access-block.ts";
import { ENCRYPTION } from "../configurations/encryption.ts";
import { findDocument } from "../configurations/kind.ts";
import {
	DEFAULT_RESOURCE_GROUP,
	RESOURCE_GROUP_CONFIGURATION,
	TRANSFER_ACCELERATION,
} from "../configurations/switches.ts";
import { ACCESS_MONITOR } from "../lifecycle/access-monitor.ts";
import { extranetEndpoint, intranetEndpoint } from "../service/endpoint.ts";
import { LOGGING } from "../stored-only/logging.ts";
import { findRules } from "../stored-only/replication-rules.ts";
import { ownerElement } from "./listing.ts";

export async function getBucketInfo(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const { region } = emulator;
	const stored = await readStored(emulator, request);
	return xml(
		writeXml("BucketInfo", {
			Bucket: {
				AccessMonitor: stored.accessMonitor,
				BlockPublicAccess: stored.blockPublicAccess,
				Comment: "",
				CreationDate: isoTime(bucket.created),
				CrossRegionReplication: stored.replication,
				DataRedundancyType: bucket.redundancy,
				ExtranetEndpoint: extranetEndpoint(request, region),
				IntranetEndpoint: intranetEndpoint(request, region),
				Location: bucket.location,
				Name: bucket.name,
				ResourceGroupId: stored.resourceGroup,
				StorageClass: bucket.storageClass,
				TransferAcceleration: stored.acceleration,
				Versioning: bucket.versioning || undefined,
				Owner: ownerElement(bucket.owner),
				AccessControlList: { Grant: bucket.acl },
				ServerSideEncryptionRule: stored.encryption,
				BucketPolicy: stored.logging,
			},
		}),
	);
}

/** The properties that are stored in configuration documents. */
async function readStored(emulator: Emulator, request: OssRequest) {
	const { bucket } = request;
	const block = await findDocument(emulator, PUBLIC_ACCESS_BLOCK, bucket);
	const acceleration = await findDocument(
		emulator,
		TRANSFER_ACCELERATION,
		bucket,
	);
	const monitor = await findDocument(emulator, ACCESS_MONITOR, bucket);
	const encryption = await findDocument(emulator, ENCRYPTION, bucket);
	const logging = await findDocument(emulator, LOGGING, bucket);
	const rules = await findRules(emulator, request);
	return {
		accessMonitor: monitor?.Status ?? "Disabled",
		acceleration: enabled(acceleration?.Enabled),
		blockPublicAccess: block?.BlockPublicAccess ?? false,
		replication: enabled(rules.length > 0),
		resourceGroup: await findResourceGroup(emulator, bucket),
		encryption: encryption?.ApplyServerSideEncryptionByDefault ?? {
			SSEAlgorithm: "None",
		},
		logging: {
			LogBucket: logging?.LoggingEnabled?.TargetBucket ?? "",
			LogPrefix: logging?.LoggingEnabled?.TargetPrefix ?? "",
		},
	};
}

const enabled = (is: boolean | undefined): string =>
	is ? "Enabled" : "Disabled";

export async function findResourceGroup(
	emulator: Emulator,
	bucket: string,
): Promise<string> {
	const kind = RESOURCE_GROUP_CONFIGURATION;
	const found = await findDocument(emulator, kind, bucket);
	return found?.ResourceGroupId ?? DEFAULT_RESOURCE_GROUP;
}

export async function headBucket(
	_emulator: Emulator,
	_request: OssRequest,
	{ location }: StoredBucket,
): Promise<Reply> {
	return empty(200, { "x-oss-bucket-region": location });
}

export async function getBucketStat(
	{ store }: Emulator,
	{ bucket }: OssRequest,
): Promise<Reply> {
	const stat = await store.stat(bucket, BILLED_BYTES_MIN);
	const channels = await store.configurations.list(bucket, "live");
	const all = [...stat.classes.values()];
	return xml(
		writeXml("BucketStat", {
			Storage: all.reduce((sum, { size }) => sum + size, 0),
			ObjectCount: all.reduce((sum, { count }) => sum + count, 0),
			MultipartUploadCount: stat.uploads,
			LiveChannelCount: channels.length,
			LastModifiedTime: stat.modified ? wholeSeconds(stat.modified) : 0,
			StandardStorage: stat.classes.get("Standard")?.size ?? 0,
			StandardObjectCount: stat.classes.get("Standard")?.count ?? 0,
			...Object.assign(
				{},
				...STORAGE_CLASSES.filter((name) => name !== "Standard").map((name) =>
					classCounts(stat, name),
				),
			),
			MultipartPartCount: stat.parts,
			DeleteMarkerCount: stat.deleteMarkers,
		}),
	);
}

/** Minimum billed size of an object of any class except Standard. */
const BILLED_BYTES_MIN = 64 * 1024;

function classCounts({ classes }: BucketStat, name: StorageClass): XmlElement {
	const { billed, size, count } = classes.get(name) ?? NOTHING;
	const prefix = name === "IA" ? "InfrequentAccess" : name;
	return {
		[`${prefix}Storage`]: billed,
		[`${prefix}RealStorage`]: size,
		[`${prefix}ObjectCount`]: count,
	};
}

const NOTHING = { billed: 0, size: 0, count: 0 };
