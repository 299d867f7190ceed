import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import type { StsElement } from "../../emulator/sts/answer.ts";
import {
	ACCOUNT,
	arrival,
	assumeRoleParameters,
	makeSts,
	NOW,
	type Parameters,
	ROLE,
	refusal,
	send,
	signed,
} from "./sts-requests.ts";

const child = (body: StsElement, name: string): StsElement => {
	const value = body[name];
	assert.ok(typeof value === "object", name);
	return value;
};

const credentials = (body: StsElement): Record<string, string> =>
	Object.fromEntries(
		Object.entries(child(body, "Credentials")).map(([name, value]) => [
			name,
			String(value),
		]),
	);

suite("AssumeRole", () => {
	test("returns the documented response", () => {
		const { status, root, body } = send(makeSts(), assumeRoleParameters());

		assert.equal(status, 200);
		assert.equal(root, "AssumeRoleResponse");
		assert.deepEqual(Object.keys(body), [
			"RequestId",
			"AssumedRoleUser",
			"Credentials",
			"SourceIdentity",
		]);
		assert.match(
			String(body.RequestId),
			/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/,
		);
		const user = child(body, "AssumedRoleUser");
		assert.equal(user.Arn, `${ROLE}/job`);
		assert.match(String(user.AssumedRoleId), /^\d{18}:job$/);
		const keys = credentials(body);
		assert.match(keys.AccessKeyId ?? "", /^STS\.[A-Za-z0-9]{25}$/);
		assert.match(keys.AccessKeySecret ?? "", /^[A-Za-z0-9]{40,44}$/);
		assert.match(keys.SecurityToken ?? "", /^[A-Za-z0-9+/]+={0,2}$/);
		assert.equal(keys.Expiration, "2026-01-02T04:04:05Z");
		assert.equal(body.SourceIdentity, undefined);
	});

	test("assigns a role one id, and every session different keys", () => {
		const sts = makeSts();
		const [one, other] = [
			send(sts, assumeRoleParameters()),
			send(sts, assumeRoleParameters()),
		];
		const idOf = (body: StsElement) =>
			child(body, "AssumedRoleUser").AssumedRoleId;
		assert.equal(idOf(one.body), idOf(other.body));
		assert.notEqual(
			credentials(one.body).AccessKeyId,
			credentials(other.body).AccessKeyId,
		);
	});

	test("applies DurationSeconds exactly", () => {
		const { body } = send(
			makeSts(),
			assumeRoleParameters({ DurationSeconds: "900" }),
		);
		assert.equal(credentials(body).Expiration, "2026-01-02T03:19:05Z");
	});

	test("returns SourceIdentity if the request has it", () => {
		const { body } = send(
			makeSts(),
			assumeRoleParameters({ SourceIdentity: "Alice" }),
		);
		assert.equal(body.SourceIdentity, "Alice");
	});

	test("returns JSON unless XML is requested, in upper or lower case (A-524)", () => {
		const formats = [
			["JSON", "JSON"],
			["json", "JSON"],
			["xml", "XML"],
			["XML", "XML"],
			[undefined, "JSON"],
		] as const;
		for (const [Format, expected] of formats) {
			assert.equal(
				send(makeSts(), assumeRoleParameters({ Format })).format,
				expected,
			);
			assert.equal(
				send(makeSts(), assumeRoleParameters({ Format, RoleArn: "x" })).format,
				expected,
			);
		}
	});

	test("reads its parameters from query and body, with one signature over both", () => {
		const sts = makeSts();
		const post = signed(assumeRoleParameters());
		const entries = Object.entries(post);
		const common = new Map(
			entries.filter(([name]) => !name.startsWith("Role")),
		);
		const own = entries.filter(([name]) => name.startsWith("Role"));
		const mixed = arrival(Object.fromEntries(own), { query: common });
		assert.equal(sts.answer(mixed).status, 200);

		const get = signed(assumeRoleParameters(), "sk", "GET");
		const query = new Map(Object.entries(get));
		const more = { method: "GET", query, headers: {}, body: Buffer.alloc(0) };
		assert.equal(sts.answer(arrival({}, more)).status, 200);
	});

	test("ignores an empty Policy and empty options (A-525)", () => {
		const more = { Policy: "", DurationSeconds: "", ExternalId: "" };
		assert.equal(send(makeSts(), assumeRoleParameters(more)).status, 200);
	});

	test("accepts the php suite's time with an H, and ali-oss's milliseconds", () => {
		for (const Timestamp of [
			"2026-01-02H03:04:05Z",
			"2026-01-02T03:04:05.678Z",
		])
			assert.equal(
				send(makeSts(), assumeRoleParameters({ Timestamp })).status,
				200,
			);
	});

	const withLonger = `{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"${"x".repeat(2048)}"}]}`;
	const withoutEffect =
		'{"Version":"1","Statement":[{"Action":"*","Resource":"*"}]}';
	const cases: readonly (readonly [
		what: string,
		more: Parameters,
		expected: string,
	])[] = [
		[
			"an unknown Action",
			{ Action: "AssumeRoles" },
			'400 InvalidParameter: The specified parameter "Action or Version" is not valid.',
		],
		[
			"another Version",
			{ Version: "2014-05-26" },
			'400 InvalidParameter: The specified parameter "Action or Version" is not valid.',
		],
		[
			"no Action",
			{ Action: undefined },
			'400 InvalidParameter: The specified parameter "Action or Version" is not valid.',
		],
		...[
			"AccessKeyId",
			"SignatureMethod",
			"SignatureVersion",
			"SignatureNonce",
			"Timestamp",
			"RoleArn",
			"RoleSessionName",
		].map(
			(name) =>
				[
					`no ${name}`,
					{ [name]: undefined },
					`400 Missing${name}: ${name} is mandatory for this action.`,
				] as const,
		),
		[
			"an empty AccessKeyId",
			{ AccessKeyId: "" },
			"400 MissingAccessKeyId: AccessKeyId is mandatory for this action.",
		],
		[
			"another SignatureMethod (A-521)",
			{ SignatureMethod: "HMAC-SHA256" },
			'400 InvalidParameter: The specified parameter "SignatureMethod" is not valid.',
		],
		[
			"another SignatureVersion (A-521)",
			{ SignatureVersion: "2.0" },
			'400 InvalidParameter: The specified parameter "SignatureVersion" is not valid.',
		],
		[
			"an unknown key (A-520)",
			{ AccessKeyId: "unknown" },
			"404 InvalidAccessKeyId.NotFound: Specified access key is not found.",
		],
		[
			"a disabled key",
			{ AccessKeyId: "inactiveId" },
			"403 InvalidAccessKeyId.Inactive: Specified access key is disabled.",
		],
		[
			"a temporary key without its token",
			{ AccessKeyId: "STS.x" },
			"400 MissingSecurityToken: SecurityToken is mandatory for this action.",
		],
		[
			"a made-up token (A-520)",
			{ AccessKeyId: "STS.x", SecurityToken: "y" },
			"400 InvalidSecurityToken.Malformed: Specified SecurityToken is malformed.",
		],
		[
			"a permanent key with a token (A-520)",
			{ SecurityToken: "y" },
			"400 InvalidSecurityToken.Malformed: Specified SecurityToken is malformed.",
		],
		[
			"a time 16 minutes ago",
			{ Timestamp: "2026-01-02T02:48:05Z" },
			"400 InvalidTimeStamp.Expired: Specified time stamp or date value is expired.",
		],
		[
			"a time 16 minutes in the future",
			{ Timestamp: "2026-01-02T03:20:05Z" },
			"400 InvalidTimeStamp.Expired: Specified time stamp or date value is expired.",
		],
		[
			"an invalid time",
			{ Timestamp: "Fri, 02 Jan 2026 03:04:05 GMT" },
			"400 InvalidTimeStamp.Format: Specified time stamp or date value is not well formatted.",
		],
		[
			"an invalid date",
			{ Timestamp: "2026-02-40T03:04:05Z" },
			"400 InvalidTimeStamp.Format: Specified time stamp or date value is not well formatted.",
		],
		[
			"an invalid RoleArn",
			{ RoleArn: "role-1" },
			"400 InvalidParameter.RoleArn: The parameter RoleArn is wrongly formed.",
		],
		[
			"a RoleArn without account",
			{ RoleArn: "acs:ram:::role/app" },
			"400 InvalidParameter.RoleArn: The parameter RoleArn is wrongly formed.",
		],
		[
			"a RoleSessionName of one letter",
			{ RoleSessionName: "x" },
			"400 InvalidParameter.RoleSessionName: The parameter RoleSessionName is wrongly formed.",
		],
		[
			"a RoleSessionName with an asterisk",
			{ RoleSessionName: "abc*abc" },
			"400 InvalidParameter.RoleSessionName: The parameter RoleSessionName is wrongly formed.",
		],
		[
			"a Chinese RoleSessionName",
			{ RoleSessionName: "应用程序" },
			"400 InvalidParameter.RoleSessionName: The parameter RoleSessionName is wrongly formed.",
		],
		[
			"a RoleSessionName of 65 letters",
			{ RoleSessionName: "a".repeat(65) },
			"400 InvalidParameter.RoleSessionName: The parameter RoleSessionName is wrongly formed.",
		],
		[
			"DurationSeconds below 900",
			{ DurationSeconds: "899" },
			"400 InvalidParameter.DurationSeconds: The Min/Max value of DurationSeconds is 15min/1hr.",
		],
		[
			"DurationSeconds above 43200",
			{ DurationSeconds: "43201" },
			"400 InvalidParameter.DurationSeconds: The Min/Max value of DurationSeconds is 15min/1hr.",
		],
		[
			"DurationSeconds above the role's",
			{ RoleArn: `acs:ram::${ACCOUNT}:role/short`, DurationSeconds: "3601" },
			"400 InvalidParameter.DurationSeconds: The Min/Max value of DurationSeconds is 15min/1hr.",
		],
		[
			"DurationSeconds that is not a number",
			{ DurationSeconds: "long" },
			"400 InvalidParameter.DurationSeconds: The Min/Max value of DurationSeconds is 15min/1hr.",
		],
		[
			"a Policy of more than 2,048 characters",
			{ Policy: withLonger },
			"400 InvalidParameter.PolicySize: The size of Policy must be smaller than 2048 bytes.",
		],
		[
			"a Policy that is not JSON",
			{ Policy: "{" },
			"400 InvalidParameter.PolicyGrammar: The parameter Policy has not passed grammar check.",
		],
		[
			"a Policy with Statements, as in ali-oss's test",
			{ Policy: '{"Version":"1","Statements":[]}' },
			"400 InvalidParameter.PolicyGrammar: The parameter Policy has not passed grammar check.",
		],
		[
			"a Policy without Effect",
			{ Policy: withoutEffect },
			"400 InvalidParameter.PolicyGrammar: The parameter Policy has not passed grammar check.",
		],
		[
			"an ExternalId of one letter",
			{ ExternalId: "x" },
			"400 InvalidParameter.ExternalId: The parameter ExternalId is wrongly formed.",
		],
		[
			"a SourceIdentity of 65 letters (A-520)",
			{ SourceIdentity: "x".repeat(65) },
			"400 InvalidParameter.SourceIdentity: The parameter SourceIdentity is wrongly formed.",
		],
		[
			"a role of an unknown account",
			{ RoleArn: "acs:ram::3:role/app" },
			"404 EntityNotExist.Role: The specified Role not exists.",
		],
		[
			"a role that does not trust the account",
			{ RoleArn: "acs:ram::2:role/app" },
			"403 NoPermission: You are not authorized to do this action. You should be authorized by RAM.",
		],
	];
	for (const [what, more, expected] of cases) {
		test(`with ${what} is refused`, () => {
			const answer = send(makeSts(), assumeRoleParameters(more));
			assert.equal(refusal(answer), expected);
			assert.equal(answer.root, "Error");
			assert.deepEqual(Object.keys(answer.body), [
				"RequestId",
				"HostId",
				"Code",
				"Message",
			]);
			assert.equal(answer.body.HostId, "sts.aliyuncs.com");
		});
	}

	test("checks in this order: operation, common parameters, key, time, nonce, signature, its own parameters (A-526)", () => {
		const sts = makeSts();
		const SignatureNonce = "used";
		assert.equal(
			send(sts, assumeRoleParameters({ SignatureNonce })).status,
			200,
		);
		const wrongs: readonly (readonly [Parameters, code: string])[] = [
			[{ Action: "x" }, "InvalidParameter"],
			[{ SignatureMethod: undefined }, "MissingSignatureMethod"],
			[{ AccessKeyId: "unknown" }, "InvalidAccessKeyId.NotFound"],
			[{ Timestamp: "x" }, "InvalidTimeStamp.Format"],
			[{ SignatureNonce }, "SignatureNonceUsed"],
			[{}, "SignatureDoesNotMatch"],
		];
		for (let first = 0; first < wrongs.length; first++) {
			const all = wrongs.slice(first).map(([more]) => more);
			const parameters = Object.assign(
				{},
				assumeRoleParameters({ RoleArn: "x" }),
				...all,
			);
			assert.equal(
				send(sts, parameters, "wrong").body.Code,
				wrongs[first]?.[1],
			);
		}
		const own = {
			RoleArn: undefined,
			RoleSessionName: "x",
			DurationSeconds: "1",
		};
		assert.equal(
			send(sts, assumeRoleParameters(own)).body.Code,
			"MissingRoleArn",
		);
	});

	test("returns the string to sign if the signature is wrong", () => {
		const parameters = signed(assumeRoleParameters(), "wrong");
		const { status, body } = makeSts().answer(arrival(parameters));
		assert.equal(status, 400);
		assert.equal(body.Code, "SignatureDoesNotMatch");
		const prefix =
			"Specified signature is not matched with our calculation. server string to sign is:";
		assert.ok(
			String(body.Message).startsWith(`${prefix}POST&%2F&AccessKeyId%3Dak%26`),
		);
	});

	test("reports an impossible signature as incomplete", () => {
		for (const Signature of ["x", "AAAA", `${"A".repeat(40)}`]) {
			const { body } = makeSts().answer(
				arrival({ ...signed(assumeRoleParameters()), Signature }),
			);
			assert.equal(body.Code, "IncompleteSignature");
		}
		const { Signature: _, ...unsigned } = signed(assumeRoleParameters());
		assert.equal(
			makeSts().answer(arrival(unsigned)).body.Code,
			"MissingSignature",
		);
	});

	test("accepts a nonce once, and again after a wrong signature (A-523)", () => {
		const sts = makeSts();
		const parameters = assumeRoleParameters();
		assert.equal(
			send(sts, parameters, "wrong").body.Code,
			"SignatureDoesNotMatch",
		);
		assert.equal(send(sts, parameters).status, 200);
		assert.equal(
			refusal(send(sts, parameters)),
			"400 SignatureNonceUsed: Specified signature nonce was used already.",
		);
	});

	test("refuses a body that is neither a form nor JSON", () => {
		const headers = { "content-type": "text/plain" };
		const answer = send(makeSts(), assumeRoleParameters(), "sk", { headers });
		assert.equal(
			refusal(answer),
			'400 InvalidParameter.ContentType: The ContentType request header must be either "application/json" or "application/x-www-form-urlencoded".',
		);
	});

	test("reads a body of JSON with texts and numbers as parameters", () => {
		const text = signed(assumeRoleParameters({ DurationSeconds: "900" }));
		const body = Buffer.from(JSON.stringify({ ...text, DurationSeconds: 900 }));
		const headers = { "content-type": "application/json" };
		const answer = makeSts().answer(arrival({}, { headers, body }));
		assert.equal(credentials(answer.body).Expiration, "2026-01-02T03:19:05Z");
	});

	test("refuses JSON that is nested too deeply", () => {
		const deep = `${"[".repeat(60_000)}${"]".repeat(60_000)}`;
		for (const name of ["Policy", "RoleArn", "x"]) {
			const body = Buffer.from(`{"Action":"AssumeRole","${name}":${deep}}`);
			const headers = { "content-type": "application/json" };
			const query = new Map([["Version", "2015-04-01"]]);
			const answer = makeSts().answer(arrival({}, { query, headers, body }));
			assert.match(refusal(answer), /^400 MissingAccessKeyId:/);
		}
	});

	test("refuses a Policy that is an object instead of a text", () => {
		const policy = { Version: "1", Statement: [] };
		const headers = { "content-type": "application/json" };
		const parameters = {
			...assumeRoleParameters({}),
			Policy: policy,
			Signature: "x",
		};
		const body = Buffer.from(JSON.stringify(parameters));
		const answer = makeSts(false).answer(arrival({}, { headers, body }));
		assert.match(refusal(answer), /^400 InvalidParameter.PolicyGrammar:/);
	});

	test("accepts any caller with --auth off", () => {
		const sts = makeSts(false);
		const answer = send(
			sts,
			assumeRoleParameters({ AccessKeyId: "unknown" }),
			"wrong",
		);
		assert.equal(answer.status, 200);
		assert.equal(
			send(sts, assumeRoleParameters({ RoleArn: "x" })).body.Code,
			"InvalidParameter.RoleArn",
		);
	});
});

