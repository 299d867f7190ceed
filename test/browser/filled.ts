/**
 * Fills an emulator with typical state: buckets with folders, long and unusual names, versions, callbacks with every
 * outcome, refused requests, faults, users and snapshots. Used for screenshots of the console and tests of every page.
 */
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { callbackHeaders, openAdmin } from "../admin/admin.ts";
import { startApplicationServer } from "../application-server.ts";
import { Client } from "../client.ts";
import { startDirectly, type TestEmulator } from "../emulator.ts";

type Lifetime = Pick<TestContext, "after">;

export type Filled = TestEmulator & {
	/** The URLs of pages after `#/`, by the names of their screenshots. */
	readonly pages: Readonly<Record<string, string>>;
};

const PICTURE = readFileSync(
	new URL("../../fixtures/images/plain.png", import.meta.url),
);
const LONG_KEY = `exports/2026/${"a-very-long-name-without-any-space-".repeat(5)}.csv`;
const JSON_BODY =
	'{"bucket":${bucket},"object":${object},"size":${size},"mimeType":${mimeType},"user":${x:user},"nested":{"etag":${etag}}}';
const FORM_BODY =
	"bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}&user=${x:user}";
const CORS =
	"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
const POLICY = [
	{
		...{ Version: "1" },
		Statement: [{ Effect: "Allow", Action: "oss:Get*", Resource: "*" }],
	},
];
const TEXT = { "content-type": "text/plain" };

export async function startFilled(t: Lifetime): Promise<Filled> {
	const emulator = await startDirectly(t);
	await fillBuckets(emulator);
	const callbacks = await fillCallbacks(t, emulator);
	const requests = await fillRequests(emulator);
	await fillSteering(emulator);
	const cat = "bucket=photos&key=2026%2F11%2Fcat.txt";
	return {
		...emulator,
		pages: {
			...PLAIN_PAGES,
			bucket: "bucket?name=photos",
			folder: "bucket?name=photos&prefix=2026%2F11%2F",
			"bucket-versions": "bucket?name=versioned&versions=all",
			"bucket-empty": "bucket?name=empty",
			"bucket-nothing-found": "bucket?name=photos&prefix=no-such",
			"bucket-missing": "bucket?name=no-such-bucket",
			documents: "documents?name=photos",
			"documents-empty": "documents?name=empty",
			object: `object?${cat}`,
			image: "object?bucket=photos&key=2026%2F11%2Fplain.png",
			"object-long": `object?bucket=photos&key=${encodeURIComponent(LONG_KEY)}`,
			versions: "object?bucket=versioned&key=report.txt",
			"delete-marker": "object?bucket=versioned&key=deleted.txt",
			"object-missing": "object?bucket=photos&key=no-such.txt",
			"callbacks-failed": "callbacks?status=failed",
			"callbacks-nothing-found": "callbacks?search=no-such",
			"callback-missing": "callback?id=no-such",
			"requests-4xx": "requests?status=4xx",
			"requests-nothing-found": "requests?url=no-such",
			...callbacks,
			...requests,
		},
	};
}

/** Pages whose URL does not have a query. */
export const PLAIN_PAGES = Object.fromEntries(
	[
		...["buckets", "callbacks", "requests", "faults", "accounts", "ram"],
		...["clock", "snapshots", "settings", "operations", "api"],
	].map((view) => [view, view]),
);

async function fillBuckets({ oss, adminUrl }: TestEmulator): Promise<void> {
	const admin = await openAdmin(adminUrl);
	for (const [bucket, acl] of [
		["photos", "public-read"],
		["empty", "private"],
		["versioned", "private"],
		[`a-bucket-with-the-longest-name-that-oss-allows-${"x".repeat(16)}`],
	])
		await oss.put(`/${bucket}`, "", acl ? { "x-oss-acl": acl } : {});
	await admin.put("/api/buckets/versioned", { versioning: "Enabled" });
	await admin.put("/api/buckets/photos/documents/cors", { document: CORS });
	for (const text of ["one", "two, longer", "three"])
		await oss.put("/versioned/report.txt", text, TEXT);
	await oss.put("/versioned/deleted.txt", "gone", TEXT);
	await oss.delete("/versioned/deleted.txt");
	await oss.put("/photos/2026/11/plain.png", PICTURE, {
		"content-type": "image/png",
	});
	for (const key of [
		...["2026/10/a.txt", "2025/a.txt", LONG_KEY, "猫 🐈.txt", "line\nbreak"],
		"<script>alert(1)</script>",
	])
		await oss.put(`/photos/${encodeURIComponent(key)}`, "meow", TEXT);
	for (let i = 0; i < 12; i++)
		await oss.put(`/photos/data-${i}.json`, `{"n":${i}}`, {
			"content-type": "application/json",
		});
}

