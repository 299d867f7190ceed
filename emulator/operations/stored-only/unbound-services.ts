/**
 * Operations of services to which a bucket must be bound first: Intelligent Media Management and data pipelines. No
 * bucket is bound here, so they return OSS's errors for unbound buckets.
 *
 * Source: go2's TestAsyncProcessObject, TestDoMetaQueryAction and TestDoDataPipeLineAction; java1's
 * AsyncProcessObjectTest.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { readDocument } from "../body.ts";
import { findObject } from "../object/find-object.ts";

/** The status of the answer is a guess. */
export async function asyncProcessObject(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const process = String(await readDocument(request, BODY_BYTES_MAX));
	if (!/^x-oss-async-process=./s.test(process))
		throw new OssError("InvalidRequest", {
			details: { ArgumentName: "x-oss-async-process", ArgumentValue: "" },
		});
	await findObject(emulator, request, bucket);
	throw new OssError("Imm Client");
}

const BODY_BYTES_MAX = 64 * 1024;

export async function doMetaQueryAction(): Promise<Reply> {
	throw new OssError("OperationNotSupported", { ec: "0037-00000001" });
}

/** The body of an empty list is not known. */
export async function doDataPipelineAction(
	_emulator: Emulator,
	{ query }: OssRequest,
): Promise<Reply> {
	const action = query.get("action") ?? "";
	if (/^list/i.test(action))
		return xml(writeXml("ListDataPipelineConfigurationsResult", {}));
	if (/^(?:get|put|delete)/i.test(action))
		throw new OssError("NoSuchDataPipeline");
	throw invalidArgument("action", action);
}

export async function getDataPipeline(): Promise<Reply> {
	throw new OssError("NoSuchDataPipeline");
}