suite("A role can be assumed", () => {
	const outcome = (more: Parameters, secret = "s"): unknown => {
		const { status, body } = send(
			makeSts(),
			assumeRoleParameters(more),
			secret,
		);
		return status === 200 ? "assumed" : body.Code;
	};

	test("by an account's own key, although a real account cannot (A-530)", () => {
		assert.equal(outcome({}, "sk"), "assumed");

		const notes: string[] = [];
		const sts = makeSts(true, (sentence) => notes.push(sentence));
		for (const AccessKeyId of ["powerfulId", "ak", "ak"])
			send(
				sts,
				assumeRoleParameters({ AccessKeyId }),
				AccessKeyId === "ak" ? "sk" : "s",
			);
		assert.equal(notes.length, 1);
		assert.match(
			notes[0] ?? "",
			/^a role was assumed with an account's own key/,
		);
	});

	test("only by a RAM user whose policies allow it", () => {
		assert.equal(outcome({ AccessKeyId: "powerfulId" }), "assumed");
		assert.equal(outcome({ AccessKeyId: "powerlessId" }), "NoPermission");
	});

	test("by another account that it trusts", () => {
		const RoleArn = `acs:ram::${ACCOUNT}:role/shared`;
		assert.equal(outcome({ AccessKeyId: "ak2", RoleArn }, "sk2"), "assumed");
		assert.equal(outcome({ AccessKeyId: "ak2" }, "sk2"), "NoPermission");
	});

	test("by a session of another role, unless its session policy does not allow it", () => {
		const sts = makeSts();
		const chained = (Policy?: string): unknown => {
			const keys = credentials(
				send(sts, assumeRoleParameters({ Policy })).body,
			);
			const more = {
				AccessKeyId: keys.AccessKeyId,
				SecurityToken: keys.SecurityToken,
				RoleArn: `acs:ram::${ACCOUNT}:role/other`,
			};
			const { status, body } = send(
				sts,
				assumeRoleParameters(more),
				keys.AccessKeySecret,
			);
			return status === 200 ? child(body, "AssumedRoleUser").Arn : body.Code;
		};
		const silent =
			'{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}';
		assert.equal(chained(), `acs:ram::${ACCOUNT}:role/other/job`);
		assert.equal(chained(silent), "NoPermission");
	});

	test("by a session only until it expires, with its own token", () => {
		const sts = makeSts();
		const keys = credentials(
			send(sts, assumeRoleParameters({ DurationSeconds: "900" })).body,
		);
		const later = new Date(NOW.getTime() + 900_000);
		const more = {
			AccessKeyId: keys.AccessKeyId,
			SecurityToken: keys.SecurityToken,
			Timestamp: later.toISOString(),
		};
		const late = send(sts, assumeRoleParameters(more), keys.AccessKeySecret, {
			receivedAt: later,
		});
		assert.equal(
			refusal(late),
			"400 InvalidSecurityToken.Expired: Specified SecurityToken is expired.",
		);
		const mixed = send(
			sts,
			assumeRoleParameters({ ...more, AccessKeyId: "ak" }),
		);
		assert.equal(
			refusal(mixed),
			"400 InvalidSecurityToken.MismatchWithAccessKey: Specified SecurityToken mismatch with the AccessKey.",
		);
	});
});

