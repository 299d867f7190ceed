/**
 * CreateSelectObjectMeta, over CSV and JSON.
 *
 * Source: docs «CreateSelectObjectMeta»; cpp's SelectObjectTest for metadata that already exist.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument } from "../../oss/errors.ts";
import type { Reply } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { csvMetaEndFrame, jsonMetaEndFrame } from "../../select-sql/frames.ts";
import { countCsv, countJson } from "../../select-sql/meta.ts";
import { SPLITS } from "../../select-sql/run.ts";
import type {
	SelectMeta,
	StoredBucket,
	StoredObject,
} from "../../storage/types.ts";
import type { XmlNode } from "../../xml/read.ts";
import { openForReading } from "../object/open-for-reading.ts";
import {
	inBreaks,
	readSelectBody,
	requireOwnerPays,
	Scan,
} from "./scan-object.ts";
import {
	isCompressed,
	isJsonDocument,
	isOverwriting,
	readCsvInput,
} from "./select-request.ts";

export async function createSelectCsvMeta(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const document = await readSelectBody(request, "CsvMetaRequest");
	const input = readCsvInput(document);
	const { size, counts } = await countOnce(
		emulator,
		request,
		bucket,
		document,
		"csv",
		(chunks) => countCsv(chunks, input),
	);
	return metaReply(csvMetaEndFrame(size, SPLITS, counts));
}

/** @throws OssError InvalidArgument for a document, whose records are not counted */
export async function createSelectJsonMeta(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const document = await readSelectBody(request, "JsonMetaRequest");
	if (isJsonDocument(document)) throw invalidArgument("Type", "DOCUMENT");
	const { size, counts } = await countOnce(
		emulator,
		request,
		bucket,
		document,
		"json",
		countJson,
	);
	return metaReply(jsonMetaEndFrame(size, SPLITS, counts));
}

const metaReply = (body: Buffer): Reply => ({ status: 200, headers: {}, body });

type Counts = Required<Omit<SelectMeta, "size">>;

/**
 * Counts the records, unless the object has been counted before and the document lacks OverwriteIfExists. The counts
 * stay with the object until it is replaced or appended to.
 *
 * Compressed objects have no metadata; no page names the code.
 *
 * @throws OssError InvalidArgument, AccessDenied, and all of `openForReading`
 */
async function countOnce<K extends keyof Counts>(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
	document: XmlNode,
	kind: K,
	count: (chunks: AsyncIterable<Buffer>) => Promise<Counts[K]>,
): Promise<{ readonly size: number; readonly counts: Counts[K] }> {
	if (isCompressed(document)) throw invalidArgument("CompressionType", "GZIP");
	await requireOwnerPays(emulator, request, bucket);
	const opened = await openForReading(emulator, request, bucket);
	try {
		const { object } = opened;
		const { size } = object;
		const present: Partial<Counts> = metaOf(object);
		if (present[kind] && !isOverwriting(document))
			return { size, counts: present[kind] };
		const counts = await count(inBreaks(new Scan(opened).chunks()));
		await emulator.store.objects.change(
			object.bucket,
			object.key,
			object.versionId,
			(now) => {
				if (now.etag !== object.etag || now.size !== size) return {};
				const selectMeta = { ...metaOf(now), size, [kind]: counts };
				return { state: { ...now.state, selectMeta } };
			},
		);
		return { size, counts };
	} finally {
		opened.content.release();
	}
}

const metaOf = ({ size, state }: StoredObject): Partial<SelectMeta> =>
	state.selectMeta?.size === size ? state.selectMeta : {};
