/** Callers, requests and policies for the tests of access control, and an emulator with three accounts. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { TestContext } from "node:test";
import { callerOf } from "../../emulator/auth/accounts.ts";
import { readConfig } from "../../emulator/config/config.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import { select } from "../../emulator/operations/match-operation.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { ANONYMOUS, type Caller } from "../../emulator/oss/request.ts";
import { authorize } from "../../emulator/server/authorize.ts";
import { type Running, start } from "../../emulator/start/start.ts";
import { makeRequest } from "../auth/request.ts";
import { type Answer, Client, type Key, refusal, textsOf } from "../client.ts";
import { field, file, formBody, policyOf } from "../operations/object/form.ts";
import { arrival, assumeRoleParameters, signed } from "../sts/sts-requests.ts";

export const OWNER = "1000000000000001";
export const ACCOUNT_2 = "2000000000000002";
export const ACCOUNT_3 = "3000000000000003";

export type Statement = Readonly<Record<string, unknown>>;

/**
 * The caller: anonymous, an account, or a session of the owner's role with these statements; an empty list means no
 * policy.
 */
export type TestCaller =
	| { readonly kind: "anonymous" }
	| { readonly kind: "account"; readonly uid: string }
	/** A RAM user with this access key id, which is also its secret. */
	| { readonly kind: "user"; readonly key: string }
	| { readonly kind: "session"; readonly statements: readonly Statement[] };

export const anonymous: TestCaller = { kind: "anonymous" };
export const owner: TestCaller = { kind: "account", uid: OWNER };
export const account = (uid: string): TestCaller => ({ kind: "account", uid });
export const session = (...statements: readonly Statement[]): TestCaller => ({
	kind: "session",
	statements,
});

const list = (names: string): string[] => names.split(/, */);

/** A statement that allows these actions on these resources: `allow("PutObject", "b/*")`. */
export const allow = (
	actions: string,
	resources: string,
	more: Statement = {},
): Statement => ({
	Effect: "Allow",
	Action: list(actions).map((name) => `oss:${name}`),
	Resource: list(resources).map((name) => `acs:oss:*:*:${name}`),
	...more,
});

export const deny = (...args: Parameters<typeof allow>): Statement => ({
	...allow(...args),
	Effect: "Deny",
});

export const when = (operator: string, key: string, value: unknown) => ({
	Condition: { [operator]: { [key]: value } },
});

export const document = (statements: readonly Statement[]): string =>
	JSON.stringify({ Version: "1", Statement: statements });

/** One request to a bucket, or several that must all succeed. */
export type AccessRequest = {
	/** A description for titles: `PUT usr001/test.txt`. */
	readonly what: string;
	readonly method: string;
	/** Key and query without the bucket, percent-encoded. */
	readonly target: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** Sends several requests, or a request of another kind. */
	readonly send?: (trial: Trial) => Promise<Answer>;
	/** Properties of requests that cannot be sent on this machine: these are authorized without being sent. */
	readonly synthetic?: {
		readonly clientIp?: string;
		readonly scheme?: "https";
	};
};

const requestOf =
	(method: string) =>
	(
		target: string,
		headers: AccessRequest["headers"] = {},
		body = "",
	): AccessRequest => ({
		what: `${method} ${target}`,
		...{ method, target, headers },
		...(body === "" ? {} : { body }),
	});

export const put = (
	target: string,
	headers?: AccessRequest["headers"],
): AccessRequest => requestOf("PUT")(target, headers, "x");
export const get = requestOf("GET");
export const head = requestOf("HEAD");
export const remove = requestOf("DELETE");
export const options = requestOf("OPTIONS");
export const append = (key: string): AccessRequest =>
	requestOf("POST")(`${key}?append&position=0`, {}, "x");
export const listing = (query = ""): AccessRequest =>
	get(query === "" ? "" : `?${query}`);
export const removeBucket: AccessRequest = remove("");
export const buckets: AccessRequest = {
	...get(""),
	what: "ListBuckets",
	send: ({ client, sign }) => client.send("GET", "/", sign({})),
};
export const removeAll = (...keys: readonly string[]): AccessRequest => ({
	...requestOf("POST")(
		"?delete",
		{},
		`<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("")}</Delete>`,
	),
	what: `DeleteMultipleObjects ${keys}`,
});
export const copy = (from: string, to: string): AccessRequest => ({
	...put(to),
	what: `copy ${from} to ${to}`,
	send: ({ client, sign, bucket }) => {
		const headers = { "x-oss-copy-source": `/${bucket}/${from}` };
		return client.send("PUT", `/${bucket}/${to}`, sign({ headers }));
	},
});