suite("The record of a refusal by STS contains", () => {
	test("the policy that does not allow a role to be assumed", () => {
		const action = `sts:AssumeRole on acs:ram::${ACCOUNT}:role/app`;
		const sts = makeSts();
		const diagnosisOf = (more: Parameters, secret: string): string => {
			const { body, diagnosis } = send(sts, assumeRoleParameters(more), secret);
			assert.equal(body.Code, "NoPermission");
			return diagnosis;
		};
		assert.equal(
			diagnosisOf({ AccessKeyId: "powerlessId" }, "s"),
			`no statement of identity policy allows ${action} to RAM user powerless of account ${ACCOUNT}`,
		);
		assert.equal(
			diagnosisOf({ AccessKeyId: "ak2" }, "sk2"),
			`role app of account ${ACCOUNT} trusts ${ACCOUNT}, not account 2`,
		);
		const Policy =
			'{"Version":"1","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}';
		const keys = credentials(send(sts, assumeRoleParameters({ Policy })).body);
		const { AccessKeyId, SecurityToken, AccessKeySecret = "" } = keys;
		assert.equal(
			diagnosisOf({ AccessKeyId, SecurityToken }, AccessKeySecret),
			`statement 1 of the session policy denies ${action} to session job of role app of account ${ACCOUNT}`,
		);
	});

	const hmac = (secret: string, text: string): Buffer =>
		createHmac("sha1", secret).update(text).digest();
	const blank = { SourceIdentity: "a b" };

	test("the mistake that reproduces the signature", () => {
		const sts = makeSts();
		const stringToSign = (parameters: Parameters, method = "POST"): string => {
			const Signature = "A".repeat(27);
			const given = { ...signed(parameters), Signature: `${Signature}=` };
			const { body } = sts.answer(arrival(given, { method }));
			const [, text = ""] = String(body.Message).split("to sign is:");
			return text;
		};
		const diagnosisOf = (parameters: Parameters, Signature: string): string => {
			const given = { ...signed(parameters), Signature };
			const answer = sts.answer(arrival(given));
			assert.match(
				refusal(answer),
				/SignatureDoesNotMatch|IncompleteSignature/,
			);
			return answer.diagnosis;
		};
		const own = assumeRoleParameters(blank);
		const text = stringToSign(own);
		const signature = (key: string, of = text): string =>
			hmac(key, of).toString("base64");
		const cases = [
			[signature("sk\n&"), /with a line feed at its end/],
			[signature("sk2&"), /the secret is that of ak2/],
			[signature("ak&"), /the access key id was used as the secret/],
			[signature("sk"), /signed with the secret followed by &/],
			[hmac("sk&", text).toString("hex"), /the signature is hex/],
			[signature("sk&", stringToSign(own, "GET")), /is for GET, .* a POST/],
			[signature("sk&", text.replace("%2520", "%2B")), /blanks were signed as/],
			[signature("unknown&"), /^$/],
		] as const;
		for (const [wrong, sentence] of cases)
			assert.match(diagnosisOf(own, wrong), sentence);
	});
});

