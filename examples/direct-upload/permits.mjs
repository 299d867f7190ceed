/**
 * Permits for uploads that a browser sends to OSS: a signed form, a signed URL, or temporary keys. The secret never
 * leaves this server.
 */
import OSS from "ali-oss";
import * as settings from "./settings.mjs";

const { bucket, endpoint, prefix, seconds } = settings;

const client = new OSS({
	endpoint,
	bucket,
	region: `oss-${settings.region}`,
	accessKeyId: settings.accessKeyId,
	accessKeySecret: settings.accessKeySecret,
});
const sts = new OSS.STS({
	endpoint: settings.stsEndpoint,
	accessKeyId: settings.accessKeyId,
	accessKeySecret: settings.accessKeySecret,
});

const callback = {
	url: settings.callbackUrl,
	body: '{"key":${object},"size":${size},"type":${mimeType},"etag":${etag},"by":${operation}}',
	contentType: "application/json",
};

const toBase64 = (value) =>
	Buffer.from(JSON.stringify(value)).toString("base64");

const encodedCallback = toBase64({
	callbackUrl: callback.url,
	callbackBody: callback.body,
	callbackBodyType: callback.contentType,
});

/** The fields of a form that uploads a file; the page adds `key` before them, and `file` after them. */
export function permitForm(version) {
	const { protocol, host } = new URL(endpoint);
	const signed = version === "V1" ? signV1() : signV4();
	return {
		url: `${protocol}//${bucket}.${host}/`,
		fields: { ...signed, callback: encodedCallback },
	};
}

const policyOf = (...conditions) => ({
	expiration: new Date(Date.now() + seconds * 1000).toISOString(),
	conditions: [
		{ bucket },
		["starts-with", "$key", prefix],
		["content-length-range", 0, settings.bytesMax],
		{ callback: encodedCallback }, // so that no client can leave it out
		...conditions,
	],
});

const signV1 = () => client.calculatePostSignature(policyOf());

function signV4() {
	const now = new Date();
	const date = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
	const day = date.slice(0, 8);
	const fields = {
		"x-oss-signature-version": "OSS4-HMAC-SHA256",
		"x-oss-credential": `${settings.accessKeyId}/${day}/${settings.region}/oss/aliyun_v4_request`,
		"x-oss-date": date,
	};
	const policy = policyOf(
		...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
	);
	return {
		...fields,
		policy: toBase64(policy),
		"x-oss-signature": client.signPostObjectPolicyV4(policy, now),
	};
}

/** A signed URL to PUT one file to; the request must have exactly these headers. */
export async function permitPut(name, type) {
	const headers = { "Content-Type": type };
	const url = await client.signatureUrlV4(
		"PUT",
		seconds,
		{ headers, queries: { callback: encodedCallback } },
		`${prefix}${name}`,
	);
	return { url, headers };
}

/** Temporary keys that can only write below the prefix, and the other settings of the client in the browser. */
export async function permitClient() {
	const { credentials } = await sts.assumeRole(
		settings.roleArn,
		{
			Version: "1",
			Statement: [
				{
					Effect: "Allow",
					Action: [
						"oss:PutObject",
						"oss:ListParts",
						"oss:AbortMultipartUpload",
					],
					Resource: [`acs:oss:*:*:${bucket}/${prefix}*`],
				},
			],
		},
		900,
		"browser",
	);
	return {
		client: {
			endpoint,
			bucket,
			region: `oss-${settings.region}`,
			authorizationV4: true,
			accessKeyId: credentials.AccessKeyId,
			accessKeySecret: credentials.AccessKeySecret,
			stsToken: credentials.SecurityToken,
		},
		callback,
	};
}
