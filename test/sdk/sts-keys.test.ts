import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import {
	type Session,
	SessionTokens,
} from "../../emulator/auth/session-token.ts";
import { startEmulator as start } from "../../emulator/index.ts";
import { startApplicationServer } from "../application-server.ts";
import { textsOf } from "../client.ts";
import {
	ANY,
	BOUNDARY,
	field,
	file,
	formBody,
	policyOf,
} from "../operations/object/form.ts";
import { type AliOss, resolveLocalhost } from "./ali-oss.ts";

resolveLocalhost();

type Options = Readonly<Record<string, unknown>>;
type Sts = {
	assumeRole(
		role: string,
		policy?: string | object,
		seconds?: number,
		session?: string,
	): Promise<{
		readonly credentials: {
			readonly AccessKeyId: string;
			readonly AccessKeySecret: string;
			readonly SecurityToken: string;
			readonly Expiration: string;
		};
	}>;
};
type AliOssClass = (new (
	options: Options,
) => AliOss) & {
	readonly STS: new (options: Options) => Sts;
};
const OSS: AliOssClass = createRequire(import.meta.url)("ali-oss");

type Keys = {
	readonly id: string;
	readonly secret: string;
	readonly token: string;
};

const ROLE = "acs:ram::1000000000000001:role/uploader";
const PERMANENT = {
	id: "oss-emulator",
	secret: "oss-emulator-secret",
	token: "",
};

type Place = {
	readonly port: string;
	readonly sts: Sts;
	readonly tokens: SessionTokens;
	readonly client: (keys: Keys, options?: Options) => AliOss;
};

/** Starts an emulator with a bucket `photos`, and returns the key that seals its tokens. */
async function open(t: TestContext): Promise<Place> {
	const data = await mkdtemp(join(tmpdir(), "oss-emulator-"));
	const flags = ["--log-level", "error", "--no-files"];
	const { endpoint, close } = await start({ data, flags });
	t.after(async () => {
		await close();
		await rm(data, { recursive: true });
	});
	const { port } = new URL(endpoint);
	const client = ({ id, secret, token }: Keys, options: Options = {}): AliOss =>
		new OSS({
			region: "oss-cn-hangzhou",
			endpoint: `http://localhost:${port}`,
			bucket: "photos",
			accessKeyId: id,
			accessKeySecret: secret,
			...(token === ""
				? {}
				: { stsToken: token, refreshSTSTokenInterval: 1e9 }),
			refreshSTSToken: async () => ({}),
			...options,
		});
	await client(PERMANENT).putBucket("photos");
	const key = Buffer.from(
		await readFile(join(data, "sts-key"), "utf8"),
		"base64",
	);
	const { id: accessKeyId, secret: accessKeySecret } = PERMANENT;
	const sts = new OSS.STS({ accessKeyId, accessKeySecret, endpoint });
	return { port, sts, client, tokens: new SessionTokens(key) };
}

const assume = async ({ sts }: Place, policy?: object): Promise<Keys> => {
	const { credentials } = await sts.assumeRole(ROLE, policy, 900, "job");
	const {
		AccessKeyId: id,
		AccessKeySecret: secret,
		SecurityToken: token,
	} = credentials;
	return { id, secret, token };
};

/** @returns `200`, or `403 InvalidSecurityToken 0002-…` */
async function outcomeOf(answer: Response): Promise<string> {
	const text = await answer.text();
	const document = {
		status: 0,
		reason: "",
		headers: {},
		headerNames: [],
		body: Buffer.alloc(0),
		text,
	};
	const [code, ec] = ["Code", "EC"].map(
		(name) => textsOf(document, name)[0] ?? "",
	);
	return answer.ok
		? String(answer.status)
		: `${answer.status} ${code} ${ec}`.trim();
}

const thrown = (error: unknown): string => {
	assert.ok(error instanceof Error && "status" in error && "code" in error);
	const ec = "ecCode" in error ? error.ecCode : "";
	return `${error.status} ${error.code} ${ec ?? ""}`.trim();
};

const put = (client: AliOss): Promise<string> =>
	client
		.put("cat", Buffer.from("meow"))
		.then(({ res }) => `${res.status}`, thrown);

const send = async (url: string): Promise<string> =>
	outcomeOf(await fetch(url, { method: "PUT", body: Buffer.from("meow") }));

async function postForm(
	{ port }: Place,
	{ id, secret, token }: Keys,
): Promise<string> {
	const policy = policyOf(ANY);
	const signature = createHmac("sha1", secret).update(policy).digest("base64");
	const body = formBody([
		field("key", "cat"),
		field("OSSAccessKeyId", id),
		field("policy", policy),
		field("Signature", signature),
		...(token === "" ? [] : [field("x-oss-security-token", token)]),
		field("success_action_status", "200"),
		file("meow"),
	]);
	const headers = {
		"content-type": `multipart/form-data; boundary=${BOUNDARY}`,
	};
	const url = `http://localhost:${port}/photos`;
	return outcomeOf(await fetch(url, { method: "POST", headers, body }));
}

/** Every place in a request that can contain a token. */
const CARRIERS: Readonly<
	Record<string, (place: Place, keys: Keys) => Promise<string>>
