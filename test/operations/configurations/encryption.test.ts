import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startEmulator, startWithBucket } from "../../emulator.ts";
import { getDocument, putDocument } from "./document.ts";

const TARGET = "/photos?encryption";

const rule = (content: string): string =>
	`<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault>${content}</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>`;

suite("A bucket's encryption", () => {
	for (const content of [
		"<SSEAlgorithm>AES256</SSEAlgorithm>",
		"<SSEAlgorithm>SM4</SSEAlgorithm>",
		"<SSEAlgorithm>KMS</SSEAlgorithm>",
		"<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>id</KMSMasterKeyID><KMSDataEncryption>SM4</KMSDataEncryption>",
	])
		test(`is stored: ${content}`, async (t) => {
			const { oss } = await startWithBucket(t);
			await putDocument(oss, TARGET, rule(content));
			assert.equal(await getDocument(oss, TARGET), rule(content));
		});

	test("is returned without empty elements, even though SDKs send them", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(
			oss,
			TARGET,
			rule(
				"<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID></KMSMasterKeyID><KMSDataEncryption></KMSDataEncryption>",
			),
		);
		assert.equal(
			await getDocument(oss, TARGET),
			rule("<SSEAlgorithm>AES256</SSEAlgorithm>"),
		);
	});

	test("has no KMSDataEncryption without KMS", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const algorithm of ["AES256", "SM4"]) {
			const content = `<SSEAlgorithm>${algorithm}</SSEAlgorithm>`;
			const sent = `${content}<KMSDataEncryption>SM4</KMSDataEncryption>`;
			await putDocument(oss, TARGET, rule(sent));
			assert.equal(await getDocument(oss, TARGET), rule(content));
		}
	});

	for (const [content, refused] of [
		[
			"<SSEAlgorithm>AES</SSEAlgorithm>",
			"400 InvalidEncryptionAlgorithmError : The Encryption request you specified is not valid. Supported value: AES256/SM4/KMS.",
		],
		[
			"<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>id</KMSMasterKeyID>",
			"400 InvalidArgument : KMSMasterKeyID is not applicable if the default sse algorithm is not KMS.",
		],
		[
			"<SSEAlgorithm>KMS</SSEAlgorithm><KMSDataEncryption>AES</KMSDataEncryption>",
			"400 InvalidDataEncryptionAlgorithmError : The KMS Data Encryption request you specified is not valid. Supported value:SM4",
		],
	] as const)
		test(`is refused: ${content}`, async (t) => {
			const { oss } = await startWithBucket(t);
			assert.equal(refusal(await oss.put(TARGET, rule(content))), refused);
		});
});

suite("PutBucket's headers", () => {
	test("set the bucket's encryption", async (t) => {
		const { oss } = await startEmulator(t);
		await oss.put("/photos", "", {
			"x-oss-server-side-encryption": "KMS",
			"x-oss-server-side-data-encryption": "SM4",
		});
		assert.equal(
			await getDocument(oss, TARGET),
			rule(
				"<SSEAlgorithm>KMS</SSEAlgorithm><KMSDataEncryption>SM4</KMSDataEncryption>",
			),
		);
	});

	test("set the bucket's resource group", async (t) => {
		const { oss } = await startEmulator(t);
		await oss.put("/photos", "", {
			"x-oss-resource-group-id": "rg-aek27tc2xxxxxxx",
		});
		assert.deepEqual(
			textsOf(await oss.get("/photos?resourceGroup"), "ResourceGroupId"),
			["rg-aek27tc2xxxxxxx"],
		);
	});

	for (const [name, value, refused] of [
		["x-oss-server-side-encryption", "AES", "InvalidEncryptionAlgorithmError"],
		["x-oss-resource-group-id", "rg", "InvalidArgument"],
	] as const)
		test(`create no bucket with ${name}: ${value}`, async (t) => {
			const { oss } = await startEmulator(t);
			const put = await oss.put("/photos", "", { [name]: value });
			assert.ok(refusal(put).startsWith(`400 ${refused} `), refusal(put));
			assert.equal((await oss.head("/photos")).status, 404);
		});
});
