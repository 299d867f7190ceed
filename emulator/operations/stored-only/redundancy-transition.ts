/**
 * Tasks that change a bucket's redundancy. They stay queued; the bucket does not change.
 *
 * Source: docs «CreateBucketDataRedundancyTransition» and its three companions; py1's and go2's suites.
 */
import { randomBytes } from "node:crypto";
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import { writeXml, type XmlElement } from "../../xml/write.ts";
import { requireDocumentCapacity } from "../configurations/documents-max.ts";
import { requireParameter } from "../configurations/parameters.ts";

const NAME = "redundancyTransition";
const TASK_ID = "x-oss-redundancy-transition-taskid";
const TARGET = "x-oss-target-redundancy-type";

export async function createRedundancyTransition(
	emulator: Emulator,
	{ bucket, query, receivedAt }: OssRequest,
): Promise<Reply> {
	const target = requireParameter(query, TARGET);
	if (target !== "ZRS") throw invalidArgument(TARGET, target);
	const TaskId = randomBytes(16).toString("hex");
	const task = {
		Bucket: bucket,
		TaskId,
		Status: "Queueing",
		CreateTime: isoTime(receivedAt),
	};
	await requireDocumentCapacity(emulator, bucket, NAME, TaskId);
	const { configurations } = emulator.store;
	await configurations.put(bucket, NAME, TaskId, JSON.stringify(task));
	return xml(writeXml("BucketDataRedundancyTransition", { TaskId }));
}

export async function getRedundancyTransition(
	{ store }: Emulator,
	{ bucket, query }: OssRequest,
): Promise<Reply> {
	const id = requireParameter(query, TASK_ID);
	const task = await store.configurations.find(bucket, NAME, id);
	if (task === undefined) throw new OssError("NoSuchDataRedundancyTransition");
	return xml(writeXml("BucketDataRedundancyTransition", JSON.parse(task)));
}

export async function deleteRedundancyTransition(
	{ store }: Emulator,
	{ bucket, query }: OssRequest,
): Promise<Reply> {
	const id = requireParameter(query, TASK_ID);
	await store.configurations.remove(bucket, NAME, id);
	return empty(204);
}

export async function listBucketRedundancyTransition(
	emulator: Emulator,
	{ bucket }: OssRequest,
): Promise<Reply> {
	return listed(await tasksOf(emulator, bucket));
}

export async function listUserRedundancyTransition(
	emulator: Emulator,
	{ caller }: OssRequest,
): Promise<Reply> {
	const tasks: XmlElement[] = [];
	for (const { name } of await emulator.store.buckets.list(caller.uid, "", ""))
		tasks.push(...(await tasksOf(emulator, name)));
	return listed(tasks);
}

async function tasksOf(
	{ store }: Emulator,
	bucket: string,
): Promise<XmlElement[]> {
	const tasks = await store.configurations.list(bucket, NAME);
	return tasks.map(({ document }) => JSON.parse(document));
}

const listed = (tasks: readonly XmlElement[]): Reply =>
	xml(
		writeXml("ListBucketDataRedundancyTransition", {
			BucketDataRedundancyTransition: tasks,
			IsTruncated: false,
			NextContinuationToken: "",
		}),
	);
