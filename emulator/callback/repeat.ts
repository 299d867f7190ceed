/**
 * Makes a callback from a recorded one in order to send it once more: the same body and headers, signed again because
 * the URL may differ. It keeps the upload's request id, so that an application server sees a duplicate.
 *
 * Pure.
 */
import { isJsonObject, parseJson } from "../oss/json-object.ts";
import { readUrls } from "./configuration.ts";
import {
	type Attempt,
	type Callback,
	type Delivery,
	findHeader,
	type HeaderList,
	type UploadReference,
} from "./model.ts";
import { readTemplate } from "./template.ts";

/** The required part of a delivery, which has at least one attempt. */
export type Recorded = Pick<
	Delivery,
	"operation" | "bucket" | "key" | "asked" | "variables" | "body" | "bodyType"
> & { readonly attempts: readonly Pick<Attempt, "url" | "headers">[] };

/**
 * @param url the new target; undefined for all URLs that were called
 * @throws OssError InvalidArgument for a malformed URL
 */
export function readRepetition(
	recorded: Recorded,
	url: string | undefined,
): { readonly callback: Callback; readonly uploaded: UploadReference } {
	const { attempts, operation, bucket, key } = recorded;
	const headers = attempts[0]?.headers ?? [];
	// An injected fault may have called each URL twice.
	const called = new Set(attempts.map((attempt) => attempt.url));
	const urls = url ?? [...called].join(";");
	const [host = "", ...otherHosts] = new Set(
		attempts.map((attempt) => find(attempt.headers, "host")),
	);
	return {
		callback: {
			urls: readUrls(urls),
			// If they differ, each URL had its own host.
			host: url === undefined && otherHosts.length === 0 ? host : "",
			template: readTemplate(""),
			bodyType: recorded.bodyType,
			sni: requestsSni(recorded.asked),
			additionalHeaders: findAdditional(headers),
			variables: new Map(Object.entries(recorded.variables)),
			json: recorded.asked,
			findings: [],
			fault: undefined,
		},
		uploaded: {
			operation,
			bucket,
			key,
			owner: find(headers, "x-oss-owner"),
			publicKeyUrl: Buffer.from(
				find(headers, "x-oss-pub-key-url"),
				"base64",
			).toString(),
			requester: find(headers, "x-oss-requester"),
			requestId: find(headers, "x-oss-request-id"),
			uploader: () => "none",
		},
	};
}

const find = (headers: HeaderList, name: string): string =>
	findHeader(headers, name) ?? "";

function findAdditional(headers: HeaderList): HeaderList {
	const names = find(headers, "x-oss-additional-headers").split(";");
	return headers.filter(([name]) => names.includes(name));
}

/** The record does not have the callbackSNI of a bucket's callback policy. */
function requestsSni(asked: string): boolean {
	const json = parseJson(Buffer.from(asked));
	return isJsonObject(json) && json.callbackSNI === true;
}
