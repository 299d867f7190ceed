import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Client, refusal } from "../../client.ts";
import { startEmulator, startWithBucket } from "../../emulator.ts";
import { putDocument } from "../configurations/document.ts";

type Rule = {
	readonly origins?: readonly string[];
	readonly methods?: readonly string[];
	readonly headers?: readonly string[];
	readonly exposed?: readonly string[];
	readonly seconds?: string;
};

const all = (name: string, texts: readonly string[]): string =>
	texts.map((text) => `<${name}>${text}</${name}>`).join("");

const cors = (rules: readonly Rule[], more = ""): string =>
	`<CORSConfiguration>${rules
		.map(
			({
				origins = ["http://a.example"],
				methods = ["GET"],
				headers = [],
				exposed = [],
				seconds,
			}) =>
				`<CORSRule>${all("AllowedOrigin", origins)}${all("AllowedMethod", methods)}${all("AllowedHeader", headers)}${all("ExposeHeader", exposed)}${all("MaxAgeSeconds", seconds === undefined ? [] : [seconds])}</CORSRule>`,
		)
		.join("")}${more}</CORSConfiguration>`;

const putRules = (oss: Client, ...rules: readonly Rule[]): Promise<void> =>
	putDocument(oss, "/photos?cors", cors(rules));

suite("CORS rules", () => {
	const NO_RULE = "400 MalformedXML ";
	const WRONG = "400 InvalidArgument ";
	for (const [what, document, refused] of [
		["no rule", cors([]), NO_RULE],
		["a rule without an origin", cors([{ origins: [] }]), NO_RULE],
		["a rule without a method", cors([{ methods: [] }]), NO_RULE],
		["an unsupported method", cors([{ methods: ["PATCH"] }]), NO_RULE],
		["a negative age", cors([{ seconds: "-1" }]), WRONG],
		["an age over 999999999", cors([{ seconds: "1000000000" }]), WRONG],
		[
			"eleven rules",
			cors(Array.from({ length: 11 }, () => ({}))),
			"400 CORSRuleBeyondLimit : The CORS Rules num is beyond limit.",
		],
		[
			"over 16 KB",
			cors([
				{ headers: Array.from({ length: 600 }, (_, i) => `x-header-${i}`) },
			]),
			"400 ",
		],
	] as const)
		test(`are refused: ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = refusal(await oss.put("/photos?cors", document));
			assert.ok(put.startsWith(refused), put);
		});

	for (const [what, rule, isTaken] of [
		["an origin with one", { origins: ["http://*.example"] }, true],
		["an origin with two", { origins: ["*.*"] }, false],
		["a header with one", { headers: ["x-oss-*"] }, true],
		["a header with two", { headers: ["*-*"] }, false],
		["an exposed header with one", { exposed: ["x-oss-*"] }, false],
	] as const)
		test(`can have asterisks: ${what} (A-405)`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put("/photos?cors", cors([rule]));
			if (isTaken) assert.equal(put.status, 200);
			else assert.match(refusal(put), /^400 InvalidArgument /);
		});
});

suite("CORS rules are refused with the documented EC", () => {
	const vary = "<ResponseVary>0</ResponseVary>";
	for (const [what, document, ec] of [
		["no rule", cors([]), "0034-00000002"],
		["a ResponseVary that is not a boolean", cors([{}], vary), "0034-00000004"],
		["an empty method", cors([{ methods: [""] }]), "0034-00000011"],
		["an unsupported method", cors([{ methods: ["TEST"] }]), "0034-00000011"],
		[
			"an exposed header with an asterisk",
			cors([{ exposed: ["x-oss-*"] }]),
			"0034-00000013",
		],
		[
			"an exposed header with a quote",
			cors([{ exposed: ["it's"] }]),
			"0034-00000013",
		],
	] as const)
		test(what, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put("/photos?cors", document);
			assert.equal(put.status, 400);
			assert.equal(put.headers["x-oss-ec"], ec);
		});

	test("and their absence", async (t) => {
		const { oss } = await startWithBucket(t);
		const get = await oss.get("/photos?cors");
		assert.equal(get.headers["x-oss-ec"], "0034-00000001");
	});
});

/** Sends a preflight request, which is never signed. */
const preflight = (oss: Client, headers: Record<string, string>) =>
	oss.send("OPTIONS", "/photos/cat", { headers, as: null });

/** @returns the CORS headers by the end of their names, without the common prefix */
const corsHeadersOf = (answer: {
	readonly headers: Readonly<Record<string, string>>;
}): Record<string, string> =>
	Object.fromEntries(
		Object.entries(answer.headers)
			.filter(([name]) => name.startsWith("access-control-"))
			.map(([name, value]) => [name.slice("access-control-".length), value]),
	);

suite("OptionObject", () => {
	const ORIGIN = { origin: "http://a.example" };
	const GET = { ...ORIGIN, "access-control-request-method": "GET" };
	const FORBIDDEN =
		"403 AccessForbidden : CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec.";

	test("returns the allowed methods and headers of the rule", async (t) => {
		const { oss } = await startWithBucket(t);
		await putRules(oss, {
			methods: ["GET", "PUT"],
			headers: ["x-oss-*", "Authorization"],
			exposed: ["ETag", "x-oss-request-id"],
			seconds: "100",
		});
		const answer = await preflight(oss, {
			...GET,
			"access-control-request-headers": "X-Oss-Meta-a, authorization",
		});
		assert.equal(`${answer.status} ${answer.text}`, "200 ");
		assert.deepEqual(corsHeadersOf(answer), {
			"allow-origin": "http://a.example",
			"allow-methods": "GET, PUT",
			"allow-headers": "X-Oss-Meta-a, authorization",
			"expose-headers": "ETag, x-oss-request-id",
			"max-age": "100",
		});
	});

	test("returns `*` if the rule allows any origin", async (t) => {
		const { oss } = await startWithBucket(t);
		await putRules(oss, { origins: ["*"] });
		assert.deepEqual(corsHeadersOf(await preflight(oss, GET)), {
			"allow-origin": "*",
			"allow-methods": "GET",
		});
	});

	test("uses the first matching rule", async (t) => {
		const { oss } = await startWithBucket(t);
		await putRules(
			oss,
			{ methods: ["PUT"], seconds: "1" },
			{ origins: ["http://*.example"], seconds: "2" },
			{ seconds: "3" },
		);
		const answer = await preflight(oss, GET);
		assert.equal(answer.headers["access-control-max-age"], "2");
	});

	test("also applies to buckets and to missing objects", async (t) => {
		const { oss } = await startWithBucket(t);
		await putRules(oss, {});
		for (const target of ["/photos/", "/photos/no/such/object"])
			assert.equal(
				(await oss.send("OPTIONS", target, { headers: GET, as: null })).status,
				200,
			);
	});

	for (const [what, rule, headers = GET] of [
		["no rule at all", undefined],
		["another origin", { origins: ["http://b.example"] }],
		["another scheme", { origins: ["https://a.example"] }],
		["another method", { methods: ["PUT", "HEAD"] }],
		[
			"a header that is not allowed",
			{ headers: ["x-oss-meta-b"] },
			{ ...GET, "access-control-request-headers": "x-oss-meta-a" },
		],
		["an asterisk that does not match", { origins: ["http://*.b.example"] }],
	] as const)
		test(`refuses: ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			if (rule) await putRules(oss, rule);
			const answer = await preflight(oss, headers);
			assert.equal(refusal(answer), FORBIDDEN);
			assert.deepEqual(corsHeadersOf(answer), {});
		});

	test("refuses a request without Access-Control-Request-Method", async (t) => {
		const { oss } = await startWithBucket(t);
		await putRules(oss, {});
		assert.equal(
			refusal(await preflight(oss, {})),
			"400 BadRequest : Insufficient information. Origin request header needed.",
		);
		assert.equal(
			refusal(await preflight(oss, ORIGIN)),
			"400 BadRequest : Insufficient information. Request Access-Control-Request-Method header needed.",
		);
	});

	test("of a missing bucket finds no rule", async (t) => {
		const { oss } = await startEmulator(t);
		assert.match(refusal(await preflight(oss, GET)), /^404 NoSuchBucket /);
	});
});

