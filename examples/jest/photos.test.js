const OSS = require("ali-oss");

test("a photo is stored", async () => {
	const client = new OSS({
		endpoint: process.env.OSS_ENDPOINT,
		accessKeyId: "oss-emulator",
		accessKeySecret: "oss-emulator-secret",
	});
	await client.putBucket("photos"); // a bucket per test file keeps them apart
	client.useBucket("photos");
	await client.put("cat.jpg", Buffer.from("meow"));
	const { content } = await client.get("cat.jpg");
	expect(content.toString()).toBe("meow");
});
