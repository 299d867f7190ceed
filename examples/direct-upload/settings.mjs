/**
 * The settings that differ between the emulator and OSS; environment variables override them. For OSS, set
 *
 *     OSS_ENDPOINT   https://oss-cn-hangzhou.aliyuncs.com
 *     OSS_REGION     the region of your bucket
 *     STS_ENDPOINT   https://sts.aliyuncs.com
 *     OSS_KEY_URLS   https://gosspublic.alicdn.com/,http://gosspublic.alicdn.com/
 *     CALLBACK_URL   the public URL of /uploaded on this server
 *
 * and OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS_BUCKET and ROLE_ARN: the key of a RAM user that can assume the
 * role, and a role that can write to the bucket.
 */
const { env } = process;

export const host = env.HOST ?? "127.0.0.1";
export const port = Number(env.PORT ?? "8000");

/**
 * localhost instead of 127.0.0.1, because ali-oss puts the bucket in front of it, and browsers resolve
 * BUCKET.localhost.
 */
export const endpoint = env.OSS_ENDPOINT ?? "http://localhost:6770";
export const region = env.OSS_REGION ?? "cn-hangzhou";
export const bucket = env.OSS_BUCKET ?? "photos";
export const accessKeyId = env.OSS_ACCESS_KEY_ID ?? "oss-emulator";
export const accessKeySecret =
	env.OSS_ACCESS_KEY_SECRET ?? "oss-emulator-secret";

export const stsEndpoint = env.STS_ENDPOINT ?? "http://127.0.0.1:6770";
export const roleArn =
	env.ROLE_ARN ?? "acs:ram::1000000000000001:role/uploader";

/** The URL at which OSS reaches this server, and the trusted prefixes of the public key's URL. */
export const callbackUrl =
	env.CALLBACK_URL ?? `http://127.0.0.1:${port}/uploaded`;
// The emulator announces its key under the host to which the browser uploaded.
export const keyUrls = (
	env.OSS_KEY_URLS ?? "http://127.0.0.1:6770/,http://localhost:6770/"
).split(",");

/** The limits on uploads by browsers, and the lifetime of permits in seconds. */
export const prefix = "incoming/";
export const bytesMax = Number(env.BYTES_MAX ?? "10000000");
export const seconds = 300;
