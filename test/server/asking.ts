/** Callers, requests and policies for tests of access, and an emulator they are tried on. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { TestContext } from "node:test";
import { callerOf } from "../../emulator/auth/accounts.ts";
import { readConfig } from "../../emulator/config/config.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import { makeSelector } from "../../emulator/operations/match-operation.ts";
import { SELECTING_SUB_RESOURCES } from "../../emulator/operations/sub-resources.ts";
import { table } from "../../emulator/operations/table.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { ANONYMOUS, type Caller } from "../../emulator/oss/request.ts";
import { authorize } from "../../emulator/server/authorize.ts";
import { type Running, start } from "../../emulator/start/start.ts";
import { makeRequest } from "../auth/request.ts";
import { type Answer, Client, type Key, refusal, textsOf } from "../client.ts";
import { field, file, formBody, policyOf } from "../operations/object/form.ts";
import { arrival, assuming, signed } from "../sts/asking.ts";

export const OWNER = "1000000000000001";
export const ACCOUNT_2 = "2000000000000002";
export const ACCOUNT_3 = "3000000000000003";

export type Statement = Readonly<Record<string, unknown>>;

/**
 * The caller: anonymous, an account, or a session of the owner's role with these statements; an empty list means no
 * policy.
 */
export type Who =
	| { readonly is: "nobody" }
	| { readonly is: "account"; readonly uid: string }
	/** A caller with a key of its own, which is its secret too. */
	| { readonly is: "user"; readonly key: string }
	| { readonly is: "session"; readonly statements: readonly Statement[] };

export const N: Who = { is: "nobody" };
export const O: Who = { is: "account", uid: OWNER };
export const account = (uid: string): Who => ({ is: "account", uid });
export const S = (...statements: readonly Statement[]): Who => ({
	is: "session",
	statements,
});

const list = (names: string): string[] => names.split(/, */);

/** `A PutObject on b/*` of the fact sheet. */
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

/** One request to a bucket, or several of which all must succeed. */
export type Ask = {
	/** The request for titles: `PUT usr001/test.txt`. */
	readonly what: string;
	readonly method: string;
	/** Key and query without the bucket, percent-encoded. */
	readonly target: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** Sends more than one request, or another kind. */
	readonly send?: (trial: Trial) => Promise<Answer>;
	/** Requests that are impossible on this machine are built by hand, and only authorized. */
	readonly made?: { readonly clientIp?: string; readonly scheme?: "https" };
};

const asking =
	(method: string) =>
	(target: string, headers: Ask["headers"] = {}, body = ""): Ask => ({
		what: `${method} ${target}`,
		...{ method, target, headers },
		...(body === "" ? {} : { body }),
	});

export const put = (target: string, headers?: Ask["headers"]): Ask =>
	asking("PUT")(target, headers, "x");
export const get = asking("GET");
export const head = asking("HEAD");
export const remove = asking("DELETE");
export const options = asking("OPTIONS");
export const append = (key: string): Ask =>
	asking("POST")(`${key}?append&position=0`, {}, "x");
export const listing = (query = ""): Ask =>
	get(query === "" ? "" : `?${query}`);
export const removeBucket: Ask = remove("");
export const buckets: Ask = {
	...get(""),
	what: "ListBuckets",
	send: ({ client, sign }) => client.send("GET", "/", sign({})),
};
export const removeAll = (...keys: readonly string[]): Ask => ({
	...asking("POST")(
		"?delete",
		{},
		`<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("")}</Delete>`,
	),
	what: `DeleteMultipleObjects ${keys}`,
});
export const copy = (from: string, to: string): Ask => ({
	...put(to),
	what: `copy ${from} to ${to}`,
	send: ({ client, sign, bucket }) => {
		const headers = { "x-oss-copy-source": `/${bucket}/${from}` };
		return client.send("PUT", `/${bucket}/${to}`, sign({ headers }));
	},
});

