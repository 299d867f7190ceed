/**
 * Limits of bandwidth and capacity for a bucket, one of its requesters, or the account. -1 means no limit.
 *
 * Source: docs «PutBucketQoSInfo»; py1's, java1's and go1's suites.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument } from "../../oss/errors.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { writeXml } from "../../xml/write.ts";
import { requireDocumentCapacity } from "../configurations/documents-max.ts";
import {
	findDocument,
	kind,
	parseDocument,
	refused,
} from "../configurations/kind.ts";
import { requireParameter } from "../configurations/parameters.ts";
import {
	element,
	integer,
	one,
	or,
	wrongArgument,
} from "../configurations/shape.ts";

const LIMIT = or(integer(-1, Number.MAX_SAFE_INTEGER, wrongArgument), -1);

const CONFIGURATION = element({
	TotalUploadBandwidth: LIMIT,
	IntranetUploadBandwidth: LIMIT,
	ExtranetUploadBandwidth: LIMIT,
	TotalDownloadBandwidth: LIMIT,
	IntranetDownloadBandwidth: LIMIT,
	ExtranetDownloadBandwidth: LIMIT,
	TotalQps: LIMIT,
	IntranetQps: LIMIT,
	ExtranetQps: LIMIT,
});

type Limits = ReturnType<typeof CONFIGURATION>;

/** The default of an account: 10 Gbit/s in each direction. */
const OF_ACCOUNT: Limits = {
	TotalUploadBandwidth: 10,
	IntranetUploadBandwidth: -1,
	ExtranetUploadBandwidth: -1,
	TotalDownloadBandwidth: 10,
	IntranetDownloadBandwidth: -1,
	ExtranetDownloadBandwidth: -1,
	TotalQps: -1,
	IntranetQps: -1,
	ExtranetQps: -1,
};

export const QOS_INFO = kind(CONFIGURATION, {
	name: "qosInfo",
	root: "QoSConfiguration",
	absent: refused("NoSuchBucketQosInfo"),
	accept: (limits) => {
		requireWithin(limits, "UploadBandwidth");
		requireWithin(limits, "DownloadBandwidth");
		requireWithin(limits, "Qps");
		return limits;
	},
});

/** A total must not exceed the account's total, and a share must not exceed its total. */
function requireWithin(
	limits: Limits,
	what: "UploadBandwidth" | "DownloadBandwidth" | "Qps",
): void {
	const total = `Total${what}` as const;
	if (exceeds(limits[total], OF_ACCOUNT[total]))
		throw invalidArgument(total, String(limits[total]));
	for (const share of [`Intranet${what}`, `Extranet${what}`] as const)
		if (exceeds(limits[share], limits[total]))
			throw invalidArgument(share, String(limits[share]));
}

const exceeds = (limit: number, bound: number): boolean =>
	bound !== -1 && limit > bound;

export async function getUserQosInfo({ region }: Emulator): Promise<Reply> {
	return xml(
		writeXml("QoSConfiguration", { Region: `oss-${region}`, ...OF_ACCOUNT }),
	);
}

/** In gigabytes. */
export const STORAGE_CAPACITY = kind(
	element({
		StorageCapacity: one(integer(-1, Number.MAX_SAFE_INTEGER, wrongArgument)),
	}),
	{
		name: "qos",
		root: "BucketUserQos",
		absent: () => ({ StorageCapacity: -1 }),
	},
);

/**
 * Limits of one requester; the id of the document is the id of the requester. They are not compared with the limits of
 * the account (py1's suite).
 */
export const REQUESTER_QOS_INFO = kind(CONFIGURATION, {
	name: "requesterQosInfo",
	root: "QoSConfiguration",
	absent: refused("NoSuchRequesterQosInfo"),
	idOf: ({ query }) => requireParameter(query, "qosRequester"),
	accept: async (limits, { emulator, request: { bucket, query } }) => {
		const requester = requireParameter(query, "qosRequester");
		await requireDocumentCapacity(
			emulator,
			bucket,
			"requesterQosInfo",
			requester,
		);
		return limits;
	},
});

export async function getBucketRequesterQosInfo(
	emulator: Emulator,
	{ bucket, query }: OssRequest,
): Promise<Reply> {
	const requester = requireParameter(query, "qosRequester");
	const found = await findDocument(
		emulator,
		REQUESTER_QOS_INFO,
		bucket,
		requester,
	);
	if (!found) throw refused("NoSuchRequesterQosInfo")();
	return xml(
		writeXml("RequesterQoSInfo", {
			Requester: requester,
			QoSConfiguration: found,
		}),
	);
}

export async function listBucketRequesterQosInfos(
	{ store }: Emulator,
	{ bucket }: OssRequest,
): Promise<Reply> {
	const { name } = REQUESTER_QOS_INFO;
	const stored = await store.configurations.list(bucket, name);
	return xml(
		writeXml("ListBucketRequesterQoSInfosResult", {
			Bucket: bucket,
			ContinuationToken: "",
			NextContinuationToken: "",
			IsTruncated: false,
			RequesterQoSInfo: stored.map(({ id, document }) => ({
				Requester: id,
				QoSConfiguration: parseDocument(REQUESTER_QOS_INFO, document),
			})),
		}),
	);
}
