import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import { Accounts } from "../../emulator/auth/accounts.ts";
import type { FormPart } from "../../emulator/oss/request.ts";
import { toOssForm } from "../../emulator/s3/form.ts";
import { refusal, textsOf } from "../client.ts";
import { type S3Emulator, startS3 } from "./s3.ts";
import { compact, keyOf, signText } from "./sign.ts";

type Fields = Readonly<Record<string, string>>;

const policyOf = (conditions: readonly unknown[], minutes = 10): string =>
	Buffer.from(
		JSON.stringify({
			expiration: new Date(Date.now() + minutes * 60_000).toISOString(),
			conditions,
		}),
	).toString("base64");

const CONDITIONS = [
	{ bucket: "photos" },
	["starts-with", "$key", "user/"],
	["starts-with", "$x-amz-meta-by", ""],
	["content-length-range", 1, 1000],
];

function fieldsV4({ key }: S3Emulator, policy: string, service = "s3"): Fields {
	const date = compact(new Date());
	const scope = `${date.slice(0, 8)}/cn-hangzhou/${service}/aws4_request`;
	return {
		key: "user/a.txt",
		"x-amz-meta-by": "tom",
		policy,
		"x-amz-algorithm": "AWS4-HMAC-SHA256",
		"x-amz-credential": `${key.id}/${scope}`,
		"x-amz-date": date,
		"x-amz-signature": createHmac("sha256", keyOf(key.secret, scope))
			.update(policy)
			.digest("hex"),
	};
}

async function post({ photos }: S3Emulator, fields: Fields) {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) form.set(name, value);
	form.set("file", new Blob(["hello"], { type: "text/plain" }), "a.txt");
	const written = new Response(form);
	return photos.sendAs(
		"POST",
		"/",
		{ "content-type": written.headers.get("content-type") ?? "" },
		new Uint8Array(await written.arrayBuffer()),
	);
}

