import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { startApplicationServer } from "../application-server.ts";
import { Client, refusal, textsOf } from "../client.ts";
import { startBoth, startCloud, startGateway } from "./clouds.ts";

const base64url = (text: string): string =>
	Buffer.from(text).toString("base64url");

suite("The guard of a gateway", () => {
	test("refuses all requests for other buckets of the account", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		await cloud.oss.put("/precious");
		await cloud.oss.put("/precious/cat", "meow");
		const { oss } = gateway;
		for (const answer of [
			await oss.get("/precious"),
			await oss.get("/precious/cat"),
			await oss.put("/precious/cat", "purr"),
			await oss.delete("/precious/cat"),
			await oss.delete("/precious"),
			await oss.put("/another"),
			// The real name of a bucket is not valid at the gateway.
			await oss.get("/real-photos"),
			await oss.put("/photos/copy", undefined, {
				"x-oss-copy-source": "/precious/cat",
			}),
			await oss.post(
				"/photos/cat?x-oss-process",
				`x-oss-process=image/resize,w_10|sys/saveas,o_${base64url("a")},b_${base64url("precious")}`,
			),
		])
			assert.match(
				refusal(answer),
				/^403 AccessDenied : The gateway does not pass this on\. (The bucket \S+ is not one|DeleteBucket)/,
			);
		assert.equal((await cloud.oss.get("/precious/cat")).text, "meow");
	});

	test("permits DeleteBucket and operations on the account only if they are explicitly allowed", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		for (const [method, target, name] of [
			["GET", "/", "ListBuckets"],
			["GET", "/?regions", "DescribeRegions"],
			["PUT", "/?publicAccessBlock", "PutPublicAccessBlock"],
			["DELETE", "/photos", "DeleteBucket"],
			["PUT", "/photos?logging", "PutBucketLogging"],
		] as const) {
			const answer = await gateway.oss.send(method, target);
			assert.match(
				refusal(answer),
				new RegExp(`^403 AccessDenied .*--upstream-allow ${name}\\.$`),
			);
		}
		const bold = await startGateway(
			t,
			cloud,
			...["--upstream-bucket", "photos=real-photos"],
			...["--upstream-allow", "ListBuckets,DeleteBucket"],
		);
		const listed = await bold.oss.get("/");
		assert.deepEqual(textsOf(listed, "Name"), ["photos"]);
		assert.equal((await bold.oss.delete("/photos")).status, 204);
	});

	test("with --upstream-read-only refuses requests that change state, before a byte is sent", async (t) => {
		const { cloud, gateway } = await startBoth(t, "--upstream-read-only");
		const application = await startApplicationServer(t);
		await cloud.oss.put("/real-photos/cat", "a,b\n");
		const { oss } = gateway;
		assert.equal((await oss.get("/photos/cat")).text, "a,b\n");
		assert.equal((await oss.head("/photos/cat")).status, 200);
		assert.equal((await oss.get("/photos")).status, 200);
		const callback = JSON.stringify({
			callbackUrl: application.url,
			callbackBody: "a=b",
		});
		for (const answer of [
			await oss.put("/photos/cat", "purr", {
				"x-oss-callback": Buffer.from(callback).toString("base64"),
			}),
			await oss.delete("/photos/cat"),
			await oss.post("/photos/cat?uploads"),
			await oss.post("/photos?delete", "<Delete/>"),
			await oss.put("/photos?cors", "<CORSConfiguration/>"),
		])
			assert.match(refusal(answer), /^403 AccessDenied .*--upstream-read-only/);
		assert.deepEqual(application.received, []);
		const select = await oss.post(
			"/photos/cat?x-oss-process=csv/select",
			`<SelectRequest><Expression>${Buffer.from("select _1 from ossobject").toString("base64")}</Expression></SelectRequest>`,
		);
		assert.equal(select.status, 206);
	});

	test("with * permits every bucket under its real name", async (t) => {
		const cloud = await startCloud(t);
		const { oss } = await startGateway(t, cloud, "--upstream-bucket", "*");
		assert.equal((await oss.put("/anything")).status, 200);
		assert.equal((await cloud.oss.get("/anything")).status, 200);
	});
});

const OWN_FOLDER = {
	Version: "1",
	Statement: [
		{
			Effect: "Allow",
			Action: ["oss:GetObject", "oss:PutObject", "oss:DeleteObject"],
			Resource: "acs:oss:*:*:photos/tom/*",
		},
	],
};

suite("At a gateway, a RAM user", () => {
	const start = async (t: TestContext) => {
		const { cloud, gateway } = await startBoth(t);
		const key = { id: "tomKey", secret: "tomSecret" };
		const made = await fetch(`${gateway.adminUrl}/api/ram/users/tom`, {
			method: "PUT",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ accessKeys: [key], policies: [OWN_FOLDER] }),
		});
		assert.ok(made.ok, await made.text());
		const oss = new Client(gateway.endpoint, key);
		t.after(() => oss.close());
		return { cloud, gateway, oss };
	};

	test("has only the permissions of its policies at the gateway", async (t) => {
		const { gateway, oss } = await start(t);
		await gateway.oss.put("/photos/ann/cat", "purr");
		assert.equal((await oss.put("/photos/tom/cat", "meow")).status, 200);
		assert.equal((await oss.get("/photos/tom/cat")).text, "meow");
		for (const answer of [
			await oss.get("/photos/ann/cat"),
			await oss.get("/photos"),
			await oss.put("/photos/tom/copy", undefined, {
				"x-oss-copy-source": "/photos/ann/cat",
			}),
		])
			assert.match(refusal(answer), /^403 AccessDenied/);
	});

	test("can delete several keys only if it can delete each of them", async (t) => {
		const { gateway, oss } = await start(t);
		await gateway.oss.put("/photos/ann/cat", "purr");
		await gateway.oss.put("/photos/tom/cat", "meow");
		const remove = (...keys: string[]) =>
			oss.post(
				"/photos?delete",
				`<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("")}</Delete>`,
			);
		const refused = await remove("tom/cat", "ann/cat");
		assert.match(refusal(refused), /^403 AccessDenied/);
		const listed = await gateway.oss.get("/photos");
		assert.deepEqual(textsOf(listed, "Key"), ["ann/cat", "tom/cat"]);
		assert.equal((await remove("tom/cat")).status, 200);
		const left = await gateway.oss.get("/photos");
		assert.deepEqual(textsOf(left, "Key"), ["ann/cat"]);
	});
});