async function fillCallbacks(
	t: Lifetime,
	{ oss }: TestEmulator,
): Promise<Record<string, string>> {
	const good = await startApplicationServer(t, {
		body: '{"saved":true,"id":42,"tags":["cat","outdoor"]}',
	});
	const bad = await startApplicationServer(t, {
		status: 500,
		body: "<h1>Internal Server Error</h1>\nTypeError: user is undefined",
	});
	const { promise } = Promise.withResolvers<void>();
	const slow = await startApplicationServer(t, { before: () => promise });
	const variables = { "x:user": "ann" };
	const json = {
		...{ callbackUrl: `${good.url}/uploaded`, callbackBody: JSON_BODY },
		callbackBodyType: "application/json",
	};
	const form = {
		callbackUrl: `${good.url}/uploaded?from=oss`,
		callbackBody: FORM_BODY,
	};
	const upload = async (key: string, callback: object): Promise<string> => {
		const headers = {
			...{ "content-type": "text/plain", "x-oss-meta-by": "ann" },
			...callbackHeaders(callback, variables),
		};
		const target = `/photos/${encodeURIComponent(key)}`;
		const answer = await oss.put(target, "meow", headers);
		return `callback?id=${answer.headers["x-oss-request-id"]}`;
	};
	for (let i = 0; i < 6; i++) await upload(`album/${i}.jpg`, form);
	await upload(LONG_KEY, form);
	const unreachable = { ...form, callbackUrl: "http://127.0.0.1:1/uploaded" };
	const pages = {
		"callback-refused": await upload("2026/11/bird.txt", unreachable),
		"callback-two-urls": await upload("2026/11/fish.txt", {
			...form,
			callbackUrl: `http://127.0.0.1:1/first;${good.url}/second`,
		}),
		"callback-failed": await upload("2026/11/dog.txt", {
			...form,
			callbackUrl: `${bad.url}/uploaded`,
		}),
		"callback-form": await upload("2026/11/cow.txt", form),
		callback: await upload("2026/11/cat.txt", json),
	};
	upload("2026/11/slow.txt", { ...json, callbackUrl: slow.url }).catch(
		() => {}, // the request has no response when the emulator ends
	);
	return pages;
}

async function fillRequests({
	oss,
	endpoint,
}: TestEmulator): Promise<Record<string, string>> {
	await oss.get("/photos/2026/11/cat.txt");
	await oss.get("/photos?list-type=2&prefix=2026/");
	await oss.get("/photos?analytics");
	const wrong = new Client(endpoint, { id: "oss-emulator", secret: "wrong" });
	const pageOf = ({ headers }: { headers: Readonly<Record<string, string>> }) =>
		`request?id=${headers["x-oss-request-id"]}`;
	const pages = {
		request: pageOf(await oss.get("/photos/data-1.json")),
		"request-refused": pageOf(await wrong.get("/photos/2026/11/cat.txt")),
		"request-missing-key": pageOf(await oss.get("/photos/missing.txt")),
		"request-denied": pageOf(
			await oss.get("/versioned/report.txt", { as: null }),
		),
	};
	wrong.close();
	return pages;
}

async function fillSteering({ oss, adminUrl }: TestEmulator): Promise<void> {
	const admin = await openAdmin(adminUrl);
	await admin.post("/api/faults", {
		...{ operation: "GetObject", bucket: "photos", key: "broken/*", times: 3 },
		do: { status: 503, code: "SlowDown" },
	});
	await admin.post("/api/faults", {
		...{ operation: "callback", do: { callback: "time-out" } },
		key: "never/*",
	});
	await oss.get("/photos/broken/a.txt");
	await admin.post("/api/accounts", { name: "suite one" });
	for (let i = 0; i < 3; i++)
		await admin.put(`/api/ram/users/user-${i}`, {
			accessKeys: [{ id: `user-${i}-key`, secret: "a-secret" }],
			policies: POLICY,
		});
	await admin.put("/api/ram/roles/uploader", {
		...{ maxSessionDuration: 3600, policies: POLICY },
	});
	await admin.put("/api/snapshots/before-the-tests");
	await admin.put("/api/clock", { advance: 3600, scope: "expiry" });
}
