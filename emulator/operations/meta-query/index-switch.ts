/**
 * OpenMetaQuery, GetMetaQueryStatus, CloseMetaQuery. Queries read the rows of the objects, so there is no index to
 * build.
 *
 * Source: docs of these names; java1's suite for the codes, py2's for the status right after opening.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import { writeXml } from "../../xml/write.ts";

const NAME = "metaQuery";

/** OSS takes longer for larger buckets; here it is short, so that tests do not have to wait. */
const READY_MS = 3000;

type Opened = {
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly mode: string;
};

export async function openMetaQuery(
	{ store }: Emulator,
	{ bucket, query, receivedAt }: OssRequest,
): Promise<Reply> {
	const mode = query.get("mode") ?? "basic";
	if (mode !== "basic" && mode !== "semantic")
		throw invalidArgument("mode", mode);
	const opened: Opened = { at: receivedAt.getTime(), mode };
	await store.configurations.change(bucket, NAME, "", (present) => {
		if (present !== undefined) throw new OssError("MetaQueryAlreadyExist");
		return JSON.stringify(opened);
	});
	return empty(200);
}

export async function getMetaQueryStatus(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { at, mode } = await requireOpen(emulator, request);
	const isReady = request.receivedAt.getTime() < at + READY_MS;
	const opened = isoTime(new Date(at));
	return xml(
		writeXml("MetaQueryStatus", {
			State: isReady ? "Ready" : "Running",
			Phase: isReady ? "FullScanning" : "IncrementalScanning",
			CreateTime: opened,
			UpdateTime: opened,
			MetaQueryMode: mode,
		}),
	);
}

/** Closing an index that is not open succeeds. */
export async function closeMetaQuery(
	{ store }: Emulator,
	{ bucket }: OssRequest,
): Promise<Reply> {
	await store.configurations.remove(bucket, NAME, "");
	return empty(200);
}

/** @throws OssError MetaQueryNotExist */
export async function requireOpen(
	{ store }: Emulator,
	{ bucket }: OssRequest,
): Promise<Opened> {
	const opened = await store.configurations.find(bucket, NAME);
	if (opened === undefined) throw new OssError("MetaQueryNotExist");
	return JSON.parse(opened);
}
