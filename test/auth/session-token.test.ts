import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { suite, test } from "node:test";
import {
	type Session,
	SessionTokens,
} from "../../emulator/auth/session-token.ts";

const session: Session = {
	accessKeyId: "STS.abc",
	accessKeySecret: "temporary 猫",
	uid: "1",
	role: "app",
	session: "job",
	policy: '{"Version":"1"}',
	expires: new Date("2026-01-02T03:04:05Z"),
};

suite("A security token", () => {
	test("contains the complete session, so every process with the sealing key can read it, even after a restart", () => {
		const key = randomBytes(32);
		const token = new SessionTokens(key).seal(session);
		assert.deepEqual(new SessionTokens(key).open(token), session);
	});

	test("is base64 with the same prefix as OSS's, and unique", () => {
		const tokens = new SessionTokens();
		const [one, other] = [tokens.seal(session), tokens.seal(session)];
		assert.match(one, /^CAIS[A-Za-z0-9+/]+={0,2}$/);
		assert.notEqual(one, other);
	});

	test("does not reveal its content", () => {
		const bytes = Buffer.from(new SessionTokens().seal(session), "base64");
		for (const text of ["STS.abc", "temporary", "app", "Version"])
			assert.ok(!bytes.includes(text), text);
	});

	test("cannot be opened if one of its bytes has been changed", () => {
		const tokens = new SessionTokens();
		const bytes = Buffer.from(tokens.seal(session), "base64");
		for (const index of bytes.keys()) {
			const altered = Buffer.from(bytes);
			altered.writeUInt8(altered.readUInt8(index) ^ 1, index);
			assert.equal(tokens.open(altered.toString("base64")), undefined);
		}
	});

	test("with the longest session policy fits into a header", () => {
		const token = new SessionTokens().seal({
			...session,
			policy: "猫".repeat(2048),
		});
		assert.ok(token.length < 10_000, String(token.length));
	});
});
