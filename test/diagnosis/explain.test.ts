import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { type Answer, refusal } from "../client.ts";
import { startWithBucket, type TestEmulator } from "../emulator.ts";
import {
	diagnosisOf,
	encode,
	type Mistake,
	sendSigned,
} from "../server/signing.ts";
import { assumeRoleParameters, signed } from "../sts/sts-requests.ts";

const CAT = { path: "/photos/cat" };

type Session = { readonly id: string; readonly secret: string; token: string };

const start = async (t: TestContext): Promise<TestEmulator> => {
	const emulator = await startWithBucket(t);
	await emulator.oss.put("/photos/cat", "meow");
	return emulator;
};

/** Returns temporary keys whose token has a `+`, as most tokens do. */
async function assume({ oss }: TestEmulator): Promise<Session> {
	for (;;) {
		const Timestamp = new Date().toISOString();
		const given = { AccessKeyId: "oss-emulator", Timestamp };
		const query = signed(
			assumeRoleParameters(given),
			"oss-emulator-secret",
			"GET",
		);
		const target = `/?${new URLSearchParams(query)}`;
		const { text } = await oss.get(target, { as: null });
		const { Credentials: keys } = JSON.parse(text);
		const [id, secret] = [keys.AccessKeyId, keys.AccessKeySecret];
		const token = String(keys.SecurityToken);
		if (token.includes("+")) return { id, secret, token };
	}
}

/** Sends a request with the token as it is in the URL. */
const sendWith = (
	{ oss }: TestEmulator,
	token: string,
	{ id }: Session,
): Promise<Answer> => {
	const credential = encode(`${id}/20260101/cn-hangzhou/oss/aliyun_v4_request`);
	return oss.get(
		`/photos/cat?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=${credential}&x-oss-date=20260101T000000Z&x-oss-expires=60&x-oss-signature=x&x-oss-security-token=${token}`,
		{ as: null },
	);
};

const advance = async (
	{ adminUrl }: TestEmulator,
	seconds: number,
): Promise<void> => {
	const { status } = await fetch(`${adminUrl}/api/clock`, {
		method: "PUT",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ advance: seconds }),
	});
	assert.equal(status, 200);
};

suite("For a security token, the signature doctor finds", () => {
	test("that it was not encoded, encoded twice, or truncated", async (t) => {
		const emulator = await start(t);
		const session = await assume(emulator);
		const other = await assume(await start(t));
		const cases = [
			[session.token, /has blanks instead of \+/],
			[encode(encode(session.token)), /percent-encoded one time too many/],
			[encode(`${session.token}\n`), /contains blanks or line breaks/],
			[
				encode(session.token.slice(0, 200)),
				/of 200 characters, was truncated or/,
			],
			[encode(other.token), /or was issued by another emulator/],
		] as const;
		for (const [token, sentence] of cases) {
			const answer = await sendWith(emulator, token, session);
			assert.match(refusal(answer), /^403 InvalidSecurityToken /);
			assert.match(await diagnosisOf(emulator, answer), sentence);
		}
	});

	test("the key to which it belongs", async (t) => {
		const emulator = await start(t);
		const [one, other] = [await assume(emulator), await assume(emulator)];
		const answer = await sendWith(emulator, encode(other.token), one);
		assert.match(refusal(answer), /^403 AccessKeyIdAndSecurityTokenNotMatch /);
		assert.equal(
			await diagnosisOf(emulator, answer),
			`the security token belongs to ${other.id}, but the request uses ${one.id}: id, secret and token must belong together`,
		);
	});

	test("that it is missing, or superfluous", async (t) => {
		const emulator = await start(t);
		const { id, secret } = await assume(emulator);
		const without = await sendSigned(emulator, "V1 URL", CAT, { id, secret });
		assert.match(refusal(without), /^403 InvalidAccessKeyId /);
		assert.match(
			await diagnosisOf(emulator, without),
			/^a temporary key needs its security token, which is missing/,
		);
		const headers = { "x-oss-security-token": "made-up" };
		const sent = { ...CAT, headers };
		const permanent = await sendSigned(emulator, "V4 header", sent);
		assert.match(refusal(permanent), /^403 InvalidAccessKeyId /);
		assert.match(
			await diagnosisOf(emulator, permanent),
			/^oss-emulator is a permanent key, which has no token/,
		);
	});

	test("that it has expired", async (t) => {
		const emulator = await start(t);
		const { id, secret, token } = await assume(emulator);
		const sent = { ...CAT, headers: { "x-oss-security-token": token } };
		await advance(emulator, 3700);
		const answer = await sendSigned(emulator, "V4 header", sent, {
			id,
			secret,
		});
		assert.match(refusal(answer), /^403 SecurityTokenExpired /);
		assert.match(
			await diagnosisOf(emulator, answer),
			/^the session expired (?:99|10\d) s ago/,
		);
	});

	test("that it was not signed, and that it was used as the secret", async (t) => {
		const emulator = await start(t);
		const { id, secret, token } = await assume(emulator);
		const query = { "security-token": token };
		for (const [mistake, sentence] of [
			[{ query: {} }, /the sub-resource security-token was not signed/],
			[{ secret: token }, /the security token was used as the secret/],
			[
				{ secret: "oss-emulator-secret" },
				/the secret is that of oss-emulator: id and secret belong to two keys/,
			],
			[{ secret: "unknown" }, /no common mistake explains/],
		] as const) {
			const signing = { id, secret, ...mistake };
			const sent = { ...CAT, query };
			const answer = await sendSigned(emulator, "V1 URL", sent, signing);
			assert.match(refusal(answer), /^403 SignatureDoesNotMatch /);
			assert.match(await diagnosisOf(emulator, answer), sentence);
		}
	});
});

