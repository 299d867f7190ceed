/** Gets temporary keys with the official Node.js clients, and uploads with each. */
import credentials from "@alicloud/credentials";
import openapi from "@alicloud/openapi-core";
import popCore from "@alicloud/pop-core";
import sts from "@alicloud/sts20150401";
import OSS from "ali-oss";

const { env } = process;
const accessKeyId = env.ACCESS_KEY_ID;
const accessKeySecret = env.ACCESS_KEY_SECRET;
const RoleArn = env.ROLE_ARN;

async function upload(name, { AccessKeyId, AccessKeySecret, SecurityToken }) {
	const client = new OSS({
		accessKeyId: AccessKeyId,
		accessKeySecret: AccessKeySecret,
		stsToken: SecurityToken,
		refreshSTSToken: async () => ({}),
		endpoint: env.OSS_ENDPOINT,
		region: "oss-cn-hangzhou",
		bucket: "photos",
	});
	await client.put(name, Buffer.from(name));
}

for (const method of ["GET", "POST"]) {
	const client = new popCore.RPCClient({
		...{ accessKeyId, accessKeySecret, apiVersion: "2015-04-01" },
		endpoint: env.OSS_ENDPOINT,
	});
	const name = `pop-core-${method}`;
	const parameters = { RoleArn, RoleSessionName: name };
	const { Credentials } = await client.request("AssumeRole", parameters, {
		method,
	});
	await upload(name, Credentials);
}

const config = new credentials.Config({
	...{ type: "ram_role_arn", accessKeyId, accessKeySecret, roleArn: RoleArn },
	roleSessionName: "credentials-node",
	stsEndpoint: env.STS_HOST,
});
const credential = await new credentials.default(config).getCredential();
await upload("credentials-node", {
	AccessKeyId: credential.accessKeyId,
	AccessKeySecret: credential.accessKeySecret,
	SecurityToken: credential.securityToken,
});

const client = new sts.default(
	new openapi.$OpenApiUtil.Config({
		...{ accessKeyId, accessKeySecret },
		endpoint: env.STS_HOST,
	}),
);
const answer = await client.assumeRole(
	new sts.AssumeRoleRequest({
		roleArn: RoleArn,
		roleSessionName: "sts20150401",
		durationSeconds: 900,
	}),
);
const { accessKeyId: AccessKeyId, ...rest } = answer.body.credentials;
await upload("sts20150401", {
	AccessKeyId,
	AccessKeySecret: rest.accessKeySecret,
	SecurityToken: rest.securityToken,
});
