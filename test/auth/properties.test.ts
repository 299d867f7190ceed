import assert from "node:assert/strict";
import { BlockList, isIPv6 } from "node:net";
import { suite, test } from "node:test";
import { Accounts } from "../../emulator/auth/accounts.ts";
import { readTargets } from "../../emulator/auth/addressing.ts";
import { authenticate } from "../../emulator/auth/authenticate.ts";
import { isWithin } from "../../emulator/auth/policy/address.ts";
import { readPolicy } from "../../emulator/auth/policy/document.ts";
import { judge } from "../../emulator/auth/policy/judge.ts";
import { matches } from "../../emulator/auth/policy/wildcard.ts";
import { checkPolicy } from "../../emulator/auth/post-policy.ts";
import { readPolicy as readPostPolicy } from "../../emulator/auth/post-policy-document.ts";
import { readRam } from "../../emulator/auth/ram-document.ts";
import { SessionTokens } from "../../emulator/auth/session-token.ts";
import { encodeKey } from "../../emulator/oss/encoding.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { JsonError } from "../../emulator/oss/json-place.ts";
import { fc, forAll, key, orRefused, text, textOf } from "../properties.ts";
import { aliOss } from "./ali-oss.ts";
import { makeRequest } from "./request.ts";

const bucket = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}[a-z0-9]$/);
const NAMES = { domains: ["oss.test"], bound: undefined };

suite("For any bucket and key", () => {
	const hosts = (
		name: string,
	): readonly (readonly [host: string, isInHost: boolean])[] => [
		[`${name}.oss.test:6770`, true],
		[`${name}.localhost`, true],
		[`${name}.oss-cn-hangzhou.aliyuncs.com`, true],
		["127.0.0.1:6770", false],
		["[::1]:6770", false],
		["localhost", false],
	];

	test("every way to address them has them as the most likely interpretation", () =>
		forAll([bucket.filter((one) => one !== "undefined"), key], (name, one) => {
			// An unencoded plus may be a space of the Ruby SDK, so it is encoded.
			const path = encodeKey(one);
			for (const [host, isInHost] of hosts(name)) {
				const target = isInHost ? `/${path}` : `/${name}/${path}`;
				const [reading] = readTargets(host, target, NAMES);
				assert.deepEqual(reading, { bucket: name, key: one, isInHost });
			}
		}));

	test("any Host and path have an interpretation, or return OSS's error", () =>
		forAll(
			[
				fc.oneof(
					text(),
					textOf([
						"a",
						".",
						":",
						"1",
						"[",
						"]",
						"localhost",
						"oss-cn-a.aliyuncs.com",
						"s3.",
					]),
				),
				fc.oneof(text(), textOf(["/", "%", "2", "F", "+", "%e9", "a"])),
			],
			async (host, path) => {
				const readings = await orRefused(
					() => readTargets(host, path, NAMES),
					OssError,
				);
				assert.notEqual(readings?.length, 0);
			},
		));
});

