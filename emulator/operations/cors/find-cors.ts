/**
 * The CORS rules of a bucket: its own, or, under `--cors dev` and without its own, rules that let a page do anything.
 * These cover a missing bucket too, so that a page can read the error.
 */
import type { Emulator } from "../../emulator.ts";
import { findDocument } from "../configurations/kind.ts";
import { CORS } from "./cors.ts";

export type CorsRules = ReturnType<typeof CORS.shape>;

/** @throws OssError NoSuchBucket, except under `--cors dev` */
export async function findCors(
	emulator: Pick<Emulator, "store" | "cors">,
	bucket: string,
): Promise<CorsRules | undefined> {
	const isDev = emulator.cors === "dev";
	if (isDev && !(await emulator.store.buckets.find(bucket))) return ANY_PAGE;
	const own = await findDocument(emulator, CORS, bucket);
	return own ?? (isDev ? ANY_PAGE : undefined);
}

/**
 * Lists the headers that OSS may return. The asterisk, which a bucket's own rule must not have here, covers
 * x-oss-meta-….
 */
const EXPOSED =
	`ETag Content-MD5 Date Content-Range Content-Disposition Content-Encoding
x-oss-request-id x-oss-server-time x-oss-ec x-oss-err x-oss-hash-crc64ecma x-oss-version-id x-oss-delete-marker
x-oss-object-type x-oss-storage-class x-oss-next-append-position x-oss-tagging-count x-oss-restore
x-oss-server-side-encryption x-oss-symlink-target *`.split(/\s+/);

const ANY_PAGE: CorsRules = {
	CORSRule: [
		{
			AllowedOrigin: ["*"],
			AllowedMethod: ["GET", "PUT", "DELETE", "POST", "HEAD"],
			AllowedHeader: ["*"],
			ExposeHeader: EXPOSED,
			MaxAgeSeconds: 0, // so that rules that are set later hold at once
		},
	],
	ResponseVary: false,
};
