/**
 * Replaces the cloud's addresses in a document by those that clients use: the bucket's name in the elements that
 * contain it (`Name` of a listing, `Bucket` of an upload, `BucketName` of an error), and the gateway's own host in
 * the `Location` of an object.
 *
 * Pure.
 */
import { Readable } from "node:stream";

export type Renaming = {
	/** @returns the name that clients use for a bucket of the cloud */
	readonly toLocal: (real: string) => string;
	/** The cloud's root URL of the bucket, `http://photos.oss-cn-hangzhou.aliyuncs.com/`, without the scheme. */
	readonly realRoot: string;
	/** The gateway's root URL of the bucket, `http://127.0.0.1:6770/photos/`. */
	readonly localRoot: string;
};

/** @returns bytes for bytes, a stream for a stream, which holds back at most the beginning of an element */
export function renameBucket<Body extends Buffer | Readable>(
	body: Body,
	renaming: Renaming,
): Buffer | Readable {
	const rename = renamer(renaming);
	if (Buffer.isBuffer(body))
		return Buffer.from(rename(body.toString("latin1")), "latin1");
	return Readable.from(pieces(body, rename), { objectMode: false });
}

/** Replaces the cloud's root of a URL by the gateway's. */
export function renameUrl(
	url: string,
	{ realRoot, localRoot }: Pick<Renaming, "realRoot" | "localRoot">,
): string {
	const start = SCHEMES.map((scheme) => `${scheme}://${realRoot}`).find((one) =>
		url.startsWith(one),
	);
	return start === undefined ? url : localRoot + url.slice(start.length);
}

const SCHEMES = ["https", "http"];
const NAME = /<(Name|Bucket|BucketName)>([\w-]+)<\//g;

/** Names of buckets and hosts are ASCII, so bytes can be treated as characters. */
function renamer(renaming: Renaming): (text: string) => string {
	const { toLocal, realRoot, localRoot } = renaming;
	const rename = (_: string, element: string, name: string): string =>
		`<${element}>${toLocal(name)}</`;
	return (text) =>
		SCHEMES.reduce(
			(renamed, scheme) =>
				renamed.replaceAll(
					`<Location>${scheme}://${realRoot}`,
					() => `<Location>${localRoot}`,
				),
			text.replaceAll(NAME, rename),
		);
}

/** Longer than any renamed element: a bucket's name, or a host that includes it. */
const ELEMENT_BYTES_MAX = 512;

/** A `<` near the end may begin an element whose rest has not arrived yet. */
async function* pieces(
	body: AsyncIterable<Buffer>,
	rename: (text: string) => string,
): AsyncGenerator<Buffer> {
	let rest = "";
	for await (const chunk of body) {
		const text = rest + chunk.toString("latin1");
		const near = Math.max(0, text.length - ELEMENT_BYTES_MAX);
		const open = text.indexOf("<", near);
		const end = open < 0 ? text.length : open;
		rest = text.slice(end);
		if (end > 0) yield Buffer.from(rename(text.slice(0, end)), "latin1");
	}
	if (rest !== "") yield Buffer.from(rename(rest), "latin1");
}
