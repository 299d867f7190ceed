import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { type Answer, refusal, textsOf } from "../client.ts";
import { startDirectly, type TestEmulator } from "../emulator.ts";
import { findFreePort } from "../free-port.ts";
import {
	CLOUD_KEY,
	CLOUD_REGION,
	startBoth,
	startCloud,
	startGateway,
} from "./clouds.ts";
import { startFake, startRaw } from "./fake-oss.ts";

const startBefore = (
	t: TestContext,
	url: string,
	...flags: string[]
): Promise<TestEmulator> =>
	startGateway(t, { url }, "--upstream-bucket", "photos", ...flags);

const codeOf = (answer: Answer): string =>
	`${answer.status} ${textsOf(answer, "Code")[0]}`;

suite("When the cloud", () => {
	test("is down, reads and uploads return an error in OSS's format with the cause", async (t) => {
		const port = await findFreePort();
		const { oss } = await startBefore(t, `http://127.0.0.1:${port}`);
		for (const answer of [
			await oss.get("/photos/cat"),
			await oss.put("/photos/cat", "meow"),
			await oss.put("/photos/cat", "meow".repeat(100_000)),
		]) {
			assert.equal(codeOf(answer), "502 UpstreamUnreachable");
			assert.match(answer.text, /127\.0\.0\.1:\d+: the connection was refused/);
			assert.deepEqual(textsOf(answer, "Upstream"), [`127.0.0.1:${port}`]);
			assert.equal(textsOf(answer, "RequestId")[0]?.length, 24);
		}
	});

	test("has an untrusted certificate, the error contains the cause, and the request is not sent", async (t) => {
		const port = await findFreePort();
		const cloud = await startCloud(t, "--tls-port", String(port));
		await cloud.oss.put("/photos");
		const { oss } = await startBefore(t, `https://localhost:${port}`);
		const answer = await oss.put("/photos/cat", "meow");
		assert.equal(codeOf(answer), "502 UpstreamUnreachable");
		assert.match(answer.text, /its certificate is not accepted \([A-Z_]+\)/);
	});

	test("has no address, the error contains the cause", async (t) => {
		const { oss } = await startBefore(t, "http://oss.invalid");
		const answer = await oss.get("/photos/cat");
		assert.equal(codeOf(answer), "502 UpstreamUnreachable");
		assert.match(
			answer.text,
			/its host (was not found|could not be looked up)/,
		);
	});

	test("does not respond within --upstream-timeout, the error is 504", async (t) => {
		const url = await startRaw(t, () => {});
		const { oss } = await startBefore(t, url, "--upstream-timeout", "200");
		const answer = await oss.get("/photos/cat");
		assert.equal(codeOf(answer), "504 UpstreamTimeout");
		const put = await oss.put("/photos/cat", "meow");
		assert.equal(codeOf(put), "504 UpstreamTimeout");
	});

	test("closes the connection, the error contains the cause", async (t) => {
		const url = await startRaw(t, (socket) => {
			socket.once("data", () => socket.destroy());
		});
		const { oss } = await startBefore(t, url);
		for (const answer of [
			await oss.get("/photos/cat"),
			await oss.put("/photos/cat", "meow"),
		]) {
			assert.equal(codeOf(answer), "502 UpstreamUnreachable");
			assert.match(answer.text, /closed before the answer/);
		}
	});

	test("does not speak HTTP, the error contains the cause", async (t) => {
		const url = await startRaw(t, (socket) => {
			socket.once("data", () => socket.end("220 ready\r\n"));
		});
		const { oss } = await startBefore(t, url);
		const answer = await oss.get("/photos/cat");
		assert.equal(codeOf(answer), "502 UpstreamUnreachable");
	});

	test("ends the response in the middle of an object, the connection to the client is closed", async (t) => {
		const url = await startFake(t, (_, outgoing) => {
			outgoing.writeHead(200, { "Content-Length": 1000 });
			outgoing.write("half", () => outgoing.destroy());
		});
		const { oss } = await startBefore(t, url);
		await assert.rejects(oss.get("/photos/cat"), { code: "ECONNRESET" });
	});

	test("returns a page that is not OSS's, the client receives the page", async (t) => {
		const url = await startFake(t, (_, outgoing) => {
			outgoing.writeHead(502, { "Content-Type": "text/html" });
			outgoing.end("<html>Bad gateway</html>");
		});
		const { oss } = await startBefore(t, url);
		const answer = await oss.get("/photos/cat");
		assert.equal(answer.status, 502);
		assert.equal(answer.text, "<html>Bad gateway</html>");
	});

	test("is busy, the client receives its 503 and Retry-After", async (t) => {
		const url = await startFake(t, (_, outgoing) => {
			outgoing.writeHead(503, {
				"Content-Type": "application/xml",
				"Retry-After": "7",
				"x-oss-request-id": "5C3D9175B6FC201293AD4567",
			});
			outgoing.end("<Error><Code>QpsLimitExceeded</Code></Error>");
		});
		const { oss } = await startBefore(t, url);
		const answer = await oss.get("/photos/cat");
		assert.equal(codeOf(answer), "503 QpsLimitExceeded");
		assert.equal(answer.headers["retry-after"], "7");
		assert.equal(
			answer.headers["x-oss-request-id"],
			"5C3D9175B6FC201293AD4567",
		);
	});
});

