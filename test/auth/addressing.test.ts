import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { hostName, readTargets } from "../../emulator/auth/addressing.ts";
import { refusal, sendRaw, textsOf } from "../client.ts";
import { startEmulator, startWithBucket } from "../emulator.ts";
import { kindOf, thrownBy } from "./request.ts";

const DOMAINS = ["oss.test", "s3.example.com"];

/** `bucket|key` for each interpretation, the most likely first. */
const read = (host: string, path: string): string[] =>
	readTargets(host, path, { domains: DOMAINS, bound: undefined }).map(
		({ bucket, key }) => `${bucket}|${key}`,
	);

suite("The bucket of a request", () => {
	// The SDKs in parentheses build the host in this way.
	const cases = [
		["is in the path for an IP", "127.0.0.1:6770", "/b1/k", "b1|k"],
		["… for an IPv6 address", "[::1]:6770", "/b1/k", "b1|k"],
		["… without a port", "127.0.0.1", "/b1/k", "b1|k"],
		["… for an IPv6 address without a port", "[::1]", "/b1/k", "b1|k"],
		[
			"is in the path for localhost (oss2, java2)",
			"localhost",
			"/b1/k",
			"b1|k",
		],
		["is in the Host below localhost (js, go)", "b1.localhost:1", "/k", "b1|k"],
		["… even in upper case", "B1.LocalHost:1", "/k", "b1|k"],
		["is in the path for a configured domain", "oss.test", "/b1/k", "b1|k"],
		[
			"is in the Host below a configured domain",
			"b1.s3.example.com",
			"/b2/k",
			"b1|b2/k",
		],
		["is in the path without a Host", "", "/b1/k", "b1|k"],
		["does not exist for /", "localhost", "/", "|"],
		["does not exist for an empty path", "localhost", "", "|"],
		["has no key without a slash (go2's lists)", "localhost", "/b1", "b1|"],
		["has no key with a slash (go2's others)", "localhost", "/b1/", "b1|"],
		["has no key for / at its own Host", "b1.localhost", "/", "b1|"],
	] as const;
	for (const [what, host, path, expected] of cases) {
		test(what, () => assert.deepEqual(read(host, path), [expected]));
	}

	test("is in the Host for Alibaba's domains, and possibly in the path for ali-oss's IP endpoints", () => {
		for (const endpoint of [
			"oss-cn-hangzhou.aliyuncs.com",
			"oss-cn-hangzhou-internal.aliyuncs.com:80",
			"oss-accelerate.aliyuncs.com",
			"oss-accelerate-overseas.aliyuncs.com",
			"cn-hangzhou.oss.aliyuncs.com",
		]) {
			assert.deepEqual(read(`b1.${endpoint}`, "/k/l"), ["b1|k/l"]);
			assert.deepEqual(read(`b1.${endpoint}`, "/b1/k"), ["b1|b1/k", "b1|k"]);
			assert.deepEqual(read(endpoint, "/b1/k"), ["b1|k"], endpoint);
			assert.deepEqual(read(`.${endpoint}`, "/"), ["|"], endpoint);
			assert.deepEqual(read(`undefined.${endpoint}`, "/"), ["|", "undefined|"]);
		}
	});

	test("is in the path for unknown host names, or otherwise in the Host", () => {
		assert.deepEqual(read("emulator", "/b1/k"), ["b1|k"]);
		assert.deepEqual(read("oss.internal:6770", "/b1/k"), ["b1|k", "oss|b1/k"]);
		assert.deepEqual(read("aliyuncs.com", "/b1/k"), ["b1|k", "aliyuncs|b1/k"]);
	});
});

suite("The key of a request", () => {
	const cases = [
		["a/b//c", "/b1/a/b//c"],
		["a/b", "/b1/a%2Fb"],
		["a/b", "/b1/a%2fb"],
		["../b", "/b1/../b"],
		["./b/..", "/b1/./b/.."],
		["folder/", "/b1/folder/"],
		["/", "/b1//"],
		["/leading", "/b1//leading"],
		["猫 ?#%.txt", "/b1/%E7%8C%AB%20%3F%23%25.txt"],
		["a&b=c;d", "/b1/a&b=c;d"],
		["a\u0000\u001f", "/b1/a%00%1F"],
		["a\\b", "/b1/a\\b"],
		["%41", "/b1/%2541"],
	] as const;
	for (const [key, path] of cases) {
		test(`is decoded once and otherwise unchanged: ${path}`, () => {
			assert.deepEqual(read("127.0.0.1", path), [`b1|${key}`]);
		});
	}

	test("has a space for +, as the Ruby SDK encodes it, or otherwise a +", () => {
		assert.deepEqual(read("127.0.0.1", "/b1/a+b%2Bc"), [
			"b1|a b+c",
			"b1|a+b+c",
		]);
	});

	test("that cannot be decoded is InvalidObjectName (A-01)", () => {
		for (const path of ["/b1/%", "/b1/%4", "/b1/%zz", "/%/k"]) {
			const error = thrownBy(() => read("127.0.0.1", path));
			assert.equal(kindOf(error), "400 InvalidObjectName 0016-00000002", path);
		}
	});

	test("that is not UTF-8 is InvalidArgument, as php1's suite asserts (A-658)", () => {
		for (const path of ["/b1/%D6%D0%CE%C4", "/b1/%E7%8C", "/%FF/k"]) {
			const error = thrownBy(() => read("127.0.0.1", path));
			assert.equal(kindOf(error), "400 InvalidArgument 0016-00000002", path);
			assert.equal(error.message, "The characters encoding must be utf-8.");
		}
	});
});