suite("CORS headers", () => {
	const FROM_A = { headers: { origin: "http://a.example" } };

	test("are in the response to a request with an Origin (A-406)", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		await putRules(oss, {
			methods: ["GET", "PUT"],
			headers: ["*"],
			exposed: ["ETag"],
			seconds: "5",
		});
		const get = await oss.get("/photos/cat", FROM_A);
		assert.equal(get.text, "meow");
		const allowed = {
			"allow-origin": "http://a.example",
			"allow-methods": "GET, PUT",
			"expose-headers": "ETag",
			"max-age": "5",
		};
		assert.deepEqual(corsHeadersOf(get), allowed);
		const put = await oss.put("/photos/cat", "purr", FROM_A.headers);
		assert.deepEqual(corsHeadersOf(put), allowed);
	});

	test("are also in errors, so that the page can read them", async (t) => {
		const { oss } = await startWithBucket(t);
		await putRules(oss, {});
		const missing = await oss.get("/photos/cat", FROM_A);
		assert.match(refusal(missing), /^404 NoSuchKey /);
		assert.equal(
			missing.headers["access-control-allow-origin"],
			"http://a.example",
		);
		const unsigned = await oss.get("/photos/cat", { ...FROM_A, as: null });
		assert.match(refusal(unsigned), /^403 AccessDenied /);
		assert.equal(
			unsigned.headers["access-control-allow-origin"],
			"http://a.example",
		);
		const badlySigned = await oss.get("/photos/cat", {
			...FROM_A,
			as: { id: "unknown", secret: "nothing" },
		});
		assert.match(refusal(badlySigned), /^403 InvalidAccessKeyId /);
		assert.equal(
			badlySigned.headers["access-control-allow-origin"],
			"http://a.example",
		);
	});

	for (const [what, origin] of [
		["of another origin", "http://b.example"],
		["without an Origin", ""],
	])
		test(`are not in the response to a request ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.put("/photos/cat", "meow");
			await putRules(oss, {});
			const get = await oss.get("/photos/cat", {
				headers: origin ? { origin } : {},
			});
			assert.equal(get.text, "meow");
			assert.deepEqual(corsHeadersOf(get), {});
			assert.equal(get.headers.vary, undefined);
		});

	test("include Vary in every response if the rules require it", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		await putDocument(
			oss,
			"/photos?cors",
			cors([{}], "<ResponseVary>true</ResponseVary>"),
		);
		assert.equal((await oss.get("/photos/cat")).headers.vary, "Origin");
		assert.equal((await oss.get("/photos/cat", FROM_A)).headers.vary, "Origin");
	});

	test("include Vary in the responses to preflights too if the rules require it", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(
			oss,
			"/photos?cors",
			cors([{}], "<ResponseVary>true</ResponseVary>"),
		);
		const method = { "access-control-request-method": "GET" };
		for (const [headers, status] of [
			[{ ...FROM_A.headers, ...method }, 200],
			[{ origin: "http://b.example", ...method }, 403],
			[method, 400],
		] as const) {
			const answer = await preflight(oss, headers);
			assert.equal(answer.status, status);
			assert.equal(answer.headers.vary, "Origin");
		}
	});

	test("are those of the bucket in the Host", async (t) => {
		const { oss, port } = await startWithBucket(t);
		await putRules(oss, {});
		const get = await oss.get("/cat", {
			...FROM_A,
			as: null,
			host: `photos.localhost:${port}`,
		});
		assert.equal(
			get.headers["access-control-allow-origin"],
			"http://a.example",
		);
	});
});

test("A preflight request for more than 200 headers is refused (A-941)", async (t) => {
	const { oss } = await startWithBucket(t);
	await oss.put(
		"/photos?cors",
		"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule></CORSConfiguration>",
	);
	for (const [count, status] of [
		[200, 200],
		[201, 403],
	] as const) {
		const answer = await oss.send("OPTIONS", "/photos/a", {
			as: null,
			headers: {
				origin: "http://a.example",
				"access-control-request-method": "GET",
				"access-control-request-headers": Array(count).fill("x").join(","),
			},
		});
		assert.equal(answer.status, status);
	}
});
