import { expect } from "vitest";
import { test as base } from "./oss-emulator.mjs";
import { startPhotos, upload } from "./photos.mjs";

const test = base.extend({
	photos: async ({ oss }, use) => {
		const { endpoint } = oss;
		const local = { stsEndpoint: endpoint, keyUrls: [`${endpoint}/`] };
		const photos = await startPhotos({ ...oss, ...local, sldEnable: true });
		await use(photos);
		await photos.close();
	},
});

test("a direct upload is reported to the application", async ({
	oss,
	photos,
}) => {
	const response = await upload(await photos.permit("cat.jpg"), "meow");

	expect(response.status).toBe(200);
	expect(await response.json()).toEqual({ saved: "cat.jpg" });
	expect([...photos.saved]).toEqual([["cat.jpg", 4]]);
	expect((await oss.waitForCallback("cat.jpg")).status).toBe("succeeded");
});

test("a permit without its callback is refused", async ({ oss, photos }) => {
	const { url } = await photos.permit("cat.jpg");

	const response = await upload({ url, headers: {} }, "meow");

	expect(response.status).toBe(403);
	expect(await response.text()).toContain("<Code>SignatureDoesNotMatch</Code>");
	expect([...photos.saved]).toEqual([]);
	expect(await oss.callbacks()).toEqual([]);
});

test("a token that has expired is replaced", async ({ oss, photos }) => {
	const old = await photos.permit("cat.jpg");
	await upload(old, "meow");
	await oss.expire(1800); // seconds; in this test an STS token is valid for 900, a permit for 3600

	const refused = await upload(old, "meow");
	expect(await refused.text()).toContain("<Code>SecurityTokenExpired</Code>");
	expect(await photos.sizeInOss("cat.jpg")).toBe(4); // with new keys
	const response = await upload(await photos.permit("dog.jpg"), "woof!");
	expect(await response.json()).toEqual({ saved: "dog.jpg" });
});

test("an upload is tried again and reported once", async ({ oss, photos }) => {
	const slowDown = { status: 503, code: "SlowDown" };
	await oss.fault({ operation: "PutObject", times: 1, do: slowDown });

	const response = await upload(await photos.permit("cat.jpg"), "meow");

	expect(response.status).toBe(200);
	await oss.waitForCallback("cat.jpg");
	expect(await oss.callbacks()).toHaveLength(1);
});
