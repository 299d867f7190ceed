import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal } from "../client.ts";
import { assumeRoleParameters, signed } from "../sts/sts-requests.ts";
import { type S3Client, type S3Emulator, startS3 } from "./s3.ts";
import { presignV4, signText } from "./sign.ts";

type Temporary = { readonly client: S3Client; readonly token: string };

async function assumeRole({
	photos,
	oss,
	key,
}: S3Emulator): Promise<Temporary> {
	const parameters = signed(
		assumeRoleParameters({
			AccessKeyId: key.id,
			Timestamp: new Date().toISOString(),
		}),
		key.secret,
	);
	const answer = await oss.send("POST", "/", {
		as: null,
		host: "sts.aliyuncs.com",
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: String(new URLSearchParams(parameters)),
	});
	const { Credentials } = JSON.parse(answer.text);
	const { AccessKeyId: id, AccessKeySecret: secret } = Credentials;
	const client = photos.with({ key: { id, secret } });
	return { client, token: Credentials.SecurityToken };
}

suite("A temporary key over S3", () => {
	test("is accepted with its token in a signed header of V4", async (t) => {
		const { client, token } = await assumeRole(await startS3(t));
		const headers = { "x-amz-security-token": token };
		assert.equal((await client.put("/a", "hello", headers)).status, 200);
		const without = await client.get("/a");
		assert.match(refusal(without), /^403 InvalidAccessKeyId /);
		const unsigned = await client.get("/a", {
			headers,
			unsigned: ["x-amz-security-token"],
		});
		assert.match(
			refusal(unsigned),
			/^403 SignatureDoesNotMatch 0002-00000431: /,
		);
		const other = { "x-amz-security-token": `${token.slice(0, -8)}AAAAAAAA` };
		assert.match(
			refusal(await client.get("/a", { headers: other })),
			/^403 InvalidSecurityToken /,
		);
	});

	test("is accepted with its token in a URL of V4", async (t) => {
		const { client, token } = await assumeRole(await startS3(t));
		const { key, host } = client;
		const url = presignV4({ key, host, token, method: "GET", target: "/" });
		assert.equal((await client.sendAs("GET", url)).status, 200);
	});

	test("is accepted with its token in a header of V2", async (t) => {
		const { client, token } = await assumeRole(await startS3(t));
		const { id, secret } = client.key;
		const date = new Date().toUTCString();
		const ofHeader = signText(
			secret,
			`GET\n\n\n${date}\nx-amz-security-token:${token}\n/photos/`,
		);
		const inHeader = await client.sendAs("GET", "/", {
			date,
			"x-amz-security-token": token,
			authorization: `AWS ${id}:${ofHeader}`,
		});
		assert.equal(inHeader.status, 200, inHeader.text);
	});

	for (const isSigned of [true, false])
		test(`is accepted with its token in a URL of V2 that signs ${isSigned ? "" : "no "}token (A-964)`, async (t) => {
			const { client, token } = await assumeRole(await startS3(t));
			const { id, secret } = client.key;
			const Expires = String(Math.floor(Date.now() / 1000) + 60);
			const line = isSigned ? `x-amz-security-token:${token}\n` : "";
			const query = new URLSearchParams({
				AWSAccessKeyId: id,
				Expires,
				Signature: signText(secret, `GET\n\n\n${Expires}\n${line}/photos/`),
				"x-amz-security-token": token,
			});
			const inUrl = await client.sendAs("GET", `/?${query}`);
			assert.equal(inUrl.status, 200, inUrl.text);
		});

	test("is refused after its session has expired", async (t) => {
		const emulator = await startS3(t);
		const { client, token } = await assumeRole(emulator);
		const moved = await fetch(`${emulator.adminUrl}/api/clock`, {
			method: "PUT",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ advance: 7200 }),
		});
		const now = new Date(Date.now() + 7_200_000);
		const headers = { "x-amz-security-token": token };
		const answer = await client.get("/", { headers, now });
		assert.match(refusal(answer), /^403 SecurityTokenExpired 0002-00000007: /);
		assert.equal(moved.status, 200);
	});
});