suite("For any key and parameters", () => {
	const SECRET = "sk";
	const accounts = new Accounts([
		{ accessKeyId: "ak", accessKeySecret: SECRET, uid: "1" },
	]);
	const known = { accounts, region: "cn-hangzhou", checkSignatures: true };
	const client = aliOss();

	const callerOf = (url: string, more: object = {}) => {
		const { pathname, search } = new URL(url);
		const readings = readTargets(
			"examplebucket.oss-cn-hangzhou.aliyuncs.com",
			pathname,
			NAMES,
		);
		const [target = { bucket: "", key: "" }] = readings;
		const request = makeRequest({
			...target,
			rawPath: pathname,
			rawQuery: search.slice(1),
			receivedAt: new Date(),
			...more,
		});
		return authenticate(request, readings, known).caller.uid;
	};
	/** Keys that ali-oss neither normalises nor refuses. */
	const plainKey = key.filter(
		(one) =>
			!/(?:^|\/)\.{1,2}(?:\/|$)|\/\/|[\\\n]|^\?/.test(one) &&
			!one.endsWith("/"),
	);

	test("a URL that ali-oss signs with V1 is accepted, and refused for another key", () =>
		forAll(
			[plainKey],
			(one) => {
				const url = client.signatureUrl(one, { expires: 600 });
				assert.equal(callerOf(url), "1");
				assert.throws(() => callerOf(url.replace(/\?/, "x?")), {
					code: "SignatureDoesNotMatch",
				});
			},
			0.5,
		));

	test("a URL that ali-oss signs with V4 is accepted, with additional headers", () =>
		forAll(
			[
				plainKey,
				fc.dictionary(fc.stringMatching(/^[a-z]{3,8}$/), text(8)),
				fc.constantFrom("a", "b c", "1"),
			],
			async (one, queries, value) => {
				const headers = { "x-oss-meta-a": value, zz: value };
				const url = await client.signatureUrlV4(
					"GET",
					600,
					{ headers, queries },
					one,
					["zz"],
				);
				assert.equal(callerOf(url, { headers }), "1");
				assert.throws(
					() => callerOf(url, { headers: { ...headers, zz: "other" } }),
					{ code: "SignatureDoesNotMatch" },
				);
			},
			0.5,
		));

	test("any text in place of the signature is refused with OSS's error", () => {
		const words = [
			"OSS ",
			"OSS2 ",
			"OSS4-HMAC-SHA256 ",
			"ak",
			":",
			",",
			"=",
			"Credential=",
			"Signature=",
			"AccessKeyId:",
			"AdditionalHeaders",
			";",
			"/",
			"20221228",
			"cn-hangzhou/oss/aliyun_v4_request",
			" ",
		];
		return forAll(
			[
				fc.oneof(text(40), textOf(words)),
				fc.dictionary(
					fc.constantFrom(
						"Expires",
						"Signature",
						"OSSAccessKeyId",
						"x-oss-signature-version",
						"x-oss-credential",
						"x-oss-date",
					),
					textOf(words, 4),
				),
			],
			async (authorization, query) => {
				const target = { bucket: "b", key: "k" };
				const rawQuery = new URLSearchParams(query).toString();
				for (const headers of [{ authorization }, {}]) {
					const request = makeRequest({ ...target, headers, rawQuery });
					await orRefused(
						() => authenticate(request, [target], known),
						OssError,
					);
				}
			},
		);
	});

	test("a sealed token opens to its session, and an altered token does not open", () =>
		forAll(
			[text(), text(), fc.date({ noInvalidDate: true }), fc.nat()],
			(role, policy, expires, at) => {
				const tokens = new SessionTokens();
				const session = {
					accessKeyId: "STS.a",
					accessKeySecret: "b",
					uid: "1",
					role,
					session: "s",
					policy,
					expires,
				};
				const token = tokens.seal(session);
				assert.deepEqual(tokens.open(token), session);
				const index = at % token.length;
				const other = token[index] === "A" ? "B" : "A";
				const altered = token.slice(0, index) + other + token.slice(index + 1);
				// The last bits of base64 may be unused.
				if (
					!Buffer.from(altered, "base64").equals(Buffer.from(token, "base64"))
				)
					assert.equal(tokens.open(altered), undefined);
				assert.equal(new SessionTokens().open(token), undefined);
			},
		));
});

suite("For any address", () => {
	const v6 = fc
		.ipV6()
		.filter((one) => isIPv6(one) && !/^(?:::|0*:)*(?:0*:)*ffff:/i.test(one));

	test("of IPv4, a network contains it if and only if Node's BlockList does", () =>
		forAll([fc.ipV4(), fc.ipV4(), fc.nat(32)], (address, base, prefix) => {
			for (const network of [base, address]) {
				const list = new BlockList();
				list.addSubnet(network, prefix, "ipv4");
				assert.equal(
					isWithin(address, `${network}/${prefix}`),
					list.check(address, "ipv4"),
				);
			}
		}));

	test("of IPv6, a network contains it if and only if Node's BlockList does", () =>
		forAll([v6, v6, fc.nat(128)], (address, base, prefix) => {
			for (const network of [base, address]) {
				const list = new BlockList();
				list.addSubnet(network, prefix, "ipv6");
				assert.equal(
					isWithin(address, `${network}/${prefix}`),
					list.check(address, "ipv6"),
				);
			}
		}));

	test("a text that is neither an address nor a network does not contain it", () =>
		forAll(
			[
				textOf([
					"1",
					"255",
					"256",
					".",
					":",
					"::",
					"/",
					"ffff",
					"g",
					" ",
					"-",
					"08",
				]),
			],
			(written) => {
				const [base = ""] = written.split("/");
				const isAddress = /^\d+(?:\.\d+){3}$/.test(base) || base.includes(":");
				if (!isAddress) assert.ok(!isWithin("1.1.1.1", written));
				isWithin(written, "::/0");
			},
		));
});

