/** Callbacks that the emulator accepts and OSS refuses, with and without `--strict`. */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { findInOutcome } from "../../../emulator/callback/advice/find-in-answer.ts";
import { STRICT_FINDINGS } from "../../../emulator/callback/advice/finding.ts";
import { failStrictly } from "../../../emulator/callback/advice/strict.ts";
import { NO_TIME, type Outcome } from "../../../emulator/callback/model.ts";
import { judge } from "../../../emulator/callback/relay.ts";
import { readConfig } from "../../../emulator/config/config.ts";
import { startWithAdmin } from "../../admin/admin.ts";
import { type Answer, refusal } from "../../client.ts";
import {
	ANY,
	field,
	file,
	type Part,
	postForm,
	signedV1,
} from "../../operations/object/form.ts";
import {
	startApplicationServer,
	startTcpServer,
} from "../application-server.ts";
import { base64Json } from "../request-callback.ts";

type Case = {
	readonly headers: Readonly<Record<string, string>>;
	readonly query?: Readonly<Record<string, string>>;
};

/** A request with the finding, and its response with `--strict`. */
const CASES: Readonly<
	Record<string, readonly [(t: TestContext) => Promise<Case>, RegExp]>
> = {
	"private-address": [
		async (t) => ({ headers: callbackHeaders(await urlOf(t)) }),
		/^400 InvalidArgument 0007-00000008: Private address is forbidden to callback\.$/,
	],
	"no-url": [
		async () => ({ headers: callbackHeaders("") }),
		/^400 InvalidArgument 0007-00000004: The callback url configuration is invalid\.$/,
	],
	"mixed-carriers": [
		async (t) => ({
			headers: callbackHeaders(await urlOf(t)),
			query: { "callback-var": base64Json({ "x:a": "1" }) },
		}),
		/^400 InvalidArgument 0007-00000027: Either the callback query string/,
	],
	"upper-case-variable": [
		async (t) => ({
			headers: {
				...callbackHeaders(await urlOf(t)),
				"x-oss-callback-var": base64Json({ "x:User": "1" }),
			},
		}),
		/^400 InvalidArgument 0007-00000104: The callback var is not expecten json\.$/,
	],
	"no-sni": [
		async (t) => {
			const { port } = new URL(await urlOf(t));
			return { headers: callbackHeaders(`https://localhost:${port}/`) };
		},
		/^203 CallbackFailed 0007-00000203: Error status : 502\.$/,
	],
	"quoted-variable": [
		async (t) => {
			const json = {
				callbackUrl: await urlOf(t),
				callbackBody: '{"object":"${object}"}',
				callbackBodyType: "application/json",
			};
			return { headers: { "x-oss-callback": base64Json(json) } };
		},
		/^203 CallbackFailed 0007-00000203: Error status : 400\.$/,
	],
	"xml-answer": [
		async (t) => {
			const headers = { "Content-Type": "application/xml" };
			const answer = { headers, body: "<saved/>" };
			const { url } = await startApplicationServer(t, answer);
			return { headers: callbackHeaders(url) };
		},
		/^203 CallbackFailed 0007-00000205: Response body is not valid json format\.$/,
	],
};

const urlOf = async (t: TestContext): Promise<string> =>
	(await startApplicationServer(t)).url;

const callbackHeaders = (callbackUrl: string): Record<string, string> => ({
	"x-oss-callback": base64Json({ callbackUrl, callbackBody: "a" }),
});

type Seen = { readonly answer: Answer; readonly findings: readonly string[] };

async function upload(
	t: TestContext,
	{ headers, query = {} }: Case,
	...flags: readonly string[]
): Promise<Seen> {
	const { oss, admin } = await startWithAdmin(t, ...flags);
	const target = `/photos/cat?${new URLSearchParams(query)}`;
	const answer = await oss.put(target.replace(/\?$/, ""), "meow", headers);
	const { json } = await admin.get("/api/callbacks?summary=true");
	return { answer, findings: json.callbacks[0]?.findings ?? [] };
}