suite("A form signed for S3", () => {
	for (const service of ["s3", "oss"])
		test(`with V4 for the service ${service} stores its file and metadata (A-331)`, async (t) => {
			const emulator = await startS3(t);
			const policy = policyOf(CONDITIONS);
			const answer = await post(emulator, {
				...fieldsV4(emulator, policy, service),
				"x-amz-storage-class": "STANDARD_IA",
				acl: "public-read",
			});
			assert.equal(answer.status, 204, answer.text);
			assert.ok(answer.headers["x-amz-request-id"]);
			const { headers } = await emulator.oss.head("/photos/user/a.txt");
			assert.deepEqual(
				[headers["x-oss-meta-by"], headers["x-oss-storage-class"]],
				["tom", "IA"],
			);
			const acl = await emulator.oss.get("/photos/user/a.txt?acl");
			assert.deepEqual(textsOf(acl, "Grant"), ["public-read"]);
		});

	test("can name the key that encrypts its file", async (t) => {
		const emulator = await startS3(t);
		const answer = await post(emulator, {
			...fieldsV4(emulator, policyOf(CONDITIONS)),
			"x-amz-server-side-encryption": "aws:kms",
			"x-amz-server-side-encryption-aws-kms-key-id": "key-1",
		});
		assert.equal(answer.status, 204, answer.text);
		const { headers } = await emulator.oss.head("/photos/user/a.txt");
		assert.deepEqual(
			[
				headers["x-oss-server-side-encryption"],
				headers["x-oss-server-side-encryption-key-id"],
			],
			["KMS", "key-1"],
		);
	});

	test("with V2 stores its file", async (t) => {
		const emulator = await startS3(t);
		const { key } = emulator;
		const policy = policyOf(CONDITIONS);
		const fields = {
			...{ key: "user/a.txt", "x-amz-meta-by": "tom", policy },
			AWSAccessKeyId: key.id,
			signature: signText(key.secret, policy),
		};
		assert.equal((await post(emulator, fields)).status, 204);
		const forged = await post(emulator, { ...fields, signature: "Zm9yZ2Vk" });
		assert.match(refusal(forged), /^403 SignatureDoesNotMatch /);
		assert.ok(forged.headers["x-amz-request-id"]);
	});

	test("has the signature of the documented policy, with each of the three signature versions", async () => {
		const policy = Buffer.from(
			'{"expiration":"2026-01-01T12:00:00.000Z","conditions":[{"bucket":"examplebucket"}]}',
		).toString("base64");
		const account = {
			accessKeyId: "AKIAIOSFODNN7EXAMPLE",
			accessKeySecret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
			uid: "1",
		};
		for (const [service, signature] of [
			[
				"s3",
				"490d9f49af00f66a388abe64d26ade669b758606047864454467f369238c78aa",
			],
			[
				"oss",
				"6b57a29e6d226ff1e1131013ec2c58851f60dc96dbc527fe6166526df4e356e9",
			],
		]) {
			const names: string[] = [];
			const parts = toOssForm(
				fieldsOf({
					policy,
					"x-amz-algorithm": "AWS4-HMAC-SHA256",
					"x-amz-credential": `AKIAIOSFODNN7EXAMPLE/20260101/cn-hangzhou/${service}/aws4_request`,
					"x-amz-date": "20260101T000000Z",
					"x-amz-signature": signature ?? "",
				}),
				{
					accounts: new Accounts([account]),
					now: new Date("2026-01-01T00:00:00Z"),
					checkSignatures: true,
					enabled: true,
					recognised: () => names.push("recognised"),
				},
			);
			for await (const part of parts)
				if (part.kind === "field" && part.name === "Signature")
					names.push(part.value);
			assert.deepEqual(names, ["recognised", "d0WeJz0aP71V69BB4FsB+WQIH1Q="]);
		}
	});

	const changes: readonly (readonly [string, Fields, RegExp])[] = [
		[
			"a credential with four parts",
			{ "x-amz-credential": "id/20260101/cn-hangzhou/aws4_request" },
			/^400 InvalidArgument 0002-00000711: /,
		],
		[
			"another algorithm",
			{ "x-amz-algorithm": "none" },
			/^400 InvalidArgument 0002-00000712: /,
		],
		[
			"an empty signature",
			{ "x-amz-signature": "" },
			/^400 InvalidArgument 0002-00000704: /,
		],
		[
			"another signature",
			{ "x-amz-signature": "0".repeat(64) },
			/^403 SignatureDoesNotMatch 0002-00000429: /,
		],
		[
			"an unknown key",
			{
				"x-amz-credential": "stranger/20260101/cn-hangzhou/s3/aws4_request",
			},
			/^403 InvalidAccessKeyId /,
		],
		["a key outside of its policy", { key: "b.txt" }, /^403 AccessDenied /],
	];
	for (const [what, change, refused] of changes)
		test(`with ${what} is refused, and stores nothing`, async (t) => {
			const emulator = await startS3(t);
			const fields = fieldsV4(emulator, policyOf(CONDITIONS));
			const answer = await post(emulator, { ...fields, ...change });
			assert.match(refusal(answer), refused);
			assert.ok(answer.headers["x-amz-request-id"]);
			const listed = await emulator.oss.get("/photos");
			assert.deepEqual(textsOf(listed, "Key"), []);
		});

	for (const [name, ec] of [
		["x-amz-algorithm", "712"],
		["x-amz-signature", "703"],
		["x-amz-credential", "711"],
	] as const)
		test(`without ${name} is refused`, async (t) => {
			const emulator = await startS3(t);
			const { [name]: _, ...fields } = fieldsV4(emulator, policyOf(CONDITIONS));
			const answer = await post(emulator, fields);
			assert.match(
				refusal(answer),
				new RegExp(`^400 InvalidArgument 0002-00000${ec}: `),
			);
		});

	test("with an expired policy is refused", async (t) => {
		const emulator = await startS3(t);
		const fields = fieldsV4(emulator, policyOf(CONDITIONS, -10));
		assert.match(refusal(await post(emulator, fields)), /^403 AccessDenied /);
	});

	test("can request a document with 201", async (t) => {
		const emulator = await startS3(t);
		const fields = fieldsV4(emulator, policyOf(CONDITIONS));
		const answer = await post(emulator, {
			...fields,
			success_action_status: "201",
		});
		assert.equal(answer.status, 201);
		assert.deepEqual(textsOf(answer, "Key"), ["user/a.txt"]);
	});

	test("is refused if the protocol is disabled (A-310)", async (t) => {
		const emulator = await startS3(t, "--s3", "off");
		const fields = fieldsV4(emulator, policyOf(CONDITIONS));
		const answer = await post(emulator, fields);
		assert.match(refusal(answer), /^403 AccessDenied 0002-00000031: /);
	});

	test("is accepted with --auth off", async (t) => {
		const emulator = await startS3(t, "--auth", "off");
		const fields = fieldsV4(emulator, policyOf(CONDITIONS));
		const change = { "x-amz-signature": "0".repeat(64) };
		assert.equal((await post(emulator, { ...fields, ...change })).status, 204);
	});
});

async function* fieldsOf(fields: Fields): AsyncGenerator<FormPart> {
	for (const [name, value] of Object.entries(fields))
		yield { kind: "field", name, value };
	yield {
		...{ kind: "file", name: "file", filename: "", contentType: "" },
		content: (async function* () {})(),
	};
}
