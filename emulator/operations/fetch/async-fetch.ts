/**
 * PutAsyncFetchTask, GetAsyncFetchTask: OSS fetches a file from elsewhere and stores it in the background.
 *
 * The callback is read when the object is stored, so an invalid callback leaves the object in place. Two guesses: the
 * callback names PutObject, and no callback is sent when the fetch failed, regardless of CallbackWhenFailed.
 *
 * Source: the suites of oss2, java1 and go1; no page of the manual has these operations.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import type {
	FetchConfiguration,
	FetchOutcome,
} from "../../oss/fetch-tasks.ts";
import { requireKey } from "../../oss/names.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredBucket, StoredObject } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { readExpected, readXmlBody } from "../body.ts";
import { requireHeader } from "../configurations/parameters.ts";
import { element, flag, one, or, text, word } from "../configurations/shape.ts";
import { requireCapacity } from "../object/body-limits.ts";
import { prepareObject } from "../object/new-object.ts";
import { readStorageClass } from "../object/object-headers.ts";
import { callBack } from "../object/upload-callback.ts";
import { openSource, SourceError } from "./fetch-source.ts";

const CONFIGURATION = element({
	Url: one(word),
	Object: one(text),
	Host: or(word, ""),
	ContentMD5: or(word, ""),
	Callback: or(word, ""),
	StorageClass: or(word, ""),
	IgnoreSameKey: or(flag, true),
});

/** An existing object is not replaced, unless IgnoreSameKey is false. */
export async function putAsyncFetchTask(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const configuration = CONFIGURATION(
		await readXmlBody(request, "AsyncFetchTaskConfiguration"),
	);
	const { Object: key, IgnoreSameKey } = configuration;
	requireKey(key);
	readStorageClass(headersOf(configuration));
	const { store, fetches } = emulator;
	if (IgnoreSameKey && (await store.objects.find(request.bucket, key)))
		throw new OssError("ObjectAlreadyExists", { details: { Key: key } });
	const TaskId = fetches.start(request.bucket, configuration, (signal) =>
		run(emulator, { ...request, key }, bucket, configuration, signal),
	);
	return xml(writeXml("AsyncFetchTaskResult", { TaskId }));
}

/** The error for a task that does not exist is a guess. */
export async function getAsyncFetchTask(
	{ fetches }: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const id = requireHeader(request, "x-oss-task-id");
	const task = fetches.find(request.bucket, id);
	if (!task) throw invalidArgument("x-oss-task-id", id);
	return xml(
		writeXml("AsyncFetchTaskInfo", {
			TaskId: id,
			State: task.state,
			ErrorMsg: task.error,
			TaskInfo: task.configuration,
		}),
	);
}

async function run(
	emulator: Emulator,
	request: OssRequest,
	{ owner }: StoredBucket,
	configuration: FetchConfiguration,
	signal: AbortSignal,
): Promise<FetchOutcome> {
	let stored: StoredObject | undefined;
	try {
		stored = await fetchObject(emulator, request, configuration, signal);
		const facts = { object: stored, owner };
		await sendCallback(emulator, request, configuration.Callback, facts);
		return { state: "Success", error: "" };
	} catch (error) {
		return {
			state: stored ? "FetchSuccessCallbackFailed" : "Failed",
			error: explain(emulator, error),
		};
	}
}

async function fetchObject(
	emulator: Emulator,
	request: OssRequest,
	configuration: FetchConfiguration,
	signal: AbortSignal,
): Promise<StoredObject> {
	const { Url, Host, ContentMD5, IgnoreSameKey } = configuration;
	const expected = readExpected({ "content-md5": ContentMD5 || undefined });
	const source = await openSource(Url, Host, signal);
	await requireCapacity(emulator, request.bucket, source.bytes ?? 1);
	const given = await prepareObject(
		emulator,
		{ ...request, receivedAt: emulator.clock.now() },
		{ ...headersOf(configuration), "content-type": source.contentType },
	);
	return emulator.store.objects.put(
		{ ...given, forbidOverwrite: IgnoreSameKey },
		source.body,
		expected,
	);
}

const headersOf = ({ StorageClass }: FetchConfiguration) => ({
	"x-oss-storage-class": StorageClass || undefined,
});

async function sendCallback(
	emulator: Emulator,
	request: OssRequest,
	text: string,
	stored: { readonly object: StoredObject; readonly owner: string },
): Promise<void> {
	const uploadRequest = {
		...request,
		headers: { "x-oss-callback": text },
		query: new Map(),
	};
	const callback = await emulator.callbacks.read(uploadRequest);
	await callBack(emulator, uploadRequest, callback, stored, "PutObject", {});
}

function explain({ log }: Emulator, error: unknown): string {
	if (error instanceof SourceError) return error.message;
	if (error instanceof OssError) return `${error.code}: ${error.message}`;
	log.error(`a fetch task failed: ${String(error)}`);
	return new OssError("InternalError").message;
}
