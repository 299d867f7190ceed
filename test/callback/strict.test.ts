/** What the emulator lets pass and OSS does not, with and without `--strict`. */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { NO_TIME, type Outcome } from "../../emulator/callback/delivery.ts";
import { findInOutcome } from "../../emulator/callback/find-in-answer.ts";
import { LENIENT_FINDINGS } from "../../emulator/callback/finding.ts";
import { judge } from "../../emulator/callback/relay.ts";
import { failStrictly } from "../../emulator/callback/strict.ts";
import { readConfig } from "../../emulator/config.ts";
import { startWithAdmin } from "../admin/admin.ts";
import { startApplicationServer } from "../application-server.ts";
import { type Answer, refusal } from "../client.ts";
import { startTcpServer } from "./application-server.ts";
import { base64Json } from "./asking.ts";

type Case = {
	readonly headers: Readonly<Record<string, string>>;
	readonly query?: Readonly<Record<string, string>>;
};

/** What to send to have it, and what `--strict` answers. */
const CASES: Readonly<
	Record<string, readonly [(t: TestContext) => Promise<Case>, RegExp]>
> = {
	"private-address": [
		async (t) => ({ headers: asking(await urlOf(t)) }),
		/^400 InvalidArgument 0007-00000008: Private address is forbidden to callback\.$/,
	],
	"no-url": [
		async () => ({ headers: asking("") }),
		/^400 InvalidArgument 0007-00000004: The callback url configuration is invalid\.$/,
	],
	"mixed-carriers": [
		async (t) => ({
			headers: asking(await urlOf(t)),
			query: { "callback-var": base64Json({ "x:a": "1" }) },
		}),
		/^400 InvalidArgument 0007-00000027: Either the callback query string/,
	],
	"upper-case-variable": [
		async (t) => ({
			headers: {
				...asking(await urlOf(t)),
				"x-oss-callback-var": base64Json({ "x:User": "1" }),
			},
		}),
		/^400 InvalidArgument 0007-00000104: The callback var is not expecten json\.$/,
	],
	"no-sni": [
		async (t) => {
			const { port } = new URL(await urlOf(t));
			return { headers: asking(`https://localhost:${port}/`) };
		},
		/^203 CallbackFailed 0007-00000203: Error status : 502\.$/,
	],
	"xml-answer": [
		async (t) => {
			const headers = { "Content-Type": "application/xml" };
			const answer = { headers, body: "<saved/>" };
			const { url } = await startApplicationServer(t, answer);
			return { headers: asking(url) };
		},
		/^203 CallbackFailed 0007-00000205: Response body is not valid json format\.$/,
	],
};

const urlOf = async (t: TestContext): Promise<string> =>
	(await startApplicationServer(t)).url;

const asking = (callbackUrl: string): Record<string, string> => ({
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
	LENIENT_FINDINGS.filter((one) => one !== id).join(",");

for (const [id, [arrange, expected]] of Object.entries(CASES)) {
	suite(`The finding ${id}`, () => {
		test("is but found by default", async (t) => {
			const { answer, findings } = await upload(t, await arrange(t));

			// Where nothing speaks TLS nothing can be let pass.
			if (id !== "no-sni") assert.equal(answer.status, 200, answer.text);
			assert.ok(findings.includes(id), findings.join());
		});

		test("fails under --strict as it does at OSS", async (t) => {
			const given = await arrange(t);
			const except = ["--strict-except", others(id)];
			const { answer } = await upload(t, given, "--strict", ...except);

			assert.match(refusal(answer), expected);
		});

		test("can be excepted from --strict", async (t) => {
			const given = await arrange(t);
			const except = ["--strict-except", LENIENT_FINDINGS.join(",")];
			const { answer } = await upload(t, given, "--strict", ...except);

			if (id !== "no-sni") assert.equal(answer.status, 200, answer.text);
		});
	});
}

suite("Under --strict", () => {
	test("mixed carriers are refused with the text of two of a kind (A-251)", async (t) => {
		const [arrange] = CASES["mixed-carriers"] ?? [];
		const given = await arrange?.(t);
		assert.ok(given);
		const except = ["--strict-except", others("mixed-carriers")];
		const { answer } = await upload(t, given, "--strict", ...except);

		assert.match(refusal(answer), /should be specified, not both\.$/);
	});

	test("a server of TLS is not called without callbackSNI", async (t) => {
		let connections = 0;
		const { port } = await startTcpServer(t, () => connections++);
		const headers = asking(`https://localhost:${port}/`);
		const except = ["--strict-except", "private-address"];
		const { answer } = await upload(t, { headers }, "--strict", ...except);

		assert.match(refusal(answer), /502/);
		assert.equal(connections, 0);
	});

	test("an answer that takes more than OSS's 5 s fails, however long --callback-timeout is", () => {
		const outcome: Outcome = {
			timing: { ...NO_TIME, totalMs: 5001 },
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
		const strict = failStrictly(verdict, findings, LENIENT_FINDINGS);
		assert.ok("message" in strict);
		assert.equal(strict.message, "Cost too long time.");
		assert.equal(strict.ec, "0007-00000202");
	});

	test("what OSS takes is taken", async (t) => {
		const body = '"ok"';
		const headers = { "Content-Type": "text/plain" };
		const { url } = await startApplicationServer(t, { headers, body });
		const { host } = new URL(url);
		const json = {
			callbackUrl: `${host}/?`,
			callbackBody: '{"o":"${objct}${x:a}"}',
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
			"quoted-variable",
			"answer-type",
			"answer-is-no-object",
		]);
	});
});

suite("--strict", () => {
	const switchesOf = (...flags: string[]) => readConfig(flags, {}).callbacks;

	test("is more than --strict-callback, which is two findings", () => {
		const less = switchesOf("--strict-callback");
		const more = switchesOf("--strict");

		assert.deepEqual(less.strict, ["private-address", "no-url"]);
		assert.deepEqual(more.strict, LENIENT_FINDINGS);
		for (const { privateAddresses, missingUrl } of [less, more])
			assert.deepEqual([privateAddresses, missingUrl], ["refuse", "refuse"]);
	});

	test("does not let pass what nobody knows", () => {
		assert.throws(
			() => switchesOf("--strict", "--strict-except", "private"),
			/--strict-except must name some of private-address, .*, not private$/,
		);
	});
});
