/**
 * An object in the cloud, as a callback's variables describe it, and the part of its content that they need.
 */
import type { UploadFacts } from "../callback/model.ts";
import { OssError } from "../oss/errors.ts";
import type { ReplyHeaders } from "../oss/reply.ts";
import type { UpstreamRequest } from "../upstream/request.ts";
import type { Gateway } from "./forward.ts";
import { findHeader, readWhole } from "./incoming.ts";

export type KnownFacts = Partial<Pick<UploadFacts, "size" | "contentType">>;

export type Described = Pick<
	UploadFacts,
	"etag" | "size" | "contentType" | "crc64"
> & {
	/** Empty in a bucket without versions. */
	readonly versionId: string;
};

/**
 * Describes the object by the headers of the upload's response; a HeadObject supplies missing facts.
 *
 * @param headers headers of the response to the upload
 * @param known facts from the request; if the type is '', the cloud chooses it
 * @returns undefined if the cloud does not describe the object
 */
export async function describeObject(
	{ upstream }: Gateway,
	{ bucket, key, isSigned }: UpstreamRequest,
	headers: ReplyHeaders,
	{ size, contentType }: KnownFacts,
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
 * Reads a range of the content, both ends included.
 *
 * @throws OssError UpstreamUnreachable if the cloud does not return it, because the object was deleted or replaced
 */
export async function readRange(
	{ upstream }: Gateway,
	{ bucket, key, isSigned }: UpstreamRequest,
	object: Described,
	first: number,
	last: number,
): Promise<Buffer> {
	const answer = await upstream.send({
		method: "GET",
		bucket,
		key,
		isSigned,
		body: null,
		query: versionQuery(object),
		headers: {
			range: `bytes=${first}-${last}`,
			"if-match": `"${object.etag}"`,
		},
	});
	if (answer.status === 206) return readWhole(answer.body);
	answer.body.resume();
	throw new OssError("UpstreamUnreachable", {
		message: `The OSS behind the gateway answered ${answer.status} to a request for a range of the object.`,
	});
}