suite("For any policy", () => {
	const action = textOf(["oss:", "Get", "Put", "Object", "*", "?"], 4);
	const statement = fc.record(
		{
			Effect: fc.constantFrom("Allow", "Deny"),
			Action: fc.oneof(
				action,
				fc.array(action, { minLength: 1, maxLength: 3 }),
			),
			Resource: textOf(["acs:oss:*:*:", "photos/", "a", "*", "?"], 4),
			Condition: fc.constantFrom(
				{},
				{ IpAddress: { "acs:SourceIp": "10.0.0.0/8" } },
				{ StringLike: { "oss:Prefix": "a*" } },
			),
		},
		{ requiredKeys: ["Effect", "Action", "Resource"], noNullPrototype: true },
	);
	const requestOf = (name: string) => ({
		action: "oss:GetObject",
		resource: { service: "oss", regions: [""], owner: "1", name },
		conditionValues: (name: string) =>
			name === "acs:SourceIp" ? ["10.1.2.3"] : undefined,
	});

	test("the order of its statements does not matter, another Deny never allows, and another Allow never denies", () =>
		forAll(
			[fc.array(statement, { minLength: 1, maxLength: 5 }), statement],
			(statements, one) => {
				const verdict = (list: readonly object[]) => {
					const policy = readPolicy(
						JSON.stringify({ Version: "1", Statement: list }),
						"identity",
					);
					return judge([{ name: "p", policy }], requestOf("photos/a")).verdict;
				};
				const before = verdict(statements);
				assert.equal(verdict(statements.toReversed()), before);
				const after = verdict([...statements, one]);
				if (one.Effect === "Deny" && before !== "allow")
					assert.notEqual(after, "allow");
				if (one.Effect === "Allow" && before !== "explicit deny")
					assert.notEqual(after, "explicit deny");
				if (before === "explicit deny") assert.equal(after, before);
			},
		));

	test("a pattern matches if and only if the equivalent regular expression does", () =>
		forAll(
			[textOf(["a", "*", "?", "/", "."], 6), textOf(["a", "/", ".", "b"], 8)],
			(pattern, one) => {
				const source = pattern
					.replaceAll(".", "\\.")
					.replaceAll("*", "[^]*")
					.replaceAll("?", "[^]");
				assert.equal(
					matches(pattern, one),
					new RegExp(`^${source}$`).test(one),
				);
			},
		));

	test("any JSON is accepted as a policy, users or roles, or refused with a description of the mistake", () => {
		const names = fc.constantFrom(
			"Version",
			"Statement",
			"Effect",
			"Action",
			"Resource",
			"Principal",
			"Condition",
			"users",
			"roles",
			"name",
			"policies",
			"__proto__",
		);
		const value = fc.letrec((tie) => ({
			it: fc.oneof(
				{ maxDepth: 4, depthSize: "small" },
				fc.constantFrom("1", "Allow", "oss:*", "*", 1, null, true),
				fc.array(tie("it"), { maxLength: 3 }),
				fc.dictionary(names, tie("it"), { maxKeys: 5 }),
			),
		})).it;
		return forAll([value, text()], async (json, other) => {
			for (const one of [JSON.stringify(json), other]) {
				await orRefused(() => readPolicy(one, "identity"), OssError);
				await orRefused(() => readPolicy(one, "bucket"), OssError);
				await orRefused(() => readRam(one, "1"), JsonError);
				await orRefused(() => readPostPolicy(one, new Date(0)), OssError);
				await orRefused(
					() =>
						readPostPolicy(Buffer.from(one).toString("base64"), new Date(0)),
					OssError,
				);
			}
		});
	});

	test("a form complies with a policy of its own fields, and not with one that has another value", () =>
		forAll(
			[
				fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), text(10), {
					minKeys: 1,
					maxKeys: 4,
				}),
			],
			(fields) => {
				const conditions = Object.entries(fields).map(([name, value], i) =>
					i % 2 === 0 ? ["eq", `$${name}`, value] : { [name]: value },
				);
				const read = (list: readonly unknown[]) =>
					readPostPolicy(
						Buffer.from(
							JSON.stringify({
								expiration: "2099-01-01T00:00:00Z",
								conditions: list,
							}),
						).toString("base64"),
						new Date(0),
					);
				const own = new Map(Object.entries(fields));
				// `\$` in a policy stands for a dollar sign.
				if ([...own.values()].some((value) => value.includes("\\"))) return;
				if (own.has("bucket")) return;
				checkPolicy(read(conditions), own, "b");
				const [name = ""] = own.keys();
				assert.throws(
					() =>
						checkPolicy(
							read([...conditions, ["eq", name, `${own.get(name)}x`]]),
							own,
							"b",
						),
					{ code: "AccessDenied" },
				);
			},
		));
});
