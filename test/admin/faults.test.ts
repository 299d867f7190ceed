/** Tests faults of requests and callbacks by real requests. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, type TestContext, test } from "node:test";
import { table } from "../../emulator/operations/table.ts";
import { startApplicationServer } from "../application-server.ts";
import { refusal } from "../client.ts";
import {
	field,
	file,
	ID,
	postForm,
	SECRET,
} from "../operations/object/form.ts";
import { presignV1, presignV4 } from "../presign.ts";
import { type Admin, callbackHeaders, startWithAdmin } from "./admin.ts";

const FAULT = "x-emulator-fault";
const KEY = { id: ID, secret: SECRET };
const GET = { method: "GET", resource: "/photos/a", query: {} };
const signedUrl = (endpoint: string): string =>
	`${endpoint}/photos/a?${presignV4(KEY, GET)}`;

const BUSY = { status: 503, code: "SlowDown" };

const add = async (admin: Admin, rule: object) => {
	const { status, json } = await admin.post("/api/faults", rule);
	assert.equal(status, 201, JSON.stringify(json));
	return json;
};

suite("A fault with a status", () => {
	test("returns the error, leaves the state unchanged, and is recorded", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const rule = { operation: "PutObject", after: 1, times: 1, do: BUSY };
		const { id } = await add(admin, rule);

		const statuses: number[] = [];
		for (const key of ["a", "b", "c"])
			statuses.push((await oss.put(`/photos/${key}`, "meow")).status);

		assert.deepEqual(statuses, [200, 503, 200]);
		assert.equal((await oss.get("/photos/b")).status, 404);
		const { json } = await admin.get(`/api/faults/${id}`);
		assert.deepEqual(json, { id, ...rule, seen: 2, struck: 1 });
		const record = await admin.get("/api/requests?status=503");
		const [{ code, fault }] = record.json.requests;
		assert.deepEqual([code, fault], ["SlowDown", "status=503;code=SlowDown"]);
	});

	test("has the format of OSS's errors, with the given message and EC", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const ec = "0016-00000101";
		const message = "not <now>";
		await add(admin, { operation: "GetObject", do: { ...BUSY, message, ec } });

		const refused = await oss.get("/photos/a");

		assert.equal(refusal(refused), `503 SlowDown ${ec}: ${message}`);
		assert.equal(refused.headers["x-oss-ec"], ec);
		assert.match(refused.headers["x-oss-request-id"] ?? "", /^[0-9A-F]{24}$/);
	});

	test("does not require a code", async (t) => {
		const { oss } = await startWithAdmin(t);
		const getWithFault = async (status: number): Promise<string> => {
			const headers = { [FAULT]: `status=${status}` };
			return refusal(await oss.get("/photos/a", { headers }));
		};

		assert.match(
			await getWithFault(500),
			/^500 InternalError : We encountered/,
		);
		assert.match(await getWithFault(503), /^503 SlowDown : Please reduce/);
		assert.match(await getWithFault(404), /^404 NoSuchKey : The specified key/);
	});
});

suite("A fault of one request", () => {
	test("is requested by an unsigned header", async (t) => {
		const { oss } = await startWithAdmin(t);
		const headers = { [FAULT]: "status=503;code=SlowDown" };

		const refused = await oss.put("/photos/a", "meow", headers);

		assert.match(refusal(refused), /^503 SlowDown/);
		assert.equal((await oss.put("/photos/a", "meow")).status, 200);
	});

	test("can be added to a signed URL, with V1, V2 and V4", async (t) => {
		const { endpoint, oss } = await startWithAdmin(t);
		await oss.put("/photos/a", "meow");
		const urls = [presignV1(KEY, GET), signedV2(), presignV4(KEY, GET)].map(
			(query) => `${endpoint}/photos/a?${query}`,
		);

		for (const url of urls) {
			assert.equal((await fetch(url)).status, 200);
			const faulty = await fetch(`${url}&${FAULT}=status%3D503`);
			assert.equal(faulty.status, 503);
			const other = await fetch(`${url}&y=status%3D503`);
			assert.equal(other.status, url === urls[0] ? 200 : 403);
		}
	});

	test("is refused if it is malformed, and nothing is stored", async (t) => {
		const { oss } = await startWithAdmin(t);
		for (const [fault, message] of [
			["status=200", /status must be 400 to 599/],
			["status=x", /status must be a whole number, not x/],
			["sttus=503", /there is no sttus/],
			["code=SlowDown", /code needs a status/],
			["status=503;cutAfterBytes=1", /are mutually exclusive/],
			["delayMs=999999999", /delayMs must be at most 60000/],
			["cutAfterBytes=1;direction=up", /direction must be one of/],
			["callback=meow", /callback: /],
			["nonsense", /there is no nonsense/],
		] as const) {
			const put = await oss.put("/photos/a", "meow", { [FAULT]: fault });
			assert.equal(put.status, 400, fault);
			assert.match(refusal(put), message);
		}
		assert.equal((await oss.get("/photos/a")).status, 404);
	});

	test("makes the callback of the request fail", async (t) => {
		const { oss } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: "x=1" };

		const put = await oss.put("/photos/a", "meow", {
			...callbackHeaders(callback),
			[FAULT]: "callback=time-out",
		});

		assert.match(refusal(put), /^203 CallbackFailed .* Cost too long time/);
		assert.equal((await oss.get("/photos/a")).text, "meow");
	});
});

suite("A connection that is cut", () => {
	const BYTES = Buffer.alloc(300_000, "0123456789");

	/** Returns the received bytes, and whether more were announced. */
	async function download(url: string): Promise<[number, boolean]> {
		const answer = await fetch(url);
		let size = 0;
		try {
			for await (const chunk of answer.body ?? []) size += chunk.length;
			return [size, false];
		} catch {
			return [size, true];
		}
	}

	for (const size of [100, 300_000])
		test(`in the middle of a download of ${size} bytes ends it after exactly that many`, async (t) => {
			const { oss, admin, endpoint } = await startWithAdmin(t);
			await oss.put("/photos/a", BYTES.subarray(0, size));
			const url = signedUrl(endpoint);
			await add(admin, {
				...{ operation: "GetObject", times: 1 },
				do: { cutAfterBytes: 70, direction: "response" },
			});

			assert.deepEqual(await download(url), [70, true]);
			assert.deepEqual(await download(url), [size, false]);
		});

	test("does not affect shorter responses", async (t) => {
		const { oss, admin, endpoint } = await startWithAdmin(t);
		await oss.put("/photos/a", "meow");
		await add(admin, { operation: "*", do: { cutAfterBytes: 4 } });

		const url = signedUrl(endpoint);
		assert.deepEqual(await download(url), [4, false]);
	});

	test("after 0 bytes of the response leaves the upload stored, and the client receives no response", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await add(admin, {
			...{ operation: "PutObject", times: 1 },
			do: { cutAfterBytes: 0, direction: "response" },
		});

		await assert.rejects(oss.put("/photos/a", "meow"), /ECONNRESET|hang up/);

		assert.equal((await oss.get("/photos/a")).text, "meow");
	});

	for (const size of [100, 300_000])
		test(`in the middle of an upload of ${size} bytes stores no object`, async (t) => {
			const { oss, admin } = await startWithAdmin(t);
			await add(admin, {
				...{ operation: "PutObject", times: 1 },
				do: { cutAfterBytes: 70, direction: "request" },
			});

			const body = BYTES.subarray(0, size);
			await assert.rejects(
				oss.put("/photos/a", body),
				/ECONNRESET|hang up|EPIPE/,
			);

			assert.equal((await oss.get("/photos/a")).status, 404);
			assert.equal((await oss.put("/photos/a", body)).status, 200);
			assert.equal((await oss.get("/photos/a")).body.length, size);
		});

	test("in the middle of a form stores no object", async (t) => {
		const { oss, admin } = await startWithAdmin(t, "--auth", "off");
		await add(admin, {
			operation: "PostObject",
			do: { cutAfterBytes: 300, direction: "upload" },
		});

		await assert.rejects(postForm(oss, [field("key", "a"), file(BYTES)]));

		assert.equal((await oss.get("/photos/a")).status, 404);
	});
});