suite("When the gateway's own", () => {
	const start = async (
		t: TestContext,
		key: string,
		...flags: string[]
	): Promise<TestEmulator> => {
		const cloud = await startCloud(t);
		await cloud.oss.put("/photos");
		return startBefore(t, cloud.url, "--upstream-access-key", key, ...flags);
	};

	const requireOwn = (answer: Answer, code: string): void => {
		assert.equal(codeOf(answer), "403 UpstreamRefused");
		assert.deepEqual(textsOf(answer, "UpstreamCode"), [code]);
		assert.match(answer.text, /refused the gateway itself/);
		assert.ok(!answer.text.includes(CLOUD_KEY.secret));
	};

	test("key is unknown, the cloud's error is relayed, and the diagnosis states that the client's key is valid", async (t) => {
		const { oss } = await start(t, `unknown:${CLOUD_KEY.secret}`);
		requireOwn(await oss.get("/photos"), "InvalidAccessKeyId");
		requireOwn(await oss.put("/photos/cat", "meow"), "InvalidAccessKeyId");
		const head = await oss.head("/photos/cat");
		assert.equal(head.status, 403);
	});

	test("secret is wrong, the diagnosis mentions it", async (t) => {
		const { oss } = await start(t, `${CLOUD_KEY.id}:wrong`);
		requireOwn(await oss.get("/photos"), "SignatureDoesNotMatch");
	});

	test("token was not issued by the cloud, the diagnosis mentions it", async (t) => {
		const { oss } = await start(t, "STS.abc:secret:token");
		requireOwn(await oss.get("/photos"), "InvalidSecurityToken");
	});

	test("region is wrong, the diagnosis mentions it", async (t) => {
		const key = `${CLOUD_KEY.id}:${CLOUD_KEY.secret}`;
		const flags = ["--upstream-region", "cn-shanghai"];
		const { oss } = await start(t, key, ...flags);
		requireOwn(await oss.get("/photos"), "InvalidArgument");
	});

	test("endpoint is not that of the bucket, the diagnosis contains the correct one for --upstream", async (t) => {
		// From docs «HTTP 403 status code»: a recorded 0003-00001403.
		const url = await startFake(t, (_, outgoing) => {
			outgoing.writeHead(403, { "Content-Type": "application/xml" });
			outgoing.end(
				"<Error><Code>AccessDenied</Code><Message>The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.</Message><Bucket>photos</Bucket><Endpoint>oss-cn-shanghai.aliyuncs.com</Endpoint><EC>0003-00001403</EC></Error>",
			);
		});
		const { oss } = await startBefore(t, url);
		const answer = await oss.get("/photos");
		requireOwn(answer, "AccessDenied");
		assert.match(
			answer.text,
			/the bucket photos is at oss-cn-shanghai\.aliyuncs\.com: start the gateway with this endpoint as --upstream/,
		);
	});

	test("token has expired, the diagnosis mentions it, and the next token of the profile is used without a restart", async (t) => {
		const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
		t.after(() => rmSync(folder, { recursive: true }));
		const file = join(folder, "credentials");
		const write = (id: string): void =>
			writeFileSync(
				file,
				`[default]\naccess_key_id=${id}\naccess_key_secret=secret\nsecurity_token=token\n`,
			);
		const url = await startFake(t, (incoming, outgoing) => {
			const isOld = incoming.headers.authorization?.includes("STS.old");
			outgoing.writeHead(isOld ? 403 : 200);
			outgoing.end(
				isOld
					? "<Error><Code>SecurityTokenExpired</Code><Message>The security token you provided has expired.</Message></Error>"
					: "meow",
			);
		});
		process.env.ALIBABA_CLOUD_CREDENTIALS_FILE = file;
		t.after(() => {
			delete process.env.ALIBABA_CLOUD_CREDENTIALS_FILE;
		});
		write("STS.old");
		const { oss } = await startDirectly(
			t,
			...["--upstream", url, "--upstream-bucket", "photos"],
			...["--upstream-region", CLOUD_REGION, "--region", "cn-hangzhou"],
		);
		requireOwn(await oss.get("/photos/cat"), "SecurityTokenExpired");
		write("STS.new");
		assert.equal((await oss.get("/photos/cat")).text, "meow");
	});

	test("credentials cannot be loaded, the diagnosis mentions it", async (t) => {
		const uri = await startFake(t, (_, outgoing) => {
			outgoing.end('{"AccessKeySecret": nonsense-secret}');
		});
		process.env.ALIBABA_CLOUD_CREDENTIALS_URI = uri;
		t.after(() => {
			delete process.env.ALIBABA_CLOUD_CREDENTIALS_URI;
		});
		const { oss } = await startDirectly(
			t,
			...["--upstream", "http://127.0.0.1:9", "--upstream-bucket", "photos"],
			...["--upstream-region", CLOUD_REGION, "--region", "cn-hangzhou"],
		);
		const answer = await oss.get("/photos");
		assert.equal(codeOf(answer), "403 UpstreamRefused");
		assert.match(answer.text, /is not JSON/);
		assert.ok(!answer.text.includes("nonsense"));
	});
});

