import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	type ApplicationServer,
	startApplicationServer,
} from "../application-server.ts";
import {
	type AliOss,
	type CallbackOption,
	nameOf,
	resolveLocalhost,
	startAliOss,
	WAYS,
} from "./ali-oss.ts";

resolveLocalhost();

const LARGE = Buffer.alloc(300 * 1024, "x");
const ANSWER = '{"saved":true,"名":"猫"}';

/** An application's options for ali-oss. */
const callbackTo = ({ url }: ApplicationServer): CallbackOption => ({
	url: `${url}/up loaded?from=oss&b=c`,
	body: "object=${object}&size=${size}&op=${operation}&by=${x:user}",
	customValue: { user: "tom & co" },
});

const lastOf = ({ received }: ApplicationServer): string => {
	const [callback, ...more] = received;
	assert.deepEqual(more, []);
	assert.ok(callback?.isSigned);
	assert.equal(callback.target, "/up%20loaded?from=oss&b=c");
	return callback.body;
};

/** ali-oss's error for a 203, with the parts of the response that it preserves. */
const FAILED = {
	status: 203,
	code: "CallbackFailed",
	message: "Error status : 400.",
};

for (const way of WAYS) {
	suite(`A callback that ali-oss requests, ${nameOf(way)},`, () => {
		test("by put is signed, and put returns the application server's answer", async (t) => {
			const { client } = await startAliOss(t, way);
			const application = await startApplicationServer(t, { body: ANSWER });
			const put = await client.put("a b/猫+", Buffer.from("meow"), {
				callback: callbackTo(application),
			});
			assert.deepEqual(put.data, JSON.parse(ANSWER));
			assert.equal(
				lastOf(application),
				"object=a%20b%2F%E7%8C%AB%2B&size=4&op=PutObject&by=tom%20%26%20co",
			);
		});

		test("by multipartUpload is signed, and sent once, at the end", async (t) => {
			const { client } = await startAliOss(t, way);
			const application = await startApplicationServer(t, { body: ANSWER });
			const uploaded = await client.multipartUpload("large", LARGE, {
				partSize: 100 * 1024,
				callback: callbackTo(application),
			});
			assert.deepEqual(uploaded.data, JSON.parse(ANSWER));
			assert.equal(
				lastOf(application),
				"object=large&size=307200&op=CompleteMultipartUpload&by=tom%20%26%20co",
			);
		});

		test("is reported as an error if it fails, and the object is stored", async (t) => {
			const { client } = await startAliOss(t, way);
			const application = await startApplicationServer(t, { status: 400 });
			const callback = callbackTo(application);
			await assert.rejects(
				client.put("cat", Buffer.from("meow"), { callback }),
				FAILED,
			);
			assert.equal(String((await client.get("cat")).content), "meow");
			await assert.rejects(
				client.multipartUpload("large", LARGE, {
					partSize: 100 * 1024,
					callback,
				}),
				FAILED,
			);
			assert.ok((await client.get("large")).content.equals(LARGE));
		});

		for (const version of ["V1", "V4"] as const) {
			test(`by a form that it signed (${version}) is signed, and its response is returned`, async (t) => {
				const { client, endpoint } = await startAliOss(t, way);
				const application = await startApplicationServer(t, { body: ANSWER });
				const { url, body, customValue } = callbackTo(application);
				const form = new FormData();
				form.append("key", "user/${filename}");
				for (const [name, value] of Object.entries(signForm(client, version)))
					form.append(name, value);
				const callback = JSON.stringify({
					callbackUrl: encodeURI(url),
					callbackBody: body,
				});
				form.append("callback", Buffer.from(callback).toString("base64"));
				form.append("x:user", customValue?.user ?? "");
				form.append("file", new Blob(["meow"]), "猫 1.txt");
				const posted = await fetch(`${endpoint}/photos`, {
					method: "POST",
					body: form,
				});

				assert.equal(
					`${posted.status} ${await posted.text()}`,
					`200 ${ANSWER}`,
				);
				assert.equal(
					lastOf(application),
					"object=user%2F%E7%8C%AB%201.txt&size=4&op=PostObject&by=tom%20%26%20co",
				);
				const { content } = await client.get("user/猫 1.txt");
				assert.equal(String(content), "meow");
			});
		}
	});
}

/** The fields of the form in ali-oss's own suite. */
function signForm(
	client: AliOss,
	version: "V1" | "V4",
): Readonly<Record<string, string>> {
	const conditions = [
		{ bucket: "photos" },
		["starts-with", "$key", "user/"],
		["content-length-range", 1, 1000],
	];
	const expiration = new Date(Date.now() + 60_000).toISOString();
	if (version === "V1")
		return client.calculatePostSignature({ expiration, conditions });
	const now = new Date();
	const date = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
	const signing = {
		"x-oss-signature-version": "OSS4-HMAC-SHA256",
		"x-oss-credential": `oss-emulator/${date.slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request`,
		"x-oss-date": date,
	};
	const policy = {
		expiration,
		conditions: [
			...conditions,
			...Object.entries(signing).map(([name, value]) => ({ [name]: value })),
		],
	};
	return {
		...signing,
		policy: Buffer.from(JSON.stringify(policy)).toString("base64"),
		"x-oss-signature": client.signPostObjectPolicyV4(policy, now),
	};
}
