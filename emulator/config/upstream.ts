/**
 * The settings of a gateway: the OSS behind it, its credentials, and the allowed requests.
 *
 * Pure.
 */
import { StartError } from "../oss/start-error.ts";
import { readBucketNames } from "../upstream/bucket-names.ts";
import { readCredentialsSource } from "../upstream/credentials.ts";
import { readEndpoint } from "../upstream/endpoint.ts";
import type { UpstreamOptions } from "../upstream/upstream.ts";
import type { SettingName } from "./settings.ts";
import { readMilliseconds, readRegion } from "./values.ts";

/** The raw values of settings. */
export type Given = {
	readonly text: (name: SettingName) => string;
	readonly list: (name: SettingName) => readonly string[];
	readonly has: (name: SettingName) => boolean;
};

/** Settings that are only valid with `--upstream`. */
const OF_UPSTREAM = [
	"record",
	"upstream-access-key",
	"upstream-allow",
	"upstream-bucket",
	"upstream-read-only",
	"upstream-region",
	"upstream-timeout",
] as const;

/**
 * @returns undefined without `--upstream`
 * @throws StartError
 */
export function readUpstream(
	{ text, list, has }: Given,
	env: Readonly<Record<string, string | undefined>>,
): UpstreamOptions | undefined {
	const url = text("upstream");
	if (url === "") {
		const alone = OF_UPSTREAM.find(has);
		if (alone === undefined) return undefined;
		throw new StartError(
			`--${alone} requires --upstream: name the OSS that receives the requests`,
		);
	}
	const region = text("upstream-region");
	return {
		endpoint: readEndpoint(url, region && readRegion(region)),
		buckets: readBucketNames(list("upstream-bucket")),
		credentials: readCredentialsSource(text("upstream-access-key"), env),
		readOnly: has("upstream-read-only"),
		allowed: new Set(list("upstream-allow")),
		timeoutMs: readMilliseconds("upstream-timeout", text("upstream-timeout")),
		record: text("record"),
	};
}

/** The settings for display, without credentials. */
export const describeUpstream = ({
	endpoint,
	buckets,
	readOnly,
	allowed,
	timeoutMs,
	record,
}: UpstreamOptions): object => ({
	endpoint,
	readOnly,
	timeoutMs,
	record,
	allowed: [...allowed],
	buckets: {
		...Object.fromEntries(
			buckets.local.map((name) => [name, buckets.findReal(name)]),
		),
		...(buckets.passesAll ? { "*": "*" } : {}),
	},
});
