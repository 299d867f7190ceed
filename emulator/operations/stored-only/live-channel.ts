/**
 * The stored form of a live channel, and the addresses that OSS assigns to it.
 *
 * Pure. Source: docs «PutLiveChannel»: the bounds and the default of each element.
 */
import { invalidArgument, OssError } from "../../oss/errors.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { XmlElement } from "../../xml/write.ts";
import {
	element,
	integer,
	maybe,
	one,
	or,
	type Shape,
	text,
	word,
	wrongArgument,
} from "../configurations/shape.ts";
import { objectUrl, rootOf } from "../service/endpoint.ts";

export const NAME = "live";

const PLAYLIST = "playlist.m3u8";

/** The allowed statuses; any other is InvalidArgument, as in java1's suite. */
const argument =
	(isValid: (value: string) => boolean): Shape<string> =>
	(node) => {
		const value = word(node);
		if (!isValid(value)) throw invalidArgument(node.name, value);
		return value;
	};

/** An empty element means the default, as sent by py1. */
const playlist: Shape<string> = (node) =>
	word(node) === "" ? PLAYLIST : argument(isPlaylist)(node);

const isPlaylist = (name: string): boolean =>
	name.endsWith(".m3u8") && name.length >= 6 && name.length <= 128;

export const CONFIGURATION = element({
	Description: or(text, ""),
	Status: or(
		argument((status) => /^(enabled|disabled)$/.test(status)),
		"enabled",
	),
	Target: one(
		element({
			Type: one(argument((type) => type === "HLS")),
			FragDuration: or(integer(1, 100, wrongArgument), 5),
			FragCount: or(integer(1, 100, wrongArgument), 3),
			PlaylistName: or(playlist, PLAYLIST),
		}),
	),
	Snapshot: maybe(
		element({
			RoleName: one(word),
			DestBucket: one(word),
			NotifyTopic: one(word),
			Interval: one(integer(1, 100, wrongArgument)),
		}),
	),
});

export type Channel = {
	readonly configuration: ReturnType<typeof CONFIGURATION>;
	/** `isoTime`. */
	readonly modified: string;
};

/** @throws OssError NoSuchLiveChannel when it does not exist */
export function parseChannel(stored: string | undefined): Channel {
	if (stored === undefined) throw new OssError("NoSuchLiveChannel");
	return JSON.parse(stored);
}

/** The URLs to which a stream would be pushed and from which it would be played. */
export function urlsOf(
	request: Pick<OssRequest, "host" | "bucket" | "scheme" | "isInHost">,
	name: string,
	{ configuration }: Channel,
): XmlElement {
	const key = `${name}/${configuration.Target.PlaylistName}`;
	const publish = `rtmp://${request.host}${rootOf(request)}live/${name}`;
	return {
		PublishUrls: { Url: publish },
		PlayUrls: { Url: objectUrl({ ...request, key }) },
	};
}
