/**
 * ListLiveChannel.
 *
 * Source: docs of this name; py1's suite for the marker of a last page.
 */
import type { Emulator } from "../../emulator.ts";
import { firstPage } from "../../oss/page.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { writeXml } from "../../xml/write.ts";
import { readCount, readText } from "../bucket/listing.ts";
import { NAME, parseChannel, urlsOf } from "./live-channel.ts";

export async function listLiveChannel(
	{ store }: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { bucket, query } = request;
	const prefix = readText(query, "prefix");
	const marker = readText(query, "marker");
	const max = readCount(query, "max-keys", 100, 1000);
	const stored = await store.configurations.list(bucket, NAME);
	const after = Buffer.from(marker);
	const left = stored.filter(
		({ id }) =>
			id.startsWith(prefix) && Buffer.compare(Buffer.from(id), after) > 0,
	);
	const { entries, isTruncated } = firstPage(left, max);
	return xml(
		writeXml("ListLiveChannelResult", {
			Prefix: prefix,
			Marker: marker,
			MaxKeys: max,
			IsTruncated: isTruncated,
			NextMarker: isTruncated ? entries.at(-1)?.id : "",
			LiveChannel: entries.map(({ id, document }) => {
				const channel = parseChannel(document);
				const { Description, Status } = channel.configuration;
				return {
					Name: id,
					Description,
					Status,
					LastModified: channel.modified,
					...urlsOf(request, id, channel),
				};
			}),
		}),
	);
}
