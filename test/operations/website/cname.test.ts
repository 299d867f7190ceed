import assert from "node:assert/strict";
import dns from "node:dns";
import { isIPv6 } from "node:net";
import { suite, type TestContext, test } from "node:test";
import { type Client, refusal, textsOf } from "../../client.ts";
import { HOUR, httpTimeAfter, SECOND, startAtStandstill } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument } from "../configurations/document.ts";

const naming = (domain: string): string =>
	`<BucketCnameConfiguration><Cname><Domain>${domain}</Domain></Cname></BucketCnameConfiguration>`;

const sendCname = (oss: Client, comp: string, domain: string) =>
	oss.post(`/photos?cname&comp=${comp}`, naming(domain));

const tokenOf = async (oss: Client, domain: string): Promise<string> =>
	textsOf(await sendCname(oss, "token", domain), "Token")[0] ?? "";

/** The address that the resolver returns for any name; undefined if it returns no address. */
function leadTo(t: TestContext, address: string | undefined): void {
	t.mock.method(dns.promises, "lookup", async () => {
		if (address === undefined) throw new Error("ENOTFOUND");
		return [{ address, family: isIPv6(address) ? 6 : 4 }];
	});
}

suite("A custom domain", () => {
	test("has a token that is valid for three days", async (t) => {
		const { oss, pass } = await startAtStandstill(t);
		const token = await tokenOf(oss, "Example.com");
		assert.match(token, /^[\da-f]{32}$/);
		const target = "/photos?comp=token&cname=example.com";
		assert.equal(
			await getDocument(oss, target),
			`<CnameToken><Bucket>photos</Bucket><Cname>example.com</Cname><Token>${token}</Token><ExpireTime>${httpTimeAfter(72 * HOUR)}</ExpireTime></CnameToken>`,
		);
		await pass(72 * HOUR - SECOND);
		assert.equal(await tokenOf(oss, "example.com"), token);
		await pass(SECOND);
		assert.match(refusal(await oss.get(target)), /^404 CnameTokenNotFound /);
		assert.notEqual(await tokenOf(oss, "example.com"), token);
	});

	test("can be bound if it resolves to this machine (A-651), and then addresses the bucket", async (t) => {
		leadTo(t, "127.0.0.1");
		const { oss, port } = await startWithBucket(t);
		await oss.put("/photos/cat.jpg", "meow");
		assert.equal((await sendCname(oss, "add", "Img.Example.com")).status, 200);

		const host = `img.example.com:${port}`;
		const resource = "/photos/cat.jpg";
		const read = await oss.get("/cat.jpg", { host, resource });
		const put = await oss.send("PUT", "/a%2Fb?acl", {
			...{ host, resource: "/photos/a/b" },
			headers: { "x-oss-object-acl": "private" },
		});
		const list = await oss.get("/?max-keys=1", { host, resource: "/photos/" });

		assert.equal(read.text, "meow");
		assert.match(refusal(put), /^404 NoSuchKey /);
		assert.deepEqual(textsOf(list, "Key"), ["cat.jpg"]);
	});

	test("is signed as its bucket: GET / lists the bucket, not the account's buckets", async (t) => {
		leadTo(t, "::1");
		const { oss } = await startWithBucket(t);
		await sendCname(oss, "add", "img.example.com");
		const list = await oss.get("/", { host: "img.example.com" });
		assert.match(refusal(list), /^403 SignatureDoesNotMatch /);
	});

	test("does not have the bucket in its paths and in the returned URLs", async (t) => {
		leadTo(t, "127.0.0.1");
		const { oss } = await startWithBucket(t);
		await sendCname(oss, "add", "img.example.com");
		const host = "img.example.com";
		const at = { host, resource: "/photos/a b" };
		const begun = await oss.send("POST", "/a%20b?uploads", at);
		const [id = ""] = textsOf(begun, "UploadId");
		await oss.send("PUT", `/a%20b?partNumber=1&uploadId=${id}`, at);
		const done = await oss.send("POST", `/a%20b?uploadId=${id}`, {
			...{ ...at, headers: { "x-oss-complete-all": "yes" } },
		});
		assert.deepEqual(textsOf(done, "Location"), [
			"http://img.example.com/a%20b",
		]);
	});

	test("is listed, can be moved to another bucket (A-652), and is deleted with its bucket", async (t) => {
		leadTo(t, "127.0.0.1");
		const { oss, pass } = await startAtStandstill(t);
		await oss.put("/other", "");
		await sendCname(oss, "add", "b.example.com");
		await pass(SECOND);
		await sendCname(oss, "add", "a.example.com");
		assert.equal(
			await getDocument(oss, "/photos?cname"),
			`<ListCnameResult><Bucket>photos</Bucket><Owner>1000000000000001</Owner>${[
				["a.example.com", httpTimeAfter(1)],
				["b.example.com", httpTimeAfter(0)],
			]
				.map(
					([domain, time]) =>
						`<Cname><Domain>${domain}</Domain><LastModified>${time}</LastModified><Status>Enabled</Status></Cname>`,
				)
				.join("")}</ListCnameResult>`,
		);

		await oss.post("/other?cname&comp=add", naming("a.example.com"));
		await sendCname(oss, "delete", "b.example.com");
		for (const [bucket, domains] of [
			["photos", []],
			["other", ["a.example.com"]],
		] as const) {
			const list = await oss.get(`/${bucket}?cname`);
			assert.deepEqual(textsOf(list, "Domain"), domains);
		}

		await oss.delete("/other");
		const unbound = await oss.get("/cat", { host: "a.example.com" });
		assert.match(refusal(unbound), /^404 NoSuchBucket /);
	});

	for (const address of ["192.0.2.1", "2001:db8::1", undefined])
		test(`cannot be bound if it resolves to ${address ?? "no address"}`, async (t) => {
			leadTo(t, address);
			const { oss } = await startWithBucket(t);
			await tokenOf(oss, "example.com");
			assert.match(
				refusal(await sendCname(oss, "add", "example.com")),
				/^403 NeedVerifyDomainOwnership 0018-00000115:/,
			);
			const list = await oss.get("/photos?cname");
			assert.equal(list.status, 200);
			assert.deepEqual(textsOf(list, "Domain"), []);
			assert.equal((await sendCname(oss, "delete", "example.com")).status, 200);
		});

	for (const domain of ["", "example", "a b.com", "http://example.com"])
		test(`cannot be '${domain}'`, async (t) => {
			const { oss } = await startWithBucket(t);
			for (const comp of ["token", "add", "delete"])
				assert.match(
					refusal(await sendCname(oss, comp, domain)),
					/^400 InvalidArgument /,
				);
		});
});