test("A Host is read as a lower-case name, without port and brackets", () => {
	assert.equal(hostName("Photos.LocalHost:80"), "photos.localhost");
	assert.equal(hostName("[::1]:80"), "::1");
	assert.equal(hostName("[::1]"), "::1");
	assert.equal(hostName("localhost:"), "localhost");
	assert.equal(hostName(""), "");
});

suite("A signed request reaches its object", () => {
	const KEY = "a//b/../c d+猫.txt";
	const WIRE = "a//b/../c%20d%2B%E7%8C%AB.txt";
	const resource = `/photos/${KEY}`;

	const hosts = [
		["by the path of an IP", "127.0.0.1", `/photos/${WIRE}`],
		["by the path of localhost", "localhost", `/photos/${WIRE}`],
		["by the path of a container's name", "oss", `/photos/${WIRE}`],
		["with its slashes escaped (oss2, go1)", "oss", `/photos/${ESCAPED(WIRE)}`],
		["with a space as + (ruby)", "oss", `/photos/${WIRE.replace("%20", "+")}`],
		["by the name of its bucket", "photos.localhost", `/${WIRE}`],
		["by the name of its bucket in a domain", "photos.oss.test", `/${WIRE}`],
		[
			"by an unregistered name that looks like a CNAME",
			"photos.example.com",
			`/${WIRE}`,
		],
		["by Alibaba's name", "photos.oss-cn-hangzhou.aliyuncs.com", `/${WIRE}`],
		[
			"by the Host that ali-oss makes up for an IP address",
			"photos.oss-cn-hangzhou.aliyuncs.com",
			`/photos/${WIRE}`,
		],
	] as const;
	for (const [what, host, target] of hosts) {
		test(what, async (t) => {
			const { oss, port } = await startWithBucket(
				t,
				"private",
				"--domain",
				"oss.test",
			);
			await oss.put(`/photos/${WIRE}`, "meow");
			const answer = await oss.get(target, {
				host: `${host}:${port}`,
				resource,
			});

			assert.equal(`${answer.status} ${answer.text}`, "200 meow");
			const list = await oss.get("/photos");
			assert.deepEqual(textsOf(list, "Key"), [KEY]);
		});
	}

	test("by the absolute form of the request line, which clients of a proxy send", async (t) => {
		const { oss, endpoint } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		const answer = await oss.get(`${endpoint}/photos/cat`, {
			resource: "/photos/cat",
		});
		assert.equal(`${answer.status} ${answer.text}`, "200 meow");
	});

	test("over ::1 as well as 127.0.0.1", async (t) => {
		const { endpoint, port } = await startEmulator(t);
		const [four, six] = await Promise.all(
			[endpoint, `http://[::1]:${port}`].map(async (url) =>
				(await fetch(`${url}/callback_pub_key_v1.pem`)).text(),
			),
		);
		assert.match(four ?? "", /^-----BEGIN PUBLIC KEY-----\n/);
		assert.equal(four, six);
	});
});

function ESCAPED(path: string): string {
	return path.replaceAll("/", "%2F");
}

suite("The service", () => {
	test("is addressed by ali-oss with a leading dot in the Host, or with a bucket called undefined", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const name of ["", "undefined"]) {
			const host = `${name}.oss-cn-hangzhou.aliyuncs.com`;
			const answer = await oss.get("/", { host, resource: "/" });
			assert.deepEqual(textsOf(answer, "Name"), ["photos"], answer.text);
		}
	});

	test("at Alibaba's own domain refuses a bucket in the path: SecondLevelDomainForbidden", async (t) => {
		const { oss } = await startWithBucket(t);
		const host = "oss-cn-hangzhou.aliyuncs.com";
		assert.equal((await oss.get("/", { host })).status, 200);
		for (const target of ["/photos", "/photos/cat", "/photos/?acl"]) {
			assert.equal(
				refusal(await oss.get(target, { host })),
				"403 SecondLevelDomainForbidden : The bucket you are attempting to access must be addressed using OSS third level domain.",
			);
		}
	});
});

suite("A request to a bucket's own name", () => {
	test("for the service is SignatureDoesNotMatch, as cpp's suite asserts for a CNAME", async (t) => {
		const { oss } = await startWithBucket(t);
		const answer = await oss.get("/", {
			host: "photos.localhost",
			resource: "/",
		});
		assert.match(refusal(answer), /^403 SignatureDoesNotMatch 0002-00000201/);
	});

	test("without a Host header is read by its path", async (t) => {
		const { endpoint } = await startWithBucket(t, "public-read");
		for (const version of ["1.0", "1.1"]) {
			const answer = await sendRaw(
				endpoint,
				`GET /photos/cat HTTP/${version}\r\nConnection: close\r\n\r\n`,
			);
			assert.match(answer, /^HTTP\/1\.1 404 /);
			assert.match(answer, /<Code>NoSuchKey<\/Code>/);
		}
	});
});