const others = (id: string): string =>
	STRICT_FINDINGS.filter((one) => one !== id).join(",");

for (const [id, [arrange, expected]] of Object.entries(CASES)) {
	suite(`The finding ${id}`, () => {
		test("is only a finding by default", async (t) => {
			const { answer, findings } = await upload(t, await arrange(t));

			// A server that does not speak TLS cannot succeed.
			if (id !== "no-sni") assert.equal(answer.status, 200, answer.text);
			assert.ok(findings.includes(id), findings.join());
		});

		test("fails with --strict as it does in the cloud", async (t) => {
			const given = await arrange(t);
			const except = ["--strict-except", others(id)];
			const { answer } = await upload(t, given, "--strict", ...except);

			assert.match(refusal(answer), expected);
		});

		test("can be excepted from --strict", async (t) => {
			const given = await arrange(t);
			const except = ["--strict-except", STRICT_FINDINGS.join(",")];
			const { answer } = await upload(t, given, "--strict", ...except);

			if (id !== "no-sni") assert.equal(answer.status, 200, answer.text);
		});
	});
}

suite("Under --strict", () => {
	test("mixed carriers are refused with the message for two equal carriers (A-251)", async (t) => {
		const [arrange] = CASES["mixed-carriers"] ?? [];
		const given = await arrange?.(t);
		assert.ok(given);
		const except = ["--strict-except", others("mixed-carriers")];
		const { answer } = await upload(t, given, "--strict", ...except);

		assert.match(refusal(answer), /should be specified, not both\.$/);
	});

	test("a server with TLS is not called without callbackSNI", async (t) => {
		let connections = 0;
		const { port } = await startTcpServer(t, () => connections++);
		const headers = callbackHeaders(`https://localhost:${port}/`);
		const except = ["--strict-except", "private-address"];
		const { answer } = await upload(t, { headers }, "--strict", ...except);

		assert.match(refusal(answer), /502/);
		assert.equal(connections, 0);
	});

	const slow = [
		["more than OSS's 5 s fails, whatever --callback-timeout is", 5001],
		[
			"more than 3 s fails, because the network latency in the cloud is higher",
			3001,
		],
	] as const;
	for (const [what, totalMs] of slow)
		test(`an answer that takes ${what}`, () => {
			const outcome: Outcome = {
				timing: { ...NO_TIME, totalMs },
				answer: {
					status: 200,
					headers: [["Content-Length", "2"]],
					body: Buffer.from("{}"),
					ended: "complete",
				},
			};
			const findings = findInOutcome(outcome, "a.example.com");
			const verdict = judge(outcome);
			assert.ok("answer" in verdict);

			assert.equal(failStrictly(verdict, findings, []), verdict);
			const strict = failStrictly(verdict, findings, STRICT_FINDINGS);
			assert.ok("message" in strict);
			assert.equal(strict.message, "Cost too long time.");
			assert.equal(strict.ec, "0007-00000202");
		});

	for (const [what, late] of [
		["a callback", "callback"],
		["a variable of a callback", "x:v"],
	] as const)
		test(`${what} after the file is refused, and nothing is stored (A-633)`, async (t) => {
			const except = ["--strict-except", "private-address"];
			const strict = await startWithAdmin(t, "--strict", ...except);
			const callback = callbackHeaders(await urlOf(t))["x-oss-callback"] ?? "";
			const fields = [field("callback", callback), field("x:v", "1")];
			const isLate = ({ name }: Part): boolean => name === late;
			const parts = [
				...[field("key", "cat"), ...signedV1(ANY)],
				...fields.filter((one) => !isLate(one)),
				...[file("meow"), ...fields.filter(isLate)],
			];

			const posted = await postForm(strict.oss, parts);

			assert.match(refusal(posted), /^400 MalformedPOSTRequest 0006-00000103:/);
			const got = await strict.oss.get("/photos/cat");
			assert.equal(got.status, 404);
			const { json } = await strict.admin.get("/api/callbacks");
			assert.deepEqual(json.callbacks, []);
		});

	test("any other field may follow the file, and so may a field of a callback if this finding is excepted", async (t) => {
		const flags = ["--strict", "--strict-except", STRICT_FINDINGS.join(",")];
		const { oss } = await startWithAdmin(t, "--strict");
		const lenient = await startWithAdmin(t, ...flags);
		const form = [field("key", "cat"), ...signedV1(ANY), file("meow")];

		const posted = await postForm(oss, [...form, field("submit", "Upload")]);
		const excepted = await postForm(lenient.oss, [
			...form,
			field("callback", "late"),
		]);

		assert.deepEqual([posted.status, excepted.status], [204, 204]);
	});

	test("contains the finding and how to fix it", async (t) => {
		const given = await CASES["quoted-variable"]?.[0](t);
		assert.ok(given);
		const except = ["--strict-except", "private-address"];
		const { oss, admin } = await startWithAdmin(t, "--strict", ...except);

		await oss.put("/photos/cat", "meow", given.headers);

		const { json } = await admin.get("/api/callbacks");
		const [{ why, advice, findings }] = json.callbacks;
		assert.match(why, /--strict refuses quoted-variable/);
		assert.match(advice, /your own quotes from callbackBody/);
		const links = findings.map(({ link }: { link: string }) => link);
		assert.ok(links.every((link: string) => link.startsWith("https://")));
	});

	test("accepts everything that OSS accepts", async (t) => {
		const body = '"ok"';
		const headers = { "Content-Type": "text/plain" };
		const { url } = await startApplicationServer(t, { headers, body });
		const { host } = new URL(url);
		const json = {
			callbackUrl: `${host}/?`,
			callbackBody: '{"o":${objct}${x:a}}',
			callbackBodyType: "application/json",
		};
		const except = ["--strict-except", "private-address"];
		const given = { headers: { "x-oss-callback": base64Json(json) } };
		const { answer, findings } = await upload(t, given, "--strict", ...except);

		assert.equal(answer.text, body);
		assert.deepEqual(findings, [
			"private-address",
			"no-scheme",
			"empty-query",
			"unknown-variable",
			"variable-without-value",
			"body-not-json",
			"answer-type",
			"answer-is-no-object",
		]);
	});
});

