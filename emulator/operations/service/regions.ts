/**
 * DescribeRegions, ListCloudBoxes. The emulator is one region, but lists the regions of OSS.
 *
 * Source: docs «DescribeRegions», «Regions and endpoints»; «HTTP 404 status code», NoSuchRegion.
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { writeXml } from "../../xml/write.ts";
import { ownerElement, readCount, readText } from "../bucket/listing.ts";

// biome-ignore format: a list
const OSS_REGIONS = [
  "cn-hangzhou", "cn-shanghai", "cn-nanjing", "cn-fuzhou", "cn-wuhan-lr", "cn-qingdao", "cn-beijing",
  "cn-zhangjiakou", "cn-huhehaote", "cn-wulanchabu", "cn-shenzhen", "cn-heyuan", "cn-guangzhou",
  "cn-chengdu", "cn-hongkong", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1",
  "ap-southeast-2", "ap-southeast-3", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "eu-central-1",
  "eu-west-1", "us-west-1", "us-east-1", "na-south-1", "me-east-1", "me-central-1",
];

/** `oss-cn-hangzhou` …, sorted, including the emulator's own region, whatever its name. */
export const locationsFrom = (region: string): readonly string[] =>
	[...new Set([region, ...OSS_REGIONS])].map((name) => `oss-${name}`).sort();

export async function describeRegions(
	{ region }: Emulator,
	{ query }: OssRequest,
): Promise<Reply> {
	const requested = query.get("regions") ?? "";
	const found = locationsFrom(region).filter(
		(location) => requested === "" || location === requested,
	);
	if (found.length === 0)
		throw new OssError("NoSuchRegion", { message: requested }); // java2's suite
	return xml(
		writeXml("RegionInfoList", {
			RegionInfo: found.map((location) => ({
				Region: location,
				InternetEndpoint: `${location}.aliyuncs.com`,
				InternalEndpoint: `${location}-internal.aliyuncs.com`,
				AccelerateEndpoint: "oss-accelerate.aliyuncs.com",
			})),
		}),
	);
}

/** The emulator has no cloud boxes. */
export async function listCloudBoxes(
	_emulator: Emulator,
	{ query, caller }: OssRequest,
): Promise<Reply> {
	return xml(
		writeXml("ListCloudBoxResult", {
			Prefix: readText(query, "prefix"),
			Marker: readText(query, "marker"),
			MaxKeys: readCount(query, "max-keys", 100, 1000),
			IsTruncated: false,
			NextMarker: "",
			Owner: ownerElement(caller.uid),
			CloudBoxes: {},
		}),
	);
}
