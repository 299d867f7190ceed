/**
 * Puts the name that clients know into a document of the cloud, where it names a bucket: `Name` of a listing, `Bucket`
 * of an upload, `BucketName` of an error.
 *
 * Pure.
 */
import { Readable } from "node:stream";

const ELEMENTS = "Name|Bucket|BucketName";

/** @returns of bytes bytes, of a stream a stream, which keeps back no more than one such element */
export function renameBucket<Body extends Buffer | Readable>(
	body: Body,
	from: string,
	to: string,
): Buffer | Readable {
	const rename = renamer(from, to);
	if (Buffer.isBuffer(body))
		return Buffer.from(rename(body.toString("latin1")), "latin1");
	return Readable.from(pieces(body, rename, from), { objectMode: false });
}

/** Names of buckets are ASCII, so that bytes may be taken for characters. */
function renamer(from: string, to: string): (text: string) => string {
	const pattern = new RegExp(`<(${ELEMENTS})>${from}</`, "g");
	return (text) => text.replaceAll(pattern, (_, name) => `<${name}>${to}</`);
}

/** What follows the last `<` with enough room for an element may be the beginning of one. */
async function* pieces(
	body: AsyncIterable<Buffer>,
	rename: (text: string) => string,
	from: string,
): AsyncGenerator<Buffer> {
	const most = "<BucketName></".length + from.length;
	let rest = "";
	for await (const chunk of body) {
		const text = rest + chunk.toString("latin1");
		const open = text.indexOf("<", Math.max(0, text.length - most));
		const end = open < 0 ? text.length : open;
		rest = text.slice(end);
		if (end > 0) yield Buffer.from(rename(text.slice(0, end)), "latin1");
	}
	if (rest !== "") yield Buffer.from(rename(rest), "latin1");
}