suite("For a time, the signature doctor finds", () => {
	const HOUR = 3_600_000;
	const diagnosisAt = async (
		t: TestContext,
		scheme: "V1 header" | "V4 header" | "V4 URL",
		now: number,
		moved = 0,
	): Promise<string> => {
		const emulator = await start(t);
		if (moved !== 0) await advance(emulator, moved);
		const mistake: Mistake = { now: new Date(now) };
		const answer = await sendSigned(emulator, scheme, CAT, mistake);
		assert.equal(answer.status, 403, answer.text);
		return diagnosisOf(emulator, answer);
	};

	test("that it can be local time", async (t) => {
		const east = await diagnosisAt(t, "V4 header", Date.now() + 8 * HOUR);
		assert.match(east, /^the client's clock is (?:28800|2879\d) s ahead of/);
		assert.match(east, /wrote the local time of UTC\+8 as UTC$/);
		const west = await diagnosisAt(t, "V1 header", Date.now() - 3.5 * HOUR);
		assert.match(west, /wrote the local time of UTC-3\.5 as UTC$/);
		const url = await diagnosisAt(t, "V4 URL", Date.now() + 2 * HOUR);
		assert.match(url, /s ahead of .* UTC\+2 as UTC$/);
	});

	test("that it cannot be explained by a time zone", async (t) => {
		const diagnosis = await diagnosisAt(
			t,
			"V4 header",
			Date.now() + 20 * 60_000,
		);
		assert.match(diagnosis, /^the client's clock is .*: 900 s are allowed$/);
	});

	test("that the emulator's clock was moved", async (t) => {
		const diagnosis = await diagnosisAt(t, "V4 header", Date.now(), 7200);
		assert.match(diagnosis, /; the emulator's clock was moved by 7200 s$/);
	});

	test("that the URL was truncated before it", async (t) => {
		const emulator = await start(t);
		const target = "/photos/cat?OSSAccessKeyId=oss-emulator";
		const answer = await emulator.oss.get(target, { as: null });
		assert.match(refusal(answer), /^403 AccessDenied 0002-00000067/);
		assert.match(
			await diagnosisOf(emulator, answer),
			/^the URL has no Expires: .* first &/,
		);
	});

	test("that it is missing, or that a duration is in its place", async (t) => {
		const emulator = await start(t);
		const bare = await emulator.oss.get("/photos/cat", {
			as: null,
			headers: { authorization: "OSS oss-emulator:x" },
		});
		assert.match(await diagnosisOf(emulator, bare), /has no date: send x-oss/);
		const target = "/photos/cat?OSSAccessKeyId=oss-emulator&Signature=x";
		const short = await emulator.oss.get(`${target}&Expires=3600`, {
			as: null,
		});
		assert.match(
			await diagnosisOf(emulator, short),
			/^Expires is 3600, but must be in seconds since 1970: a duration was given/,
		);
		const late = Math.floor(Date.now() / 1000) - 100;
		const ended = await emulator.oss.get(`${target}&Expires=${late}`, {
			as: null,
		});
		assert.match(
			await diagnosisOf(emulator, ended),
			/^the signed URL expired 10\d s ago/,
		);
	});
});