suite("A delay", () => {
	test("precedes the response, and does not delay the shutdown of the emulator", async (t) => {
		const { oss, admin, close } = await startWithAdmin(t);
		await oss.put("/photos/a", "meow");
		await add(admin, {
			operation: "GetObject",
			times: 1,
			do: { delayMs: 60_000 },
		});

		const waiting = oss.get("/photos/a");
		await admin.get("/api/requests?operation=GetObject"); // the request has arrived by now
		await close();

		assert.equal((await waiting).status, 200);
	});

	test("can be combined with a status", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await add(admin, { operation: "GetObject", do: { ...BUSY, delayMs: 1 } });

		assert.equal((await oss.get("/photos/a")).status, 503);
	});
});

suite("A fault of callbacks", () => {
	const put = async (t: TestContext, rule: object): Promise<string> => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: "x=1" };
		const { id } = await add(admin, rule);
		const answer = await oss.put(
			"/photos/a",
			"meow",
			callbackHeaders(callback),
		);
		const { json } = await admin.get(`/api/faults/${id}`);
		assert.equal(json.struck, answer.status === 203 ? 1 : 0);
		return answer.status === 203 ? refusal(answer) : String(answer.status);
	};
	const TIMED_OUT = /^203 CallbackFailed 0007-00000202: Cost too long time/;
	const late = { callback: "time-out" };

	test("affects the callbacks of all uploads, or those of one operation", async (t) => {
		assert.match(await put(t, { operation: "callback", do: late }), TIMED_OUT);
		assert.match(await put(t, { operation: "*", do: late }), TIMED_OUT);
		assert.match(await put(t, { operation: "PutObject", do: late }), TIMED_OUT);
		assert.equal(await put(t, { operation: "PostObject", do: late }), "200");
	});

	test("can be a status, with or without a delay", async (t) => {
		const action = { callback: "status-418", delayMs: 1 };
		assert.match(
			await put(t, { operation: "callback", do: action }),
			/Error status : 418\./,
		);
	});
});

