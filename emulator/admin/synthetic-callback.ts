/**
 * Sends a callback without an upload: it is read, resolved, sent and recorded like the callback of an upload.
 */
import type { UploadFacts } from "../callback/model.ts";
import type { Emulator } from "../emulator.ts";
import { OssError } from "../oss/errors.ts";
import type { StoredObject } from "../storage/types.ts";
import { AdminError } from "./admin-error.ts";

export type SyntheticCallback = {
	readonly callback: object;
	readonly callbackVar?: Readonly<Record<string, string>>;
	readonly bucket: string;
	readonly key: string;
	readonly operation: UploadFacts["operation"];
} & Partial<
	Pick<UploadFacts, "size" | "etag" | "contentType" | "crc64" | "contentMd5">
>;

/**
 * @param id the id of the delivery, which the application server sees as request id
 * @param clientIp the uploader's address in the callback
 * @throws OssError InvalidArgument, like an upload with such a callback; AdminError 400 when it has no URL
 */
export async function sendSyntheticCallback(
	emulator: Emulator,
	synthetic: SyntheticCallback,
	id: string,
	clientIp: string,
): Promise<void> {
	const { callback: json, callbackVar = {}, bucket } = synthetic;
	const encoded = Buffer.from(JSON.stringify(json)).toString("base64");
	const fields = new Map([
		["callback", encoded],
		...Object.entries(callbackVar),
	]);
	const callback = await emulator.callbacks.readForm(bucket, fields);
	if (!callback || callback.urls.length === 0)
		throw new AdminError(
			400,
			"InvalidArgument",
			"callback has no callbackUrl: there is no server to call",
		);
	const uploaded = await toUploaded(emulator, synthetic, id, clientIp);
	try {
		await emulator.callbacks.send(callback, uploaded, {});
	} catch (error) {
		// The response to the uploader, which is recorded.
		if (!(error instanceof OssError && error.code === "CallbackFailed"))
			throw error;
	}
}

/** The checksums of an empty object. */
const NOTHING = {
	size: 0,
	etag: "D41D8CD98F00B204E9800998ECF8427E",
	crc64: "0",
	contentMd5: "1B2M2Y8AsgTpgAmY7PhCfg==",
};

async function toUploaded(
	emulator: Emulator,
	synthetic: SyntheticCallback,
	requestId: string,
	clientIp: string,
): Promise<UploadFacts> {
	const { bucket, key } = synthetic;
	const { store, accounts } = emulator;
	const stored = await store.buckets.find(bucket);
	const object = stored && (await store.objects.find(bucket, key));
	const made = object?.type === "DeleteMarker" ? undefined : object;
	const {
		callback: _callback,
		callbackVar: _callbackVar,
		...given
	} = synthetic;
	return {
		...NOTHING,
		contentType: "application/octet-stream",
		...(made ? describe(made) : {}),
		...given,
		requestId,
		clientIp,
		requester: accounts.default.uid,
		owner: stored?.owner ?? accounts.default.uid,
		publicKeyUrl: "",
		uploader: () => "none",
		read: (first, last) => read(emulator, synthetic, first, last),
	};
}

const describe = ({
	size,
	etag,
	crc64,
	contentMd5,
	properties,
}: StoredObject) => ({
	size,
	etag,
	crc64,
	contentMd5,
	contentType: properties.contentType,
});

/** Reads nothing for image info, because a synthetic object has no content. */
async function read(
	{ store }: Emulator,
	{ bucket, key }: SyntheticCallback,
	first: number,
	last: number,
): Promise<Buffer> {
	const stored = await store.buckets.find(bucket);
	const opened = stored && (await store.objects.open(bucket, key));
	return opened ? opened.content.readWhole(first, last) : Buffer.alloc(0);
}