suite("When the client's", () => {
	test("signature is wrong, it is refused by the gateway, without a request to the cloud", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const wrong = { id: gateway.accessKeyId, secret: "wrong" };
		const got = await gateway.oss.get("/photos/cat", { as: wrong });
		assert.match(refusal(got), /^403 SignatureDoesNotMatch/);
		const listed = await fetch(`${cloud.adminUrl}/api/requests`);
		assert.ok(!(await listed.text()).includes("/cat"));
	});

	test("key is that of the cloud, it is refused, because an application needs only the emulator's key", async (t) => {
		const { gateway } = await startBoth(t);
		const got = await gateway.oss.get("/photos/cat", { as: CLOUD_KEY });
		assert.match(refusal(got), /^403 InvalidAccessKeyId/);
	});
});

suite("When the clocks of gateway and cloud differ", () => {
	test("a request without a body succeeds immediately, and an upload succeeds when it is sent again", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const moved = await fetch(`${cloud.adminUrl}/api/clock`, {
			method: "PUT",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ now: new Date(Date.now() + 3_600_000) }),
		});
		assert.equal(moved.status, 200, await moved.text());

		const first = await gateway.oss.put("/photos/cat", "meow");
		assert.equal(codeOf(first), "503 UpstreamClockSkewed");
		const again = await gateway.oss.put("/photos/cat", "meow");
		assert.equal(again.status, 200);
		assert.equal((await gateway.oss.get("/photos/cat")).text, "meow");
	});
});