/** @param end the last step of the upload: it is completed, aborted, or its parts are listed */
export const multipart = (
	key: string,
	end: "complete" | "abort" | "list" = "complete",
): AccessRequest => ({
	...put(key),
	what: `multipart upload of ${key}, ${end}`,
	send: async ({ client, sign, bucket }) => {
		const path = `/${bucket}/${key}`;
		const initiated = await client.send("POST", `${path}?uploads`, sign({}));
		const [id] = textsOf(initiated, "UploadId");
		if (!id) return initiated;
		const upload = `${path}?uploadId=${id}`;
		const part = `${path}?partNumber=1&uploadId=${id}`;
		const uploaded = await client.send("PUT", part, sign({ body: "x" }));
		if (uploaded.status !== 200) return uploaded;
		if (end === "abort") return client.send("DELETE", upload, sign({}));
		if (end === "list") return client.send("GET", upload, sign({}));
		const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${uploaded.headers.etag}</ETag></Part></CompleteMultipartUpload>`;
		return client.send("POST", upload, sign({ body }));
	},
});

export const form = (key: string): AccessRequest => ({
	...put(key),
	what: `PostObject ${key}`,
	send: ({ client, keys, bucket }) => {
		const policy = policyOf([["starts-with", "$key", ""]]);
		const signature = createHmac("sha1", keys?.secret ?? "")
			.update(policy)
			.digest("base64");
		const signing = keys
			? [
					field("OSSAccessKeyId", keys.id),
					field("policy", policy),
					field("Signature", signature),
					field("x-oss-security-token", keys.token),
				]
			: [];
		const body = formBody([field("key", key), ...signing, file("x")]);
		const [, boundary] = /^--(.*)\r\n/.exec(body.toString("latin1")) ?? [];
		const headers = {
			"content-type": `multipart/form-data; boundary=${boundary}`,
		};
		return client.send("POST", `/${bucket}`, { as: null, headers, body });
	},
});

export const from = (
	clientIp: string,
	request: AccessRequest,
): AccessRequest => ({
	...request,
	what: `${request.what} from ${clientIp}`,
	synthetic: { clientIp },
});
export const overTls = (request: AccessRequest): AccessRequest => ({
	...request,
	what: `${request.what} over TLS`,
	synthetic: { scheme: "https" },
});

type Keys = Key & { readonly token: string };
type Sending = NonNullable<Parameters<Client["send"]>[2]>;

/** The RAM user with this key. */
export const user = (key: string): TestCaller => ({ kind: "user", key });

/** A caller and a bucket. */
export type Trial = {
	readonly client: Client;
	readonly bucket: string;
	/** undefined for an anonymous caller. */
	readonly keys: Keys | undefined;
	/** Signs the request. */
	readonly sign: (sending: Sending) => Sending;
};

const KEYS: Readonly<Record<string, Key>> = {
	[OWNER]: { id: "ak", secret: "sk" },
	[ACCOUNT_2]: { id: "ak2", secret: "sk2" },
	[ACCOUNT_3]: { id: "ak3", secret: "sk3" },
};

/** An emulator with three accounts. */
export class AccessFixture {
	readonly emulator: Emulator;
	readonly owner: Client;
	readonly #running: Running;

	private constructor(running: Running) {
		this.#running = running;
		this.emulator = running.emulator;
		this.owner = new Client(running.endpoint, keyOf(OWNER));
	}

	static async open(...flags: readonly string[]): Promise<AccessFixture> {
		const keys = Object.entries(KEYS).map(
			([uid, { id, secret }]) => `${id}:${secret}:${uid}`,
		);
		const given = ["--memory", "--port", "0", "--admin-port", "0"];
		const more = ["--access-key", keys.join(","), "--log-level", "error"];
		return new AccessFixture(
			await start(readConfig([...given, ...more, ...flags], {})),
		);
	}

	static async openFor(
		t: Pick<TestContext, "after">,
		...flags: readonly string[]
	): Promise<AccessFixture> {
		const fixture = await AccessFixture.open(...flags);
		t.after(() => fixture.close());
		return fixture;
	}

	get adminUrl(): string {
		return this.#running.adminUrl;
	}

	async close(): Promise<void> {
		this.owner.close();
		await this.#running.close();
	}

	/** @param policy the bucket's policy @param objects the headers of each object, by key */
	async makeBucket(
		bucket: string,
		acl = "private",
		policy: readonly Statement[] = [],
		objects: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
	): Promise<void> {
		await this.owner.put(`/${bucket}`, "", { "x-oss-acl": acl });
		for (const [key, headers] of Object.entries(objects)) {
			const stored = await this.owner.put(`/${bucket}/${key}`, "x", headers);
			assert.equal(stored.status, 200, stored.text);
		}
		if (policy.length > 0)
			await this.putDocument(bucket, "policy", document(policy));
	}

	/** Stores a configuration document. */
	async putDocument(bucket: string, name: string, text: string): Promise<void> {
		const { configurations } = this.emulator.store;
		await configurations.put(bucket, name, "", text);
	}

	/** Sends the request. @returns the response */
	async send(
		caller: TestCaller,
		bucket: string,
		request: AccessRequest,
	): Promise<Answer> {
		const trial = this.#trial(caller, bucket);
		if (request.send) return request.send(trial);
		const { headers = {}, body } = request;
		const sending = { headers, ...(body === undefined ? {} : { body }) };
		const path = `/${bucket}${/^(\?|$)/.test(request.target) ? "" : "/"}${request.target}`;
		return trial.client.send(request.method, path, trial.sign(sending));
	}

	/** @returns `allow`, or the code and EC of the refusal */
	async verdict(
		caller: TestCaller,
		bucket: string,
		request: AccessRequest,
	): Promise<string> {
		if (request.synthetic) return this.#authorized(caller, bucket, request);
		const answer = await this.send(caller, bucket, request);
		const [status = "", code = ""] = refusal(answer).split(" ");
		if (code === "AccessDenied") return "deny";
		// Refusals by CORS and refusals of missing operations do not mean that access is denied.
		const isAnswered =
			Number(status) < 300 ||
			["AccessForbidden", "NotImplemented"].includes(code);
		assert.ok(isAnswered, `${request.what}: ${answer.status} ${answer.text}`);
		return "allow";
	}

	/** @returns why the emulator would refuse the request, without sending it */
	async refusal(
		caller: TestCaller,
		bucket: string,
		request: AccessRequest,
	): Promise<OssError> {
		try {
			await this.#authorize(caller, bucket, request);
		} catch (error) {
			assert.ok(error instanceof OssError, String(error));
			return error;
		}
		throw new assert.AssertionError({ message: `${request.what} is allowed` });
	}

	async #authorized(
		caller: TestCaller,
		bucket: string,
		request: AccessRequest,
	): Promise<string> {
		try {
			await this.#authorize(caller, bucket, request);
			return "allow";
		} catch (error) {
			if (error instanceof OssError && error.code === "AccessDenied")
				return "deny";
			throw error;
		}
	}

	async #authorize(
		caller: TestCaller,
		bucket: string,
		request: AccessRequest,
	): Promise<void> {
		const [key = "", rawQuery = ""] = request.target.split("?");
		const { method, headers = {} } = request;
		const ossRequest = {
			...makeRequest({ method, bucket, key, rawQuery, headers }),
			...request.synthetic,
			receivedAt: this.emulator.clock.now(),
			caller: this.#caller(caller),
		};
		const stored = await this.emulator.store.buckets.find(bucket);
		await authorize(this.emulator, ossRequest, select(ossRequest), stored);
	}

	#caller(caller: TestCaller): Caller {
		switch (caller.kind) {
			case "anonymous":
				return ANONYMOUS;
			case "account":
				return { accessKeyId: keyOf(caller.uid).id, uid: caller.uid };
			case "user":
				return callerOf(this.emulator.accounts.get(caller.key, "", new Date()));
			case "session":
				return {
					accessKeyId: "STS.test",
					uid: OWNER,
					identity: {
						kind: "AssumedRoleUser",
						role: "app",
						session: "job",
						policy: document(caller.statements),
					},
				};
		}
	}

	#trial(caller: TestCaller, bucket: string): Trial {
		const keys = this.#keysOf(caller);
		const common = { client: this.owner, bucket, keys };
		if (!keys)
			return { ...common, sign: (sending) => ({ ...sending, as: null }) };
		const { token, ...as } = keys;
		return {
			...common,
			sign: ({ headers, ...rest }) => ({
				...rest,
				as,
				headers: {
					...headers,
					...(token === "" ? {} : { "x-oss-security-token": token }),
				},
			}),
		};
	}

	#keysOf(caller: TestCaller): Keys | undefined {
		switch (caller.kind) {
			case "anonymous":
				return undefined;
			case "account":
				return { ...keyOf(caller.uid), token: "" };
			case "user":
				return { id: caller.key, secret: caller.key, token: "" };
			case "session":
				return this.#assume(caller.statements);
		}
	}

	/** Assumes a role without sending a request, because STS has its own tests. */
	#assume(statements: readonly Statement[]): Keys {
		const policy =
			statements.length === 0 ? {} : { Policy: document(statements) };
		const receivedAt = this.emulator.clock.now();
		const Timestamp = receivedAt.toISOString();
		const parameters = signed(assumeRoleParameters({ Timestamp, ...policy }));
		const { sts } = this.emulator;
		const { body } = sts.answer(arrival(parameters, { receivedAt }));
		const given = body.Credentials;
		assert.ok(typeof given === "object", JSON.stringify(body));
		return {
			id: String(given.AccessKeyId),
			secret: String(given.AccessKeySecret),
			token: String(given.SecurityToken),
		};
	}
}

function keyOf(uid: string): Key {
	const key = KEYS[uid];
	assert.ok(key, uid);
	return key;
}