suite("GetCallerIdentity", () => {
	const identity = (more: Parameters, secret = "sk", sts = makeSts()) => {
		const parameters = {
			...assumeRoleParameters(more),
			Action: "GetCallerIdentity",
		};
		const { RequestId: _, ...rest } = send(sts, parameters, secret).body;
		return rest;
	};

	test("describes an account", () => {
		assert.deepEqual(identity({}), {
			AccountId: ACCOUNT,
			UserId: ACCOUNT,
			PrincipalId: ACCOUNT,
			IdentityType: "Account",
			Arn: `acs:ram::${ACCOUNT}:root`,
		});
	});

	test("describes a RAM user", () => {
		const { Arn, IdentityType, UserId } = identity(
			{ AccessKeyId: "powerlessId" },
			"s",
		);
		assert.equal(Arn, `acs:ram::${ACCOUNT}:user/powerless`);
		assert.equal(IdentityType, "RAMUser");
		assert.match(String(UserId), /^\d{18}$/);
	});

	test("describes a session like AssumeRole", () => {
		const sts = makeSts();
		const { body } = send(sts, assumeRoleParameters());
		const keys = credentials(body);
		const { AccessKeyId, SecurityToken } = keys;
		const named = identity(
			{ AccessKeyId, SecurityToken },
			keys.AccessKeySecret,
			sts,
		);
		const user = child(body, "AssumedRoleUser");
		assert.equal(named.Arn, user.Arn);
		assert.equal(named.PrincipalId, user.AssumedRoleId);
		assert.equal(named.IdentityType, "AssumedRoleUser");
		assert.equal(named.AccountId, ACCOUNT);
	});
});
