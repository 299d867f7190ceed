/**
 * Records when the objects of a bucket were last read, if the access monitor of the bucket is enabled. Only
 * lifecycle-document.ts may disable the monitor, because lifecycle rules can depend on it.
 *
 * GetObject, image processing, SelectObject and the sources of copies count as reads; HeadObject and GetObjectMeta do
 * not. OSS updates the record within a day, the emulator immediately. For an object that has not been read since it was
 * written, the time of the write is used.
 *
 * Source: docs «PutBucketAccessMonitor», «GetObjectMeta», «Lifecycle rules based on the last access time».
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import type { ReplyHeaders } from "../../oss/reply.ts";
import { httpTime, wholeSeconds } from "../../oss/times.ts";
import type { StoredObject } from "../../storage/types.ts";
import { findDocument, kind } from "../configurations/kind.ts";
import { element, one, oneOf } from "../configurations/shape.ts";
import { noSuchKey } from "../store-protocol.ts";

export const ACCESS_MONITOR = kind(
	element({ Status: one(oneOf("Enabled", "Disabled")) }),
	{
		name: "accessmonitor",
		root: "AccessMonitorConfiguration",
		absent: () => ({ Status: "Disabled" }),
	},
);

type WithStore = Pick<Emulator, "store">;

export async function isMonitored(
	{ store }: WithStore,
	bucket: string,
): Promise<boolean> {
	const found = await findDocument({ store }, ACCESS_MONITOR, bucket);
	return found?.Status === "Enabled";
}

/**
 * Recorded once a second at most, which is the resolution of the header. An object that was replaced or deleted
 * meanwhile is skipped.
 */
export async function recordAccess(
	emulator: WithStore,
	object: StoredObject,
	now: Date,
): Promise<void> {
	const { bucket, key, versionId, etag } = object;
	if (!(await isMonitored(emulator, bucket))) return;
	if (wholeSeconds(lastAccessOf(object)) >= wholeSeconds(now)) return;
	try {
		await emulator.store.objects.change(bucket, key, versionId, (present) => {
			if (present.etag !== etag) throw noSuchKey(key);
			return { state: { ...present.state, accessed: now.getTime() } };
		});
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
	}
}

export async function lastAccessHeader(
	emulator: WithStore,
	object: StoredObject,
): Promise<ReplyHeaders> {
	return (await isMonitored(emulator, object.bucket))
		? { "x-oss-last-access-time": httpTime(lastAccessOf(object)) }
		: {};
}

const lastAccessOf = ({ modified, state }: StoredObject): Date =>
	new Date(Math.max(state.accessed ?? 0, modified.getTime()));
