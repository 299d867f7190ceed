/**
 * Live channels, stored only: streams cannot be pushed, so no channel is ever live.
 *
 * Source: docs «PutLiveChannel» and its companions; «HTTP 400 status code», InvalidChannelName; java1's, py1's, go1's
 * and ali-oss's suites.
 */

import type { Emulator } from "../../emulator.ts";
import { readDecimal } from "../../oss/decimal.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest, Query } from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { readXmlBody } from "../body.ts";
import { requireDocumentCapacity } from "../configurations/documents-max.ts";
import {
	type Channel,
	CONFIGURATION,
	NAME,
	parseChannel,
	urlsOf,
} from "./live-channel.ts";

/** Replaces a channel of the same name. */
export async function putLiveChannel(
	emulator: Emulator,
	request: OssRequest,
	{ owner }: StoredBucket,
): Promise<Reply> {
	const { store } = emulator;
	const { bucket, key, receivedAt } = request;
	requireChannelName(key);
	const body = await readXmlBody(request, "LiveChannelConfiguration");
	const configuration = CONFIGURATION(body);
	const target = configuration.Snapshot?.DestBucket;
	if (target !== undefined) await requireOwnBucket(store, owner, target);
	const channel: Channel = {
		configuration,
		modified: isoTime(receivedAt),
	};
	await requireDocumentCapacity(emulator, bucket, NAME, key);
	await store.configurations.put(bucket, NAME, key, JSON.stringify(channel));
	return xml(
		writeXml("CreateLiveChannelResult", urlsOf(request, key, channel)),
	);
}

/**
 * The bucket for snapshots must belong to the same owner. Source: docs «PutLiveChannel», DestBucket; cpp's suite, in
 * which a request with a missing bucket fails with a code that the suite does not check.
 */
async function requireOwnBucket(
	store: Emulator["store"],
	owner: string,
	target: string,
): Promise<void> {
	const found = await store.buckets.find(target);
	if (found?.owner !== owner) throw invalidArgument("DestBucket", target);
}

function requireChannelName(name: string): void {
	const message =
		name.length >= 64
			? "The Length of channel name must be less than 64."
			: name.includes("/")
				? "ChannelName must not contain a slash."
				: undefined;
	if (message !== undefined)
		throw new OssError("InvalidChannelName", { message });
}

export async function getLiveChannelInfo(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { configuration } = await requireChannel(emulator, request);
	return xml(writeXml("LiveChannelConfiguration", configuration));
}

export async function getLiveChannelStat(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { configuration } = await requireChannel(emulator, request);
	const Status = configuration.Status === "disabled" ? "Disabled" : "Idle";
	return xml(writeXml("LiveChannelStat", { Status }));
}

export async function getLiveChannelHistory(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	await requireChannel(emulator, request);
	return xml(writeXml("LiveChannelHistory", {}));
}

export async function putLiveChannelStatus(
	{ store }: Emulator,
	{ bucket, key, query }: OssRequest,
): Promise<Reply> {
	const status = query.get("status") ?? "";
	if (status !== "enabled" && status !== "disabled")
		throw invalidArgument("status", status);
	await store.configurations.change(bucket, NAME, key, (stored) => {
		const channel = parseChannel(stored);
		const configuration = { ...channel.configuration, Status: status };
		return JSON.stringify({ ...channel, configuration });
	});
	return empty(200);
}

/** A missing channel is not an error; an invalid name is. */
export async function deleteLiveChannel(
	{ store }: Emulator,
	{ bucket, key }: OssRequest,
): Promise<Reply> {
	requireChannelName(key);
	await store.configurations.remove(bucket, NAME, key);
	return empty(204);
}

/**
 * Without a stream no playlist can be made, whether or not the channel exists (ali-oss's suite). Returning the same
 * error for GET is a guess.
 */
export async function vodPlaylist(
	_emulator: Emulator,
	{ query, key, method }: OssRequest,
): Promise<Reply> {
	requireSpan(query);
	if (method === "POST" && !key.endsWith(".m3u8"))
		throw invalidArgument("playlistName", key, undefined, "0044-00000403");
	throw new OssError("InvalidArgument", {
		message: "No ts file found in specified time span.",
		ec: "0044-00000308",
	});
}

/** Maximum time span: a day, in seconds. */
const SPAN_MAX = 24 * 60 * 60;

/** Source: EC 0044-00000304 … 0044-00000307. */
function requireSpan(query: Query): void {
	const refused = (name: string, ec: string): OssError =>
		invalidArgument(name, query.get(name) ?? "", undefined, ec);
	const start = readDecimal(query.get("startTime"));
	if (start === undefined) throw refused("startTime", "0044-00000304");
	const end = readDecimal(query.get("endTime"));
	if (end === undefined) throw refused("endTime", "0044-00000305");
	if (end < start) throw refused("endTime", "0044-00000306");
	if (end - start > SPAN_MAX) throw refused("endTime", "0044-00000307");
}

/** @throws OssError NoSuchLiveChannel */
async function requireChannel(
	{ store }: Emulator,
	{ bucket, key }: OssRequest,
): Promise<Channel> {
	return parseChannel(await store.configurations.find(bucket, NAME, key));
}