suite("A fault of one account", () => {
	test("does not affect other accounts, and is removed with the list of its own account", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const { json: account } = await admin.post("/api/accounts", {});
		const own = { operation: "*", do: BUSY, account: account.uid };
		await add(admin, own);
		await add(admin, { operation: "GetObject", do: BUSY });

		const put = await oss.put("/photos/a", "meow");
		const of = await admin.get(`/api/faults?account=${account.uid}`);
		const cleared = await admin.send(
			...(["DELETE", `/api/faults?account=${account.uid}`] as const),
		);
		const { json: rest } = await admin.get("/api/faults");

		assert.equal(put.status, 200);
		assert.equal(of.json.faults.length, 1);
		assert.deepEqual(cleared.json, { deleted: 1 });
		assert.equal(rest.faults.length, 1);
	});
});

suite("POST /api/faults refuses", () => {
	const cases: readonly (readonly [string, object, RegExp])[] = [
		["no operation", { do: BUSY }, /^operation is missing$/],
		["no action", { operation: "*" }, /^do is missing$/],
		[
			"an unknown operation",
			{ operation: "PutObjct", do: BUSY },
			/^operation cannot be PutObjct: did you mean PutObject\?$/,
		],
		[
			"an unknown parameter",
			{ operation: "*", do: BUSY, nth: 1 },
			/no parameter nth/,
		],
		[
			"an unknown action",
			{ operation: "*", do: { stats: 1 } },
			/no parameter stats/,
		],
		[
			"an empty action",
			{ operation: "*", do: {} },
			/^do: one of status, delayMs/,
		],
		[
			"two actions",
			{ operation: "*", do: { ...BUSY, cutAfterBytes: 1 } },
			/^do: status and cutAfterBytes are mutually exclusive/,
		],
		[
			"a status that is not an error",
			{ operation: "*", do: { status: 200 } },
			/^do\.status must be >= 400$/,
		],
		[
			"a status that is text",
			{ operation: "*", do: { status: "503" } },
			/^do\.status must be integer$/,
		],
		[
			"a negative count",
			{ operation: "*", do: BUSY, after: -1 },
			/^after must be >= 0$/,
		],
		[
			"zero times",
			{ operation: "*", do: BUSY, times: 0 },
			/^times must be >= 1$/,
		],
		[
			"a probability over 1",
			{ operation: "*", do: BUSY, probability: 2 },
			/^probability must be <= 1$/,
		],
		[
			"an unknown direction",
			{ operation: "*", do: { cutAfterBytes: 1, direction: "up" } },
			/^do\.direction must be one of request, response/,
		],
		[
			"a direction alone",
			{ operation: "*", do: { delayMs: 1, direction: "request" } },
			/^do: direction needs cutAfterBytes$/,
		],
		[
			"an unknown fault of callbacks",
			{ operation: "callback", do: { callback: "meow" } },
			/^do\.callback /,
		],
		[
			"a callback fault of an operation without callbacks",
			{ operation: "GetObject", do: { callback: "refused" } },
			/^do: a callback fault needs an operation with callbacks/,
		],
		[
			"the operation callback without a callback fault",
			{ operation: "callback", do: BUSY },
			/^do: operation callback needs a callback$/,
		],
		[
			"an unknown account",
			{ operation: "*", do: BUSY, account: "7" },
			/^there is no account 7$/,
		],
		[
			"a code with a line break",
			{ operation: "*", do: { status: 503, code: "a\nb" } },
			/^do\.code must match/,
		],
	];
	for (const [what, rule, message] of cases)
		test(what, async (t) => {
			const { admin } = await startWithAdmin(t);

			const refused = await admin.post("/api/faults", rule);

			assert.ok(refused.status >= 400 && refused.status < 500);
			assert.match(refused.json.message, message);
			assert.deepEqual((await admin.get("/api/faults")).json.faults, []);
		});

	test("more faults than the limit, and the removal of a fault that does not exist", async (t) => {
		const { admin } = await startWithAdmin(t);

		assert.equal((await admin.get("/api/faults/meow")).status, 404);
		assert.equal((await admin.send("DELETE", "/api/faults/meow")).status, 404);
	});
});

test("The OpenAPI document lists every operation and every fault of callbacks", async (t) => {
	const { admin } = await startWithAdmin(t);

	const { json } = await admin.get("/api/openapi.json");

	const { operation, do: action } = json.components.schemas.Fault.properties;
	assert.deepEqual(
		new Set(operation.enum),
		new Set(["callback", "*", ...table.map(({ name }) => name)]),
	);
	const [kinds] = action.properties.callback.anyOf;
	assert.ok(kinds.enum.includes("time-out"));
	assert.ok(kinds.enum.includes("wrong-key-url"));
});

/** Sends the request as py1 does. */
function signedV2(): string {
	const expires = String(Math.floor(Date.now() / 1000) + 60);
	const query = `x-oss-access-key-id=${ID}&x-oss-expires=${expires}&x-oss-signature-version=OSS2`;
	const text = `GET\n\n\n${expires}\n\n${encodeURIComponent("/photos/a")}?${query}`;
	const signature = createHmac("sha256", SECRET).update(text).digest("base64");
	return `${query}&x-oss-signature=${encodeURIComponent(signature)}`;
}