> = {
	"a header, V1": ({ client }, keys) => put(client(keys)),
	"a header, V4": ({ client }, keys) =>
		put(client(keys, { authorizationV4: true })),
	"a URL, V1": ({ client }, keys) =>
		send(client(keys).signatureUrl("cat", { method: "PUT", expires: 3600 })),
	"a URL, V4": async ({ client }, keys) =>
		send(await client(keys).signatureUrlV4("PUT", 3600, {}, "cat")),
	"a form": postForm,
};

const flip = (token: string): string =>
	`${token.slice(0, 100)}${token[100] === "A" ? "B" : "A"}${token.slice(101)}`;

for (const [carrier, upload] of Object.entries(CARRIERS)) {
	suite(`Temporary keys with their token in ${carrier},`, () => {
		test("are accepted", async (t) => {
			const place = await open(t);
			assert.equal(await upload(place, await assume(place)), "200");
		});

		test("have only the permissions of their policy", async (t) => {
			const place = await open(t);
			const policy = (Resource: string) => ({
				Version: "1",
				Statement: [{ Effect: "Allow", Action: "oss:PutObject", Resource }],
			});
			const may = await assume(place, policy("acs:oss:*:*:photos/c*"));
			const mayNot = await assume(place, policy("acs:oss:*:*:photos/d*"));
			assert.equal(await upload(place, may), "200");
			assert.equal(
				await upload(place, mayNot),
				"403 AccessDenied 0003-00000202",
			);
		});

		const session = (expires: Date): Session => ({
			accessKeyId: "STS.made",
			accessKeySecret: "secret",
			...{
				uid: "1000000000000001",
				role: "uploader",
				session: "job",
				policy: "",
			},
			expires,
		});
		const cases: Readonly<
			Record<
				string,
				readonly [(place: Place, keys: Keys) => Keys | Promise<Keys>, string]
			>
		> = {
			"are unknown without the token": [
				(_, keys) => ({ ...keys, token: "" }),
				"403 InvalidAccessKeyId 0002-00000003",
			],
			"are InvalidSecurityToken with an altered token": [
				(_, keys) => ({ ...keys, token: flip(keys.token) }),
				"403 InvalidSecurityToken",
			],
			"are InvalidSecurityToken with a made-up token": [
				(_, keys) => ({ ...keys, token: "bogus" }),
				"403 InvalidSecurityToken",
			],
			"do not match another session's token": [
				async (place, keys) => ({
					...keys,
					token: (await assume(place)).token,
				}),
				"403 AccessKeyIdAndSecurityTokenNotMatch",
			],
			"are SignatureDoesNotMatch with another secret": [
				(_, keys) => ({ ...keys, secret: "wrong" }),
				"403 SignatureDoesNotMatch",
			],
			"are unknown if they are permanent and the token is made up": [
				() => ({ ...PERMANENT, token: "bogus" }),
				"403 InvalidAccessKeyId 0002-00000002",
			],
			"are expired if the token is, even if the signature is not": [
				({ tokens }) => {
					const made = session(new Date(Date.now() - 1000));
					return {
						id: made.accessKeyId,
						secret: made.accessKeySecret,
						token: tokens.seal(made),
					};
				},
				"403 SecurityTokenExpired 0002-00000007",
			],
		};
		for (const [what, [change, expected]] of Object.entries(cases)) {
			test(what, async (t) => {
				const place = await open(t);
				const keys = await change(place, await assume(place));
				const answer = await upload(place, keys);
				assert.equal(answer.slice(0, expected.length), expected);
			});
		}
	});
}

suite("A session", () => {
	test("belongs to the role's account, which is the requester in a callback and the owner of the objects", async (t) => {
		const place = await open(t);
		const application = await startApplicationServer(t);
		const client = place.client(await assume(place));
		await client.put("cat", Buffer.from("meow"), {
			callback: {
				url: application.url,
				body: "bucket=${bucket}&key=${object}",
			},
		});
		const [callback] = application.received;
		assert.equal(callback?.headers["x-oss-requester"], "1000000000000001");

		await client.putBucket("dogs");
		const { buckets } = await client.listBuckets();
		assert.deepEqual(
			buckets?.map(({ name }) => name),
			["dogs", "photos"],
		);
	});

	test("without permission to delete is refused as in ali-oss's own test", async (t) => {
		const place = await open(t);
		const policy = {
			Version: "1",
			Statement: [
				{
					Effect: "Allow",
					Action: ["oss:PutObject"],
					Resource: ["acs:oss:*:*:*"],
				},
			],
		};
		const client = place.client(await assume(place, policy));
		await client.put("cat", Buffer.from("meow"));
		await assert.rejects(
			client.deleteMulti(["cat"]),
			/Access denied by authorizer's policy/,
		);
	});

	test("is refused by STS as in ali-oss's own test", async (t) => {
		const { sts } = await open(t);
		const policy = { Statements: [], Version: "1" };
		await assert.rejects(sts.assumeRole(ROLE, policy), (error: Error) => {
			assert.match(error.message, /InvalidParameter\.PolicyGrammar/);
			assert.ok("requestId" in error && "status" in error);
			assert.equal(error.status, 400);
			return true;
		});
		await assert.rejects(
			sts.assumeRole(ROLE, "<>"),
			/Policy string is not a valid JSON/,
		);
		const { credentials } = await sts.assumeRole(ROLE, undefined, 3600);
		assert.match(credentials.Expiration, /^\d{4}(-\d\d){2}T\d\d(:\d\d){2}Z$/);
	});
});
