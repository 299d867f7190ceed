/**
 * A recorded callback, to be sent once more: the same body and the same headers, signed anew because the URL may be
 * another. The request id stays that of the upload, so that an application server sees a duplicate.
 *
 * Pure.
 */
import { isJsonObject } from "../oss/json-object.ts";
import type { Callback } from "./callback.ts";
import type { Caused } from "./compose.ts";
import {
	type Attempt,
	type Delivery,
	findHeader,
	type HeaderList,
} from "./delivery.ts";
import { parseJson } from "./json.ts";
import { readTemplate } from "./template.ts";
import { readUrls } from "./urls.ts";

/** What must be known of it; at least one attempt. */
export type Recorded = Pick<
	Delivery,
	"operation" | "bucket" | "key" | "asked" | "variables" | "body" | "bodyType"
> & { readonly attempts: readonly Pick<Attempt, "url" | "headers">[] };

/**
 * @param url where to; undefined for all that it went to
 * @throws OssError InvalidArgument for a URL that is none
 */
export function readRepetition(
	recorded: Recorded,
	url: string | undefined,
): { readonly callback: Callback; readonly uploaded: Caused } {
	const { attempts, operation, bucket, key } = recorded;
	const headers = attempts[0]?.headers ?? [];
	// Each may have been called twice, which is a fault on purpose.
	const called = new Set(attempts.map((attempt) => attempt.url));
	const urls = url ?? [...called].join(";");
	const [host = "", ...otherHosts] = new Set(
		attempts.map((attempt) => findHeader(attempt.headers, "host") ?? ""),
	);
	return {
		callback: {
			urls: readUrls(urls),
			// Where they differ, each was its URL's own.
			host: url === undefined && otherHosts.length === 0 ? host : "",
			template: readTemplate(""),
			bodyType: recorded.bodyType,
			sni: askedForSni(recorded.asked),
			additionalHeaders: findAdditional(headers),
			variables: new Map(Object.entries(recorded.variables)),
			asked: recorded.asked,
			findings: [],
			fault: undefined,
		},
		uploaded: {
			...{ operation, bucket, key },
			owner: find(headers, "x-oss-owner"),
			requester: find(headers, "x-oss-requester"),
			requestId: find(headers, "x-oss-request-id"),
			waits: () => "nobody",
		},
	};
}

const find = (headers: HeaderList, name: string): string =>
	headers.find(([given]) => given === name)?.[1] ?? "";

function findAdditional(headers: HeaderList): HeaderList {
	const names = find(headers, "x-oss-additional-headers").split(";");
	return headers.filter(([name]) => names.includes(name));
}

/** What a bucket's callback policy says of it is not on record. */
function askedForSni(asked: string): boolean {
	const json = parseJson(Buffer.from(asked));
	return isJsonObject(json) && json.callbackSNI === true;
}
