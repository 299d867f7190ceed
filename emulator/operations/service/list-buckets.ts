/**
 * ListBuckets: the caller's buckets by name, filtered by a tag or a resource group if the request names one.
 *
 * Source: docs «GetService (ListBuckets)»; py1's and java1's suites for `tag-key`, ali-oss's for `tagging="k":"v",…`,
 * php2's for `k:v`, which the result repeats; EC 0017-00000289, -290 and go1's suite for a prefix with capitals.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument } from "../../oss/errors.ts";
import { firstPage } from "../../oss/page.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest, Query } from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { findResourceGroup } from "../bucket/bucket-info.ts";
import { ownerElement, readCount, readText } from "../bucket/listing.ts";
import { findDocument } from "../configurations/kind.ts";
import {
	RESOURCE_GROUP_HEADER,
	requireResourceGroup,
} from "../configurations/switches.ts";
import { TAGGING } from "../tagging/bucket-tagging.ts";
import { extranetEndpoint, intranetEndpoint } from "./endpoint.ts";

export async function listBuckets(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { query, caller } = request;
	const { store, region } = emulator;
	const prefix = readPrefix(query);
	const marker = readText(query, "marker");
	const max = readCount(query, "max-keys", 100, 1000, { ec: "0017-00000289" });
	const isWanted = readFilter(request);
	const isGroupRequested = RESOURCE_GROUP_HEADER in request.headers; // java1's suite
	const found: Described[] = [];
	for (const bucket of await store.buckets.list(caller.uid, prefix, marker)) {
		const described = await describe(emulator, bucket);
		if (isWanted(described)) found.push(described);
	}
	const { entries, isTruncated } = firstPage(found, max);
	return xml(
		writeXml("ListAllMyBucketsResult", {
			Prefix: prefix,
			Marker: marker,
			MaxKeys: max,
			IsTruncated: isTruncated,
			NextMarker: isTruncated ? entries.at(-1)?.bucket.name : undefined,
			Owner: ownerElement(caller.uid),
			Buckets: {
				Bucket: entries.map(({ bucket, tags, resourceGroup }) => ({
					Comment: "",
					CreationDate: isoTime(bucket.created),
					ExtranetEndpoint: extranetEndpoint(request, region),
					IntranetEndpoint: intranetEndpoint(request, region),
					Location: bucket.location,
					Name: bucket.name,
					Region: bucket.location.replace(/^oss-/, ""),
					StorageClass: bucket.storageClass,
					ResourceGroupId: isGroupRequested ? resourceGroup : undefined,
					Tag: query.has("tagging") ? tags : undefined,
				})),
			},
		}),
	);
}

/** Recognising an impossible prefix by these characters is a guess. */
function readPrefix(query: Query): string {
	const prefix = query.get("prefix") ?? "";
	if (!/^[a-z0-9-]{0,63}$/.test(prefix))
		throw invalidArgument("prefix", prefix, undefined, "0017-00000290");
	return prefix;
}

type Tag = { readonly Key: string; readonly Value: string };

type Described = {
	readonly bucket: StoredBucket;
	readonly tags: readonly Tag[];
	readonly resourceGroup: string;
};

async function describe(
	emulator: Emulator,
	bucket: StoredBucket,
): Promise<Described> {
	const tagging = await findDocument(emulator, TAGGING, bucket.name);
	const resourceGroup = await findResourceGroup(emulator, bucket.name);
	return { bucket, tags: tagging?.TagSet.Tag ?? [], resourceGroup };
}

/** @throws OssError InvalidArgument, ResourceGroupIdPreCheckError */
function readFilter({
	query,
	headers,
}: OssRequest): (bucket: Described) => boolean {
	const group = headers[RESOURCE_GROUP_HEADER] || undefined;
	if (group !== undefined) requireResourceGroup(group);
	const filter = wantedTags(query);
	return ({ tags, resourceGroup }) =>
		(group ?? resourceGroup) === resourceGroup &&
		filter.every(({ Key, Value }) =>
			tags.some((tag) => tag.Key === Key && (Value ?? tag.Value) === tag.Value),
		);
}

type WantedTag = { readonly Key: string; readonly Value?: string };

/** @throws OssError InvalidArgument for a malformed list, or a value without a key */
function wantedTags(query: Query): readonly WantedTag[] {
	const key = query.get("tag-key") ?? "";
	const value = query.get("tag-value") ?? "";
	if (value !== "" && key === "") throw invalidArgument("tag-value", value);
	const single =
		key === "" ? [] : [{ Key: key, ...(value === "" ? {} : { Value: value }) }];
	const list = query.get("tagging") ?? "";
	return [...single, ...(list === "" ? [] : readList(list))];
}

function readList(list: string): readonly WantedTag[] {
	const pairs = [
		...list.matchAll(/("[^"]*"|[^",:]+):("[^"]*"|[^",:]*)(?:,|$)/g),
	];
	if (pairs.map(([whole]) => whole).join("") !== list)
		throw invalidArgument("tagging", list);
	const bare = (text = ""): string => text.replace(/^"(.*)"$/s, "$1");
	return pairs.map(([, key, value]) => ({
		Key: bare(key),
		Value: bare(value),
	}));
}
