import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal } from "../client.ts";
import { startWithBucket } from "../emulator.ts";

/** The Authorization headers of the SDKs of other products, which differ from OSS's. */
const signedFor = (product: string) => ({
	authorization: `OSS4-HMAC-SHA256 Credential=oss-emulator/20261101/cn-hangzhou/${product}/aliyun_v4_request,Signature=${"0".repeat(64)}`,
});

const notThere = (name: string): string =>
	`400 NotImplemented : The emulator does not implement ${name}.`;

suite("Requests for products other than OSS return 400 NotImplemented with the product's name:", () => {
	const vectors = "oss-vectors.aliyuncs.com";
	const tables = "oss-tables.aliyuncs.com";
	for (const [method, target, host, name] of [
		["PUT", "/", `photos-1.cn-hangzhou.${vectors}`, "OSS Vectors"],
		["GET", "/", `cn-hangzhou-internal.${vectors}:80`, "OSS Vectors"],
		["PUT", "/buckets", `cn-hangzhou.${tables}`, "OSS Tables"],
		["POST", "/", "kms.cn-hangzhou.aliyuncs.com", "KMS"],
		["POST", "/", "kms-vpc.cn-hangzhou.aliyuncs.com", "KMS"],
		["POST", "/", "kst-1.cryptoservice.kms.aliyuncs.com", "KMS"],
		["GET", "/", "cb-1.cn-hangzhou.oss-cloudbox.aliyuncs.com", "CloudBox"],
		["GET", "/", "oss-cloudbox-control.aliyuncs.com", "CloudBox"],
	] as const)
		test(`${name}, at ${host}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const headers = signedFor("oss");
			const sent = await oss.send(method, target, { host, headers, as: null });
			assert.equal(refusal(sent), notThere(name));
		});

	test("OSS Tables, recognized by the product in a signature", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const [target, headers] of [
			["/namespaces/a", signedFor("osstables")],
			[
				"/get-table?x-oss-credential=a%2F20261101%2Fcn-hangzhou%2Fosstables%2Faliyun_v4_request",
				{},
			],
		] as const) {
			const sent = await oss.get(target, { headers, as: null });
			assert.equal(refusal(sent), notThere("OSS Tables"));
		}
	});

	test("OSS Vectors, with the name of each operation", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const name of `PutVectorIndex GetVectorIndex ListVectorIndexes DeleteVectorIndex
			PutVectors GetVectors ListVectors DeleteVectors QueryVectors`.split(
			/\s+/,
		)) {
			const target = `/?${name.charAt(0).toLowerCase()}${name.slice(1)}`;
			const headers = signedFor("oss");
			const sent = await oss.send("POST", target, { headers, as: null });
			assert.equal(refusal(sent), notThere(name));
		}
	});
});

test("A bucket and a key can have the names of other products", async (t) => {
	const { oss } = await startWithBucket(t);
	for (const name of ["oss-vectors", "kms", "oss-cloudbox"]) {
		const host = `${name}.oss-cn-hangzhou.aliyuncs.com`;
		const put = await oss.send("PUT", "/", { host, resource: `/${name}/` });
		assert.equal(put.status, 200);
	}
	const key = "/photos/osstables/aliyun_v4_request?putVectors";
	assert.equal((await oss.put(key, "meow")).status, 200);
});