suite("--strict", () => {
	const switchesOf = (...flags: string[]) => readConfig(flags, {}).callbacks;

	test("includes --strict-callback, which has three findings", () => {
		const less = switchesOf("--strict-callback");
		const more = switchesOf("--strict");

		assert.deepEqual(less.strict, ["private-address", "no-url", "no-sni"]);
		assert.deepEqual(more.strict, STRICT_FINDINGS);
		for (const { privateAddresses, missingUrl } of [less, more])
			assert.deepEqual([privateAddresses, missingUrl], ["refuse", "refuse"]);
	});

	test("refuses unknown findings", () => {
		assert.throws(
			() => switchesOf("--strict", "--strict-except", "private"),
			/--strict-except must name some of private-address, .*, not private$/,
		);
	});
});

test("The record of a request that --strict refused mentions --strict-except", async (t) => {
	const { oss, admin } = await startWithAdmin(t, "--strict");

	const answer = await oss.put(
		"/photos/cat",
		"meow",
		callbackHeaders("127.0.0.1"),
	);

	const { json } = await admin.get("/api/requests");
	const refused = json.requests.find(
		({ status }: { status: number }) => status === 400,
	);
	assert.match(refusal(answer), /0007-00000008/);
	assert.match(
		refused.diagnosis,
		/--strict-except private-address accepts it$/,
	);
});

test("A private address is recorded as a note, not as a warning", async (t) => {
	const { oss, admin } = await startWithAdmin(t);

	await oss.put("/photos/cat", "meow", callbackHeaders(await urlOf(t)));

	const { json } = await admin.get("/api/callbacks");
	const [found] = json.callbacks[0].findings;
	assert.equal(found.id, "private-address");
	assert.equal(found.refused, false);
});
