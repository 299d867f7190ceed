/**
 * The switch of data indexing, and its status. Nothing is indexed: a query finds nothing.
 *
 * Source: docs «OpenMetaQuery», «GetMetaQueryStatus», «DoMetaQuery»; java1's suite for the codes, go2's for an answer
 * without files, py2's for what is told at once.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import { writeXml } from "../../xml/write.ts";
import { readXmlBody } from "../body.ts";
import { element, many, maybe, one, word } from "../configurations/shape.ts";

const NAME = "metaQuery";

/** OSS takes as long as the bucket is large. Who waits for it is not to wait long. */
const READY_MS = 3000;

type Opened = {
	/** Milliseconds of the epoch. */
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

const QUERY = element({
	Aggregations: maybe(
		element({
			Aggregation: many(element({ Field: one(word), Operation: one(word) })),
		}),
	),
});

export async function doMetaQuery(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	await requireOpen(emulator, request);
	const { Aggregations } = QUERY(await readXmlBody(request, "MetaQuery"));
	return xml(
		writeXml("MetaQuery", {
			NextToken: "",
			Files: {},
			Aggregations: {
				Aggregation: Aggregations?.Aggregation.map((asked) => ({
					...asked,
					Value: 0,
				})),
			},
		}),
	);
}

/** Closing what is not open is no error. */
export async function closeMetaQuery(
	{ store }: Emulator,
	{ bucket }: OssRequest,
): Promise<Reply> {
	await store.configurations.remove(bucket, NAME, "");
	return empty(200);
}

async function requireOpen(
	{ store }: Emulator,
	{ bucket }: OssRequest,
): Promise<Opened> {
	const opened = await store.configurations.find(bucket, NAME);
	if (opened === undefined) throw new OssError("MetaQueryNotExist");
	return JSON.parse(opened);
}
