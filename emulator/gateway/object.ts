/**
 * An object in the cloud, as a callback's variables describe it, and as much of its content as they ask for.
 */
import type { UploadFacts } from "../callback/model.ts";
import { OssError } from "../oss/errors.ts";
import type { ReplyHeaders } from "../oss/reply.ts";
import type { UpstreamRequest } from "../upstream/request.ts";
import type { Gateway } from "./forward.ts";
import { findHeader, readWhole } from "./incoming.ts";

export type Known = Partial<Pick<UploadFacts, "size" | "contentType">>;

export type Described = Pick<
	UploadFacts,
	"etag" | "size" | "contentType" | "crc64"
> & {
	/** '' in a bucket without versions. */
	readonly versionId: string;
};

/**
 * From the upload's own answer; a HeadObject supplies the missing facts.
 *
 * @param headers of the answer
 * @param known of the object from the request; a type that is '' is the cloud's to choose
 * @returns undefined when the cloud does not say it
 */
export async function describeObject(
	{ upstream }: Gateway,
	{ bucket, key, isSigned }: UpstreamRequest,
	headers: ReplyHeaders,
	{ size, contentType }: Known,
): Promise<Described | undefined> {
	const own = readDescription(headers);
	if (size !== undefined && contentType && own.etag)
		return { ...own, size, contentType };
	const query = versionQuery(own);
	const head = { method: "HEAD", bucket, key, query, headers: {}, body: null };
	const answer = await upstream.send({ ...head, isSigned });
	answer.body.resume();
	if (answer.status !== 200) return undefined;
	return {
		...readDescription(answer.headers),
		versionId: own.versionId,
		size: Number(findHeader(answer.headers, "content-length") ?? size),
		contentType: findHeader(answer.headers, "content-type") ?? "",
	};
}

const readDescription = (
	headers: ReplyHeaders,
): Omit<Described, "size" | "contentType"> => ({
	etag: (findHeader(headers, "etag") ?? "").replaceAll('"', ""),
	crc64: findHeader(headers, "x-oss-hash-crc64ecma") ?? "",
	versionId: findHeader(headers, "x-oss-version-id") ?? "",
});

const versionQuery = ({
	versionId,
}: Pick<Described, "versionId">): Map<string, string> =>
	new Map(versionId === "" ? [] : [["versionId", versionId]]);

/**
 * Both ends included.
 *
 * @throws OssError UpstreamUnreachable when the cloud does not return it: the object has been deleted or replaced
 */
export async function readRange(
	{ upstream }: Gateway,
	{ bucket, key, isSigned }: UpstreamRequest,
	object: Described,
	first: number,
	last: number,
): Promise<Buffer> {
	const answer = await upstream.send({
		...{ method: "GET", bucket, key, isSigned, body: null },
		query: versionQuery(object),
		headers: {
			range: `bytes=${first}-${last}`,
			"if-match": `"${object.etag}"`,
		},
	});
	if (answer.status === 206) return readWhole(answer.body);
	answer.body.resume();
	throw new OssError("UpstreamUnreachable", {
		message: `The OSS behind the gateway answered ${answer.status} to a range of the object.`,
	});
}
