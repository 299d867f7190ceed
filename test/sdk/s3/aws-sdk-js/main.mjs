// Uses the AWS SDK for JavaScript v3 like an application: prints each successful step, and ends at the first failure.
// NODE_EXTRA_CA_CERTS contains the certificate authority.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { Readable } from "node:stream";

const require = createRequire(`${process.env.CACHE}/`);
const s3 = require("@aws-sdk/client-s3");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");

const { env } = process;
const Bucket = env.BUCKET;
const Key = "a b/猫+.txt";
const PART_SIZE_MIN = 5 * 1024 * 1024;

const clientWith = (endpoint, more = {}) =>
	new s3.S3Client({
		endpoint: env[endpoint],
		region: "cn-hangzhou",
		forcePathStyle: env.STYLE === "path",
		credentials: {
			accessKeyId: env.ACCESS_KEY_ID,
			secretAccessKey: env.ACCESS_KEY_SECRET,
		},
		maxAttempts: 1,
		...more,
	});

const CURE = {
	requestChecksumCalculation: "WHEN_REQUIRED",
	responseChecksumValidation: "WHEN_REQUIRED",
};
const byDefault = clientWith("S3_TLS_ENDPOINT");
const client = clientWith("S3_TLS_ENDPOINT", CURE);
const plain = clientWith("S3_ENDPOINT", CURE);

/** The documented setting for DeleteObjects: the SDK no longer sends a Content-MD5 by default. */
client.middlewareStack.add(
	(next) => (args) => {
		const { headers, body } = args.request;
		headers["content-md5"] = createHash("md5").update(body).digest("base64");
		return next(args);
	},
	{ step: "build", name: "contentMd5" },
);
const withoutMd5 = clientWith("S3_TLS_ENDPOINT", CURE);

const send = (name, input, by = withoutMd5) =>
	by.send(new s3[`${name}Command`]({ Bucket, ...input }));

const read = async (key) =>
	(await send("GetObject", { Key: key })).Body.transformToString();

/** The SDK sends the checksum of a stream in a trailer, and that of a text in a header. */
const stream = (text) => ({
	Body: Readable.from([Buffer.from(text)]),
	ContentLength: Buffer.byteLength(text),
});

const steps = {
	"create bucket": async () => {
		await send("CreateBucket", {});
		await send("HeadBucket", {});
	},
	"refused: trailers": () =>
		assert.rejects(send("PutObject", { Key, ...stream("hello") }, byDefault), {
			name: "NotImplemented",
			message: /Aws MultiChunkedEncoding/,
		}),
	"refused: DeleteObjects": () =>
		assert.rejects(send("DeleteObjects", { Delete: { Objects: [{ Key }] } }), {
			name: "MissingArgument",
		}),
	put: async () => {
		const put = await send("PutObject", {
			...{ Key, ...stream("hello"), Metadata: { by: "tom" } },
			StorageClass: "STANDARD_IA",
		});
		assert.equal(put.ETag, '"5D41402ABC4B2A76B9719D911017C592"');
	},
	get: async () => {
		const got = await send("GetObject", { Key, Range: "bytes=1-3" });
		assert.equal(await got.Body.transformToString(), "ell");
		assert.deepEqual(got.Metadata, { by: "tom" });
		assert.equal(got.StorageClass, "STANDARD_IA");
	},
	copy: async () => {
		const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
		await send("CopyObject", { Key: "copy", CopySource });
		assert.equal(await read("copy"), "hello");
	},
	list: async () => {
		const keys = [];
		const pages = s3.paginateListObjectsV2(
			{ client: withoutMd5, pageSize: 1 },
			{ Bucket },
		);
		for await (const { Contents = [] } of pages)
			keys.push(...Contents.map((one) => one.Key));
		assert.deepEqual(keys, [Key, "copy"]);
	},
	multipart: async () => {
		const target = { Key: "big" };
		const { UploadId } = await send("CreateMultipartUpload", target);
		const Parts = [];
		for (const [index, Body] of ["a".repeat(PART_SIZE_MIN), "b"].entries()) {
			const PartNumber = index + 1;
			const part = { ...target, UploadId, PartNumber, Body };
			const { ETag } = await send("UploadPart", part);
			Parts.push({ PartNumber, ETag });
		}
		await send("CompleteMultipartUpload", {
			...{ ...target, UploadId, MultipartUpload: { Parts } },
		});
		assert.equal((await read("big")).length, PART_SIZE_MIN + 1);
	},
	presigned: async () => {
		const url = await getSignedUrl(
			plain,
			new s3.GetObjectCommand({ Bucket, Key }),
		);
		assert.equal(await (await fetch(url)).text(), "hello");
	},
	"no such key": () => assert.rejects(read("missing"), { name: "NoSuchKey" }),
	delete: async () => {
		const Objects = [Key, "copy", "big"].map((one) => ({ Key: one }));
		await send("DeleteObjects", { Delete: { Objects } }, client);
		await send("DeleteBucket", {});
	},
};

for (const [name, step] of Object.entries(steps)) {
	await step();
	console.log(name);
}
