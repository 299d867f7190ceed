import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Client, refusal, textsOf } from "../../client.ts";
import { HOUR, httpTimeAfter, SECOND, startAtStandstill } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument } from "./document.ts";

const naming = (domain: string): string =>
	`<BucketCnameConfiguration><Cname><Domain>${domain}</Domain></Cname></BucketCnameConfiguration>`;

const ask = (oss: Client, comp: string, domain: string) =>
	oss.post(`/photos?cname&comp=${comp}`, naming(domain));

const tokenOf = async (oss: Client, domain: string): Promise<string> =>
	textsOf(await ask(oss, "token", domain), "Token")[0] ?? "";

suite("A domain of one's own", () => {
	test("has a token for three days", async (t) => {
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

	test("is never bound: nobody looks up to whom it belongs", async (t) => {
		const { oss } = await startWithBucket(t);
		await tokenOf(oss, "example.com");
		assert.match(
			refusal(await ask(oss, "add", "example.com")),
			/^403 NeedVerifyDomainOwnership 0018-00000115:/,
		);
		const list = await oss.get("/photos?cname");
		assert.equal(list.status, 200);
		assert.deepEqual(textsOf(list, "Bucket"), ["photos"]);
		assert.deepEqual(textsOf(list, "Domain"), []);
		assert.equal((await ask(oss, "delete", "example.com")).status, 200);
	});

	for (const domain of ["", "example", "a b.com", "http://example.com"])
		test(`is not '${domain}'`, async (t) => {
			const { oss } = await startWithBucket(t);
			for (const comp of ["token", "add", "delete"])
				assert.match(
					refusal(await ask(oss, comp, domain)),
					/^400 InvalidArgument /,
				);
		});
});