/** @param end of the upload: it is completed, aborted, or its parts are listed */
export const multipart = (
	key: string,
	end: "complete" | "abort" | "list" = "complete",
): Ask => ({
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

export const form = (key: string): Ask => ({
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

export const from = (clientIp: string, ask: Ask): Ask => ({
	...ask,
	what: `${ask.what} from ${clientIp}`,
	made: { clientIp },
});
export const overTls = (ask: Ask): Ask => ({
	...ask,
	what: `${ask.what} over TLS`,
	made: { scheme: "https" },
});

type Keys = Key & { readonly token: string };
type Sending = NonNullable<Parameters<Client["send"]>[2]>;

/** A RAM user of that key. */
export const user = (key: string): Who => ({ is: "user", key });

/** A caller at a bucket. */
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
export class Place {
	readonly emulator: Emulator;
	readonly owner: Client;
	readonly #running: Running;

	private constructor(running: Running) {
		this.#running = running;
		this.emulator = running.emulator;
		this.owner = new Client(running.endpoint, keyOf(OWNER));
	}

	static async open(...flags: readonly string[]): Promise<Place> {
		const keys = Object.entries(KEYS).map(
			([uid, { id, secret }]) => `${id}:${secret}:${uid}`,
		);
		const given = ["--memory", "--port", "0", "--admin-port", "0"];
		const more = ["--access-key", keys.join(","), "--log-level", "error"];
		return new Place(
			await start(readConfig([...given, ...more, ...flags], {})),
		);
	}

	static async openFor(
		t: Pick<TestContext, "after">,
		...flags: readonly string[]
	): Promise<Place> {
		const place = await Place.open(...flags);
		t.after(() => place.close());
		return place;
	}

	get adminUrl(): string {
		return this.#running.adminUrl;
	}

	async close(): Promise<void> {
		this.owner.close();
		await this.#running.close();
	}

	/** @param policy of the bucket @param objects headers by key */
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
		if (policy.length > 0) await this.keep(bucket, "policy", document(policy));
	}

	/** @returns a document as the operation of its name would store it */
	async keep(bucket: string, name: string, text: string): Promise<void> {
		const { configurations } = this.emulator.store;
		await configurations.put(bucket, name, "", text);
	}

	/** The response to the caller. */
	async ask(who: Who, bucket: string, ask: Ask): Promise<Answer> {
		const trial = this.#trial(who, bucket);
		if (ask.send) return ask.send(trial);
		const { headers = {}, body } = ask;
		const sending = { headers, ...(body === undefined ? {} : { body }) };
		const path = `/${bucket}${/^(\?|$)/.test(ask.target) ? "" : "/"}${ask.target}`;
		return trial.client.send(ask.method, path, trial.sign(sending));
	}

	/** @returns `allow`, or the code and EC of the refusal */
	async verdict(who: Who, bucket: string, ask: Ask): Promise<string> {
		if (ask.made) return this.#authorized(who, bucket, ask);
		const answer = await this.ask(who, bucket, ask);
		const [status = "", code = ""] = refusal(answer).split(" ");
		if (code === "AccessDenied") return "deny";
		// Refusals by CORS are not for lack of rights, nor are those of missing operations.
		const isAnswered =
			Number(status) < 300 ||
			["AccessForbidden", "NotImplemented"].includes(code);
		assert.ok(isAnswered, `${ask.what}: ${answer.status} ${answer.text}`);
		return "allow";
	}

	/** @returns why the emulator would refuse the request, without sending it */
	async refusal(who: Who, bucket: string, ask: Ask): Promise<OssError> {
		try {
			await this.#authorize(who, bucket, ask);
		} catch (error) {
			assert.ok(error instanceof OssError, String(error));
			return error;
		}
		throw new assert.AssertionError({ message: `${ask.what} is allowed` });
	}

	async #authorized(who: Who, bucket: string, ask: Ask): Promise<string> {
		try {
			await this.#authorize(who, bucket, ask);
			return "allow";
		} catch (error) {
			if (error instanceof OssError && error.code === "AccessDenied")
				return "deny";
			throw error;
		}
	}

	async #authorize(who: Who, bucket: string, ask: Ask): Promise<void> {
		const [key = "", rawQuery = ""] = ask.target.split("?");
		const { method, headers = {} } = ask;
		const request = {
			...makeRequest({ method, bucket, key, rawQuery, headers }),
			...ask.made,
			receivedAt: this.emulator.clock.now(),
			caller: this.#caller(who),
		};
		const stored = await this.emulator.store.buckets.find(bucket);
		await authorize(this.emulator, request, select(request), stored);
	}

	#caller(who: Who): Caller {
		switch (who.is) {
			case "nobody":
				return ANONYMOUS;
			case "account":
				return { accessKeyId: keyOf(who.uid).id, uid: who.uid };
			case "user":
				return callerOf(this.emulator.accounts.get(who.key, "", new Date()));
			case "session":
				return {
					accessKeyId: "STS.made",
					uid: OWNER,
					identity: {
						kind: "AssumedRoleUser",
						role: "app",
						session: "job",
						policy: document(who.statements),
					},
				};
		}
	}

	#trial(who: Who, bucket: string): Trial {
		const keys = this.#keysOf(who);
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

	#keysOf(who: Who): Keys | undefined {
		switch (who.is) {
			case "nobody":
				return undefined;
			case "account":
				return { ...keyOf(who.uid), token: "" };
			case "user":
				return { id: who.key, secret: who.key, token: "" };
			case "session":
				return this.#assume(who.statements);
		}
	}

	/** Assumes a role without a request to STS, whose own tests send requests. */
	#assume(statements: readonly Statement[]): Keys {
		const policy =
			statements.length === 0 ? {} : { Policy: document(statements) };
		const receivedAt = this.emulator.clock.now();
		const Timestamp = receivedAt.toISOString();
		const parameters = signed(assuming({ Timestamp, ...policy }));
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

const select = makeSelector(table, SELECTING_SUB_RESOURCES);

function keyOf(uid: string): Key {
	const key = KEYS[uid];
	assert.ok(key, uid);
	return key;
}
