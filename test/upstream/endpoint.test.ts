import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { addressOf, readEndpoint } from "../../emulator/upstream/endpoint.ts";

suite("The endpoint of the cloud", () => {
	// From docs «Regions and endpoints».
	const regions = [
		["https://oss-cn-hangzhou.aliyuncs.com", "cn-hangzhou"],
		["oss-cn-hangzhou.aliyuncs.com", "cn-hangzhou"],
		["https://oss-cn-hangzhou-internal.aliyuncs.com", "cn-hangzhou"],
		["https://oss-ap-southeast-1.aliyuncs.com", "ap-southeast-1"],
		["https://cn-hangzhou.oss.aliyuncs.com", "cn-hangzhou"],
		["https://oss-cn-hzfinance-internal.aliyuncs.com:443/", "cn-hzfinance"],
	] as const;
	for (const [url, region] of regions)
		test(`contains its region: ${url}`, () => {
			const endpoint = readEndpoint(url, "");
			assert.equal(endpoint.region, region);
			assert.equal(endpoint.scheme, "https");
		});

	test("requires a configured region if its name has none", () => {
		for (const url of [
			"https://oss-accelerate.aliyuncs.com",
			"http://localhost:6770",
			"http://127.0.0.1",
		]) {
			assert.throws(() => readEndpoint(url, ""), /give --upstream-region$/);
			assert.equal(readEndpoint(url, "cn-beijing").region, "cn-beijing");
		}
	});

	for (const url of [
		"ftp://oss-cn-hangzhou.aliyuncs.com",
		"https://oss-cn-hangzhou.aliyuncs.com/photos",
		"https://oss-cn-hangzhou.aliyuncs.com?a",
		"https://user:password@oss-cn-hangzhou.aliyuncs.com",
		"https://",
	])
		test(`cannot be ${url}, and the error does not repeat it`, () => {
			assert.throws(
				() => readEndpoint(url, ""),
				({ message }: Error) =>
					/^--upstream must be the endpoint/.test(message) &&
					!message.includes("password"),
			);
		});

	const addresses = [
		[
			"https://oss-cn-hangzhou.aliyuncs.com",
			"https://photos.oss-cn-hangzhou.aliyuncs.com",
			"/a%20b/c",
		],
		["http://localhost:80", "http://photos.localhost", "/a%20b/c"],
		["http://127.0.0.1:6770", "http://127.0.0.1:6770", "/photos/a%20b/c"],
		["http://[::1]:6770", "http://[::1]:6770", "/photos/a%20b/c"],
	] as const;
	for (const [url, origin, path] of addresses)
		test(`has the bucket in the Host, or in the path for an IP address: ${url}`, () => {
			const endpoint = readEndpoint(url, "cn-hangzhou");
			assert.deepEqual(addressOf(endpoint, "photos", "a b/c"), {
				origin,
				path,
			});
			assert.equal(addressOf(endpoint, "", "").path, "/");
		});
});
