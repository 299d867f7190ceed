/** Signatures in headers and URLs, of OSS and of S3. The input is a request line, followed by one header per line. */
import { Accounts } from "../../emulator/auth/accounts.ts";
import { readTargets } from "../../emulator/auth/addressing.ts";
import { authenticate, readClaim } from "../../emulator/auth/authenticate.ts";
import { encodeKey, percentDecode } from "../../emulator/oss/encoding.ts";
import { readS3Claim } from "../../emulator/s3/claim.ts";
import { makeRequest } from "../auth/request.ts";
import { agree, reading, type Target } from "./engine/target.ts";

const KEY = { accessKeyId: "id", accessKeySecret: "emulator-secret", uid: "1" };
const KNOWN = {
	accounts: new Accounts([KEY]),
	region: "cn-hangzhou",
	checkSignatures: true,
};
const NAMES = { domains: ["oss.test"], bound: undefined };

export default {
	about: "signatures in headers and URLs, Host and path: V1, V2, V4, S3",
	seeds: [
		"GET /photos/a%20b?acl\nhost:photos.oss-cn-hangzhou.aliyuncs.com\nauthorization:OSS id:c2ln\ndate:Wed, 28 Dec 2022 10:27:41 GMT",
		"PUT /a+b\nhost:photos.oss.test:80\nauthorization:OSS2 AccessKeyId:id,AdditionalHeaders:host;x,Signature:c2ln\nx-oss-date:20221228T102741Z",
		"GET /photos/a\nauthorization:OSS4-HMAC-SHA256 Credential=id/20221228/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=host,Signature=00\nx-oss-date:20221228T102741Z",
		"GET /photos/a?OSSAccessKeyId=id&Expires=99999999999&Signature=c2ln",
		"GET /a?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=id%2F20221228%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20221228T102741Z&x-oss-expires=600&x-oss-signature=00&x-oss-additional-headers=host",
		"GET /a?x-oss-signature-version=OSS2&x-oss-access-key-id=id&x-oss-expires=99999999999&x-oss-signature=00",
		"GET /a\nhost:s3.oss-cn-hangzhou.aliyuncs.com\nauthorization:AWS4-HMAC-SHA256 Credential=id/20221228/cn-hangzhou/s3/aws4_request,SignedHeaders=host,Signature=00\nx-amz-date:20221228T102741Z\nx-amz-content-sha256:UNSIGNED-PAYLOAD",
		"GET /a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=id%2F20221228%2Fcn-hangzhou%2Fs3%2Faws4_request&X-Amz-Date=20221228T102741Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=00",
		"GET /a\nauthorization:AWS id:c2ln\nhost:[::1]:6770",
	],
	run: async (input) => {
		const [line = "", ...lines] = input.toString().split("\n");
		const [method = "GET", target = "/"] = line.split(" ");
		const [rawPath = "", rawQuery = ""] = target.split(/\?(.*)/s);
		const headers = Object.fromEntries(
			lines
				.map((one) => one.split(/:(.*)/s))
				.map(([name = "", value = ""]) => [name.toLowerCase(), value]),
		);
		const readings = await reading(input, () =>
			readTargets(headers.host ?? "", rawPath, NAMES),
		);
		for (const { bucket, key, isInHost } of readings ?? []) {
			const path = isInHost
				? `/${encodeKey(key)}`
				: `/${encodeKey(bucket)}/${encodeKey(key)}`;
			agree(
				"a path",
				percentDecode(path),
				isInHost ? `/${key}` : `/${bucket}/${key}`,
			);
		}
		const [likeliest] = readings ?? [];
		if (!readings || !likeliest) return;
		const request = makeRequest({
			...likeliest,
			method,
			rawPath,
			rawQuery,
			headers,
			receivedAt: new Date(1672223261000),
		});
		for (const read of [
			readClaim,
			() => readS3Claim(request, { enabled: true }),
		])
			await reading(input, () => authenticate(request, readings, KNOWN, read));
	},
} satisfies Target;
