/** Creates the bucket, and allows pages from other origins to upload to it. Run it once. */
import OSS from "ali-oss";
import * as settings from "./settings.mjs";

// Browsers resolve BUCKET.localhost; Node.js does not on every system.
const endpoint = settings.endpoint.replace("//localhost:", "//127.0.0.1:");
const client = new OSS({
	endpoint,
	region: `oss-${settings.region}`,
	accessKeyId: settings.accessKeyId,
	accessKeySecret: settings.accessKeySecret,
});

await client.putBucket(settings.bucket);
await client.putBucketCORS(settings.bucket, [
	{
		allowedOrigin: process.env.PAGE_ORIGIN ?? "*",
		allowedMethod: ["PUT", "POST", "DELETE"],
		allowedHeader: "*",
		exposeHeader: ["ETag", "x-oss-request-id"], // ali-oss needs the ETag of every part
		maxAgeSeconds: "600",
	},
]);
console.log(`${settings.bucket} is ready`);
