/** Uses ali-oss like an application: prints each successful step, and ends at the first failure. */
import assert from "node:assert/strict";
import { isIPv4 } from "node:net";
import OSS from "ali-oss";

const {
	OSS_ENDPOINT: endpoint = "",
	ACCESS_KEY_ID: accessKeyId,
	ACCESS_KEY_SECRET: accessKeySecret,
	BUCKET: bucket = "",
	CALLBACK_URL,
	UNREACHABLE_URL,
} = process.env;
const PART_SIZE_MIN = 100 * 1024;
const KEY = "a b/猫.txt";

const clientWith = (options) =>
	new OSS({
		...{ endpoint, accessKeyId, accessKeySecret, bucket },
		region: "oss-cn-hangzhou",
		authorizationV4: true,
		...options,
	});
const v4 = clientWith({});
const v1 = clientWith({ authorizationV4: false });

const CALLBACK = {
	url: CALLBACK_URL,
	body: "object=${object}&size=${size}&by=${x:by}",
	customValue: { by: "tom & co" },
};
const ANSWER = { Status: "OK" };

const read = async (key) => String((await v4.get(key)).content);

/** ali-oss does not sign URLs for IP addresses; a URL that is signed for a name is valid for any host. */
function urlsBy(client) {
	const isIp = isIPv4(new URL(endpoint).hostname);
	const signer = isIp
		? { endpoint: "http://oss-cn-hangzhou.aliyuncs.com" }
		: {};
	const signing = clientWith({ ...client, ...signer });
	return async (method, headers) => {
		const signed = client.authorizationV4
			? await signing.signatureUrlV4(method, 60, { headers }, KEY)
			: signing.signatureUrl(KEY, { method, expires: 60, ...headers });
		const { pathname, search } = new URL(signed);
		return isIp ? `${endpoint}/${bucket}${pathname}${search}` : signed;
	};
}

async function presigned(client) {
	const sign = urlsBy(client);
	const headers = { "Content-Type": "text/plain" };
	const put = await fetch(await sign("PUT", headers), {
		...{ method: "PUT", body: "signed", headers },
	});
	assert.equal(put.status, 200, await put.text());
	const url = await sign("GET", {});
	const get = await fetch(url);
	assert.equal(await get.text(), "signed");
	assert.equal(get.headers.get("content-type"), "text/plain");
	const other = await fetch(url.replace("%E7%8C%AB", "other"));
	assert.equal(other.status, 403);
}

/** Repeats a request after a temporary error, as ali-oss's manual recommends. */
async function again(status, send) {
	try {
		return await send();
	} catch (error) {
		assert.equal(error.status, status);
		return send();
	}
}

const STEPS = {
	"create bucket": async () => {
		await v4.putBucket(bucket);
		assert.equal((await v1.getBucketInfo(bucket)).bucket.Name, bucket);
	},
	put: async () => {
		const { res } = await v4.put(KEY, Buffer.from("hello"), {
			meta: { by: "tom" },
		});
		assert.equal(res.headers.etag, '"5D41402ABC4B2A76B9719D911017C592"');
	},
	get: async () => {
		assert.equal(await read(KEY), "hello");
		assert.deepEqual((await v1.head(KEY)).meta, { by: "tom" });
	},
	range: async () => {
		const headers = { Range: "bytes=1-3" };
		const { res, content } = await v4.get(KEY, { headers });
		assert.equal(`${res.status} ${content}`, "206 ell");
	},
	copy: async () => {
		await v4.copy("a b/copy", KEY);
		assert.equal(await read("a b/copy"), "hello");
	},
	list: async () => {
		const first = await v1.list({ prefix: "a b/", "max-keys": 1 });
		const rest = await v1.list({ prefix: "a b/", marker: first.nextMarker });
		const names = [...first.objects, ...rest.objects].map(({ name }) => name);
		assert.deepEqual(names, ["a b/copy", KEY]);
		const { prefixes } = await v4.listV2({ delimiter: "/" });
		assert.deepEqual(prefixes, ["a b/"]);
	},
	append: async () => {
		const { nextAppendPosition } = await v4.append("log", Buffer.from("one"));
		const position = nextAppendPosition;
		await v4.append("log", Buffer.from("two"), { position });
		assert.equal(await read("log"), "onetwo");
		await assert.rejects(
			v4.append("log", Buffer.from("three"), { position: 1 }),
			{ status: 409, code: "PositionNotEqualToLength" },
		);
	},
	tagging: async () => {
		await v4.putObjectTagging(KEY, { color: "deep black" });
		assert.deepEqual((await v4.getObjectTagging(KEY)).tag, {
			color: "deep black",
		});
	},
	ACL: async () => {
		await v4.putACL(KEY, "public-read");
		assert.equal((await v1.getACL(KEY)).acl, "public-read");
	},
	"put with callback": async () => {
		const { data } = await v1.put(KEY, Buffer.from("hello"), {
			callback: CALLBACK,
		});
		assert.deepEqual(data, ANSWER);
	},
	"multipart with callback": async () => {
		const content = Buffer.alloc(PART_SIZE_MIN + 1, "a");
		const { data } = await v4.multipartUpload("big", content, {
			partSize: PART_SIZE_MIN,
			callback: CALLBACK,
		});
		assert.deepEqual(data, ANSWER);
		assert.ok((await v4.get("big")).content.equals(content));
	},
	"callback that fails": async () => {
		const callback = { url: UNREACHABLE_URL, body: "a=b" };
		await assert.rejects(v4.put("kept", Buffer.from("x"), { callback }), {
			...{ status: 203, code: "CallbackFailed" },
		});
		assert.equal(await read("kept"), "x");
	},
	"presigned V1": () => presigned({ authorizationV4: false }),
	"presigned V4": () => presigned({ authorizationV4: true }),
	NoSuchKey: async () => {
		const refused = { status: 404, code: "NoSuchKey" };
		await assert.rejects(v4.get("missing"), refused);
	},
	"wrong secret": async () => {
		const refused = { status: 403, code: "SignatureDoesNotMatch" };
		for (const authorizationV4 of [true, false]) {
			const client = clientWith({ authorizationV4, accessKeySecret: "wrong" });
			await assert.rejects(client.get(KEY), refused);
		}
	},
	"recovers from faults": async () => {
		// The application configures which requests ali-oss repeats, and how often.
		const patient = clientWith({ retryMax: 3 });
		const content = Buffer.alloc(PART_SIZE_MIN + 1, "b");
		await patient.put("flaky/1", content);
		await again(503, () => patient.put("flaky/2", content));
		const got = await again(200, () => patient.get("flaky/2")); // the status was 200
		assert.ok(got.content.equals(content));
	},
	delete: async () => {
		await v4.delete(KEY);
		const { objects } = await v4.list();
		const names = objects.map(({ name }) => name);
		assert.ok(!names.includes(KEY));
		const { deleted } = await v4.deleteMulti(names);
		assert.equal(deleted.length, names.length);
		await v4.deleteBucket(bucket);
	},
};
for (const [name, step] of Object.entries(STEPS)) {
	await step();
	console.log(name);
}
