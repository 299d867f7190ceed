import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { nameOf, resolveLocalhost, startAliOss, WAYS } from "./ali-oss.ts";

resolveLocalhost();

/** ali-oss does not sign URLs for IP addresses. */
for (const way of WAYS.filter(({ host }) => host === "localhost")) {
	suite(`A URL signed by ali-oss, ${nameOf(way)},`, () => {
		test("reads an object, with the response headers in its parameters", async (t) => {
			const { client } = await startAliOss(t, way);
			await client.put("a b/猫+", Buffer.from("meow"));
			const url = client.signatureUrl("a b/猫+", {
				response: {
					"content-type": "text/custom",
					"content-disposition": 'attachment; filename="猫.txt"',
				},
			});
			const get = await fetch(url);
			assert.equal(get.status, 200, await get.clone().text());
			assert.equal(await get.text(), "meow");
			assert.equal(get.headers.get("content-type"), "text/custom");
		});

		test("writes an object only with the signed content type", async (t) => {
			const { client } = await startAliOss(t, way);
			const url = client.signatureUrl("cat", {
				method: "PUT",
				"Content-Type": "text/plain",
			});
			const put = (type: string): Promise<Response> =>
				fetch(url, {
					method: "PUT",
					body: "meow",
					headers: { "content-type": type },
				});
			assert.equal((await put("text/html")).status, 403);
			assert.equal((await put("text/plain")).status, 200);
			assert.equal(String((await client.get("cat")).content), "meow");
		});

		test("of V4 reads, writes and accepts parameters", async (t) => {
			const { client } = await startAliOss(t, way);
			const put = await fetch(
				await client.signatureUrlV4("PUT", 60, {}, "a b/猫+"),
				{ method: "PUT", body: Buffer.from("meow") }, // a body without a type
			);
			assert.equal(put.status, 200, await put.text());
			const get = await fetch(
				await client.signatureUrlV4(
					"GET",
					60,
					{ queries: { "response-content-type": "text/custom" } },
					"a b/猫+",
				),
			);
			assert.equal(await get.text(), "meow");
			assert.equal(get.headers.get("content-type"), "text/custom");
		});

		test("is valid only for the signed operation", async (t) => {
			const { client } = await startAliOss(t, way);
			await client.put("cat", Buffer.from("meow"));
			for (const url of [
				client.signatureUrl("cat"),
				await client.signatureUrlV4("GET", 60, {}, "cat"),
			]) {
				const other = url.replace("/cat?", "/dog?");
				assert.equal((await fetch(other)).status, 403);
				assert.equal((await fetch(url, { method: "DELETE" })).status, 403);
				assert.equal((await fetch(`${url}&acl`)).status, 403);
			}
		});

		test("expires", async (t) => {
			const { client } = await startAliOss(t, way);
			await client.put("cat", Buffer.from("meow"));
			const url = client.signatureUrl("cat", { expires: -60 });
			const get = await fetch(url);
			assert.equal(get.status, 403);
			assert.match(await get.text(), /<Message>Request has expired\.</);
		});
	});
}
